"""Forms: how they are drawn, the fields that every page needs, and refusals said beside the field they are about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, cast
from zlib import crc32

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shunda.core.money import plain
from shunda.core.refusal import STALE, Refusal
from shunda.web import formats, widgets


class Renderer(TemplatesSetting):
    """Django's own renderer with templates in Tabler's look."""

    form_template_name = "web/forms/form.html"
    formset_template_name = "web/forms/formset.html"
    field_template_name = "web/forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """As its template says; plain inputs and choices without one, since a page may have hundreds."""
        return widgets.drawn(template_name, context) or super().render(template_name, context, request)


class Form(forms.Form):
    """A form whose refusals land beside the field they name."""

    use_required_attribute = True

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Show refusals: beside the field that ``where`` names, the others above the form."""
        for refusal in refusals:
            where = str(refusal.data.get("where", ""))
            self.add_error(where if where in self.fields else None, refusal.message)


class RowsForm(Form):
    """A form with fields for each of some rows, named ``<what>_<id>``.

    A refusal about ``lines.<id>`` lands at the field ``<first>_<id>`` of that row.
    """

    first = ""

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Beside the row it is about, the others as usual."""
        others = []
        for refusal in refusals:
            prefix, _dot, pk = str(refusal.data.get("where", "")).partition(".")
            if prefix == "lines" and f"{self.first}_{pk}" in self.fields:
                self.add_error(f"{self.first}_{pk}", refusal.message)
            else:
                others.append(refusal)
        super().refuse(others)

    def of(self, what: str, pk: int | str) -> Any:
        """What was typed at a row."""
        return self.cleaned_data.get(f"{what}_{pk}")


class Side(NamedTuple):
    """A field that somebody else changed meanwhile: both versions, and whether what was typed is what will be saved."""

    label: str
    theirs: str
    typed: str
    keeps_typed: bool


class Sided(Form):
    """A form that knows the version of the row it started from, and what each field said then.

    When somebody else changed the row meanwhile, it shows both sides, and what is there now beside each field that
    differs. A field that was not touched takes what is there now; where something was typed that stays, so saving
    again takes it knowingly and undoes nothing else.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    CARRIED = ("version", "seen")

    def __init__(self, *args: Any, version: int, initial: dict[str, Any], **kwargs: Any) -> None:
        kwargs["initial"] = {**initial, "version": version}
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self._marks  # called when drawn: by then every field is there
        self.version_now = version
        self.stale = False
        self.clash: list[Side] = []

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.CARRIED}

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """As every form; a stale one also shows what is there now, and takes the new version for the next try."""
        given = list(refusals)
        super().refuse(given)
        if not any(refusal.code == STALE.code for refusal in given):
            return
        self.stale = True
        data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        started = dict(pair.partition(":")[::2] for pair in self.cleaned_data["seen"].split())
        for name, field in self._shared():
            before, theirs, typed = started.get(name), self._stored(name), self.cleaned_data.get(name)
            marks = _mark(field, theirs), _mark(field, typed)
            if marks[0] in (marks[1], before):
                continue
            side = Side(
                str(self[name].label), _read(field, theirs), _read(field, typed), keeps_typed=marks[1] != before
            )
            self.clash.append(side)
            if side.keeps_typed:
                field.theirs = side.theirs  # type: ignore[attr-defined]
            else:
                self._take(data, name)
        data[self.add_prefix("version")] = str(self.version_now)
        data[self.add_prefix("seen")] = self._marks()
        self.data = data

    def _shared(self) -> Iterator[tuple[str, forms.Field]]:
        """The fields that show what is stored."""
        for name, field in self.fields.items():
            if name not in self.CARRIED and not isinstance(field, forms.FileField):
                yield name, field

    def _stored(self, name: str) -> Any:
        return self.get_initial_for_field(self.fields[name], name)

    def _marks(self) -> str:
        """What each field says now, as short marks: ``name:mark name:mark``."""
        return " ".join(f"{name}:{_mark(field, self._stored(name))}" for name, field in self._shared())

    def _take(self, data: QueryDict, name: str) -> None:
        """Type what is stored into a field."""
        field, key = self.fields[name], self.add_prefix(name)
        value = field.widget.format_value(field.prepare_value(self._stored(name)))
        if isinstance(field, forms.BooleanField):
            value = "on" if self._stored(name) else None
        if value is None:
            data.pop(key, None)
        else:
            data.setlist(key, [str(one) for one in (value if isinstance(value, list | tuple) else [value])])


class EditForm(Sided):
    """A form that changes a row."""

    @property
    def started_from(self) -> int:
        """The version the person was looking at."""
        version: int = self.cleaned_data["version"]
        return version


