"""Forms of stock documents and filters of its lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.db.models import F, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Region
from shunda.catalog import queries as catalog
from shunda.catalog.models import Sku, Unit
from shunda.core.refusal import Refusal
from shunda.inventory.models import Balance, MoveKind, StockMove, Supply, SupplyKind, Warehouse
from shunda.inventory.queries import open_supplies
from shunda.inventory.reasons import REASON_LENGTH
from shunda.web.forms import DayField, EditForm, Form, QuantityField
from shunda.web.lines import lines_of
from shunda.web.listing import Filter


def _warehouse_field(label: Any, *, required: bool = True, empty: Any = None) -> Any:
    return forms.ModelChoiceField(
        label=label,
        queryset=Warehouse.objects.filter(active=True).order_by("code"),
        required=required,
        empty_label=empty,
    )


def _sku_field() -> forms.CharField:
    attrs = {"data-pick": reverse_lazy("catalog:suggest"), "autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(label=_("SKU or barcode"), max_length=40, widget=forms.TextInput(attrs=attrs))


# --- documents ------------------------------------------------------------------------------------------------------


class ReceiptForm(Form):
    """Where goods arrived, and with which delivery note."""

    warehouse = _warehouse_field(_("Warehouse"))
    reference = forms.CharField(
        label=_("Delivery note"), max_length=60, required=False, help_text=_("Left empty, the receipt gets a number.")
    )


class LocationForm(Form):
    """Where a SKU lies in its warehouse."""

    location = forms.CharField(
        label=_("Location"),
        max_length=40,
        required=False,
        help_text=_("Aisle, rack and level, as on the shelf: A-02-1. Pickers walk in this order, A-2 before A-10."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false"}),
    )


class AdjustForm(Form):
    """Where stock is adjusted, and why."""

    warehouse = _warehouse_field(_("Warehouse"))
    reason = forms.CharField(label=_("Reason"), max_length=REASON_LENGTH)


class CountForm(AdjustForm):
    """Where was counted, and on what occasion."""


class TransferForm(Form):
    """From where to where, and when it should arrive."""

    source = _warehouse_field(_("From warehouse"))
    target = _warehouse_field(_("To warehouse"))
    expected_on = DayField(label=_("Expected"), required=False)
    reason = forms.CharField(label=_("Note"), max_length=REASON_LENGTH, required=False)


class AnnounceForm(Form):
    """What will arrive from outside."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(k.value, k.label) for k in (SupplyKind.PURCHASE, SupplyKind.WORK_ORDER)]
    )
    warehouse = _warehouse_field(_("Warehouse"))
    expected_on = DayField(label=_("Expected"), required=False)
    reference = forms.CharField(label=_("Purchase or work order number"), max_length=60, required=False)


class ArrivalForm(Form):
    """How much of a supply arrived."""

    quantity = QuantityField(label=_("Arrived"), min_value=0)


class ClosureForm(Form):
    """How much of a supply will not arrive, and why."""

    quantity = QuantityField(label=_("Quantity"), min_value=0)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), max_length=REASON_LENGTH)


class _LineForm(forms.Form):
    sku = _sku_field()


class UnitLineForm(_LineForm):
    """So much, in a unit."""

    quantity = QuantityField(label=_("Quantity"))
    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, units: list[tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]  # read once for all lines


class ReceiptLineForm(UnitLineForm):
    """Goods that arrived."""

    location = forms.CharField(label=_("Location"), max_length=40, required=False)


class AdjustLineForm(_LineForm):
    """So much more, or less."""

    quantity = QuantityField(label=_("Change (+/−)"))


class CountLineForm(_LineForm):
    """So much was counted; the figure the counter saw goes along unseen."""

    quantity = QuantityField(label=_("Counted"), min_value=0)
    on_hand = QuantityField(widget=forms.HiddenInput, required=False)


class StockLines(lines_of(_LineForm, blank=0)):  # type: ignore[misc]  # a class made by a function
    """Lines of a stock document: SKUs are found by code or barcode, all in one query."""

    def clean(self) -> None:
        """At least one line, and SKUs that are known; each line then has its ``sku_id``."""
        super().clean()
        rows = [form for form in self._given_forms() if form.cleaned_data.get("sku")]
        known = catalog.resolve(form.cleaned_data["sku"] for form in rows)
        for form in rows:
            text = form.cleaned_data["sku"]
            if text in known:
                form.cleaned_data["sku_id"] = known[text]
            else:
                form.add_error(
                    "sku", _("“%(text)s” is not known. Type a code, or choose from the list.") % {"text": text}
                )

    def specs(self, spec: type[Any], **same: Any) -> list[Any]:
        """The lines as an action takes them; ``same`` is on every line."""
        return [spec(**_typed(row), **same) for row in self.given()]


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in row.items() if name not in ("sku", "DELETE", "unit")}
    if "unit" in row:
        values["unit_id"] = row["unit"]
    if values.get("location") == "":
        values["location"] = None
    return values


