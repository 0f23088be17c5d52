"""Decision tables: what can be decided by one, the facts it looks at and the outcomes it gives.

A folder that decides by a table declares it once (``declare``) and asks ``queries.decide``. The rows that hold until
somebody publishes others come with the declaration and follow the requirements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

from django.utils.translation import gettext, gettext_lazy

from shunda.core.refusal import Reason
from shunda.policies import reasons
from shunda.policies.conditions import Condition, Facts, code_of, labels_of, without_unit
from shunda.policies.kinds import Choice, Invalid, Kind, Label

MOST_ROWS = 500
NOTE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Input:
    """A fact the table looks at."""

    name: str
    label: Label
    kind: Facts


@dataclass(frozen=True, slots=True)
class Output:
    """What a row decides; an output that is not ``required`` may be empty."""

    name: str
    label: Label
    kind: Kind
    required: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """Something that was, or would be, decided: for trying a draft on what really happened."""

    subject_id: int
    label: str
    facts: Mapping[str, Any]


class History(Protocol):
    """What was decided between two moments, read piece by piece however much it is."""

    def count(self, since: datetime, until: datetime) -> int:
        """How many cases there are, for progress."""

    def cases(self, since: datetime, until: datetime) -> Iterable[Case]:
        """The cases, with the facts each had; those that cost something may be left out by who can ``compute`` them."""


@runtime_checkable
class Computing(History, Protocol):
    """A history of which some facts are computed only where a row could still fit."""

    def compute(
        self, subject_ids: Sequence[int], names: Collection[str], at: datetime
    ) -> Mapping[int, Mapping[str, Any]]:
        """These facts of these subjects, by subject: a fixed number of queries."""


@dataclass(frozen=True, slots=True)
class Row:
    """Conditions that must all be met, and what follows. Cells are text in its proper form; a missing one is empty.

    The note of a delivered row is the text as it stands in the catalogues (``gettext_noop``).
    """

    when: Mapping[str, str] = field(default_factory=dict)
    then: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return {"when": dict(self.when), "then": dict(self.then), "note": self.note}


@dataclass(frozen=True, slots=True)
class Preset:
    """Rows a draft can begin with at one click: a policy that some companies keep."""

    name: str
    label: Label
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of decision. ``hit`` says whether the first row that fits decides, or every row that fits."""

    name: str
    label: Label
    help: Label
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    preset: tuple[Row, ...]
    hit: Literal["first", "every"] = "first"
    requirements: tuple[str, ...] = ()
    subject_url: str = ""  # url name of the page of what it decides about
    history: History | None = None
    check: Callable[[Sequence[Row]], list[Fault]] | None = None  # what only the folder knows to be wrong with rows
    otherwise: Label = ""  # what holds where no row fits; a table without such a rule warns of gaps
    told_by: str = ""  # the input that tells several cases of one subject apart: its step, the part that is changed
    presets: tuple[Preset, ...] = ()  # what a draft can begin with instead of what holds now

    def conditions(self, row: Row) -> dict[str, Condition]:
        """The conditions of a row's filled cells, by input."""
        parsed = {one.name: one.kind.parse(row.when.get(one.name, "")) for one in self.inputs}
        return {name: condition for name, condition in parsed.items() if condition is not None}

    def outcome(self, row: Row) -> dict[str, Any]:
        """What a row decides, by output; ``None`` where its cell is empty."""
        cells = {one.name: (one.kind, row.then.get(one.name, "")) for one in self.outputs}
        return {name: kind.parse(text) if text else None for name, (kind, text) in cells.items()}

    def shown_fact(self, code: str) -> str:
        """The fact that tells a case apart, as people read it."""
        known = next((getattr(one.kind, "known", {}) for one in self.inputs if one.name == self.told_by), {})
        return str(known.get(code, code))

    def shown_note(self, row: Row) -> str:
        """The note as people read it: one that was delivered in the reader's language, any other as it was written."""
        return gettext(row.note) if row.note in self.delivered.values() else row.note

    @property
    def delivered(self) -> dict[str, str]:
        """The notes of delivered rows, by what they say in each language."""
        rows = (*self.preset, *(row for preset in self.presets for row in preset.rows))
        return _delivered(tuple(dict.fromkeys(row.note for row in rows if row.note)))

    def shown_when(self, row: Row, name: str) -> str:
        """A condition as people read it."""
        one = next(each for each in self.inputs if each.name == name)
        condition = one.kind.parse(row.when.get(name, ""))
        return one.kind.show(condition) if condition else ""

    def shown_then(self, row: Row, name: str) -> str:
        """An outcome as people read it."""
        one = next(each for each in self.outputs if each.name == name)
        text = row.then.get(name, "")
        return one.kind.show(one.kind.parse(text)) if text else ""


@lru_cache(maxsize=64)
def _delivered(notes: tuple[str, ...]) -> dict[str, str]:
    return {said: note for note in notes for said in labels_of(gettext_lazy(note))}


TABLES: dict[str, Table] = {}
"""Every table of this installation by name."""


