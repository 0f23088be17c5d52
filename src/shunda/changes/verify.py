"""Recomputes what changes store: revisions against the orders they made and against the sum of the changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from shunda.changes import content
from shunda.changes.gathering import lines_of
from shunda.changes.models import Revision
from shunda.orders.models import Order

CHUNK = 500

_SUMS = """
select o.number, o.gross, first.gross + coalesce(sum(c.gross_change), 0)
from orders_order o
join changes_revision first on first.order_id = o.id and first.number = 0
left join changes_change c on c.order_id = o.id and c.status = 'applied'
group by o.id, first.gross having o.gross <> first.gross + coalesce(sum(c.gross_change), 0) order by o.id
"""

_NUMBERED = """
select o.number, count(r.id), greatest(max(r.number), o.revision)
from changes_revision r join orders_order o on o.id = r.order_id
group by o.id having count(r.id) <> max(r.number) + 1 or max(r.number) <> o.revision order by o.id
"""

_MADE = """
select c.number from changes_change c left join changes_revision r on r.change_id = c.id
where (c.status = 'applied' and c.kind <> 'cancel') <> (r.id is not null)
   or c.revision is distinct from r.number or (r.order_id is not null and r.order_id <> c.order_id) order by c.id
"""

_VOICES = """
select c.number from changes_change c
where (c.status in ('agreed', 'applied') and exists (
         select from changes_voice v where v.change_id = c.id and v.status <> 'agreed'))
   or (c.status in ('rejected', 'withdrawn') and exists (
         select from changes_voice v where v.change_id = c.id and v.status in ('later', 'pending')))
   or (c.status = 'asked' and not exists (
         select from changes_voice v where v.change_id = c.id and v.status = 'pending'))
   or (c.status = 'applied' and c.worse <> '[]' and c.agreement_id is null) order by c.id
"""


def check() -> Iterable[str]:
    """One sentence for each order that is not what its revisions and changes say."""
    for number, gross, summed in _rows(_SUMS):
        yield _("order %(order)s: total %(gross)s, what was confirmed and its changes come to %(sum)s") % {
            "order": number, "gross": gross, "sum": summed,
        }  # fmt: skip
    for number, count, last in _rows(_NUMBERED):
        yield _("order %(order)s: %(count)s revisions, numbered up to %(last)s") % {
            "order": number, "count": count, "last": last,
        }  # fmt: skip
    for (number,) in _rows(_MADE):
        yield _("change %(change)s: it and its revision do not fit together") % {"change": number}
    for (number,) in _rows(_VOICES):
        yield _("change %(change)s: its status does not fit what was decided and signed") % {"change": number}
    yield from _contents()


_CHANGING = ("priority",)
"""What moves without a change: it is set by hand too."""


def _contents() -> Iterable[str]:
    """The newest revision of each order against the order as it stands."""
    newest = Revision.objects.order_by("order_id", "-number").distinct("order_id")
    found = list(newest.values_list("order_id", "content"))
    for start in range(0, len(found), CHUNK):
        kept = dict(found[start : start + CHUNK])
        orders, lines = Order.objects.in_bulk(kept), lines_of(list(kept))
        for pk, revised in kept.items():
            now = content.of(orders[pk], lines[pk])
            if {**now, **{n: revised.get(n) for n in _CHANGING}} != revised:
                yield _("order %(order)s: it is not what its newest revision says") % {"order": orders[pk].number}


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
