"""Screening of new orders: odd amounts, new customers, shared phones and addresses, duplicates (R018, R157).

A decision table looks at figures computed for it and places holds. The figures are read only for orders that a row
could still mean, so that usual orders cost nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from shunda.core import sql
from shunda.core.search import phone_digits
from shunda.orders import reasons as why
from shunda.orders.checks import CheckFacts
from shunda.orders.decisions import SCORED, Released, scored
from shunda.orders.hold_models import HoldKind, Stops
from shunda.orders.models import Order
from shunda.orders.specs import HoldSpec
from shunda.policies import queries as policies
from shunda.policies.conditions import NO, YES, YES_OR_NO, Numbers
from shunda.policies.decisions import Edition, Ruling
from shunda.policies.kinds import Choice, Text, Whole
from shunda.policies.tables import Input, Output, Row, Table, declare

LOOKED_BACK, COUNTED = 20, 1000
"""The usual amount is that of so many orders; more orders than the second number are not counted."""

COMPUTED = (
    Input("orders_before", _("orders of the customer confirmed before"), Numbers()),
    Input("times_usual", _("times the customer's usual amount"), Numbers()),
    Input("same_phone", _("other customers with the same phone"), Numbers()),
    Input("same_address", _("other customers with the same address"), Numbers()),
    Input("duplicate", _("same articles and quantities again"), YES_OR_NO),
)
"""What is computed for the screening, besides what every table about orders looks at."""


@dataclass(frozen=True, slots=True)
class Screened(Released):
    """Orders that were submitted, with the figures of the screening as they are now where they matter."""

    def compute(self, subject_ids: Sequence[int], names: Collection[str], at: datetime) -> dict[int, dict[str, Any]]:
        """The score and the figures."""
        found = Released.compute(self, subject_ids, names, at)
        if any(one.name in names for one in COMPUTED):
            figures = computed(list(Order.objects.only(*LOOKED_AT).filter(pk__in=found)))
            return {pk: more | figures[pk] for pk, more in found.items() if pk in figures}
        return found


LOOKED_AT = (
    "customer_id", "currency", "receiver_phone", "ship_city", "ship_street", "fingerprint", "external_number",
    "created_at", "confirmed_at", "gross",
)  # fmt: skip
"""The columns of an order that ``computed`` looks at."""


def _row(kind: str, note: str, **when: str) -> Row:
    return Row(when, {"hold": kind, "stops": Stops.CONFIRM}, note)


SCREENING = declare(
    Table(
        "orders.holds",
        _("Which new orders are held"),
        _(
            "Asked when an order is submitted or placed, with figures computed for it. Every row that fits places a"
            " hold, and the order goes to people."
        ),
        (*COMPUTED, *SCORED),
        (
            Output("hold", _("kind of hold"), Choice(tuple(HoldKind.choices))),
            Output("stops", _("stops"), Choice(tuple(Stops.choices))),
            Output("hours", _("ends by itself after"), Whole(1, 8784, _("hours")), required=False),
            Output("reason", _("reason"), Text(r".{1,200}", _("at most 200 characters")), required=False),
        ),
        (
            _row(HoldKind.FRAUD, gettext_noop("new customer, large order"), orders_before="0", gross=">= 200000"),
            _row(HoldKind.FRAUD, gettext_noop("odd amount"), times_usual=">= 10", gross=">= 100000"),
            _row(HoldKind.FRAUD, gettext_noop("shared phone"), same_phone=">= 3", orders_before="0", gross=">= 20000"),
            _row(
                HoldKind.FRAUD, gettext_noop("shared address"), same_address=">= 3", orders_before="0", gross=">= 20000"
            ),
            _row(HoldKind.MANUAL, gettext_noop("duplicate order"), duplicate=YES, gross="> 100000"),
        ),
        hit="every",
        requirements=("R018", "R034", "R157"),
        subject_url="orders:detail",
        history=Screened(),
        otherwise=_("nothing is held"),
    )
)

# What many orders share is looked up once: their customer's orders, a phone, an address, each by an index of its own.
_COMPUTED = """
with o as materialized (
  select * from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                       %s::text[], %s::timestamptz[], %s::bool[])
    o(id, customer, currency, phone, city, street, fingerprint, external, created, confirmed)
), before as materialized (
  select k.customer, (select count(*) from (select from orders_order p where p.customer_id = k.customer
                        and p.confirmed_at is not null limit %s) counted) as orders
  from (select distinct customer from o) k
), usual as materialized (
  select k.customer, k.currency, newest.ids, newest.grosses from (select distinct customer, currency from o) k
  cross join lateral (
    select array_agg(p.id order by p.id desc) ids, array_agg(p.gross order by p.id desc) grosses
    from (select p.id, p.gross from orders_order p where p.customer_id = k.customer and p.confirmed_at is not null
            and p.status <> 'cancelled' and p.currency = k.currency order by p.id desc limit %s) p
  ) newest
), phones as materialized (
  select k.customer, k.phone, (select count(distinct a.customer_id) from customers_address a
     where a.phone <> '' and a.customer_id <> k.customer
       and right(regexp_replace(a.phone, '[^0-9]', '', 'g'), 4) = right(k.phone, 4)
       and regexp_replace(a.phone, '[^0-9]', '', 'g') = k.phone) as others
  from (select distinct customer, phone from o where phone <> '') k
), places as materialized (
  select k.customer, k.city, k.street, (select count(distinct a.customer_id) from customers_address a
     where a.street = k.street and a.city = k.city and a.customer_id <> k.customer) as others
  from (select distinct customer, city, street from o where street <> '') k
)
select o.id, before.orders - case when o.confirmed then 1 else 0 end, (
    select avg(newest.gross) from (
      select each.gross from unnest(usual.ids, usual.grosses) with ordinality each(id, gross, i)
      where each.id <> o.id order by i limit %s) newest),
  coalesce(phones.others, 0), coalesce(places.others, 0),
  exists (select from orders_order p where p.fingerprint = o.fingerprint and p.fingerprint <> '' and p.id <> o.id
     and p.status <> 'cancelled' and o.external = ''
     and p.created_at between o.created - make_interval(days => %s) and o.created + make_interval(days => %s))
