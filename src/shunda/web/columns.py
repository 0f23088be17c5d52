"""Columns of lists: what each shows, how it is drawn, and what a file gets of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from shunda.core.actor import Actor
from shunda.web import formats
from shunda.web.tones import tone_of
from shunda.web.widgets import escaped

Kind = Literal["text", "number", "money", "quantity", "percent", "day", "moment", "badge", "yes"]
FIGURES: tuple[Kind, ...] = ("number", "money", "quantity", "percent")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``value`` is a path of attributes (its own name by default) or a function of the row.

    ``kind`` says how it is written; money goes by the row's ``currency``, a badge by a choice with its label.
    ``url`` makes it a link; ``cell`` is a template that draws it instead (with ``row``). ``sort`` names the orders of
    the table that its head chooses, one after the other. ``shown``: unless the person chose otherwise; ``fixed``:
    always, in front. ``private`` is the permission to see it in full; others get it through ``mask``. ``reads`` are the
    fields and relations that a function or a template follows beside the field the column is named after; a path says
    them itself.
    """

    name: str
    label: str | Promise
    value: str | Callable[[Any], Any] = ""
    kind: Kind = "text"
    url: Callable[[Any], str] | None = None
    cell: str = ""
    sort: Sequence[str] = ()
    shown: bool = True
    fixed: bool = False
    private: str = ""
    mask: Callable[[str], str] | None = None
    reads: Sequence[str] = ()

    @property
    def css(self) -> str:
        """Figures stand at the right."""
        return "num" if self.kind in FIGURES else ""

    def joins(self, model: type[Model]) -> set[str]:
        """The relations of a row that it reads, as ``select_related`` names them."""
        return {relation for path in self._paths if (relation := _relation(model, path))}

    def fields(self, model: type[Model]) -> set[str]:
        """The fields of the row itself that it reads."""
        roots = {path.partition(".")[0] for path in self._paths} | ({"currency"} if self.kind == "money" else set())
        return roots & {field.name for field in model._meta.fields}

    @property
    def _paths(self) -> list[str]:
        own = self.name if callable(self.value) or self.cell else self.value or self.name
        return [own, *self.reads]

    @property
    def opening(self) -> SafeString:
        """How a cell of it begins, in the reader's language."""
        return format_html('<td class="{}" data-label="{}">', self.css, self.label)

    def of(self, row: Any) -> Any:
        """The value itself, as a file gets it."""
        if callable(self.value):
            return self.value(row)
        value = row
        for name in (self.value or self.name).split("."):
            value = getattr(value, name, None)
        return value

    def written(self, row: Any) -> Any:
        """The value of a file's cell: a number, a day, a local moment, or text."""
        value = self.of(row)
        if value is None:
            return ""
        if isinstance(value, bool):
            return _("yes") if value else ""
        if isinstance(value, datetime):
            return timezone.localtime(value).replace(tzinfo=None)
        if isinstance(value, int | Decimal | date) and self.kind != "badge":
            return value
        return str(getattr(value, "label", value))

    def drawn(self, row: Any) -> str | SafeString:
        """The value as a page shows it."""
        value = self.of(row)
        text = formats.money(value, row.currency) if self.kind == "money" else _DRAWN[self.kind](value)
        url = self.url(row) if self.url and value not in (None, "") else ""
        return format_html('<a href="{}">{}</a>', url, text) if url else text

    def seen_by(self, actor: Actor) -> Column:
        """The column as this actor may see it: in full, or masked."""
        mask = self.mask
        if mask is None or not self.private or actor.may(self.private):
            return self
        of = self.of
        return Column(self.name, self.label, lambda row: mask(str(of(row) or "")), sort=self.sort, shown=self.shown)


def _relation(model: type[Model], path: str) -> str:
    """The relations at the beginning of a path of attributes: ``customer__region`` of ``customer.region.name``."""
    followed: list[str] = []
    for name in path.split("."):
        field = next((f for f in model._meta.fields if f.name == name), None)
        if field is None or not isinstance(field.related_model, type):
            break
        followed.append(name)
        model = field.related_model
    return "__".join(followed)


def day(value: date | datetime | None) -> str | SafeString:
    """A day, readable for programs too."""
    return _time(value, formats.day(value)) if value else formats.NOTHING


def moment(value: datetime | None) -> str | SafeString:
    """A moment, readable for programs too."""
    return _time(value, formats.moment(value)) if value else formats.NOTHING


def _time(value: date | datetime, text: str) -> SafeString:
    written = f'<time datetime="{value.isoformat()}" class="text-nowrap">{escaped(text)}</time>'
    return mark_safe(written)  # noqa: S308  # escaped; a list draws some hundred of them


def badge(tone: str, text: object) -> SafeString:
    """A word on its colour."""
    return mark_safe(f'<span class="badge bg-{tone}-lt">{escaped(text)}</span>')  # noqa: S308  # as above


def label_of(row: Model, field: str) -> str:
    """The label of a row's choice, as its model calls it; an unknown one stands for itself."""
    value = getattr(row, field)
    return str(_labels(type(row), field).get(value, value))


@cache
def _labels(model: type[Model], field: str) -> dict[Any, Any]:
    return dict(next(f for f in model._meta.fields if f.name == field).flatchoices)


def _badge(value: Any) -> str | SafeString:
    return formats.NOTHING if value in (None, "") else badge(tone_of(value), getattr(value, "label", value))


def _text(value: Any) -> str:
    return formats.NOTHING if value in (None, "") else str(getattr(value, "label", value))


def _yes(value: Any) -> str:
    return _("yes") if value else formats.NOTHING


_DRAWN: dict[Kind, Callable[[Any], str | SafeString]] = {
    "text": _text,
    "number": _text,
    "quantity": formats.quantity,
    "percent": formats.percent,
    "day": day,
    "moment": moment,
    "badge": _badge,
    "yes": _yes,
}
