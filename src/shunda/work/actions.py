"""What people do with their own notices."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.refusal import NOT_FOUND
from shunda.work.models import Notice


def read(ids: Collection[int], *, by: Actor, at: datetime) -> Outcome[Notice]:
    """Notices of one's own are read and leave the home page; somebody else's are not found. Reading twice is nothing.

    It needs no permission: what is written to a person is the person's own.
    """
    with transaction.atomic():
        mine = list(Notice.objects.select_for_update().filter(user=by.id, pk__in=ids).order_by("pk"))
        Notice.objects.filter(pk__in=[notice.pk for notice in mine], read_at=None).update(read_at=at)
    found = {notice.pk for notice in mine}
    return Outcome(mine, [NOT_FOUND(pk) for pk in ids if pk not in found])
