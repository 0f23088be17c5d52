"""The impact of a change as people read it: sections of rows, what was beside what will be. Pure, but for words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shunda.catalog.rules import local
from shunda.changes.models import Role
from shunda.core.refusal import Refusal
from shunda.fulfilment.models import TransportMode
from shunda.orders.models import HoldKind, Order, Priority, Stops
from shunda.web import formats
from shunda.work.kinds import label_of

Said = str | Promise


@dataclass(frozen=True, slots=True)
class Row:
    """One figure that changes."""

    label: Said
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Section:
    """What a change does in one place."""

    name: str
    label: Said
    icon: str
    rows: list[Row]


MONEY: dict[str, Said] = {
    "gross": gettext_lazy("Total"),
    "net": gettext_lazy("Net"),
    "tax": gettext_lazy("Tax"),
    "discount": gettext_lazy("Order discount"),
    "freight": gettext_lazy("Freight"),
    "invoiced": gettext_lazy("Invoiced"),
    "paid": gettext_lazy("Paid"),
    "to_pay": gettext_lazy("Still to pay"),
    "to_refund": pgettext_lazy("change", "To be given back"),
    "deposit_kept": pgettext_lazy("change", "Kept of the deposit"),
}
CREDIT: dict[str, Said] = {
    "exposure": pgettext_lazy("change", "Used credit of the customer"),
    "limit": gettext_lazy("Credit limit"),
}


def sections(impact: Mapping[str, Any], currency: str) -> list[Section]:
    """The impact, in the order people decide by; what does not change is left out."""

    def money(value: str | None) -> str:
        return formats.money(Decimal(value), currency) if value is not None else formats.NOTHING

    made: Sequence[tuple[str, Said, str, Callable[[str], Said], Callable[[Any], str]]] = (
        ("lines", gettext_lazy("Lines"), "list", _line_label, _line),
        ("head", gettext_lazy("Particulars"), "calendar", _head_label, str),
        ("money", pgettext_lazy("change", "Price"), "cash", lambda name: MONEY.get(name, name), money),
        ("floor", pgettext_lazy("change", "Under the price floor"), "alert-octagon", _line_label, _price),
        ("credit", gettext_lazy("Credit"), "scale", lambda name: CREDIT.get(name, name), money),
        ("stock", pgettext_lazy("change", "Stock locked"), "packages", str, _quantity),
        ("production", pgettext_lazy("change", "To be produced"), "building-factory-2", str, _quantity),
        ("shipments", gettext_lazy("Open shipments"), "truck", str, _shipment),
        ("invoices", gettext_lazy("Invoices in draft"), "file-invoice", str, money),
        ("holds", gettext_lazy("Holds"), "player-pause", _hold_label, lambda code: Refusal(None, code).message),
        ("clocks", pgettext_lazy("change", "Steps and clocks"), "clock", _step_label, _due),
    )
    found = []
    for name, label, icon, title, value in made:
        pairs = impact.get(name) or {}
        rows = [Row(title(key), *(_side(name, key, one, value) for one in pair)) for key, pair in pairs.items()]
        if rows:
            found.append(Section(name, label, icon, rows))
    return found


TOLD = frozenset({"lines", "head", "money"})


def told(impact: Mapping[str, Any], currency: str) -> list[Section]:
    """What of it the order itself is; floors, credit, stock and steps are the company's own and not on papers."""
    return [section for section in sections(impact, currency) if section.name in TOLD]


def _side(section: str, key: str, value: Any, shown: Callable[[Any], str]) -> str:
    if value is None or (value == "" and section != "clocks"):
        return formats.NOTHING
    return _head(key, value) if section == "head" else shown(value)


def _line_label(number: str) -> str:
    return _("Line %(number)s") % {"number": number}


def _line(line: Mapping[str, Any]) -> str:
    rate = Decimal(line["discount_rate"])
    less = f" −{formats.percent(rate)}" if rate else ""
    extra = [f"{key}: {value}" for key, value in (line.get("parameters") or {}).items()]
    day = [formats.day(date.fromisoformat(line["wanted_date"]))] if line["wanted_date"] else []
    price = formats.price(Decimal(line["unit_price"]))
    unit = local(line["unit"], line["unit_en"])
    return ", ".join([f"{line['sku']} {line['quantity']} {unit} × {price}{less}", *day, *extra])


def _head_label(name: str) -> Said:
    return getattr(Order._meta.get_field(name), "verbose_name", name)


def _head(name: str, value: Any) -> str:
    if name == "priority":
        return str(Priority(value).label)
    if name == "transport_mode" and value in TransportMode:
        return str(TransportMode(value).label)
    if name.endswith(("_date", "_due")):
        return formats.day(date.fromisoformat(value))
    return str(value)


def _price(value: str) -> str:
    return formats.price(Decimal(value))


def _quantity(value: str) -> str:
    return formats.quantity(Decimal(value))


def _shipment(made: Mapping[str, Any]) -> str:
    mode = str(TransportMode(made["mode"]).label) if made["mode"] in TransportMode else made["mode"]
    return " · ".join(part for part in (_quantity(made["quantity"]), mode, made["carrier"]) if part)


def _hold_label(key: str) -> str:
    kind, _colon, stops = key.partition(":")
    return f"{HoldKind(kind).label}: {Stops(stops).label}" if kind in HoldKind and stops in Stops else key


def _step_label(key: str) -> str:
    kind, _colon, label = key.partition(":")
    return f"{label_of(kind)} {label}"


def _due(value: str) -> str:
    moment = parse_datetime(value) if value else None
    return formats.moment(moment) if isinstance(moment, datetime) else _("no deadline")


def reasons(kept: Iterable[Mapping[str, Any]]) -> list[str]:
    """Stored refusals as sentences."""
    return [Refusal(None, one["code"], one["data"]).message for one in kept]


def roles(voices: Mapping[str, int]) -> list[tuple[int, list[str]]]:
    """Who has to agree, step by step."""
    steps = sorted(set(voices.values()))
    return [(step, [str(Role(role).label) for role, at in voices.items() if at == step]) for step in steps]
