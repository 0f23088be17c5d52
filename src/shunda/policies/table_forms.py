"""The grid in which people edit a decision table, and the small forms around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Refusal
from shunda.policies import sheets
from shunda.policies.conditions import YES_OR_NO
from shunda.policies.kinds import Choice, Flag, Label, Several, Text
from shunda.policies.named import CalendarCode
from shunda.policies.tables import MOST_ROWS, NOTE_LENGTH, Input, Output, Row, Table
from shunda.web.forms import DayField, Form
from shunda.web.lines import Lines, lines_of

STEP = 10
"""Rows are numbered 10, 20, 30 ..., so that another fits between two."""


class HeadForm(Form):
    """What goes with the rows: the days a version holds, what it changes, and the version it was read at."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    valid_from = DayField(label=_("First day"), required=False)
    valid_until = DayField(label=_("Last day"), required=False)
    note = forms.CharField(label=_("What is changed, and why"), max_length=NOTE_LENGTH, required=False)


class UploadForm(Form):
    """A sheet that takes the place of the rows."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    file = forms.FileField(label=_("Excel file"))


class ReturnForm(Form):
    """Why a version goes back to its authors."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    remark = forms.CharField(label=_("What is to be changed"), max_length=NOTE_LENGTH)


class Cell(forms.CharField):
    """A cell that grows with its text; names pasted below one another are a list."""

    def __init__(self, names: Iterable[Label] = (), placeholder: Label = "", *, wide: bool = True) -> None:
        super().__init__(required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 1}))
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "placeholder": placeholder}
        self.widget.attrs["class"] = "cell wide" if wide else "cell"
        if offered := [str(name) for name in names]:
            self.widget.attrs["data-names"] = json.dumps(offered, ensure_ascii=False)

    def to_python(self, value: Any) -> str:
        """In one line."""
        return re.sub(r"\s*[\r\n]+\s*", ", ", super().to_python(value) or "")


def _condition(one: Input, *, spare: bool) -> forms.Field:
    known: Mapping[str, Any] = getattr(one.kind, "known", {})
    if one.kind == YES_OR_NO:
        field: forms.Field = forms.ChoiceField(choices=[("", _("any")), *known.items()], required=False)
    else:
        field = Cell(known.values(), _("any"), wide=bool(known))
    field.label = str(one.label)
    field.widget.attrs["title"] = one.kind.hint
    field.is_spare = spare  # type: ignore[attr-defined]  # no row asks for it: the page may leave it out
    return field


def _outcome(one: Output) -> forms.Field:
    kind = one.kind
    if isinstance(kind, Choice | Flag):
        pairs = kind.options if isinstance(kind, Choice) else (("true", _("yes")), ("false", _("no")))
        field: forms.Field = forms.ChoiceField(choices=[("", "–"), *pairs], required=False)
    elif isinstance(kind, CalendarCode):  # asked once for the whole grid
        field = forms.ChoiceField(choices=[("", "–"), *kind.options()], required=False)
    else:
        field = Cell(wide=isinstance(kind, Several | Text))
    field.label = f"→ {one.label}"
    field.is_outcome = True  # type: ignore[attr-defined]
    return field


def grid_of(table: Table, rows: Sequence[Row] = ()) -> type[Lines]:
    """The form of a table's rows: their place, a field for each column, a note.

    Conditions that no row uses yet stand last, so that what decides is seen without scrolling; a table without rows
    has none such.
    """
    fields: dict[str, forms.Field] = {"place": forms.IntegerField(label=_("Place"), required=False, min_value=0)}
    used = [one for one in table.inputs if not rows or any(one.name in row.when for row in rows)]
    fields |= {one.name: _condition(one, spare=False) for one in used}
    fields |= {one.name: _outcome(one) for one in table.outputs}
    fields["note"] = Cell()
    fields["note"].label = _("Note")
    fields |= {one.name: _condition(one, spare=True) for one in table.inputs if one not in used}
    return lines_of(type("RowForm", (forms.Form,), fields), blank=2, most=MOST_ROWS, least=0)


def initial(table: Table, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows as the grid shows them."""
    shown: list[dict[str, Any]] = []
    for number, row in enumerate(rows, 1):
        cells = {one.name: _typed(table, row, one) for one in table.inputs}
        shown.append({"place": number * STEP, **cells, **row.then, "note": table.shown_note(row)})
    return shown


def _typed(table: Table, row: Row, one: Input) -> str:
    text = row.when.get(one.name, "")
    return text if one.kind == YES_OR_NO else sheets.typed(table, row, one.name)


class Grid:
    """The head and the rows of a draft as one form: rows come back in the order of their places."""

    def __init__(self, table: Table, data: Any, rows: Sequence[Row], head: Mapping[str, Any]) -> None:
        self.table = table
        self.head = HeadForm(data, initial=dict(head))
        shown = initial(table, rows) if data is None else None  # what is sent counts, also where nothing was changed
        self.rows = grid_of(table, rows)(data, prefix="rows", initial=shown)
        self._order: list[int] = []

    def is_valid(self) -> bool:
        """Both are looked at, so that every fault is shown at once."""
        return all([self.head.is_valid(), self.rows.is_valid()])

    @property
    def not_said(self) -> str:
        """What stands before names that are excluded."""
        return gettext("not %(names)s") % {"names": ""}

    @property
    def ordered(self) -> list[forms.Form]:
        """The rows in the order of their places, blank ones last: as they are drawn, also when something is wrong."""
        places = [str(form["place"].value() or "") for form in self.rows.forms]
        numbered = [(not place.isdecimal(), int(place) if place.isdecimal() else 0) for place in places]
        return [self.rows.forms[i] for i in sorted(range(len(places)), key=numbered.__getitem__)]

    def taken(self) -> list[dict[str, Any]]:
        """The rows as ``actions.edit_table`` takes them, in the order of their places; unnumbered ones come last."""
        given = self.rows.given()
        places = [row.get("place") for row in given]
        self._order = sorted(range(len(given)), key=lambda i: (places[i] is None, places[i] or 0, i))
        names = [one.name for one in self.table.inputs], [one.name for one in self.table.outputs]
        return [
            {
                "when": {name: given[i][name] for name in names[0]},
                "then": {name: given[i][name] for name in names[1]},
                "note": given[i]["note"],
            }
            for i in self._order
        ]

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """A refusal of a row is shown at that row, wherever it stands on the page."""
        given = [self._placed(refusal) for refusal in refusals]
        self.rows.refuse(refusal for refusal in given if self.rows.takes(refusal))
        self.head.refuse(refusal for refusal in given if not self.rows.takes(refusal))

    def _placed(self, refusal: Refusal) -> Refusal:
        part, _dot, rest = str(refusal.data.get("where", "")).partition(".")
        number, _dot, column = rest.partition(".")
        if part != "rows" or not number.isdecimal() or int(number) >= len(self._order):
            return refusal
        where = f"rows.{self._order[int(number)]}" + (f".{column}" if column else "")
        return replace(refusal, data={**refusal.data, "where": where})
