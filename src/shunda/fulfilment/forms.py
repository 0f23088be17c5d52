"""Forms of shipping: what to ship, what was found, parcels, the way it goes, and the receipt at the door."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.customers.models import Contact
from shunda.files.specs import Upload
from shunda.fulfilment import queries
from shunda.fulfilment.models import (
    Carrier,
    ScanKind,
    Shipment,
    ShipmentLine,
    ShortReason,
    TrackingCode,
    TransportMode,
)
from shunda.fulfilment.picking import Stop, counted
from shunda.fulfilment.rules import PARCELS, WITHOUT_CARRIER, free, left
from shunda.fulfilment.specs import (
    CarrierSpec,
    Handed,
    PackSpec,
    PickSpec,
    ReceiptSpec,
    ScanSpec,
    ShipmentSpec,
    ShipSpec,
    TrackSpec,
)
from shunda.orders.models import Order, OrderLine
from shunda.web.forms import EditForm, Form, QuantityField, RowsForm

SIGNATURE_START = "data:image/png;base64,"
SIGNATURE_MOST = 600_000
"""A drawn name is a few kilobytes; nothing larger is one."""


class PlanForm(RowsForm):
    """Which quantities go into a shipment."""

    first = "quantity"
    mode = forms.ChoiceField(label=_("Transport mode"), choices=TransportMode.choices)
    carrier = forms.ModelChoiceField(
        label=_("Carrier"), queryset=queries.active_carriers(), required=False, empty_label=_("decide when it ships")
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, order: Order, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        mode = order.transport_mode if order.transport_mode in TransportMode else TransportMode.EXPRESS
        kwargs["initial"] = {"mode": mode}
        super().__init__(*args, **kwargs)
        self.order, self.lines = order, lines
        for line in lines:
            self.fields[f"quantity_{line.pk}"] = QuantityField(
                label=line.sku.code, required=False, initial=free(line) or None
            )

    def rows(self) -> list[tuple[OrderLine, Decimal, Decimal, forms.BoundField]]:
        """Each line with what is left of it, what can go now, and its field."""
        return [(line, left(line), free(line), self[f"quantity_{line.pk}"]) for line in self.lines]

    def spec(self) -> ShipmentSpec:
        """As the action takes it."""
        quantities = {line.pk: n for line in self.lines if (n := self.of("quantity", line.pk))}
        carrier = self.cleaned_data["carrier"]
        return ShipmentSpec(
            self.order.pk,
            quantities,
            mode=self.cleaned_data["mode"],
            carrier_id=carrier.pk if carrier else None,
            note=self.cleaned_data["note"],
        )


class PickForm(RowsForm):
    """What was found on the shelves."""

    first = "picked"

    def __init__(self, *args: Any, shipment: Shipment, lines: Sequence[ShipmentLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shipment, self.lines = shipment, lines
        for line in lines:
            self.fields[f"picked_{line.pk}"] = QuantityField(label=_("Found"), initial=line.quantity)
            self.fields[f"reason_{line.pk}"] = forms.CharField(
                label=_("Why is it short?"), max_length=200, required=False
            )

    def rows(self) -> list[tuple[ShipmentLine, forms.BoundField, forms.BoundField]]:
        """Each line with its two fields."""
        return [(line, self[f"picked_{line.pk}"], self[f"reason_{line.pk}"]) for line in self.lines]

    def spec(self) -> PickSpec:
        """As the action takes it."""
        return PickSpec(
            self.shipment.pk,
            {line.pk: self.of("picked", line.pk) for line in self.lines},
            {line.pk: self.of("reason", line.pk) or "" for line in self.lines},
        )


class ScanForm(Form):
    """A scan without a script: a code, or so many of it (``12x6901234567892``), or what is not there and why."""

    code = forms.CharField(max_length=80)
    quantity = QuantityField(required=False)
    kind = forms.ChoiceField(choices=ScanKind.choices, required=False)
    reason = forms.ChoiceField(choices=ShortReason.choices, required=False)
    note = forms.CharField(max_length=200, required=False)
    once = forms.CharField(max_length=60, required=False)

    def spec(self, shipment: Shipment, stops: Sequence[Stop]) -> ScanSpec:
        """As the action takes it; an article's own code counts before one with a quantity in front."""
        typed = self.cleaned_data
        code, quantity = typed["code"], typed["quantity"]
        if quantity is None and not any(stop.answers_to(code) for stop in stops):
            quantity, code = counted(code)
        return ScanSpec(
            shipment.pk,
            code,
            Decimal(1) if quantity is None else quantity,
            typed["kind"] or ScanKind.FOUND,
            typed["reason"],
            typed["note"],
            typed["once"],
        )


class PackForm(Form):
    """How many parcels it became, and what they weigh."""

    parcels = forms.IntegerField(label=_("Parcels"), min_value=1, max_value=PARCELS, initial=1)
    weight = QuantityField(label=_("Weight in kg"), required=False, help_text=_("All parcels together."))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def spec(self, pk: int) -> PackSpec:
        """As the action takes it."""
        return PackSpec(pk, self.cleaned_data["parcels"], self.cleaned_data["note"], self.cleaned_data["weight"])


