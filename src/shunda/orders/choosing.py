"""Which of several people an order is given to: by territory, ability and workload (R112-R114). Pure.

Whoever has the least to do for what he looks after at most gets the order; of equals the first. Where all who fit have
as much as they look after, the least loaded of them gets it all the same: no order is left without anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

MOST_TOLD = 20
"""So many candidates are kept with an order; the chosen one is always among them."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody an order can be given to. Empty regions and abilities mean all."""

    id: int
    name: str
    capacity: int
    regions: frozenset[int] = frozenset()
    abilities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wish:
    """What an order asks of whoever gets it: its territory, its kind, and for each article the abilities that do."""

    region: int | None
    kind: str
    articles: Collection[frozenset[str]] = field(default_factory=tuple)


TERRITORY, ABILITY, FULL, FREE = "territory", "ability", "full", "free"


def why_not(person: Person, wish: Wish, load: int) -> str:
    """Why somebody is not for an order: another territory or another ability; or whether he is full or free."""
    if person.regions and wish.region not in person.regions:
        return TERRITORY
    kinds = {name for name in person.abilities if name.startswith("kind:")}
    goods = person.abilities - kinds
    if (kinds and f"kind:{wish.kind}" not in kinds) or (goods and not all(goods & one for one in wish.articles)):
        return ABILITY
    return FULL if load >= person.capacity else FREE


def choose(
    people: Sequence[Person], wish: Wish, load: MutableMapping[int, int]
) -> tuple[Person | None, list[dict[str, Any]]]:
    """Who gets an order, and how it was with each: the candidates and their load as it was, for "why?".

    ``load`` is what each has to do, by id; it grows as orders are given.
    """
    said = [(person, why_not(person, wish, load.get(person.id, 0))) for person in people]
    fit = [(person, why) for person, why in said if why in (FULL, FREE)]
    chosen = min(fit, key=lambda one: _rank(one[0], one[1], load), default=(None, ""))[0]
    told = [
        {
            "id": one.id, "name": one.name, "load": load.get(one.id, 0), "capacity": one.capacity, "why": why,
            "chosen": one is chosen,
        }
        for one, why in said
    ]  # fmt: skip
    if chosen is not None:
        load[chosen.id] = load.get(chosen.id, 0) + 1
    return chosen, sorted(told, key=lambda one: not one["chosen"])[:MOST_TOLD]


def _rank(person: Person, why: str, load: Mapping[int, int]) -> tuple[bool, Fraction]:
    return why == FULL, Fraction(load.get(person.id, 0), person.capacity)


def articles(categories: Iterable[int], parents: Mapping[int, tuple[str, int | None]]) -> set[frozenset[str]]:
    """For each category the abilities that do: its own and those above it; ``parents`` are code and parent by id."""
    found: set[frozenset[str]] = set()
    for category in categories:
        names: set[str] = set()
        at: int | None = category
        while at is not None and f"category:{parents[at][0]}" not in names:
            names.add(f"category:{parents[at][0]}")
            at = parents[at][1]
        found.add(frozenset(names))
    return found