from o join before using (customer) join usual using (customer, currency)
left join phones using (customer, phone) left join places using (customer, city, street)
"""


def computed(orders: Sequence[Order]) -> dict[int, dict[str, Any]]:
    """The figures of these orders as they stand now, by order id: two queries, however many orders."""
    if not orders:
        return {}
    days = policies.value("orders.duplicate_days")
    columns = [
        [order.pk for order in orders],
        [order.customer_id for order in orders],
        [order.currency for order in orders],
        [phone_digits(order.receiver_phone) for order in orders],
        [order.ship_city for order in orders],
        [order.ship_street for order in orders],
        [order.fingerprint for order in orders],
        [order.external_number for order in orders],
        [order.created_at for order in orders],
        [order.confirmed_at is not None for order in orders],
    ]
    rows = sql.fetch(_COMPUTED, [*columns, COUNTED + 1, LOOKED_BACK + 1, LOOKED_BACK, days, days])
    gross = {order.pk: order.gross for order in orders}
    return {
        pk: {
            "orders_before": min(before, COUNTED),
            "times_usual": gross[pk] / usual if usual else Decimal(0),
            "same_phone": phones,
            "same_address": addresses,
            "duplicate": YES if again else NO,
        }
        for pk, before, usual, phones, addresses, again in rows
    }


def screen(edition: Edition, orders: Sequence[Order], base: Mapping[int, Mapping[str, Any]]) -> dict[int, Ruling]:
    """What the screening says of orders, by id; ``base`` are their facts. Those that no row means are left out."""
    meant = [order for order in orders if edition.grid.may_hit(base[order.pk])]
    more = computed(meant)
    rulings = {order.pk: edition.rule({**base[order.pk], **more[order.pk]}) for order in meant}
    return {pk: ruling for pk, ruling in rulings.items() if ruling.rows}


def screened(edition: Edition, orders: Sequence[Order], known: CheckFacts) -> dict[int, Ruling]:
    """The same for orders whose facts nobody has put together yet; nothing is read where the table has no rows."""
    return screen(edition, orders, scored(orders, known)) if edition.grid.rows and orders else {}


def holds(rulings: Mapping[int, Ruling], at: datetime) -> Iterator[HoldSpec]:
    """The holds the screening places; each says by which row. Of two rows for one kind and step the first counts."""
    for pk, ruling in rulings.items():
        for row, outcome in reversed(list(zip(ruling.rows, ruling.outcomes, strict=True))):
            hours, kind = outcome["hours"], str(outcome["hold"])
            yield HoldSpec(
                pk,
                outcome["reason"] or why.SCREENED[kind].code,
                kind,
                str(outcome["stops"]),
                expires_at=at + timedelta(hours=hours) if hours else None,
                decided={"table": ruling.table, "version": ruling.version, "rows": [row]},
            )
