"""Products and customers a file names and nobody knows yet: created before booking where the mapping says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models.functions import Upper

from shunda.catalog import actions as catalog
from shunda.catalog.models import Category, Unit
from shunda.catalog.queries import resolve
from shunda.catalog.specs import CategorySpec, ProductSpec
from shunda.channels import checks, reasons, staging
from shunda.channels.mapping import CREATE, Mapping
from shunda.core.actor import Actor
from shunda.core.refusal import NotPermitted, Refusal, Refused
from shunda.customers import actions as customers
from shunda.customers.models import PaymentTerm
from shunda.customers.queries import seen_by
from shunda.customers.specs import CustomerSpec

BLOCK = 1_000

# the longest name that is written for it, in the order of the file
_NEW_SKUS = """
select distinct on (upper(sku)) sku, name, min(row) over (partition by upper(sku))
from channels_stagedline where run_id = %s and kind = 'goods' and sku <> '' and found_sku is null and result = ''
order by upper(sku), length(name) desc, row
"""
_NEW_CUSTOMERS = """
select distinct on (upper(customer)) customer, customer_name, country, min(row) over (partition by upper(customer))
from channels_stagedline where run_id = %s and customer <> '' and found_customer is null and result = ''
order by upper(customer), length(customer_name) desc, row
"""


def find(run_id: int, mapping: Mapping, by: Actor) -> None:
    """Point the lines at what is known, customers within the actor's sight; no customer means the walk-in one."""
    skus = {written.upper(): pk for written, pk in resolve(staging.sku_codes(run_id)).items()}
    wanted = {code.upper() for code in [*staging.customer_codes(run_id), mapping.walk_in] if code}
    parties = _customer_ids(wanted, by)
    if mapping.walk_in.upper() in parties:
        parties[""] = parties[mapping.walk_in.upper()]
    staging.point(run_id, skus, parties, _units())


def _units() -> dict[str, int]:
    """By code or name in small letters; a code goes before a name."""
    known = Unit.objects.order_by("pk").values_list("pk", "code", "name", "name_en")
    names = {name.lower(): pk for pk, _code, *both in known for name in both if name}
    return names | {code.lower(): pk for pk, code, *_names in known}


def _customer_ids(codes: set[str], by: Actor) -> dict[str, int]:
    """By code in capitals."""
    return dict(seen_by(by).annotate(upper=Upper("code")).filter(upper__in=codes).values_list("upper", "pk"))


def create(run_id: int, mapping: Mapping, *, by: Actor, at: datetime) -> None:
    """Create what is missing, point the lines at it, and report invoices whose goods or customer were refused."""
    if mapping.unknown_skus == CREATE:
        _create(run_id, _NEW_SKUS, "sku", lambda rows: _products(rows, mapping, by, at))
    new_customers = mapping.unknown_customers == CREATE
    if mapping.walk_in and not _customer_ids({mapping.walk_in.upper()}, by):
        customers.create_customers([_party(mapping.walk_in, "", "", mapping, _term(mapping))], by=by, at=at).one()
    if new_customers:
        _create(run_id, _NEW_CUSTOMERS, "customer", lambda rows: _customers(rows, mapping, by, at))
    find(run_id, mapping, by)
    checks.report(run_id)


def _create(run_id: int, sql: str, column: str, make: Callable[[list[Any]], list[Refusal]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [run_id])
        rows = cursor.fetchall()
    found: list[tuple[int, str, str, dict[str, object]]] = []
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        try:
            refused = make(block)
        except NotPermitted as missing:
            refused = [
                reasons.CANNOT_CREATE(index, value=row[0], permission=missing.permission)
                for index, row in enumerate(block)
            ]
        found += [(block[why.id or 0][-1], column, why.code, dict(why.data)) for why in refused]
    checks.add(run_id, found)


def _products(rows: list[Any], mapping: Mapping, by: Actor, at: datetime) -> list[Refusal]:
    unit = Unit.objects.filter(code__iexact=mapping.unit).first()
    if unit is None:
        raise Refused(reasons.NOT_SET_UP(what="unit", code=mapping.unit))
    category = Category.objects.filter(code__iexact=mapping.category).first()
    if category is None:
        rate = Decimal(mapping.tax_rate) if mapping.tax_rate else Decimal("0.13")
        spec = CategorySpec(code=mapping.category, name="导入商品", name_en="Imported goods", tax_rate=rate)
        category = catalog.create_categories([spec], by=by, at=at).one()
    specs = [
        ProductSpec(code=sku, name=(name or sku)[:120], category_id=category.pk, unit_id=unit.pk)
        for sku, name, _row in rows
    ]
    return catalog.create_products(specs, by=by, at=at).refused


def _customers(rows: list[Any], mapping: Mapping, by: Actor, at: datetime) -> list[Refusal]:
    term = _term(mapping)
    specs = [_party(code, name, country, mapping, term) for code, name, country, _row in rows]
    return customers.create_customers(specs, by=by, at=at).refused


def _term(mapping: Mapping) -> int:
    code = mapping.term or "prepaid"
    found = PaymentTerm.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise Refused(reasons.NOT_SET_UP(what="payment term", code=code))
    return found


def _party(code: str, name: str, country: str, mapping: Mapping, term_id: int) -> CustomerSpec:
    known = mapping.countries.get(country, country if len(country) == 2 else "")
    elsewhere = next(iter(mapping.countries.values()), "")
    fallback = "散客 Walk-in" if code == mapping.walk_in else code
    return CustomerSpec(
        code=code,
        name=name or fallback,
        term_id=term_id,
        country=(known or elsewhere or "CN").upper(),
        currency=mapping.currency,
    )
