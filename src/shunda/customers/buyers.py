"""What an order takes from its customer's file, read for thousands of orders in one query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from shunda.core.actor import Actor
from shunda.core.sql import Row, Statement, numbers

_BUYERS = """
select c.id, c.owner_id, c.region_id, c.frozen, c.grade, c.currency, c.term_id, t.kind,
       c.country, c.name, c.credit_code, c.bank, c.bank_account,
       coalesce(k.name, ''), case when k.id is null then c.phone else k.phone end,
       coalesce(a.country, c.country), coalesce(a.province, ''), coalesce(a.city, ''), coalesce(a.district, ''),
       coalesce(a.street, ''), coalesce(a.postcode, ''), coalesce(a.receiver, ''), coalesce(a.phone, '')
from customers_customer c
join customers_paymentterm t on t.id = c.term_id
left join customers_address a on a.customer_id = c.id and a.is_default
left join customers_contact k on k.customer_id = c.id and k.is_default
where c.id = any(%s::bigint[])
"""


class File(NamedTuple):
    """What is copied onto an order: who buys, who answers the phone, where the goods go."""

    country: str
    customer_name: str
    credit_code: str
    bank: str
    bank_account: str
    contact_name: str
    contact_phone: str
    ship_country: str
    ship_province: str
    ship_city: str
    ship_district: str
    ship_street: str
    ship_postcode: str
    receiver: str
    receiver_phone: str


class Buyer(NamedTuple):
    """A customer as orders see it; ``term`` is the kind of its payment term."""

    id: int
    owner_id: int | None
    region_id: int | None
    frozen: bool
    grade: str
    currency: str
    term_id: int
    term: str
    file: File

    def seen_by(self, actor: Actor) -> bool:
        """The decision of ``queries.seen_by`` for one customer."""
        return actor.sees(self.owner_id, self.region_id)


def buyers(ids: Iterable[int]) -> Statement[dict[int, Buyer]]:
    """These customers by id, with their default address and contact; an unknown id is missing."""
    return Statement(_BUYERS, [numbers(set(ids))], _read)


def _read(rows: list[Row]) -> dict[int, Buyer]:
    return {row[0]: Buyer._make((*row[:8], File._make(row[8:]))) for row in rows}
