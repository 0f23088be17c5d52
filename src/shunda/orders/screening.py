"""Screening of new orders: odd amounts, new customers, shared phones and addresses, duplicates (R018, R157).

A decision table looks at figures computed for it and places holds. The figures are read only for orders that a row
could still mean, so that usual orders cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

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
    """Orders that were submitted, with the figures of the screening as they are now."""

    def more(self, orders: Sequence[Order], at: datetime) -> dict[int, dict[str, Any]]:
        """The score and the figures."""
        scores, figures = Released.more(self, orders, at), computed(orders)
        return {order.pk: scores[order.pk] | figures[order.pk] for order in orders}


def _row(kind: str, note: Any, **when: str) -> Row:
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
            _row(HoldKind.FRAUD, "新客户大额订单 / new customer, large order", orders_before="0", gross=">= 200000"),
            _row(HoldKind.FRAUD, "金额异常 / odd amount", times_usual=">= 10", gross=">= 100000"),
            _row(HoldKind.FRAUD, "共用电话 / shared phone", same_phone=">= 3", orders_before="0", gross=">= 20000"),
            _row(HoldKind.FRAUD, "共用地址 / shared address", same_address=">= 3", orders_before="0", gross=">= 20000"),
            _row(HoldKind.MANUAL, "重复订单 / duplicate", duplicate=YES, gross="> 100000"),
        ),
        hit="every",
        requirements=("R018", "R034", "R157"),
        subject_url="orders:detail",
        history=Screened(),
        otherwise=_("nothing is held"),
    )
)

# The phones and addresses of customers' files; each look-up goes by an index, whatever the number of customers.
_COMPUTED = """
select o.id,
  (select count(*) from (select from orders_order p where p.customer_id = o.customer and p.id <> o.id
     and p.confirmed_at is not null limit %s) counted),
  (select avg(gross) from (select p.gross from orders_order p where p.customer_id = o.customer and p.id <> o.id
     and p.confirmed_at is not null and p.status <> 'cancelled' and p.currency = o.currency
     order by p.id desc limit %s) newest),
  (select count(distinct a.customer_id) from customers_address a where o.phone <> '' and a.phone <> ''
     and a.customer_id <> o.customer
     and right(regexp_replace(a.phone, '[^0-9]', '', 'g'), 4) = right(o.phone, 4)
     and regexp_replace(a.phone, '[^0-9]', '', 'g') = o.phone),
  (select count(distinct a.customer_id) from customers_address a where o.street <> '' and a.street = o.street
     and a.city = o.city and a.customer_id <> o.customer),
  exists (select from orders_order p where p.fingerprint = o.fingerprint and p.fingerprint <> '' and p.id <> o.id
     and p.status <> 'cancelled' and o.external = ''
     and p.created_at between o.created - make_interval(days => %s) and o.created + make_interval(days => %s))
from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::timestamptz[])
     o(id, customer, currency, phone, city, street, fingerprint, external, created)
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
    ]
    rows = sql.fetch(_COMPUTED, [COUNTED, LOOKED_BACK, days, days, *columns])
    gross = {order.pk: order.gross for order in orders}
    return {
        pk: {
            "orders_before": before,
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
