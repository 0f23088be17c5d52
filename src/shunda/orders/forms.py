"""Forms of orders: the head, its lines, and the small questions that moves ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import User
from shunda.catalog.models import Unit
from shunda.core.actor import Actor
from shunda.core.refusal import Refusal
from shunda.customers import queries as customers
from shunda.customers.models import Customer, PaymentTerm
from shunda.inventory.models import Warehouse
from shunda.orders.actions.hold import HoldTerms
from shunda.orders.assembly import OVERRIDDEN, spec_of
from shunda.orders.hold_models import ReleaseRule
from shunda.orders.models import (
    Channel,
    HoldKind,
    InvoiceKind,
    Order,
    OrderKind,
    OrderLine,
    PaperKind,
    PaymentMethod,
    Priority,
    Stops,
    TransportMode,
)
from shunda.orders.specs import ZERO, LineSpec, OrderSpec
from shunda.web.forms import AmountField, DayField, Form, PercentField, PickField, PriceField, QuantityField
from shunda.web.lines import lines_of

FROM_FILE = (
    "contact_name", "contact_phone", "receiver", "receiver_phone", "ship_province", "ship_city", "ship_district",
    "ship_street", "ship_postcode",
)  # fmt: skip
"""Fields that are taken from the customer's file when they are left empty."""


class OrderForm(Form):
    """The head of an order; what is left empty is taken from the customer's file."""

    customer = PickField(
        label=_("Customer"), url_name="customers:suggest", resolve=lambda _text: None, code=lambda c: c.code
    )
    kind = forms.ChoiceField(label=_("Order type"), choices=OrderKind.choices, initial=OrderKind.STANDARD)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, initial=Channel.PHONE)
    customer_reference = forms.CharField(label=_("Customer's order number"), max_length=60, required=False)
    contract_number = forms.CharField(label=_("Contract number"), max_length=60, required=False)
    wanted_date = DayField(label=_("Wanted delivery date"), required=False)
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Priority.choices, coerce=int, initial=Priority.NORMAL
    )
    urgent = forms.BooleanField(label=_("Urgent"), required=False)
    warehouse = forms.ModelChoiceField(
        label=_("Warehouse"), queryset=Warehouse.objects.filter(active=True).order_by("pk"), required=False,
        empty_label=_("the usual one"),
    )  # fmt: skip
    term = forms.ModelChoiceField(
        label=_("Payment term"), queryset=PaymentTerm.objects.order_by("pk"), required=False,
        empty_label=_("the customer's"),
    )  # fmt: skip
    payment_method = forms.ChoiceField(label=_("Payment method"), choices=PaymentMethod.choices)
    invoice_kind = forms.ChoiceField(label=_("Invoice"), choices=InvoiceKind.choices)
    payment_due = DayField(label=_("Payment deadline"), required=False)
    prices_include_tax = forms.BooleanField(label=_("Prices include tax"), required=False, initial=True)
    discount = AmountField(label=_("Order discount"), required=False, min_value=0)
    freight = AmountField(label=_("Freight"), required=False, min_value=0)
    contact_name = forms.CharField(label=_("Contact"), max_length=80, required=False)
    contact_phone = forms.CharField(label=_("Contact's phone"), max_length=30, required=False)
    receiver = forms.CharField(label=_("Receiver"), max_length=80, required=False)
    receiver_phone = forms.CharField(label=_("Receiver's phone"), max_length=30, required=False)
    ship_province = forms.CharField(label=_("Province"), max_length=60, required=False)
    ship_city = forms.CharField(label=_("City"), max_length=60, required=False)
    ship_district = forms.CharField(label=_("District"), max_length=60, required=False)
    ship_street = forms.CharField(label=_("Street and number"), max_length=200, required=False)
    ship_postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False)
    transport_mode = forms.ChoiceField(
        label=_("Transport mode"), choices=[("", "–"), *TransportMode.choices], required=False
    )
    packing = forms.CharField(label=_("Packing requirements"), max_length=200, required=False)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)

    def __init__(self, *args: Any, actor: Actor, order: Order | None = None, live: bool = False, **kwargs: Any) -> None:
        if order is not None:
            kwargs["initial"] = {name: getattr(order, name) for name in self.base_fields} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.order = order
        wish = str(self["transport_mode"].value() or "")
        if wish not in TransportMode and 0 < len(wish) <= 20:  # in somebody's own words, from a file or the API
            self.fields["transport_mode"].choices += [(wish, wish)]  # type: ignore[attr-defined]
        pick = self.fields["customer"]
        assert isinstance(pick, PickField)
        pick.resolve = lambda text: _customer(text, actor)
        if live:  # the entry page has a lookup of its own, which also waits for the answer when Enter is pressed
            pick.widget.attrs["data-lookup"] = pick.widget.attrs.pop("data-pick")

    def spec(self, lines: Iterable[LineSpec]) -> OrderSpec:
        """What was typed, as the action takes it; on top of what the order already had."""
        typed = dict(self.cleaned_data)
        typed.pop("version", None)
        head: dict[str, Any] = {
            "customer_id": typed.pop("customer").pk,
            "warehouse_id": _pk(typed.pop("warehouse")),
            "term_id": _pk(typed.pop("term")),
            "discount": typed.pop("discount") or ZERO,
            "freight": typed.pop("freight") or ZERO,
        }
        filed: dict[str, Any] = {name: typed.pop(name) or None for name in FROM_FILE}
        base = self._base(head["customer_id"])
        return replace(base, **head, **filed, **typed, lines=list(lines))

    def _base(self, customer_id: int) -> OrderSpec:
        """What the form does not show stays as it is, unless the order goes to another customer."""
        if self.order is None or self.order.customer_id != customer_id:
            return OrderSpec(customer_id)
        return spec_of(self.order, [])


