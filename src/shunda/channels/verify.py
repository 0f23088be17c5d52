"""Imports against what they left behind."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext as _

_WAITING = """
select r.number, count(*) from channels_importrun r join channels_stagedline l on l.run_id = r.id
where r.status = 'done' and l.result = '' group by r.number order by 1
"""
_LOST = """
select r.number, count(*) from channels_importrun r join channels_stagedline l on l.run_id = r.id
where (l.result = 'order' and l.order_id is null) or (l.result = 'return' and l.returned_id is null)
group by r.number order by 1
"""
_RETURNS = """
select i.number, i.amount, coalesce(sum(l.amount), 0)
from channels_importedreturn i left join channels_importedreturnline l on l.returned_id = i.id
group by i.id having i.amount <> coalesce(sum(l.amount), 0) order by 1
"""


def check() -> Iterable[str]:
    """Every line of a finished import is in an order, a return or the report; returns are the sum of their lines."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        for number, count in cursor.fetchall():
            yield _("import %(number)s is finished, but %(count)s lines ended nowhere") % {
                "number": number, "count": count
            }  # fmt: skip
        cursor.execute(_LOST)
        for number, count in cursor.fetchall():
            yield _("import %(number)s: %(count)s lines point at no document") % {"number": number, "count": count}
        cursor.execute(_RETURNS)
        for number, amount, lines in cursor.fetchall():
            yield _("imported return %(number)s says %(amount)s, its lines %(lines)s") % {
                "number": number, "amount": amount, "lines": lines
            }  # fmt: skip
