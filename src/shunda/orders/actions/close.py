"""The end of an order: complete when everything is done, then archived with a manifest."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localtime

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.models import Event
from shunda.orders import rules, tasks
from shunda.orders.models import Order, OrderAttachment
from shunda.orders.queries import lines_of, seen_by
from shunda.orders.states import ORDER
from shunda.policies import queries as policies

__all__ = ["archive", "complete"]


@action("orders.complete_order")
def complete(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Order]:
    """Complete orders that are shipped, signed, invoiced (unless no invoice is wanted) and paid (R160, R198, R220).

    Refused with what is missing, line by line and in money.
    """
    batch = Batch(seen_by(by), ids, ORDER, "complete", versions=versions)
    lines = lines_of(batch.ids)
    batch.refuse_if(lambda order: rules.why_not_complete(order, lines[order.pk]))
    outcome = batch.commit(by=by, at=at, stamp="completed_at")
    tasks.close((tasks.COMPLETE,), batch.ids, by=by, at=at)
    tasks.open_for(tasks.ARCHIVE, outcome.done, at=at)
    return outcome


@action("orders.archive_order")
def archive(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Order]:
    """Archive completed orders: kept for at least three years (setting), searchable, never changed again (R221-R226).

    The event is the manifest: the documents filed under the order, its attachments with their fingerprints, and how
    many events its timeline has with a digest over them, so that a later look can prove that nothing is missing.
    """
    batch = Batch(seen_by(by), ids, ORDER, "archive", versions=versions)
    years = policies.value("archive.keep_years")
    manifests = _manifests(batch.ids)
    for order in batch:
        batch.note(order.pk, **manifests[order.pk])
    outcome = batch.commit(by=by, at=at, stamp="archived_at", keep_until=_later(localtime(at).date(), years))
    tasks.close((tasks.ARCHIVE,), batch.ids, by=by, at=at)
    return outcome


def _later(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 1 March, never earlier than the full period."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _manifests(order_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    documents: defaultdict[int, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    digests = {pk: hashlib.sha256() for pk in order_ids}
    counts = dict.fromkeys(order_ids, 0)
    for event in Event.objects.filter(order_id__in=order_ids).order_by("order_id", "sequence"):
        order_id = event.order_id or 0
        seen = documents[order_id][event.subject_kind]
        if event.subject_id not in seen:
            seen.append(event.subject_id)
        counts[order_id] += 1
        digests[order_id].update(digest_of(event))
    papers: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for paper in OrderAttachment.objects.filter(order_id__in=order_ids).select_related("file").order_by("pk"):
        papers[paper.order_id].append(
            {"kind": paper.kind, "name": paper.file.name, "sha256": paper.file.content_id, "size": paper.file.size}
        )
    return {
        pk: {
            "documents": {kind: sorted(ids) for kind, ids in sorted(documents[pk].items())},
            "attachments": papers[pk],
            "events": counts[pk],
            "digest": digests[pk].hexdigest(),
        }
        for pk in order_ids
    }


def digest_of(event: Event) -> bytes:
    """What of an event goes into the digest of a timeline."""
    content = [event.sequence, event.kind, event.subject_kind, event.subject_id, event.actor, event.at.timestamp()]
    return json.dumps([*content, event.data], sort_keys=True).encode()
