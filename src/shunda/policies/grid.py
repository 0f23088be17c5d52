"""A table's rows made ready to decide, and what is wrong with them as a whole: gaps, overlaps, rows that never decide.

A fact matters only by its *place*: a number by which marks of the table it lies between, a name by whether a row names
it. So every fact is replaced by its place's example before the engine is asked, which makes decisions exact whatever
the number of digits, lets each combination be asked once, and makes gaps and overlaps a matter of bits.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import zen

from shunda.core.money import plain
from shunda.policies.conditions import Condition, Numbers, OneOf, Within
from shunda.policies.tables import Input, Row, Table

OTHER = "\x00other"
"""Stands for every name no row mentions."""

MOST_KEPT = 20_000
"""Combinations remembered for each version."""

MOST_BOXES = 400
"""Gaps are looked for until so many pieces are left; a table as torn as that has gaps enough to show."""

Place = tuple[int, ...]
ANY = -1
"""Stands for every place of an input of which nothing is known yet."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The places of one input: an example of each, and how conditions and places are read."""

    input: Input
    examples: tuple[Any, ...]
    marks: tuple[Decimal, ...] = ()

    @classmethod
    def of(cls, one: Input, conditions: Sequence[Condition]) -> Scale:
        """Every place the conditions can tell apart."""
        if isinstance(one.kind, Numbers):
            marks = tuple(sorted({mark for c in conditions if isinstance(c, Within) for mark in c.marks}))
            return cls(one, tuple(_examples(marks)), marks)
        known = getattr(one.kind, "known", {})
        named = {name for c in conditions if isinstance(c, OneOf) for name in c.values}
        return cls(one, (*known, *sorted(named - set(known)), *([] if known else [OTHER])))

    def place(self, fact: Any) -> int:
        """Which place a fact lies in; a name that no option and no row knows is like any other such."""
        if isinstance(self.input.kind, Numbers):
            number = Decimal(str(fact)) if not isinstance(fact, Decimal) else fact
            index = bisect_left(self.marks, number)
            return 2 * index + (index < len(self.marks) and self.marks[index] == number)
        name = str(fact)
        return self.examples.index(name) if name in self.examples else len(self.examples) - 1

    def bits(self, condition: Condition | None) -> int:
        """The places that meet a condition, as bits."""
        return sum(1 << i for i, example in enumerate(self.examples) if condition is None or condition.met(example))

    def told(self, bits: int) -> str:
        """Places as people read them; all of them is nothing to say."""
        if bits == (1 << len(self.examples)) - 1:
            return ""
        chosen = [i for i in range(len(self.examples)) if bits >> i & 1]
        if isinstance(self.input.kind, Numbers):
            return ", ".join(_stretches(chosen, self.marks))
        names = [self.examples[i] for i in chosen if self.examples[i] != OTHER]
        if len(names) < len(chosen):  # everything but the ones that are missing
            left = tuple(name for name in self.examples if name not in names and name != OTHER)
            return self.input.kind.show(OneOf(left, none=True)) if left else ""
        return self.input.kind.show(OneOf(tuple(names)))


def _examples(marks: Sequence[Decimal]) -> Iterator[Decimal]:
    """A number below the first mark, each mark, one between each two, and one above the last."""
    if not marks:
        yield Decimal(0)
        return
    yield marks[0] - 1
    for index, mark in enumerate(marks):
        yield mark
        yield (mark + marks[index + 1]) / 2 if index + 1 < len(marks) else mark + 1


def _stretches(places: Sequence[int], marks: Sequence[Decimal]) -> Iterator[str]:
    """Neighbouring places together: ``< 10``, ``10 … 50``, ``> 50``; open ends are told by their signs."""
    start = 0
    for end in range(len(places)):
        if end + 1 < len(places) and places[end + 1] == places[end] + 1:
            continue
        yield _stretch(places[start], places[end], marks)
        start = end + 1


