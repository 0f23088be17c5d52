"""Taking orders in: new drafts, and new drafts copied from old orders."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from shunda.core import sequence
from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.orders import allocation, assembly, facts, rows, tasks
from shunda.orders import reasons as why
from shunda.orders.allocation import ALLOCATION, PRIORITY
from shunda.orders.assembly import Draft
from shunda.orders.entry import Entry, EntryFacts, read
from shunda.orders.models import Order
from shunda.orders.queries import lines_of, seen_by
from shunda.orders.specs import OrderSpec
from shunda.policies import queries as policies
from shunda.pricing.queries import quote

__all__ = ["clone", "create"]


@action("orders.create_order")
def create(specs: Sequence[OrderSpec], *, by: Actor, at: datetime) -> Outcome[Order]:
    """New draft orders, each numbered SO + day + serial (R019, R020), priced from the lists where no price is given.

    A draft may lack things but holds no nonsense: refused are unknown customers, articles, units and choices,
    quantities that are not positive, not possible in the unit or absurd, too many lines, wrong prices, discounts and
    rates, and a foreign number that is already here. ``Refusal.id`` is the index of the spec.
    """
    outcome = draft(specs, by=by, at=at)
    tasks.open_for(tasks.SUBMIT, outcome.done, at=at)
    return outcome


@action("orders.create_order")
def clone(ids: Collection[int], *, by: Actor, at: datetime) -> Outcome[Order]:
    """New drafts like these orders: same customer and lines, today's prices, no dates and no foreign numbers.

    ``Refusal.id`` is the id of the order to be cloned.
    """
    wanted = sorted(set(ids))
    orders = {order.pk: order for order in seen_by(by).filter(pk__in=wanted)}
    lines = lines_of(orders)
    sources = [pk for pk in wanted if pk in orders]
    specs = [replace(assembly.spec_of(orders[pk], lines[pk], fresh=True), cloned_from_id=pk) for pk in sources]
    outcome = draft(specs, by=by, at=at)
    tasks.open_for(tasks.SUBMIT, outcome.done, at=at)
    missing = [NOT_FOUND(pk) for pk in wanted if pk not in orders]
    refused = [replace(refusal, id=sources[refusal.id or 0]) for refusal in outcome.refused]
    return Outcome(outcome.done, missing + refused)


def draft(specs: Sequence[OrderSpec], *, by: Actor, at: datetime) -> Outcome[Order]:
    """The drafts themselves, for actions that go on with them; what ``create`` says."""
    facts.lock_places(specs).run()
    entries, refused = resolve(dict(enumerate(specs)), facts.for_entry(specs, by))
    on = localtime(at).date()
    blanks = {key: assembly.blank("", at, on, by.id) for key in entries}
    drafts, too_large = price(entries, blanks, at)
    entered = {
        key: allocation.Entered(one.order, one.lines, specs[key], entries[key].customer) for key, one in drafts.items()
    }
    values, tables = policies.decided(["orders.number_prefix"], [ALLOCATION.name, PRIORITY.name], at)
    decided = allocation.settle(tables, entered, by=by)
    orders = [one.order for one in drafts.values()]
    prefix = values["orders.number_prefix"]
    for order, number in zip(orders, sequence.numbers(prefix, f"{on:%Y%m%d}", len(orders)), strict=True):
        order.number = number
        order.owner_id = order.owner_id or by.id
    rows.insert_orders(orders, [one.lines for one in drafts.values()])
    created = [
        happening(
            "order.create", one.order, lines=len(one.lines), gross=str(one.order.gross), **_told(decided.get(key))
        )
        for key, one in drafts.items()
    ]
    record(created, by=by, at=at)
    return Outcome(orders, sorted(refused + too_large, key=lambda refusal: refusal.id or 0))


def _told(decided: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    return {"decided": list(decided)} if decided else {}


def resolve(specs: Mapping[int, OrderSpec], known: EntryFacts) -> tuple[dict[int, Entry], list[Refusal]]:
    """Read each spec; two specs of one call that bring the same foreign number count as taken by the first."""
    entries: dict[int, Entry] = {}
    refused: list[Refusal] = []
    first: dict[tuple[str, str, str], int] = {}
    for key, spec in specs.items():
        entry, reasons = read(key, spec, known)
        place = (spec.channel, spec.shop, spec.external_number)
        if spec.external_number and first.setdefault(place, key) != key:
            twice = why.EXTERNAL_NUMBER_TWICE(key, external_number=spec.external_number, where="external_number")
            reasons.append(twice)
        refused += reasons
        if entry is not None and not reasons:
            entries[key] = entry
    return entries, refused


def price(
    entries: Mapping[int, Entry], orders: Mapping[int, Order], at: datetime
) -> tuple[dict[int, Draft], list[Refusal]]:
    """Ask the price lists once for all entries, fill their orders and make their lines."""
    on = localtime(at).date()
    quotes = iter(quote([ask for entry in entries.values() for ask in assembly.asks(entry, on)]))
    drafts: dict[int, Draft] = {}
    refused: list[Refusal] = []
    for key, entry in entries.items():
        mine = [next(quotes) for _ in entry.lines]
        made = assembly.draft(entry, mine, orders[key])
        if made.too_large:
            refused.append(why.AMOUNT_TOO_LARGE(key))
        elif entry.lines and made.order.discount > made.goods:
            refused.append(
                why.DISCOUNT_TOO_LARGE(
                    key, discount=f"{made.order.discount:f}", goods=f"{made.goods:f}", where="discount"
                )
            )
        else:
            drafts[key] = made
    return drafts, refused
