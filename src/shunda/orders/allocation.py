"""Which warehouse serves an order, who looks after it, and how soon it goes: decision tables (R014, R109-R114).

They are asked when an order is entered or placed, and fill in only what whoever entered it left open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.accounts.models import User
from shunda.core.actor import Actor
from shunda.customers.models import Customer
from shunda.inventory.models import Warehouse
from shunda.orders import reasons as why
from shunda.orders.decisions import FACTS, Submitted, facts, region_codes
from shunda.orders.models import Order, OrderLine, Priority
from shunda.orders.specs import OrderSpec
from shunda.orders.states import OPEN
from shunda.policies.decisions import Edition, Ruling
from shunda.policies.kinds import Choice, Several, Text
from shunda.policies.tables import Fault, Output, Row, Table, declare

PRIORITIES = tuple((priority.name.lower(), priority.label) for priority in Priority)


def _name(text: str) -> str:
    if not 0 < len(text) <= 150 or any(c in "\"'`" for c in text):
        raise ValueError(text)
    return text


people = Several(_name, why.NOT_PEOPLE)
"""User names, with commas between."""


def _unknown(rows: Sequence[Row]) -> list[Fault]:
    """Warehouses and people that are not there, or no longer."""
    warehouses = set(Warehouse.objects.filter(active=True).values_list("code", flat=True))
    users = set(User.objects.filter(is_active=True).values_list("username", flat=True))
    faults: list[Fault] = []
    for index, row in enumerate(rows):
        code = row.then.get("warehouse", "")
        if code and code not in warehouses:
            faults.append(Fault(f"rows.{index}.warehouse", why.NO_WAREHOUSE, {"value": code}))
        names = people.parse(row.then.get("salespeople", ""))
        if strange := [name for name in names if name not in users]:
            faults.append(Fault(f"rows.{index}.salespeople", why.NO_PEOPLE, {"value": ", ".join(strange)}))
        if not code and not names:
            faults.append(Fault(f"rows.{index}.warehouse", why.ALLOCATES_NOTHING, {}))
    return faults


ALLOCATION = declare(
    Table(
        "orders.allocation",
        _("Which warehouse and salesperson an order gets"),
        _(
            "Asked when an order is entered or placed; what was chosen by hand stays. Of several salespeople the one"
            " with the fewest open orders gets it."
        ),
        FACTS,
        (
            Output(
                "warehouse", _("warehouse (code)"), Text(r"[^\s]{1,20}", _("the code of a warehouse")), required=False
            ),
            Output("salespeople", _("salespeople (user names)"), people, required=False),
        ),
        (),
        requirements=("R109", "R110", "R111", "R112", "R113", "R114"),
        subject_url="orders:detail",
        history=Submitted(),
        otherwise=_("the usual warehouse and the customer's own salesperson"),
        check=_unknown,
    )
)

PRIORITY = declare(
    Table(
        "orders.priority",
        _("How soon an order goes"),
        _("Asked when an order is entered or placed with normal priority; what was chosen by hand stays."),
        FACTS,
        (
            Output("priority", _("priority"), Choice(PRIORITIES)),
            Output(
                "rush",
                pgettext_lazy("decision", "urgent"),
                Choice((("yes", _("yes")), ("no", _("no")))),
                required=False,
            ),
        ),
        (),
        requirements=("R014", "R015"),
        subject_url="orders:detail",
        history=Submitted(),
        otherwise=_("normal, as entered"),
    )
)

Key = int


@dataclass(frozen=True, slots=True)
class Entered:
    """An order as it was just put together, before it is written."""

    order: Order
    lines: Sequence[OrderLine]
    spec: OrderSpec
    customer: Customer


def settle(
    tables: Mapping[str, Edition], entered: Mapping[Key, Entered], *, by: Actor
) -> dict[Key, list[dict[str, Any]]]:
    """Fill in warehouse, salesperson and priority where they were left open; by which rows, for the events.

    An order entered by somebody who sees only his own stays his. No query where the tables have no rows, four at most.
    """
    place, soon = tables[ALLOCATION.name], tables[PRIORITY.name]
    if not entered or not (place.grid.rows or soon.grid.rows):
        return {}
    codes = region_codes(one.order.region_id for one in entered.values())
    cases = {key: _facts(one, codes) for key, one in entered.items()}
    told: dict[Key, list[dict[str, Any]]] = {key: [] for key in entered}
    for key, ruling in _rulings(soon, cases, lambda key: _priority_open(entered[key].spec)):
        assert ruling.first is not None
        order = entered[key].order
        order.priority = Priority[ruling.first["priority"].upper()]
        order.urgent = ruling.first["rush"] == "yes"
        told[key].append(ruling.trace())
    allocated = dict(_rulings(place, cases, lambda _key: True))
    _allocate({key: entered[key] for key in allocated}, allocated, by)
    for key, ruling in allocated.items():
        told[key].append(ruling.trace())
    return told


def _priority_open(spec: OrderSpec) -> bool:
    return spec.priority == Priority.NORMAL and not spec.urgent


def _facts(one: Entered, codes: Mapping[int, str]) -> dict[str, Any]:
    made = any(line.made_to_order for line in one.lines)
    return facts(one.order, one.customer, made_to_order=made, region=codes.get(one.order.region_id or 0, ""))


def _rulings(
    edition: Edition, cases: Mapping[Key, Mapping[str, Any]], asked: Callable[[Key], bool]
) -> Iterator[tuple[Key, Ruling]]:
    if edition.grid.rows:
        yield from ((key, one) for key, case in cases.items() if asked(key) and (one := edition.rule(case)).rows)


def _allocate(entered: Mapping[Key, Entered], rulings: Mapping[Key, Ruling], by: Actor) -> None:
    chosen = {key: ruling.first or {} for key, ruling in rulings.items()}
    codes = {one["warehouse"] for one in chosen.values() if one["warehouse"]}
    warehouses = dict(Warehouse.objects.filter(code__in=codes, active=True).values_list("code", "pk")) if codes else {}
    sellers = _Sellers(name for one in chosen.values() for name in one["salespeople"] or ())
    for key, one in entered.items():
        asked = chosen[key]
        if one.spec.warehouse_id is None and (place := warehouses.get(asked["warehouse"])):
            one.order.warehouse_id = place
        own = by.reach == "own"
        if one.spec.owner_id is None and not own and (seller := sellers.least_loaded(asked["salespeople"] or ())):
            one.order.owner_id = seller


class _Sellers:
    """Salespeople and how much each has to do, while orders are given to them."""

    def __init__(self, names: Iterable[str]) -> None:
        wanted = set(names)
        found = User.objects.filter(username__in=wanted, is_active=True).values_list("username", "pk") if wanted else ()
        self.ids = dict(found)
        open_ones = Order.objects.filter(owner_id__in=self.ids.values(), status__in=OPEN).values_list("owner_id")
        counted = open_ones.annotate(Count("pk")).order_by("owner_id") if self.ids else ()
        self.load: dict[int, int] = dict.fromkeys(self.ids.values(), 0) | dict(counted)

    def least_loaded(self, names: Sequence[str]) -> int | None:
        """Of these the one with the fewest open orders, of equals the first; none where nobody of them is there."""
        ids = [self.ids[name] for name in names if name in self.ids]
        if not ids:
            return None
        chosen = min(ids, key=self.load.__getitem__)
        self.load[chosen] += 1
        return chosen


def could_mean(tables: Mapping[str, Edition], case: Mapping[str, Any]) -> bool:
    """Whether one of these tables says anything of a case: then it is for the ordinary way of placing."""
    return any(tables[one.name].grid.may_hit(case) for one in (ALLOCATION, PRIORITY))