def _customer(text: str, actor: Actor) -> Customer | None:
    return customers.seen_by(actor).filter(code__iexact=text.strip()).first()


def _pk(row: Any) -> int | None:
    return row.pk if row is not None else None


class EditOrderForm(OrderForm):
    """The same for an order that exists; it carries the version it started from."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


class LineForm(forms.Form):
    """One article. Without a price it is the customer's; without a unit the article's own."""

    sku = forms.CharField(
        label=_("SKU"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    quantity = QuantityField(label=_("Quantity"))
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), required=False, empty_label="–")
    unit_price = PriceField(label=_("Unit price"), required=False)
    discount_rate = PercentField(label=_("Discount %"), required=False)
    parameters = forms.CharField(label=_("Parameters"), max_length=400, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, units: list[tuple[Any, Any]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sku"].widget.attrs["data-pick"] = reverse_lazy("catalog:suggest")
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ModelChoiceField)
        unit.queryset = Unit.objects.all()
        if units is not None:
            unit.choices = units  # read once for all lines

    def spec(self) -> LineSpec:
        """The line as the action takes it."""
        typed = self.cleaned_data
        return LineSpec(
            sku=typed["sku"].strip(),
            quantity=typed["quantity"],
            unit_id=_pk(typed["unit"]),
            unit_price=typed["unit_price"],
            discount_rate=typed["discount_rate"] or ZERO,
            parameters=parameters_of(typed["parameters"]),
            note=typed["note"],
        )


def parameters_of(text: str) -> dict[str, str]:
    """``colour: red; width: 12`` as a table."""
    pairs = (part.partition(":") for part in text.replace("：", ":").replace("；", ";").split(";") if part.strip())
    return {name.strip(): value.strip() for name, _colon, value in pairs}


class OrderLines(lines_of(LineForm, blank=5, most=5000, least=0)):  # type: ignore[misc]  # a class made by a function
    """The lines of an order. The action counts lines from one, as people do; the rows here from nought."""

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Show each refusal at its row."""
        super().refuse([_from_nought(refusal) for refusal in refusals])

    def specs(self) -> list[LineSpec]:
        """The lines that count."""
        return [form.spec() for form in self._given_forms()]


def _from_nought(refusal: Refusal) -> Refusal:
    prefix, number, *rest = str(refusal.data["where"]).split(".")
    return replace(refusal, data={**refusal.data, "where": ".".join([prefix, str(int(number) - 1), *rest])})


def lines_initial(lines: Iterable[OrderLine]) -> list[dict[str, Any]]:
    """What the lines of an order look like in the form; a listed price is left open, so that it stays the list's."""
    return [
        {
            "sku": line.sku.code,
            "quantity": line.quantity,
            "unit": line.unit_id,
            "unit_price": line.unit_price if line.price_reason.get("source") == OVERRIDDEN else None,
            "discount_rate": line.discount_rate,
            "parameters": "; ".join(f"{name}: {value}" for name, value in line.parameters.items()),
            "note": line.note,
        }
        for line in lines
    ]


class ReasonForm(Form):
    """Why: for cancelling."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=200)


class HoldForm(Form):
    """Which step to stop and why, who looks after it, and how it ends."""

    stops = forms.ChoiceField(label=_("Stops"), choices=Stops.choices, initial=Stops.SHIP)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(k.value, k.label) for k in HoldKind if k not in (HoldKind.PAYMENT, HoldKind.CREDIT)],
        initial=HoldKind.MANUAL,
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=200)
    line = forms.TypedChoiceField(label=_("What is held"), coerce=int, empty_value=None, required=False)
    owner = forms.ModelChoiceField(
        label=_("Looked after by"),
        queryset=User.objects.filter(is_active=True).order_by("name"),
        required=False,
        empty_label=_("nobody in particular"),
    )
    rule = forms.ChoiceField(label=_("Released by"), choices=ReleaseRule.choices, required=False)
    last_day = DayField(label=_("Ends by itself after"), required=False)

    def __init__(self, data: Any, lines: Iterable[OrderLine]) -> None:
        super().__init__(data)
        of: Any = self.fields["line"]
        of.choices = [("", _("the whole order")), *((line.line_no, f"{line.line_no} · {line.name}") for line in lines)]

    def terms(self) -> HoldTerms:
        """As the action takes them; the last day is over at its midnight."""
        asked = self.cleaned_data
        owner, day = asked["owner"], asked["last_day"]
        ends = make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None
        return HoldTerms(asked["line"], owner.pk if owner else None, asked["rule"] or ReleaseRule.HAND, ends)


class PriorityForm(Form):
    """How soon the order goes."""

    priority = forms.TypedChoiceField(label=_("Priority"), choices=Priority.choices, coerce=int)
    urgent = forms.BooleanField(label=_("Urgent"), required=False)


class AttachForm(Form):
    """A paper to keep with the order."""

    file = forms.FileField(label=_("File"))
    kind = forms.ChoiceField(label=_("Kind"), choices=PaperKind.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class DecisionForm(Form):
    """What a reviewer says."""

    remark = forms.CharField(label=_("Remark"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    restock_date = DayField(label=_("Expected back in stock"), required=False)
