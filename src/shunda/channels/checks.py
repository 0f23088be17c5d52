"""Everything wrong with a file at once: each check is one statement over all its lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from shunda.channels import reasons
from shunda.channels.mapping import REPORT, Mapping
from shunda.core.refusal import Reason

_VALUE = "jsonb_build_object('value', left({column}, 60))"


@dataclass(frozen=True, slots=True)
class Check:
    """Lines for which ``where`` holds get a finding in ``column``; ``data`` is the SQL of what its sentence needs."""

    reason: Reason
    column: str
    where: str
    data: str = "'{}'::jsonb"
    error: bool = True


def _says(column: str) -> str:
    return _VALUE.format(column=column)


def line_checks(mapping: Mapping) -> Iterator[Check]:
    """What is looked at in each line by itself; ``l`` is the line, ``%(prefix)s`` starts a cancellation."""
    yield Check(reasons.NO_REFERENCE, "reference", "reference = ''")
    yield Check(reasons.REFERENCE_TOO_LONG, "reference", "length(reference) > 60", _says("reference"))
    yield Check(reasons.NO_SKU, "sku", "sku = ''")
    yield Check(reasons.FEE, "sku", "kind = 'fee'", _says("sku"))
    for column, name, places in (("pieces", "quantity", 4), ("unit_price", "price", 6)):
        fine = f"jsonb_build_object('value', left({name}, 60), 'places', {places})"
        yield Check(reasons.NOT_A_NUMBER, name, f"{column} is null and import_number({name}) is null", _says(name))
        yield Check(reasons.TOO_PRECISE, name, f"{column} is null and import_number({name}) is not null", fine)
    yield Check(reasons.QUANTITY_ZERO, "quantity", "pieces = 0")
    yield Check(reasons.PRICE_NEGATIVE, "price", "unit_price < 0", _says("price"))
    yield Check(reasons.NOT_A_DISCOUNT, "discount", "discount <> '' and discount_rate is null", _says("discount"))
    unread = "ordered_at is null" if mapping.historical else "ordered <> '' and ordered_at is null"
    yield Check(reasons.NOT_A_DATE, "ordered", unread, _says("ordered"))
    wanted = "coalesce(extra ->> 'wanted', '')"
    yield Check(reasons.NOT_A_DATE, "wanted", f"{wanted} <> '' and import_time({wanted}) is null", _says(wanted))
    if mapping.unknown_skus == REPORT:
        yield Check(reasons.UNKNOWN_SKU, "sku", "kind = 'goods' and sku <> '' and found_sku is null", _says("sku"))
    yield Check(reasons.UNKNOWN_UNIT, "unit", "unit <> '' and found_unit is null", _says("unit"))
    if mapping.unknown_customers == REPORT:
        nobody = "customer <> '' and found_customer is null"
        yield Check(reasons.UNKNOWN_CUSTOMER, "customer", nobody, _says("customer"))
    if not mapping.walk_in:
        yield Check(reasons.NO_CUSTOMER, "customer", "customer = ''")
    cancels = "%(prefix)s <> '' and starts_with(upper(reference), upper(%(prefix)s))"
    yield Check(reasons.NEGATIVE_SALE, "quantity", f"pieces < 0 and not ({cancels})", _says("quantity"))
    yield Check(reasons.POSITIVE_RETURN, "quantity", f"pieces > 0 and {cancels}", _says("quantity"))
    free = "unit_price = 0 and kind = 'goods' and pieces > 0"
    yield Check(reasons.FREE, "price", free, error=False)


_LINES = """
insert into channels_finding (run_id, row, "column", error, code, data)
select run_id, row, %(column)s, %(error)s, %(code)s, {data}
from channels_stagedline l where run_id = %(run)s and result = '' and ({where}) order by row
"""

# checks over the lines of one invoice; each gives (row, data)
_INVOICES: list[tuple[Reason, str, bool, str]] = [
    (
        reasons.CUSTOMERS_DIFFER, "customer", True,
        """select min(row), jsonb_build_object('reference', reference,
             'values', left(string_agg(distinct customer, ', '), 200))
           from lines group by reference having count(distinct upper(customer)) > 1""",
    ),
    (
        reasons.DATES_DIFFER, "ordered", False,
        """select min(row), jsonb_build_object('reference', reference)
           from lines where ordered_at is not null group by reference having count(distinct ordered_at) > 1""",
    ),
    (
        reasons.NO_SALE, "customer", True,
        """select min(row), jsonb_build_object('reference', reference) from lines group by reference
           having max(customer) = '' and sum(abs(coalesce(amount, 1))) = 0""",
    ),
    (
        reasons.NO_GOODS, "sku", True,
        """select min(row), jsonb_build_object('reference', reference) from lines
           where not (%(prefix)s <> '' and starts_with(upper(reference), upper(%(prefix)s)))
           group by reference having bool_and(kind in ('freight', 'discount'))""",
    ),
]  # fmt: skip

_REPEATED = """
select row, jsonb_build_object('first', first) from (
  select row, min(row) over same as first
  from lines
  window same as (partition by reference, upper(sku), name, quantity, unit, price, discount, ordered, customer, extra)
) l where row > first
"""

_OF_INVOICES = """
with lines as (select * from channels_stagedline where run_id = %(run)s and result = '' and reference <> '')
insert into channels_finding (run_id, row, "column", error, code, data)
select %(run)s, found.row, %(column)s, %(error)s, %(code)s, found.data from ({select}) found(row, data) order by 1, 2
"""

_BEFORE = """
update channels_stagedline l set result = 'before', order_id = o.id
from orders_order o
where l.run_id = %(run)s and l.result = '' and o.channel = %(channel)s and o.shop = %(shop)s
  and o.external_number = l.reference and l.reference <> '';
