"""Forms of price lists, prices, uploads and the question why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shunda.catalog.queries import resolve, sku_facts
from shunda.core.actor import Actor
from shunda.core.money import plain
from shunda.customers import queries as customers
from shunda.customers.models import Grade
from shunda.pricing.models import PriceList
from shunda.pricing.specs import ListSpec, PriceRow
from shunda.web.forms import DayField, EditForm, Form, PickField, PriceField, QuantityField


def _customer_field(**options: Any) -> PickField:
    return PickField(url_name="customers:suggest", resolve=lambda _text: None, code=lambda c: c.code, **options)


def _sku_field() -> PickField:
    return PickField(label=_("SKU"), url_name="catalog:suggest", resolve=_sku, code=lambda sku: sku.code)


def _sku(text: str) -> Any:
    found = resolve([text]).get(text)
    return sku_facts([found])[found] if found else None


def _sees(form: forms.Form, actor: Actor) -> None:
    """The customer field finds customers the actor sees."""
    pick = form.fields["customer"]
    assert isinstance(pick, PickField)
    pick.resolve = lambda text: customers.seen_by(actor).filter(code__iexact=text.strip()).first()


class ListForm(Form):
    """A new price list."""

    code = forms.CharField(label=_("Code"), max_length=30)
    name = forms.CharField(label=_("Name"), max_length=80)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="CNY")
    includes_tax = forms.BooleanField(label=_("Prices include tax"), required=False, initial=True)
    customer = _customer_field(label=_("Only for this customer"), required=False)
    grade = forms.ChoiceField(
        label=_("Only for this grade"), choices=[("", _("all grades")), *Grade.choices], required=False
    )
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(
        label=_("Valid until"), required=False, help_text=_("The last day counts. Empty: until further notice.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _sees(self, actor)

    def spec(self, code: str = "") -> ListSpec:
        """What was typed, as the action takes it."""
        return list_spec(self.cleaned_data, code)


class ListEditForm(EditForm):
    """A list that exists; its code stays."""

    name = forms.CharField(label=_("Name"), max_length=80)
    currency = forms.CharField(label=_("Currency"), max_length=3)
    includes_tax = forms.BooleanField(label=_("Prices include tax"), required=False)
    customer = _customer_field(label=_("Only for this customer"), required=False)
    grade = forms.ChoiceField(
        label=_("Only for this grade"), choices=[("", _("all grades")), *Grade.choices], required=False
    )
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(
        label=_("Valid until"), required=False, help_text=_("The last day counts. Empty: until further notice.")
    )
    active = forms.BooleanField(label=_("Active"), required=False)

    def __init__(self, *args: Any, actor: Actor, row: PriceList, **kwargs: Any) -> None:
        super().__init__(*args, version=row.version, initial=list_initial(row), **kwargs)
        _sees(self, actor)
        self.code = row.code

    def spec(self) -> ListSpec:
        """What was typed, as the action takes it."""
        return list_spec(self.values, self.code)


def list_spec(typed: dict[str, Any], code: str) -> ListSpec:
    """A list as typed."""
    chosen = typed.get("customer")
    values = {name: value for name, value in typed.items() if name not in ("customer", "code")}
    return ListSpec(**{"code": typed.get("code") or code, **values, "customer_id": chosen.pk if chosen else None})


def list_initial(row: PriceList) -> dict[str, Any]:
    """A list as its form shows it."""
    names = ("name", "currency", "includes_tax", "customer", "grade", "valid_from", "valid_until", "active")
    return {name: getattr(row, name) for name in names}


class PriceForm(Form):
    """One price: a new one, or the one of this SKU from this quantity on."""

    sku = _sku_field()
    unit_price = PriceField(label=_("Unit price"), min_value=0, help_text=_("For one base unit, up to six decimals."))
    min_quantity = QuantityField(label=_("From quantity"), min_value=0, required=False)
    floor = PriceField(label=_("Floor price"), min_value=0, required=False, help_text=_("Nobody sells under it."))

    def row(self) -> PriceRow:
        """What was typed, as the action takes it."""
        typed = self.cleaned_data
        figures = {n: plain(typed[n]) if typed[n] is not None else "" for n in ("unit_price", "min_quantity", "floor")}
        return PriceRow(1, typed["sku"].code, **figures)


class PriceEditForm(EditForm, PriceForm):
    """A price that is in the list: it carries the version of the list that was looked at."""


class UploadForm(Form):
    """Prices from a file, or pasted."""

    file = forms.FileField(label=_("CSV or Excel file"), required=False)
    text = forms.CharField(
        label=_("or paste rows from a spreadsheet"),
        required=False,
        max_length=2_000_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "font-monospace", "spellcheck": "false"}),
    )
    replace = forms.BooleanField(
        label=_("These are all prices of the list: remove the others"), required=False, initial=False
    )

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        typed = super().clean() or {}
        if not self.errors and not typed.get("file") and not (typed.get("text") or "").strip():
            self.add_error("file", _("Choose a file or paste rows."))
        return typed


class WhyForm(forms.Form):
    """What a price is asked for."""

    customer = _customer_field(label=_("Customer"))
    sku = _sku_field()
    quantity = QuantityField(label=_("Quantity"), initial=1, min_value=0)
    on = DayField(label=_("On the day"))
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="CNY", required=False)
    includes_tax = forms.BooleanField(label=_("Prices include tax"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _sees(self, actor)