def _stretch(first: int, last: int, marks: Sequence[Decimal]) -> str:
    low = None if first == 0 else (plain(marks[(first - 1) // 2]), first % 2 == 0)
    high = None if last == 2 * len(marks) else (plain(marks[last // 2]), last % 2 == 0)
    if first == last and first % 2:
        assert low
        return low[0]
    parts = [f"{'>' if low[1] else '≥'} {low[0]}"] if low else []
    parts += [f"{'<' if high[1] else '≤'} {high[0]}"] if high else []
    return " ".join(parts)


@dataclass(frozen=True)
class Remark:
    """Something about the rows as a whole: ``gap`` (nothing decides), ``overlap``, ``dead`` (a row never decides).

    ``box`` are the cases meant, as bits of places by input; an input that is not in it is met by all.
    """

    kind: Literal["gap", "overlap", "dead"]
    rows: tuple[int, ...]
    box: Mapping[str, int]
    scales: Mapping[str, Scale] = field(repr=False, compare=False)

    @property
    def where(self) -> dict[str, str]:
        """The cases in the language of the reader."""
        return {name: self.scales[name].told(bits) for name, bits in self.box.items()}


class Grid:
    """Rows made ready: ``hits`` says which rows fit a case, ``remarks`` what is odd about them."""

    def __init__(self, table: Table, rows: Sequence[Row]) -> None:
        self.table, self.rows = table, tuple(rows)
        asked = [table.conditions(row) for row in self.rows]
        self.scales = {
            one.name: Scale.of(one, [found[one.name] for found in asked if one.name in found]) for one in table.inputs
        }
        self.asked = frozenset(name for found in asked for name in found)
        """The facts some row asks for; the others may be left out of a case."""
        self.conditions = asked
        """What each row asks, by input."""
        self._known: dict[Place, tuple[int, ...]] = {}
        self._possible: dict[Place, bool] = {}

    @cached_property
    def _masks(self) -> list[Place]:
        found = self.conditions
        return [tuple(scale.bits(row.get(name)) for name, scale in self.scales.items()) for row in found]

    @cached_property
    def _engine(self) -> Any:
        return zen.ZenEngine().create_decision(json.dumps(_graph(self.table, self.conditions)))

    def hits(self, facts: Mapping[str, Any]) -> tuple[int, ...]:
        """The rows that decide, counted from 0: the first that fits, or all that fit."""
        asked = self.asked
        place = tuple(scale.place(facts[name]) if name in asked else 0 for name, scale in self.scales.items())
        found = self._known.get(place)
        if found is None:
            found = self._ask(place)
            if len(self._known) < MOST_KEPT:
                self._known[place] = found
        return found

    def may_hit(self, facts: Mapping[str, Any]) -> bool:
        """Whether some row could fit a case of which only these facts are known yet."""
        asked = self.asked
        place = tuple(
            scale.place(facts[name]) if name in asked and name in facts else ANY for name, scale in self.scales.items()
        )
        found = self._possible.get(place)
        if found is None:
            found = any(
                all(at == ANY or bits >> at & 1 for at, bits in zip(place, row, strict=True)) for row in self._masks
            )
            if len(self._possible) < MOST_KEPT:
                self._possible[place] = found
        return found

    def unmet(self, row: int, facts: Mapping[str, Any]) -> dict[str, Condition]:
        """The conditions of a row that a case does not meet."""
        return {name: one for name, one in self.conditions[row].items() if not one.met(facts[name])}

    def _ask(self, place: Place) -> tuple[int, ...]:
        if not self.rows:
            return ()
        examples = {
            name: _told(scale.examples[at]) for (name, scale), at in zip(self.scales.items(), place, strict=True)
        }
        rows = tuple(hit["row"] for hit in self._engine.evaluate(examples)["result"] or ())
        return rows[:1] if self.table.hit == "first" else rows

    def remarks(self) -> list[Remark]:
        """Gaps, then rows that never decide, then overlaps with different outcomes (where the first row decides).

        A table that says what holds otherwise has no gaps; an exception above the rule it is taken from is no overlap.
        """
        gaps = () if self.table.otherwise else self._gaps()
        return [*gaps, *(self._shadows() if self.table.hit == "first" else self._doubles())]

    def kept(self) -> dict[str, Any]:
        """The remarks as they are kept with a version."""
        found = [{"kind": one.kind, "rows": list(one.rows), "box": dict(one.box)} for one in self.remarks()]
        return {"sign": self.sign, "found": found}

    def read(self, kept: Mapping[str, Any] | None) -> list[Remark]:
        """Remarks as they were kept; looked for anew where the columns have changed since."""
        if not kept or kept["sign"] != self.sign:
            return self.remarks()
        return [Remark(one["kind"], tuple(one["rows"]), one["box"], self.scales) for one in kept["found"]]

    @property
    def sign(self) -> str:
        """What the bits of a remark go by: the columns and their places."""
        places = [(name, [str(one) for one in scale.examples]) for name, scale in self.scales.items()]
        content = repr((self.table.hit, bool(self.table.otherwise), places))
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def _gaps(self) -> Iterator[Remark]:
        everything = tuple((1 << len(scale.examples)) - 1 for scale in self.scales.values())
        left = [everything]
        for mask in self._masks:
            left = [piece for box in left for piece in _without(box, mask)][:MOST_BOXES]
        for box in left:
            yield self._remark("gap", (), box)

    def _shadows(self) -> Iterator[Remark]:
        for index, mask in enumerate(self._masks):
            left = [mask]
            for earlier in self._masks[:index]:
                left = [piece for box in left for piece in _without(box, earlier)][:MOST_BOXES]
            if not left:
                yield Remark("dead", (index,), {}, self.scales)
                continue
            for other, earlier in enumerate(self._masks[:index]):
                common = tuple(a & b for a, b in zip(mask, earlier, strict=True))
                if all(common) and common != earlier and self.rows[other].then != self.rows[index].then:
                    yield self._remark("overlap", (other, index), common)

    def _doubles(self) -> Iterator[Remark]:
        for index, mask in enumerate(self._masks):
            for other, earlier in enumerate(self._masks[:index]):
                common = tuple(a & b for a, b in zip(mask, earlier, strict=True))
                within = common in (mask, earlier)  # rows that only share some cases may well say the same
                if all(common) and within and self.rows[other].then == self.rows[index].then:
                    yield self._remark("overlap", (other, index), common)

    def _remark(self, kind: Literal["gap", "overlap"], rows: tuple[int, ...], box: Place) -> Remark:
        sides = zip(self.scales.items(), box, strict=True)
        told = {name: bits for (name, scale), bits in sides if bits != (1 << len(scale.examples)) - 1}
        return Remark(kind, rows, told, self.scales)


def _without(box: Place, taken: Place) -> list[Place]:
    """What is left of a box when another is cut out of it: at most one piece for each side."""
    if not all(a & b for a, b in zip(box, taken, strict=True)):
        return [box]
    pieces: list[Place] = []
    rest = list(box)
    for side, (a, b) in enumerate(zip(box, taken, strict=True)):
        if a & ~b:
            pieces.append((*rest[:side], a & ~b, *box[side + 1 :]))
        rest[side] = a & b
    return pieces


def _told(example: Any) -> Any:
    """As the engine takes it: it knows no Decimal, and examples have few digits."""
    return float(example) if isinstance(example, Decimal) else example


def _graph(table: Table, asked: Sequence[Mapping[str, Condition]]) -> dict[str, Any]:
    """The table as the engine's decision model; each rule only tells which row it is."""
    rules = [
        {
            "_id": str(index),
            "row": str(index),
            **{one.name: found[one.name].expression if one.name in found else "" for one in table.inputs},
        }
        for index, found in enumerate(asked)
    ]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": one.name, "name": one.name, "field": one.name} for one in table.inputs],
        "outputs": [{"id": "row", "name": "row", "field": "row"}],
        "rules": rules,
    }
    nodes: list[dict[str, Any]] = [
        {"id": "in", "type": "inputNode"},
        {"id": "table", "type": "decisionTableNode", "content": content},
        {"id": "out", "type": "outputNode"},
    ]
    ways = (("in", "table"), ("table", "out"))
    return {
        "nodes": [{"name": node["id"], "position": {"x": 0, "y": 0}, **node} for node in nodes],
        "edges": [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in ways],
    }
