"""What somebody typed into the entry page, as specs: every fault at its field, thousands of lines in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from shunda.core.actor import Actor
from shunda.core.money import plain
from shunda.customers import queries as customers
from shunda.orders.forms import LineForm, OrderForm, lines_initial, parameters_of
from shunda.orders.models import Order, OrderLine
from shunda.orders.specs import ZERO, LineSpec, OrderSpec

LINE_FIELDS = ("sku", "quantity", "unit", "unit_price", "discount_rate", "parameters", "note")


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that count by place (from one), and what is wrong with the others, by place and field."""

    specs: dict[int, LineSpec] = field(default_factory=dict)
    errors: dict[int, dict[str, list[str]]] = field(default_factory=dict)


def lines(rows: Mapping[int, Mapping[str, str]]) -> Lines:
    """Read typed lines; one where nothing is typed does not count."""
    read = Lines()
    fields = LineForm.base_fields
    for place, row in rows.items():
        if not any(row.get(name, "").strip() for name in LINE_FIELDS if name != "unit"):
            continue
        values: dict[str, Any] = {}
        errors: dict[str, list[str]] = {}
        for name in LINE_FIELDS:
            try:
                values[name] = _unit(row.get(name, "")) if name == "unit" else fields[name].clean(row.get(name, ""))
            except ValidationError as wrong:
                errors[name] = [str(message) for message in wrong.messages]
        if errors:
            read.errors[place] = errors
        else:
            read.specs[place] = _line(values)
    return read


def _line(values: Mapping[str, Any]) -> LineSpec:
    return LineSpec(
        sku=values["sku"].strip(),
        quantity=values["quantity"],
        unit_id=values["unit"],
        unit_price=values["unit_price"],
        discount_rate=values["discount_rate"] or ZERO,
        parameters=parameters_of(values["parameters"]),
        note=values["note"],
    )


def _unit(text: str) -> int | None:
    """The id of a unit; whether the article is sold by it is judged with the article."""
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise ValidationError(_("Choose a unit from the list."))
    return int(text)


def amount(text: Any) -> Decimal:
    """An amount as the page's script writes it; what is none is nought."""
    try:
        value = Decimal(text) if isinstance(text, str) and len(text) < 30 else ZERO
    except ArithmeticError:
        return ZERO
    return value if value.is_finite() and abs(value) < 10**18 else ZERO


def asked(head: Mapping[str, str], *, by: Actor, order: Order | None = None) -> OrderSpec:
    """As much of a head as prices and totals depend on; what cannot be read counts as not typed."""
    code = head.get("customer", "").strip()
    known = customers.seen_by(by).filter(code__iexact=code).values_list("pk", flat=True).first() if code else None
    warehouse = head.get("warehouse", "")
    of_order: dict[str, Any] = {"currency": order.currency, "freight_tax_rate": order.freight_tax_rate} if order else {}
    return OrderSpec(
        known or 0,
        kind=head.get("kind", ""),
        warehouse_id=int(warehouse) if warehouse.isdecimal() and len(warehouse) < 10 else None,
        prices_include_tax=bool(head.get("prices_include_tax")),
        discount=_amount(head, "discount"),
        freight=_amount(head, "freight"),
        **of_order,
    )


def _amount(head: Mapping[str, str], name: str) -> Decimal:
    try:
        return OrderForm.base_fields[name].clean(head.get(name, "")) or ZERO
    except ValidationError:
        return ZERO


def head_of(order: Order) -> dict[str, str]:
    """The head of an order as it stands in the form's fields."""
    return {name: _text(field, getattr(order, name)) for name, field in OrderForm.base_fields.items()}


def lines_of(rows: Sequence[OrderLine]) -> list[dict[str, str]]:
    """The lines of an order as they stand in the form's fields."""
    fields = LineForm.base_fields
    return [
        {name: _text(fields[name], value) for name, value in row.items() if value not in (None, "", ZERO)}
        for row in lines_initial(rows)
    ]


def _text(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return "on" if value else ""
    if value is None:
        return ""
    if isinstance(field, forms.ModelChoiceField):
        return str(getattr(value, "pk", value))
    if isinstance(value, date):
        return value.isoformat()
    shown = field.prepare_value(value)
    return plain(shown) if isinstance(shown, Decimal) else str(shown)
