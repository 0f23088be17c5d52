"""What checks need to know, read for a whole batch in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.models import Min
from django.utils.timezone import localtime

from shunda.accounts.models import User
from shunda.catalog import queries as catalog
from shunda.catalog.queries import SkuFacts
from shunda.core.actor import Actor
from shunda.core.refusal import Refusal
from shunda.core.sql import Statement, nothing
from shunda.credit import queries as credit
from shunda.credit import scoring
from shunda.customers import queries as customers
from shunda.customers.models import Address, Contact, Customer, PaymentTerm
from shunda.inventory import queries as inventory
from shunda.inventory.models import Supply, Warehouse
from shunda.orders import checks, rules, written
from shunda.orders.checks import CheckFacts, Finding, Other
from shunda.orders.entry import EntryFacts, Place
from shunda.orders.models import Order, OrderAttachment, OrderLine, PaperKind
from shunda.orders.queries import lines_of
from shunda.orders.specs import LineSpec, OrderSpec
from shunda.policies import queries as policies
from shunda.policies.calendar import Calendar
from shunda.policies.declared import SETTINGS


def for_entry(specs: Collection[OrderSpec], by: Actor) -> EntryFacts:
    """Everything the specs refer to, as far as the actor may see it."""
    customer_ids = {spec.customer_id for spec in specs}
    address_ids = {spec.address_id for spec in specs if spec.address_id is not None}
    owner_ids = {spec.owner_id for spec in specs if spec.owner_id is not None}
    addresses = list(Address.objects.filter(customer_id__in=customer_ids, active=True))
    contacts = Contact.objects.filter(customer_id__in=customer_ids, active=True, is_default=True)
    return replace(
        for_lines(specs, by),
        addresses={a.pk: a for a in addresses if a.pk in address_ids},
        default_addresses={a.customer_id: a for a in addresses if a.is_default},
        default_contacts={c.customer_id: c for c in contacts},
        terms={t.pk: t for t in PaymentTerm.objects.all()},
        owners=frozenset(User.objects.filter(pk__in=owner_ids, is_active=True).values_list("pk", flat=True)),
        taken=_taken(specs),
    )


def for_lines(specs: Collection[OrderSpec], by: Actor) -> EntryFacts:
    """As much of it as the lines alone refer to: what is asked again and again while somebody types."""
    customer_ids = {spec.customer_id for spec in specs}
    limits = policies.values("orders.most_lines", "orders.most_quantity")
    sku_ids = catalog.resolve({line.sku for spec in specs for line in spec.lines if line.sku_id is None})
    lines = [line for spec in specs for line in spec.lines]
    skus = catalog.sku_facts({line.sku_id or sku_ids.get(line.sku, 0) for line in lines} - {0})
    warehouses = list(Warehouse.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
    return EntryFacts(
        customers={c.pk: c for c in customers.seen_by(by).filter(pk__in=customer_ids)},
        warehouses=frozenset(warehouses),
        default_warehouse=warehouses[0] if warehouses else None,
        sku_ids=sku_ids,
        skus=skus,
        factors=_factors(lines, sku_ids, skus),
        max_lines=limits["orders.most_lines"],
        max_quantity=Decimal(limits["orders.most_quantity"]),
    )


def _factors(
    lines: Iterable[LineSpec], sku_ids: Mapping[str, int], skus: Mapping[int, SkuFacts]
) -> dict[tuple[int, int], Fraction]:
    """How many base units the units of these lines are; who sells by base units alone asks nobody."""
    found = [(skus.get(line.sku_id or sku_ids.get(line.sku, 0)), line) for line in lines]
    asked = {(sku.id, line.unit_id or sku.unit_id): sku for sku, line in found if sku}
    own = {pair: Fraction(1) for pair, sku in asked.items() if pair[1] == sku.unit_id}
    others = asked.keys() - own.keys()
    return own | catalog.factors(others) if others else own


_TAKEN = """
select o.channel, o.shop, o.external_number, o.id, o.number
from unnest(%s::text[], %s::text[], %s::text[]) p(channel, shop, number)
join orders_order o on o.channel = p.channel and o.shop = p.shop and o.external_number = p.number
                   and o.external_number <> ''
