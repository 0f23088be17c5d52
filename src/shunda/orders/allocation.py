"""Which warehouse serves an order, which team and who of it looks after it, and how soon it goes: decision tables.

They are asked when an order is entered or placed, and fill in only what whoever entered it left open (R014,
R109-R114). Of a team that a row names the person is chosen by territory, ability and workload (``choosing``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.accounts.models import Team, User
from shunda.core.actor import Actor
from shunda.customers.models import Customer
from shunda.inventory.models import Warehouse
from shunda.orders import candidates, choosing
from shunda.orders import reasons as why
from shunda.orders.candidates import Candidates
from shunda.orders.choosing import Wish
from shunda.orders.decisions import FACTS, Submitted, facts, region_codes
from shunda.orders.models import Order, OrderLine, Priority
from shunda.orders.specs import OrderSpec
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
    teams = set(Team.objects.filter(active=True).values_list("code", flat=True))
    faults: list[Fault] = []
    for index, row in enumerate(rows):
        code = row.then.get("warehouse", "")
        if code and code not in warehouses:
            faults.append(Fault(f"rows.{index}.warehouse", why.NO_WAREHOUSE, {"value": code}))
        names = people.parse(row.then.get("salespeople", ""))
        if strange := [name for name in names if name not in users]:
            faults.append(Fault(f"rows.{index}.salespeople", why.NO_PEOPLE, {"value": ", ".join(strange)}))
        team = row.then.get("team", "")
        if team and team not in teams:
            faults.append(Fault(f"rows.{index}.team", why.NO_TEAM, {"value": team}))
        if not code and not names and not team:
            faults.append(Fault(f"rows.{index}.warehouse", why.ALLOCATES_NOTHING, {}))
    return faults


ALLOCATION = declare(
    Table(
        "orders.allocation",
        _("Which warehouse, team and salesperson an order gets"),
        _(
            "Asked when an order is entered or placed; what was chosen by hand stays. Of a team, or of several"
            " salespeople, the one gets it who fits by territory and ability and has the least to do."
        ),
        FACTS,
        (
            Output(
                "warehouse", _("warehouse (code)"), Text(r"[^\s]{1,20}", _("the code of a warehouse")), required=False
            ),
            Output("team", _("team (code)"), Text(r"[^\s]{1,20}", _("the code of a team")), required=False),
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

    An order entered by somebody who sees only his own stays his. No query where the tables have no rows, a dozen at
    most, however many orders.
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
    given = _allocate({key: entered[key] for key in allocated}, allocated, by)
    for key, ruling in allocated.items():
        told[key].append({**ruling.trace(), **given[key]})
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


def _allocate(entered: Mapping[Key, Entered], rulings: Mapping[Key, Ruling], by: Actor) -> dict[Key, dict[str, Any]]:
    """Give orders their warehouse, team and salesperson; the candidates of each, for its event."""
    chosen = {key: ruling.first or {} for key, ruling in rulings.items()}
    codes = {one["warehouse"] for one in chosen.values() if one["warehouse"]}
    warehouses = dict(Warehouse.objects.filter(code__in=codes, active=True).values_list("code", "pk")) if codes else {}
    for key, one in entered.items():
        if one.spec.warehouse_id is None and (place := warehouses.get(chosen[key]["warehouse"])):
            one.order.warehouse_id = place
    teams = {one["team"] for one in chosen.values() if one["team"]}
    names = {name for one in chosen.values() for name in one["salespeople"] or ()}
    if not teams and not names:
        return {key: {} for key in entered}
    known = candidates.read(teams, names)
    asked = dict(zip(entered, candidates.categories(one.lines for one in entered.values()), strict=True))
    return {key: _give(one, chosen[key], known, asked[key], by) for key, one in entered.items()}


def _give(
    one: Entered, row: Mapping[str, Any], known: Candidates, articles: set[frozenset[str]], by: Actor
) -> dict[str, Any]:
    order, team = one.order, row["team"] or ""
    order.team_id = known.teams.get(team)
    if one.spec.owner_id is not None or by.reach == "own":
        return {}
    people = known.of(team, row["salespeople"] or ())
    seller, told = choosing.choose(people, Wish(order.region_id, order.kind, articles), known.load)
    if seller is not None:
        order.owner_id = seller.id
    return {"candidates": told} if told else {}


def could_mean(tables: Mapping[str, Edition], case: Mapping[str, Any]) -> bool:
    """Whether one of these tables says anything of a case: then it is for the ordinary way of placing."""
    return any(tables[one.name].grid.may_hit(case) for one in (ALLOCATION, PRIORITY))
