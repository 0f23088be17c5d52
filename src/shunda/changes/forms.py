"""Forms of changes: what shall be different, who asked, why, and what somebody decides."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.changes.models import ChangeKind
from shunda.changes.specs import HEAD, ChangeSpec, LineEdit
from shunda.changes.states import ChangeStatus
from shunda.fulfilment.models import Carrier, TransportMode
from shunda.orders.models import Channel, Order, OrderLine
from shunda.orders.specs import LineSpec
from shunda.web.forms import AmountField, DayField, Form, PercentField, PriceField, QuantityField, RowsForm, Sided
from shunda.web.lines import lines_of
from shunda.web.listing import Filter


class Asked(Sided, RowsForm):
    """Who asked for it, how, when and why (R042); a refusal about a line lands at its quantity."""

    first = "quantity"
    reason = forms.CharField(label=_("Why"), max_length=200)
    asked_by = forms.CharField(label=pgettext_lazy("change", "Asked for by"), max_length=80, required=False)
    asked_through = forms.ChoiceField(label=pgettext_lazy("change", "Asked through"), choices=Channel.choices)
    asked_on = forms.DateTimeField(
        label=pgettext_lazy("change", "Asked at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Empty: now. Fill it in for what was said before and is written down later."),
    )

    def __init__(self, *args: Any, order: Order, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        told = {"asked_by": order.contact_name, "asked_through": Channel.PHONE, **(initial or {})}
        super().__init__(*args, version=order.version, initial=told, **kwargs)
        self.order = order

    def spec(self, **fields: Any) -> ChangeSpec:
        """As the action takes it."""
        asked = {name: self.cleaned_data[name] for name in ("reason", "asked_by", "asked_through", "asked_on")}
        return ChangeSpec(self.order.pk, **{**asked, **fields})

    @property
    def started_from(self) -> dict[int, int]:
        """The version of the order that was looked at."""
        return {self.order.pk: self.cleaned_data["version"]}


class EndForm(Asked):
    """Closing an order short, or cancelling it."""


def _texts() -> dict[str, forms.Field]:
    kept: dict[str, forms.Field] = {}
    for name in HEAD:
        column: Any = Order._meta.get_field(name)
        label, most = column.verbose_name, getattr(column, "max_length", None)
        if name in ("discount", "freight"):
            kept[name] = AmountField(label=label, min_value=0)
        elif name.endswith(("_date", "_due")):
            kept[name] = DayField(label=label, required=False)
        elif name == "note":
            kept[name] = forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": 2}))
        elif name == "transport_mode":
            choices = [("", "–"), *TransportMode.choices]
            kept[name] = forms.ChoiceField(label=label, required=False, choices=choices)
        else:
            kept[name] = forms.CharField(label=label, required=False, max_length=most)
    return kept


COLUMNS: tuple[tuple[str, Any, type[forms.Field], dict[str, Any]], ...] = (
    ("quantity", _("Quantity"), QuantityField, {"min_value": 0}),
    ("unit_price", _("Unit price"), PriceField, {"min_value": 0}),
    ("discount_rate", _("Discount %"), PercentField, {"min_value": 0}),
    ("wanted_date", _("Wanted"), DayField, {"required": False}),
)
"""What can be changed of a line."""
NAMES = [name for name, *_rest in COLUMNS]


class ChangeForm(Asked):
    """The order as it shall be: what differs from what it is becomes the change."""

    carrier = forms.ModelChoiceField(
        label=_("Carrier of open shipments"),
        queryset=Carrier.objects.filter(active=True).order_by("name", "pk"),
        required=False,
        empty_label=_("as it is"),
    )

    def __init__(self, *args: Any, order: Order, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, order=order, initial={name: getattr(order, name) for name in HEAD}, **kwargs)
        self.lines = lines
        self.fields |= _texts()
        mode = order.transport_mode
        if mode and mode not in TransportMode:
            self.fields["transport_mode"].choices += [(mode, mode)]  # type: ignore[attr-defined]
        for line in lines:
            for name, label, kind, options in COLUMNS:
                label = f"{line.line_no} {line.sku.code} · {label}"
                self.fields[f"{name}_{line.line_no}"] = kind(label=label, initial=getattr(line, name), **options)

    def rows(self) -> list[dict[str, Any]]:
        """Each line with its fields."""
        return [{"line": line, **{name: self[f"{name}_{line.line_no}"] for name in NAMES}} for line in self.lines]

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields of the head as people look for them."""
        parts = (
            (_("Dates and price"), ("wanted_date", "promised_date", "payment_due", "discount", "freight")),
            (_("Transport"), ("transport_mode", "carrier", "packing")),
            (_("Delivery address"), HEAD[:8]),
            (_("Customer"), ("customer_reference", "contact_name", "contact_phone", "note")),
        )
        return [(label, [self[name] for name in names]) for label, names in parts]

    def wanted(self, added: Sequence[dict[str, Any]]) -> ChangeSpec:
        """What differs."""
        given = self.cleaned_data
        head = {name: _same(given[name], getattr(self.order, name)) for name in HEAD if name in given}
        edits = [edit for line in self.lines if (edit := self._edit(line))]
        carrier = given.get("carrier")
        new = [LineSpec(row["quantity"], sku=row["sku"], unit_price=row["unit_price"]) for row in added]
        changed = {name: value for name, value in head.items() if value != getattr(self.order, name)}
        return self.spec(head=changed, lines=edits, added=new, carrier_id=carrier.pk if carrier else None)

    def _edit(self, line: OrderLine) -> LineEdit | None:
        given = {name: self.of(name, line.line_no) for name in NAMES}
        changed = {name: value for name, value in given.items() if value is not None and value != getattr(line, name)}
        return LineEdit(line.line_no, **changed) if changed else None


def _same(value: Any, old: Any) -> Any:
    return value if value is not None or not isinstance(old, str | Decimal) else type(old)()


class AddedForm(Form):
    """An article that is added; without a price it is the listed one."""

    sku = forms.CharField(label=_("Article"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    quantity = QuantityField(label=_("Quantity"), min_value=0)
    unit_price = PriceField(label=_("Unit price"), min_value=0, required=False)


Added = lines_of(AddedForm, blank=1, most=1000, least=0)


class ProductForm(Asked):
    """A product change request: the configuration of each line as it shall be, a line for each parameter."""

    first = "parameters"

    def __init__(self, *args: Any, order: Order, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, order=order, **kwargs)
        self.lines = lines
        for line in lines:
            text = "\n".join(f"{key}: {value}" for key, value in line.parameters.items())
            self.fields[f"parameters_{line.line_no}"] = forms.CharField(
                label=f"{line.line_no} · {line.sku.code} {line.article}",
                required=False,
                initial=text,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("One parameter a line: colour: red"),
            )

    def wanted(self) -> ChangeSpec:
        """What differs."""
        edits = []
        for line in self.lines:
            pairs = (text.partition(":") for text in self.of("parameters", line.line_no).splitlines() if text.strip())
            found = {key.strip(): value.strip() for key, _colon, value in pairs}
            if found != {key: str(value) for key, value in line.parameters.items()}:
                edits.append(LineEdit(line.line_no, parameters=found))
        return self.spec(kind=ChangeKind.PRODUCT, lines=edits)


class SignForm(Form):
    """The signed copy."""

    file = forms.FileField(label=_("Signed copy"))


class ChangeFilter(Filter):
    """Filters of the list."""

    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All statuses")), *ChangeStatus.choices], required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *ChangeKind.choices], required=False)
