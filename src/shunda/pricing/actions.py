"""What people do with price lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection

from shunda.catalog.queries import resolve
from shunda.core import event
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, by_id, happening
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.customers import queries as customers
from shunda.pricing import reasons
from shunda.pricing.models import Price, PriceList
from shunda.pricing.queries import seen_by
from shunda.pricing.rows import Checked, check, why_not_list
from shunda.pricing.specs import ListSpec, PriceBook

EDITABLE = ("name", "currency", "includes_tax", "customer_id", "grade", "valid_from", "valid_until", "active")


@action("pricing.create_pricelist")
def create_lists(specs: Sequence[ListSpec], *, by: Actor, at: datetime) -> Outcome[PriceList]:
    """New price lists, still without prices (R039).

    Refuses: a code that is taken or not a code, no name, a currency that is none, an end before the start, a
    customer and a grade at once, a customer outside the actor's area.
    """
    with connection.cursor() as cursor:  # two people do not take one code at the same moment
        cursor.execute("select pg_advisory_xact_lock(hashtext('pricing_pricelist.code'))")
    taken = {code.upper() for code in PriceList.objects.values_list("code", flat=True)}
    seen = _customers(specs, by)
    refused: list[Refusal] = []
    fine: list[PriceList] = []
    for index, spec in enumerate(specs):
        wrong = list(why_not_list(index, spec, seen))
        if spec.code.upper() in taken:
            wrong.append(reasons.CODE_TAKEN(index, code=spec.code, where="code"))
        taken.add(spec.code.upper())
        refused += wrong
        if not wrong:
            fine.append(PriceList(code=spec.code, **{name: getattr(spec, name) for name in EDITABLE}))
    made = PriceList.objects.bulk_create(fine)
    event.record((happening("price_list.create", row, code=row.code) for row in made), by=by, at=at)
    return Outcome(made, refused)


@action("pricing.edit_pricelist")
def edit_lists(
    specs: Mapping[int, ListSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[PriceList]:
    """Change lists by id; the event keeps what each field was and is. The code stays.

    Refuses what ``create_lists`` refuses, and another currency once the list has prices.
    """
    seen = _customers(list(specs.values()), by)
    batch = Batch(seen_by(by), specs, None, "price_list.edit", versions=versions)
    priced = set(Price.objects.filter(price_list__in=batch.ids).values_list("price_list_id", flat=True).distinct())
    batch.refuse_if(lambda row: why_not_list(row.pk, specs[row.pk], seen))
    batch.refuse_if(
        lambda row: (
            reasons.CURRENCY_FIXED(row.pk, currency=row.currency, where="currency")
            if row.pk in priced and specs[row.pk].currency != row.currency
            else None
        )
    )
    for row in batch:
        batch.amend(row, {name: getattr(specs[row.pk], name) for name in EDITABLE})
    return batch.commit(by=by, at=at)


@action("pricing.edit_pricelist")
def set_prices(
    books: Sequence[PriceBook], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[PriceList]:
    """Put prices into lists: new ones are added, known ones changed, and with ``replace`` the others removed.

    A list takes all of its rows or none: every fault of every row is told at once (SKU unknown, a figure that is
    none, a floor above the price, a row twice). The event keeps each price that changed, old and new.
    """
    wanted = {book.list_id: book for book in books}
    batch = Batch(seen_by(by), wanted, None, "price_list.prices", versions=versions)
    skus = resolve({row.sku.strip() for book in books for row in book.rows})
    checked: dict[int, list[Checked]] = {}
    refused: list[Refusal] = []
    for pk in batch.ids:
        checked[pk], wrong = check(pk, wanted[pk].rows, skus)
        refused += wrong or ([] if wanted[pk].rows else [reasons.EMPTY(pk)])
    batch.refuse_if(by_id(refused))
    present: dict[int, dict[Key, Price]] = {pk: {} for pk in batch.ids}
    for price in Price.objects.filter(price_list__in=batch.ids).select_related("sku"):
        present[price.price_list_id][price.sku_id, price.min_quantity] = price
    gone: list[int] = []
    for pk in batch.ids:
        left = dict(present[pk])
        said = [change for row in checked[pk] if (change := _change(row, left.pop(row.key, None)))]
        if wanted[pk].replace:
            gone += [price.pk for price in left.values()]
            said += [
                [price.sku.code, plain(price.min_quantity), plain(price.unit_price), None] for price in left.values()
            ]
        batch.note(pk, prices=said)
    Price.objects.filter(pk__in=gone).delete()
    _write([(pk, row) for pk in batch.ids for row in checked[pk]])
    return batch.commit(by=by, at=at)


Key = tuple[int, Decimal]

_UPSERT = """
insert into pricing_price (price_list_id, sku_id, min_quantity, unit_price, floor)
select * from unnest(%s::bigint[], %s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[])
on conflict (sku_id, price_list_id, min_quantity) do update
set unit_price = excluded.unit_price, floor = excluded.floor
"""


def _write(prices: Sequence[tuple[int, Checked]]) -> None:
    if not prices:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            [
                [pk for pk, _row in prices],
                [row.sku_id for _pk, row in prices],
                [row.min_quantity for _pk, row in prices],
                [row.unit_price for _pk, row in prices],
                [row.floor for _pk, row in prices],
            ],
        )


def _change(row: Checked, old: Price | None) -> list[str | None] | None:
    """What the event keeps: SKU, from quantity, old price, new price; nothing when nothing changes."""
    if old and (old.unit_price, old.floor) == (row.unit_price, row.floor):
        return None
    return [row.sku, plain(row.min_quantity), plain(old.unit_price) if old else None, plain(row.unit_price)]


@action("pricing.edit_pricelist")
def remove_prices(
    list_id: int, price_ids: Sequence[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[PriceList]:
    """Take single prices out of a list; the event keeps what they were. Refuses one that is not in the list."""
    batch = Batch(seen_by(by), [list_id], None, "price_list.prices", versions=versions)
    gone = list(Price.objects.filter(price_list_id=list_id, pk__in=price_ids).select_related("sku"))
    batch.refuse_if(lambda row: reasons.NOT_IN_LIST(row.pk) if len(gone) < len(set(price_ids)) else None)
    if batch.ids:
        said = [[price.sku.code, plain(price.min_quantity), plain(price.unit_price), None] for price in gone]
        batch.note(list_id, prices=said)
        Price.objects.filter(pk__in=[price.pk for price in gone]).delete()
    return batch.commit(by=by, at=at)


@action("pricing.view_pricelist")
def record_export(price_list: PriceList, *, by: Actor, at: datetime) -> None:
    """Prices leave the system: who took them, and when."""
    event.record([happening("price_list.export", price_list, code=price_list.code)], by=by, at=at)


def _customers(specs: Sequence[ListSpec], by: Actor) -> set[int]:
    wanted = {spec.customer_id for spec in specs if spec.customer_id}
    return set(customers.seen_by(by).filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
