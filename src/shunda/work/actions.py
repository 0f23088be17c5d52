"""What people do with their own notices, and how they want to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.refusal import NOT_FOUND, NotPermitted, Refused
from shunda.work import reasons
from shunda.work.models import Notice, NoticeChoice
from shunda.work.notices import NOTICES


def read(ids: Collection[int], *, by: Actor, at: datetime) -> Outcome[Notice]:
    """Notices of one's own are read and leave the home page; somebody else's are not found. Reading twice is nothing.

    It needs no permission: what is written to a person is the person's own.
    """
    with transaction.atomic():
        mine = list(Notice.objects.select_for_update().filter(user=by.id, pk__in=ids).order_by("pk"))
        Notice.objects.filter(pk__in=[notice.pk for notice in mine], read_at=None).update(read_at=at)
    found = {notice.pk for notice in mine}
    return Outcome(mine, [NOT_FOUND(pk) for pk in ids if pk not in found])


@transaction.atomic
def choose(ways: Mapping[str, tuple[bool, bool]], *, by: Actor, at: datetime) -> Outcome[NoticeChoice]:
    """Decide how one is told: kind -> (on the home page, by mail); kinds not named stay as they are.

    Refused: a kind that does not exist. It needs no permission, and how somebody likes to be told is no business event.
    """
    del at
    if by.id is None:
        raise NotPermitted("work.own")
    unknown = [reasons.UNKNOWN_NOTICE(by.id, kind=kind[:40], where="kind") for kind in ways if kind not in NOTICES]
    if unknown:
        raise Refused(*unknown)
    rows = [NoticeChoice(user_id=by.id, kind=kind, home=home, mail=mail) for kind, (home, mail) in sorted(ways.items())]
    NoticeChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["home", "mail"]
    )
    return Outcome(rows, [])