update channels_stagedline l set result = 'before', returned_id = r.id
from channels_importedreturn r
where l.run_id = %(run)s and l.result = '' and r.channel = %(channel)s and r.shop = %(shop)s
  and r.number = l.reference and l.reference <> ''
"""


def run_checks(run_id: int, mapping: Mapping) -> None:
    """Find what was imported before, then everything wrong with the rest, and report invoices with an error."""
    options: dict[str, Any] = {
        "run": run_id,
        "channel": mapping.channel,
        "shop": mapping.shop,
        "prefix": mapping.cancellation_prefix,
    }
    with connection.cursor() as cursor:
        for statement in _BEFORE.split(";"):
            cursor.execute(statement, options)
        for check in line_checks(mapping):
            sql = _LINES.format(data=check.data, where=check.where)
            cursor.execute(sql, options | {"column": check.column, "error": check.error, "code": check.reason.code})
        repeated = (reasons.REPEATED, "", mapping.duplicates == REPORT, _REPEATED)
        for reason, column, error, select in [*_INVOICES, repeated]:
            sql = _OF_INVOICES.replace("{select}", select)
            cursor.execute(sql, options | {"column": column, "error": error, "code": reason.code})
    report(run_id)


_REPORTED = """
update channels_stagedline l
set result = 'reported', code = coalesce(f.code, %(not_made)s),
    data = coalesce(f.data, jsonb_build_object('reference', l.reference, 'row', bad.row))
from channels_stagedline me
join (
  select l.reference, min(f.row) as row
  from channels_finding f join channels_stagedline l on l.run_id = f.run_id and l.row = f.row
  where f.run_id = %(run)s and f.error and l.result = '' group by l.reference
) bad on bad.reference = me.reference
left join lateral (
  select code, data from channels_finding f where f.run_id = me.run_id and f.row = me.row and f.error
  order by id limit 1
) f on true
where me.run_id = %(run)s and me.result = '' and l.id = me.id
"""


def report(run_id: int) -> None:
    """An invoice with an error is reported whole: faulty lines with their own reason, the others with where it is."""
    with connection.cursor() as cursor:
        cursor.execute(_REPORTED, {"run": run_id, "not_made": reasons.NOT_MADE.code})


_FIND = """
insert into channels_finding (run_id, row, "column", error, code, data)
select %s, n.row, n."column", true, n.code, n.data
from unnest(%s::int[], %s::text[], %s::text[], %s::jsonb[]) n(row, "column", code, data)
"""


def add(run_id: int, findings: list[tuple[int, str, str, dict[str, object]]]) -> None:
    """More errors: row, column, code, data."""
    if findings:
        rows, columns, codes, data = (list(column) for column in zip(*findings, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [run_id, rows, columns, codes, [Jsonb(each) for each in data]])