def lines_for(form: type[forms.Form], blank: int) -> type[StockLines]:
    """The lines class of a stock document, with so many blank rows to begin with."""
    return type(f"{form.__name__}s", (StockLines,), {"form": form, "extra": blank})


def units() -> dict[str, Any]:
    """The choices of the unit column, read once for all lines."""
    return {"units": [("", "–"), *((unit.pk, str(unit)) for unit in Unit.objects.order_by("pk"))]}


HEAD = {
    "warehouse_id": "warehouse", "source_id": "source", "target_id": "target", "expected_on": "expected_on",
    "reason": "reason", "reference": "reference", "kind": "kind",
}  # fmt: skip
"""What a refusal of a line may be about that is in the head of the form: the name there."""


def placed(refusals: Iterable[Refusal]) -> list[Refusal]:
    """Refusals of lines by index, as the form shows them: at the field of the head, or at the line and its field."""
    found = []
    for refusal in refusals:
        where = str(refusal.data.get("where", ""))
        field = {"sku_id": "sku", "unit_id": "unit"}.get(where, where)
        place = HEAD.get(where, f"lines.{refusal.id}.{field}")
        found.append(Refusal(refusal.id, refusal.code, {**refusal.data, "where": place}))
    return found


# --- warehouses -----------------------------------------------------------------------------------------------------


class WarehouseFields(forms.Form):
    """What there is to say about a warehouse."""

    code = forms.CharField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=80)
    region = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.filter(active=True).order_by("code"), required=False, empty_label="–"
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)

    def changes(self) -> dict[str, Any]:
        """What was typed, by column."""
        values = dict(self.values if isinstance(self, EditForm) else self.cleaned_data)
        region = values.pop("region")
        return values | {"region_id": region.pk if region else None}


class WarehouseForm(WarehouseFields, Form):
    """A new warehouse."""


class WarehouseEditForm(WarehouseFields, EditForm):
    """A warehouse as it is."""

    active = forms.BooleanField(label=_("In use"), required=False)


# --- lists ----------------------------------------------------------------------------------------------------------


def _matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows of the SKUs found by this text."""
    return rows.filter(sku_id__in=catalog.matching(text, Sku.objects.all()).values("pk"))


class StockFilter(Filter):
    """Filters of the stock list."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("SKU, name, model")})
    )
    warehouse = _warehouse_field(_("Warehouse"), required=False, empty=_("All warehouses"))
    state = forms.ChoiceField(
        label=_("Stock"),
        required=False,
        choices=[
            ("", _("All stock")),
            ("available", _("Available")),
            ("none", _("Nothing available")),
            ("locked", _("Locked")),
            ("transit", _("In transit")),
        ],
    )

    def filter_q(self, rows: QuerySet[Balance], text: str) -> QuerySet[Balance]:
        """By SKU, product or model."""
        return _matching(rows, text)

    def filter_state(self, rows: QuerySet[Balance], state: str) -> QuerySet[Balance]:
        """By what there is."""
        states: dict[str, dict[str, Any]] = {
            "available": {"on_hand__gt": F("reserved")},
            "none": {"on_hand": F("reserved")},
            "locked": {"reserved__gt": 0},
            "transit": {"in_transit__gt": 0},
        }
        return rows.filter(**states[state])


class MoveFilter(Filter):
    """Filters of the stock ledger."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("SKU, name, model")})
    )
    warehouse = forms.ModelChoiceField(
        label=_("Warehouse"),
        queryset=Warehouse.objects.order_by("code"),
        required=False,
        empty_label=_("All warehouses"),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *MoveKind.choices], required=False)
    reference = forms.CharField(
        label=_("Document"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Document number")})
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    lookups: ClassVar = {"since": "at__date__gte", "until": "at__date__lte"}

    def filter_q(self, rows: QuerySet[StockMove], text: str) -> QuerySet[StockMove]:
        """By SKU, product or model."""
        return _matching(rows, text)


class SupplyFilter(Filter):
    """Filters of what is on its way."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("SKU, name, model")})
    )
    warehouse = _warehouse_field(_("To warehouse"), required=False, empty=_("All warehouses"))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *SupplyKind.choices], required=False)
    closed = forms.BooleanField(label=_("Closed ones too"), required=False)

    def filter_q(self, rows: QuerySet[Supply], text: str) -> QuerySet[Supply]:
        """By SKU, product or model."""
        return _matching(rows, text)

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Open ones unless the closed ones are asked for."""
        chosen = rows if self.cleaned_data.get("closed") else rows.filter(open_supplies())
        return super().apply(chosen)

    def filter_closed(self, rows: QuerySet[Supply], _closed: bool) -> QuerySet[Supply]:  # noqa: FBT001  # as the kit calls it
        """Seen to in ``apply``."""
        return rows