def _mark(field: forms.Field, value: Any) -> str:
    """The same for the same value, whether it was stored or typed."""
    value = field.prepare_value(value)
    many = sorted(map(str, value)) if isinstance(value, list | tuple | set) else [str(value or "")]
    return f"{crc32(chr(0).join(many).encode()):08x}"


def _read(field: forms.Field, value: Any) -> str:
    """A value of a field as people read it."""
    value = field.prepare_value(value)
    if isinstance(field, forms.ChoiceField):
        wanted = [str(v) for v in value] if isinstance(value, list | tuple | set) else [str(value)]
        pairs = _flat(cast("Iterable[Any]", field.choices))
        return ", ".join(label for key, label in pairs if key in wanted) or formats.NOTHING
    if isinstance(field, forms.BooleanField):
        return gettext("yes") if value else gettext("no")
    return str(value if value not in (None, "") else formats.NOTHING)


def _flat(choices: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(key), str(label)


class _Number(forms.DecimalField):
    """Typed the way people type: full-width digits, thousands separators and spaces are read."""

    widget = forms.TextInput

    def __init__(self, *, decimal_places: int, max_digits: int = 18, **options: Any) -> None:
        super().__init__(decimal_places=decimal_places, max_digits=max_digits, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002
        """Digits on a phone's keyboard, right-aligned."""
        return {"inputmode": "decimal", "autocomplete": "off", "class": "text-end"}

    def to_python(self, value: object) -> Decimal | None:  # type: ignore[override]
        """The number typed."""
        if isinstance(value, str):
            value = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", value))
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """Without the zeros of the column."""
        return plain(value) if isinstance(value, Decimal) else value


class QuantityField(_Number):
    """A quantity, up to four decimals."""

    def __init__(self, **options: Any) -> None:
        super().__init__(decimal_places=4, **options)


class AmountField(_Number):
    """An amount of money, two decimals unless told."""

    def __init__(self, *, decimal_places: int = 2, **options: Any) -> None:
        super().__init__(decimal_places=decimal_places, **options)


class PriceField(_Number):
    """A unit price, up to six decimals (R026)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(decimal_places=6, **options)


class PercentField(_Number):
    """A rate people type as per cent: 13 or 13% is Decimal("0.13")."""

    def __init__(self, **options: Any) -> None:
        super().__init__(decimal_places=4, max_digits=8, **options)

    def to_python(self, value: object) -> Decimal | None:  # type: ignore[override]
        """The rate typed as per cent."""
        if isinstance(value, str):
            value = re.sub(r"[%%]", "", value)
            typed = super().to_python(value)
            return None if typed is None else typed / 100
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """The rate as per cent."""
        return plain(value * 100) if isinstance(value, Decimal) else value


class DayField(forms.DateField):
    """A day, in every way people write one: 2026-05-06, 2026/5/6, 2026.5.6, 20260506, 2026年5月6日."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:
        """The day; the order is always year, month, day."""
        if isinstance(value, str) and (parts := _DAY.fullmatch(unicodedata.normalize("NFKC", value.strip()))):
            try:
                return date(*map(int, parts.groups()))
            except ValueError:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return super().to_python(value)


_DAY = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?")


class PickField(forms.CharField):
    """One row of many (a customer, a SKU), typed by its code or number; with JavaScript, suggested while typing.

    ``url_name`` answers ``?q=`` with ``listing.suggestions``; ``resolve`` turns the typed text into the row, or
    ``None``; ``code`` gives the text that stands for a row.
    """

    def __init__(
        self,
        *,
        url_name: str,
        resolve: Callable[[str], Any],
        code: Callable[[Any], str] = str,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.resolve, self.code = resolve, code
        self.widget.attrs |= {"data-pick": reverse_lazy(url_name), "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> Any:
        """The row that was typed or chosen."""
        text = super().clean(value)
        if not text:
            return None
        row = self.resolve(text)
        if row is None:
            raise ValidationError(
                _("“%(text)s” is not known. Type a code, or choose from the list."), params={"text": text}
            )
        return row

    def prepare_value(self, value: Any) -> Any:
        """The text that stands for the row."""
        return value if value is None or isinstance(value, str) else self.code(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as typed."""
        return str(self.prepare_value(initial) or "") != str(data or "").strip()


class Together:
    """Several forms sent as one: valid when all are; a refusal goes to the part that knows the place it names."""

    def __init__(self, *forms: Any) -> None:
        self.forms = forms

    def is_valid(self) -> bool:
        """Whether all parts are; every part shows its errors."""
        results = [form.is_valid() for form in self.forms]  # all of them, so that every part shows its errors
        return all(results)

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Refusals about lines to the lines, all others to the first form."""
        given: Sequence[Refusal] = list(refusals)
        for form in self.forms:
            takes = getattr(form, "takes", None)
            if takes is not None:
                form.refuse([r for r in given if takes(r)])
                given = [r for r in given if not takes(r)]
        self.forms[0].refuse(given)