"""


def _taken(specs: Iterable[OrderSpec]) -> dict[Place, tuple[int, str]]:
    """Which foreign numbers are already here, and as which order."""
    places = sorted({(str(s.channel), s.shop, s.external_number) for s in specs if s.external_number})
    if not places:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [list(column) for column in zip(*places, strict=True)])
        return {(channel, shop, external): (pk, number) for channel, shop, external, pk, number in cursor.fetchall()}


_LOCK_PLACES = """
select pg_advisory_xact_lock(k) from
(select distinct hashtextextended(p, 0) k from unnest(%s::text[]) p order by 1) keys
"""


def lock_places(specs: Sequence[OrderSpec]) -> Statement[None]:
    """Make two callers that bring the same foreign number wait for each other: the second is told, not surprised."""
    places = sorted({repr((str(s.channel), s.shop, s.external_number)) for s in specs if s.external_number})
    return Statement(_LOCK_PLACES if places else "", [places], nothing)


CALENDAR = [name for name in SETTINGS if name.startswith("calendar.")]
"""The settings a calendar is made of."""


def calendar() -> Calendar:
    """Working days and hours as the company set them: one query."""
    return policies.calendar(policies.values(*CALENDAR))


def for_checks(
    orders: Sequence[Order], at: datetime, lines: Mapping[int, Sequence[OrderLine]] | None = None
) -> CheckFacts:
    """Everything the system's own checks of these orders look at, as it stands now.

    ``lines`` are those of orders that are not saved yet, by order id, each with its SKU.
    """
    ids = [order.pk for order in orders]
    customer_ids = {order.customer_id for order in orders}
    lines = lines_of(ids) if lines is None else lines
    sku_ids = {line.sku_id for members in lines.values() for line in members}
    warehouse_ids = {order.warehouse_id for order in orders}
    decided = policies.values("orders.duplicate_days", *written.SETTINGS, *scoring.SETTINGS, *CALENDAR)
    days: int = decided["orders.duplicate_days"]
    marked = [order for order in orders if order.fingerprint]
    referred = [order for order in orders if order.customer_reference]
    letters = OrderAttachment.objects.filter(order_id__in=ids, kind=PaperKind.CONFIRMATION_LETTER)
    exposure = credit.exposure(customer_ids, at)
    return CheckFacts(
        at=at,
        today=localtime(at).date(),
        lines=lines,
        customers=Customer.objects.in_bulk(customer_ids),
        terms={term.pk: term for term in PaymentTerm.objects.all()},
        warehouses=dict(Warehouse.objects.filter(pk__in=warehouse_ids).values_list("pk", "name")),
        skus=catalog.sku_facts(sku_ids),
        stock=inventory.availability(sku_ids, warehouse_ids),
        restock=restock(sku_ids, warehouse_ids),
        exposure=exposure,
        scores=scoring.weigh(exposure, decided, at),
        release_score=decided["credit.release_score"],
        duplicates=_others(_DUPLICATES, marked, [order.fingerprint for order in marked], days),
        references=_others(_REFERENCES, referred, [order.customer_reference for order in referred], days),
        letters=frozenset(letters.values_list("order_id", flat=True)),
        written=written.Measure.of(decided),
        calendar=policies.calendar(decided),
    )


def findings(orders: Sequence[Order], at: datetime) -> dict[int, list[Finding]]:
    """What the system's own checks find about these orders right now, by order id (R054)."""
    known = for_checks(orders, at)
    return {order.pk: checks.findings(order, known) for order in orders}


def gaps(
    order: Order, at: datetime, *, may_override: bool, lines: Sequence[OrderLine] | None = None
) -> tuple[list[Refusal], list[Finding]]:
    """What keeps an order from being submitted right now, and what the checks find besides (R031-R034).

    ``lines`` are those of an order that is not saved yet.
    """
    known = for_checks([order], at, None if lines is None else {order.pk: lines})
    lines, customer = known.lines[order.pk], known.customers[order.customer_id]
    missing = list(rules.why_not_submit(order, lines, customer, known.skus, known.today, may_override=may_override))
    said = {refusal.code for refusal in missing}
    return missing, [finding for finding in checks.findings(order, known) if finding.code not in said]


def restock(sku_ids: Collection[int], warehouse_ids: Collection[int]) -> dict[tuple[int, int], date]:
    """When the next announced supply of each SKU is expected in each warehouse."""
    rows = Supply.objects.filter(
        inventory.open_supplies(), sku_id__in=sku_ids, warehouse_id__in=warehouse_ids, expected_on__isnull=False
    )
    found = rows.values_list("sku_id", "warehouse_id").annotate(first=Min("expected_on"))
    return {(sku, warehouse): first for sku, warehouse, first in found}


# Both find a handful of other orders by index, whatever the size of the table.
_DUPLICATES = """
select mine.id, other.id, other.number, other.order_date
from unnest(%(ids)s::bigint[], %(texts)s::text[], %(times)s::timestamptz[]) mine(id, fingerprint, created_at)
cross join lateral (
  select o.id, o.number, o.order_date from orders_order o
  where o.fingerprint = mine.fingerprint and o.fingerprint <> '' and o.id <> mine.id and o.status <> 'cancelled'
    and o.created_at between mine.created_at - make_interval(days => %(days)s)
                         and mine.created_at + make_interval(days => %(days)s)
  order by o.id desc limit 5
) other order by 1, 2
"""
_REFERENCES = """
select mine.id, other.id, other.number, other.order_date
from unnest(%(ids)s::bigint[], %(texts)s::text[], %(customers)s::bigint[]) mine(id, reference, customer_id)
cross join lateral (
  select o.id, o.number, o.order_date from orders_order o
  where o.customer_reference = mine.reference and o.customer_reference <> ''
    and o.customer_id = mine.customer_id and o.id <> mine.id and o.status <> 'cancelled'
  order by o.id desc limit 5
) other order by 1, 2
"""


def _others(sql: str, orders: Sequence[Order], texts: Sequence[str], days: int) -> dict[int, list[Other]]:
    """Other orders that look like these, saved or not yet."""
    found: defaultdict[int, list[Other]] = defaultdict(list)
    if orders:
        columns: dict[str, Any] = {
            "ids": [order.pk for order in orders],
            "texts": list(texts),
            "times": [order.created_at for order in orders],
            "customers": [order.customer_id for order in orders],
        }
        with connection.cursor() as cursor:
            cursor.execute(sql, {**columns, "days": days})
            for mine, other, number, on in cursor.fetchall():
                found[mine].append(Other(other, number, on))
    return found