class ShipForm(Form):
    """Who carries it, under which number."""

    mode = forms.ChoiceField(label=_("Transport mode"), choices=TransportMode.choices)
    carrier_id = forms.ModelChoiceField(
        label=_("Carrier"), queryset=queries.active_carriers(), required=False, empty_label=_("none")
    )
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=60,
        required=False,
        help_text=_("Own delivery and customer pick-up need neither carrier nor number."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )

    def spec(self, pk: int) -> ShipSpec:
        """As the action takes it; a mode without a carrier has none."""
        typed = self.cleaned_data
        carrier = None if typed["mode"] in WITHOUT_CARRIER else typed["carrier_id"]
        return ShipSpec(pk, carrier.pk if carrier else None, typed["tracking_number"], typed["mode"])


class SignForm(RowsForm):
    """The receipt at the door (R143)."""

    first = "accepted"
    contact_id = forms.ModelChoiceField(
        label=_("Contact who signs"), queryset=Contact.objects.none(), required=False, empty_label=_("somebody else")
    )
    signed_by = forms.CharField(label=_("Name, if somebody else signs"), max_length=80, required=False)
    looks_good = forms.BooleanField(label=_("Goods undamaged"), required=False, initial=True)
    packing_intact = forms.BooleanField(label=_("Packing intact"), required=False, initial=True)
    remark = forms.CharField(
        label=_("What was wrong, if anything"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    signature = forms.CharField(
        label=_("Signature"), required=False, max_length=SIGNATURE_MOST, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, shipment: Shipment, lines: Sequence[ShipmentLine], **kwargs: Any) -> None:
        contacts = queries.signers(shipment.order)
        kwargs["initial"] = {"contact_id": contacts.first()}
        super().__init__(*args, **kwargs)
        self.shipment, self.lines = shipment, lines
        contact = self.fields["contact_id"]
        assert isinstance(contact, forms.ModelChoiceField)
        contact.queryset = contacts
        for line in lines:
            self.fields[f"accepted_{line.pk}"] = QuantityField(label=_("Accepted"), initial=line.quantity)
            self.fields[f"damaged_{line.pk}"] = QuantityField(label=_("Damaged"), required=False)
            self.fields[f"missing_{line.pk}"] = QuantityField(label=_("Missing"), required=False)

    def rows(self) -> list[tuple[ShipmentLine, list[forms.BoundField]]]:
        """Each line with its three fields."""
        names = ("accepted", "damaged", "missing")
        return [(line, [self[f"{name}_{line.pk}"] for name in names]) for line in self.lines]

    def clean_signature(self) -> bytes:
        """The picture that was drawn, if one was."""
        text = self.cleaned_data["signature"]
        if not text:
            return b""
        try:
            return base64.b64decode(text.removeprefix(SIGNATURE_START), validate=True)
        except (binascii.Error, ValueError):
            raise forms.ValidationError(_("The signature could not be read: sign again.")) from None

    def upload(self) -> Upload | None:
        """The signature as a file to keep."""
        picture: bytes = self.cleaned_data["signature"]
        return Upload(f"{self.shipment.number}.png", picture, len(picture)) if picture else None

    def spec(self, signature_id: int | None) -> ReceiptSpec:
        """As the action takes it."""
        typed = self.cleaned_data
        nothing = Decimal(0)
        return ReceiptSpec(
            self.shipment.pk,
            signed_by=typed["signed_by"],
            contact_id=typed["contact_id"].pk if typed["contact_id"] else None,
            lines={
                line.pk: Handed(*(self.of(name, line.pk) or nothing for name in ("accepted", "damaged", "missing")))
                for line in self.lines
            },
            looks_good=typed["looks_good"],
            packing_intact=typed["packing_intact"],
            remark=typed["remark"],
            signature_id=signature_id,
        )


class ReasonForm(Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class NoteForm(Form):
    """What was said or heard."""

    note = forms.CharField(label=_("Note"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ResolveForm(NoteForm):
    """What was agreed with a customer about trouble on the way."""

    note = forms.CharField(
        label=_("What was agreed"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A second delivery and when, pick-up by the customer, or the way back to us."),
    )


class TrackForm(Form):
    """What a carrier said, typed in by hand."""

    code = forms.ChoiceField(label=_("Tracking status"), choices=TrackingCode.choices, initial=TrackingCode.IN_TRANSIT)
    happened_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    place = forms.CharField(label=pgettext_lazy("tracking", "Place"), max_length=80, required=False)
    text = forms.CharField(label=_("In the carrier's words"), max_length=200, required=False)
    signer = forms.CharField(
        label=_("Signed by"), max_length=80, required=False, help_text=_("If it is delivered and the carrier says who.")
    )

    def spec(self, number: str) -> TrackSpec:
        """As the action takes it, about this shipment."""
        return TrackSpec(shipment=number, **self.cleaned_data)


class CarrierForm(Form):
    """A logistics company."""

    code = forms.CharField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=80)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    tracking_url = forms.CharField(
        label=_("Tracking page"),
        max_length=200,
        required=False,
        help_text=_("{number} stands for the tracking number, as in https://example.com/track/{number}"),
    )
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def spec(self) -> CarrierSpec:
        """As the actions take it."""
        return CarrierSpec(**{name: self.cleaned_data[name] for name in CarrierForm.base_fields})


class EditCarrierForm(EditForm, CarrierForm):
    """The same for a carrier that exists; it carries the version it started from."""


def initial_of(carrier: Carrier) -> Mapping[str, Any]:
    """What the form of a carrier starts with."""
    return {name: getattr(carrier, name) for name in CarrierForm.base_fields}
