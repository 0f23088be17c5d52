"""Keeping files, inside the transaction of whoever attaches them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from shunda.core.actor import Actor
from shunda.core.refusal import Refusal
from shunda.files.models import Content, StoredFile
from shunda.files.rules import MEGABYTE, judge
from shunda.files.specs import Upload
from shunda.policies.queries import value, values


def most_bytes() -> int:
    """How large a file may be, in bytes: what ``Upload.of`` needs not to read more."""
    return int(value("files.most_megabytes")) * MEGABYTE


def store(
    uploads: Sequence[Upload], *, by: Actor, at: datetime, also: tuple[str, ...] = ()
) -> tuple[dict[int, StoredFile], list[Refusal]]:
    """Keep files (R029): those kept by their index, and a refusal for each of the others.

    The same content is kept once, whatever its names. Refused: empty or too large files (setting), kinds that are
    not kept (setting; ``also`` names kinds the caller can read besides), content that is not what the name says,
    macros. Three queries for any number of files.
    """
    decided = values("files.most_megabytes", "files.types")
    kinds = (*decided["files.types"], *also)
    judged = [judge(i, u, decided["files.most_megabytes"], kinds) for i, u in enumerate(uploads)]
    refused = [one for one in judged if isinstance(one, Refusal)]
    digests = {i: sha256(u.data).hexdigest() for i, u in enumerate(uploads) if not isinstance(judged[i], Refusal)}
    contents = {digest: uploads[i].data for i, digest in digests.items()}
    Content.objects.bulk_create(
        [Content(sha256=digest, data=data) for digest, data in sorted(contents.items())], ignore_conflicts=True
    )
    rows = {
        i: StoredFile(
            content_id=digests[i],
            name=one.name,
            content_type=one.content_type,
            size=uploads[i].size,
            uploaded_at=at,
            uploaded_by_id=by.id,
        )
        for i, one in enumerate(judged)
        if not isinstance(one, Refusal)
    }
    StoredFile.objects.bulk_create(rows.values())
    return rows, refused
