"""Whether orders were here before: by the number of their channel, their fingerprint, the customer's own number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from shunda.core.sql import Statement
from shunda.orders.plain import Mark

# Each by its own index, a handful of rows however large the table.
_NUMBERS = """
select 'number', o.channel, o.shop, o.external_number
from unnest(%s::text[], %s::text[], %s::text[]) m(channel, shop, number)
join orders_order o on o.channel = m.channel and o.shop = m.shop and o.external_number = m.number
  and o.external_number <> ''
"""
_FINGERPRINTS = """
select distinct 'fingerprint', o.fingerprint from unnest(%s::text[]) m(mark)
join orders_order o on o.fingerprint = m.mark and o.fingerprint <> ''
where o.status <> 'cancelled'
  and o.created_at between %s::timestamptz - make_interval(days => %s) and %s::timestamptz + make_interval(days => %s)
"""
_REFERENCES = """
select distinct 'reference', o.customer_id, o.customer_reference from unnest(%s::bigint[], %s::text[]) m(customer, mark)
join orders_order o on o.customer_reference = m.mark and o.customer_id = m.customer and o.customer_reference <> ''
where o.status <> 'cancelled'
"""


def heard_of(marks: Iterable[Sequence[Mark]], at: datetime, days: int) -> list[Statement[list[Mark]]]:
    """Those of these marks that other orders have; a statement for each kind of mark that there is."""
    kinds: dict[str | int, list[Mark]] = {"number": [], "fingerprint": [], "reference": []}
    for one in marks:
        for mark in one:
            kinds[mark[0]].append(mark)
    numbers, prints, references = kinds.values()
    asked = (
        (numbers, _NUMBERS, [[m[n] for m in numbers] for n in (1, 2, 3)]),
        (prints, _FINGERPRINTS, [[m[1] for m in prints], at, days, at, days]),
        (references, _REFERENCES, [[m[n] for m in references] for n in (1, 2)]),
    )
    return [Statement(text, parameters, list) for there, text, parameters in asked if there]