def declare(table: Table) -> Table:
    """Make a table known; its preset must be right."""
    names = [one.name for one in table.inputs] + [one.name for one in table.outputs]
    if len(set(names)) < len(names):
        raise ValueError(f"{table.name}: two columns share a name")
    presets = tuple(replace(preset, rows=_proper(table, preset.rows)) for preset in table.presets)
    known = TABLES[table.name] = replace(table, preset=_proper(table, table.preset), presets=presets)
    return known


def _proper(table: Table, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Delivered rows in their proper form, as drafts of them will be."""
    clean, wrong = read(table, [row.as_dict() for row in rows])
    if wrong or len(clean) != len(rows):
        raise ValueError(f"{table.name}: {[(fault.where, fault.reason.code, fault.data) for fault in wrong]}")
    return tuple(clean)


def remember(table: Table, history: History) -> Table:
    """Say what a table has decided, where only a folder above the one that declares it knows that."""
    known = TABLES[table.name] = replace(TABLES[table.name], history=history)
    return known


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be; ``where`` is ``rows.<index>.<column>``."""

    where: str
    reason: Reason
    data: Mapping[str, Any]


def read(table: Table, raw: Sequence[Mapping[str, Any]]) -> tuple[list[Row], list[Fault]]:
    """Rows as typed, in their proper form, and every cell that cannot be. Rows without any cell are left out."""
    rows: list[Row] = []
    faults: list[Fault] = []
    if len(raw) > MOST_ROWS:
        return [], [Fault("rows", reasons.TOO_MANY_ROWS, {"most": MOST_ROWS})]
    for index, given in enumerate(raw):
        row, wrong = _row(table, index, given)
        faults += wrong
        if row and not wrong:
            rows.append(row)
    return rows, faults


def checked(table: Table, rows: Sequence[Row], raw: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """What only the folder knows to be wrong with rows that were read, at the places where they were given."""
    if not table.check:
        return []
    places = [index for index, given in enumerate(raw) if _filled(given)]
    found: list[Fault] = []
    for fault in table.check(rows):
        _rows, number, *column = fault.where.split(".")
        found.append(replace(fault, where=".".join(["rows", str(places[int(number)]), *column])))
    return found


def _filled(given: Mapping[str, Any]) -> bool:
    cells = [given.get("note"), *(given.get("when") or {}).values(), *(given.get("then") or {}).values()]
    return any(cell is not None and str(cell).strip() for cell in cells)


def _row(table: Table, index: int, given: Mapping[str, Any]) -> tuple[Row | None, list[Fault]]:
    faults: list[Fault] = []
    when: dict[str, str] = {}
    then: dict[str, str] = {}
    note = str(given.get("note") or "").strip()
    note = table.delivered.get(note.casefold(), note)
    if len(note) > NOTE_LENGTH:
        faults.append(Fault(f"rows.{index}.note", reasons.NOTE_TOO_LONG, {"most": NOTE_LENGTH}))
    faults += _unknown(table, index, given)
    for asked, text in _cells(given, "when", table.inputs):
        faults += _put(when, asked, index, text, _condition)
    for decided, text in _cells(given, "then", table.outputs):
        faults += _put(then, decided, index, text, _outcome)
    if not when and not then and not note and not faults:
        return None, []
    missing = [one for one in table.outputs if one.required and not then.get(one.name)]
    known_faults = {fault.where for fault in faults}
    faults += [
        Fault(f"rows.{index}.{one.name}", reasons.NO_OUTCOME, {"column": str(one.label)})
        for one in missing
        if f"rows.{index}.{one.name}" not in known_faults
    ]
    return Row(when, then, note), faults


def _unknown(table: Table, index: int, given: Mapping[str, Any]) -> list[Fault]:
    """Cells of columns the table does not have."""
    known = {"when": {one.name for one in table.inputs}, "then": {one.name for one in table.outputs}}
    strange = [name for part, names in known.items() for name in (given.get(part) or {}) if name not in names]
    return [Fault(f"rows.{index}", reasons.NO_SUCH_COLUMN, {"column": str(name)[:40]}) for name in strange]


C = TypeVar("C", Input, Output)


def _cells(given: Mapping[str, Any], part: str, columns: Iterable[C]) -> Iterator[tuple[C, str]]:
    cells = given.get(part) or {}
    for column in columns:
        value = cells.get(column.name)
        text = "" if value is None else str(value).strip()
        if text:
            yield column, text


def _condition(column: Input, text: str) -> str:
    condition = column.kind.parse(text)
    return condition.text if condition else ""


def _outcome(column: Output, text: str) -> str:
    if isinstance(column.kind, Choice):  # sheets hold what people read
        if not (code := code_of(text, column.kind.options)):
            labels = ", ".join(str(label) for _code, label in column.kind.options)
            raise Invalid(reasons.NOT_A_CHOICE, value=text[:40], choices=labels)
        return code
    text = without_unit(text, column.kind.unit)
    return column.kind.edit(column.kind.parse(text.removesuffix(str(column.kind.unit)).strip()))


def _put(into: dict[str, str], column: C, index: int, text: str, proper: Callable[[C, str], str]) -> list[Fault]:
    try:
        into[column.name] = proper(column, text)
    except Invalid as invalid:
        data = {"setting": str(column.label), **invalid.data}
        return [Fault(f"rows.{index}.{column.name}", invalid.reason, data)]
    return []
