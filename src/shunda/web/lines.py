"""Lines of a document in a form: a table of rows that works without JavaScript and is quicker with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from shunda.core.refusal import Refusal

if TYPE_CHECKING:
    _FormSet = forms.BaseFormSet[forms.Form]
else:
    _FormSet = forms.BaseFormSet


class Lines(_FormSet):
    """Rows of a line form; blank rows are ignored, rows marked as removed are left out.

    A refusal whose ``where`` is ``lines.2.quantity`` is shown at the quantity of the third row that was given,
    ``lines.2`` at the row itself. The button named ``<prefix>-more`` brings more blank rows.
    """

    blank_rows = 5

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        prefix = kwargs.setdefault("prefix", "lines")
        self.asked_for_more = data is not None and f"{prefix}-more" in data
        if data is not None and self.asked_for_more:
            data = data.copy()
            total = data.get(f"{prefix}-TOTAL_FORMS", "")
            data[f"{prefix}-TOTAL_FORMS"] = str((int(total) if total.isdecimal() else 0) + self.blank_rows)
        super().__init__(data, *args, **kwargs)

    def is_valid(self) -> bool:
        """Never when more rows were asked for: the page is drawn again with them."""
        return super().is_valid() and not self.asked_for_more

    def given(self) -> list[dict[str, Any]]:
        """What the rows that count contain, in order; call it when the lines are valid."""
        return [form.cleaned_data for form in self._given_forms()]

    def takes(self, refusal: Refusal) -> bool:
        """Whether a refusal is about one of these rows."""
        return str(refusal.data.get("where", "")).startswith(f"{self.prefix}.")

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Show each refusal at its row and field."""
        rows = list(self._given_forms())
        for refusal in refusals:
            _prefix, number, *rest = str(refusal.data["where"]).split(".", 2)
            row = rows[int(number)] if number.isdecimal() and int(number) < len(rows) else rows[0]
            field = rest[0] if rest and rest[0] in row.fields else None
            row.add_error(field, refusal.message)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """The field that marks a row as removed has no label in the table."""
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].label = _("Remove")

    def _given_forms(self) -> Iterator[forms.Form]:
        for form in self.forms:
            if form.has_changed() and form not in self.deleted_forms:
                yield form


def lines_of(line_form: type[forms.Form], *, blank: int = 3, most: int = 5000, least: int = 1) -> type[Lines]:
    """A class of lines: so many blank rows to begin with, at most and at least so many given."""
    made: type[Lines] = formset_factory(  # type: ignore[assignment]
        line_form,
        formset=Lines,
        extra=blank,
        can_delete=True,
        max_num=most,
        validate_max=True,
        absolute_max=most + 1000,
        min_num=0,
    )
    made.default_error_messages = {
        **Lines.default_error_messages,
        "too_many_forms": ngettext_lazy("At most %(num)d line.", "At most %(num)d lines.", "num"),
    }
    if least:
        made.clean = _at_least(least)  # type: ignore[method-assign]
    return made


def _at_least(least: int) -> Any:
    def clean(self: Lines) -> None:
        if not self.asked_for_more and not any(self.errors) and len(list(self._given_forms())) < least:
            raise forms.ValidationError(_("Enter at least one line."))

    return clean
