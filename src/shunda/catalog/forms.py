"""Forms of goods."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shunda.catalog import queries
from shunda.catalog.models import Category, Product, Sku, SupplyMode, Unit
from shunda.web.forms import EditForm, Form, PercentField
from shunda.web.lines import lines_of


def choose(form: forms.Form, name: str, choices: list[tuple[int, str]], *, empty: str = "") -> None:
    """Fill a choice with rows by id."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [*([("", empty)] if empty or not field.required else []), *choices]


class ParametersField(forms.CharField):
    """Technical parameters, one to a line: ``load: 12.8 kN``; the value is a dictionary."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.widget.attrs |= {"rows": 4, "spellcheck": "false"}

    def clean(self, value: Any) -> dict[str, str]:
        """By name; a line without a colon has no value, which the field says."""
        found: dict[str, str] = {}
        for line in (super().clean(value) or "").splitlines():
            if not line.strip():
                continue
            name, colon, content = (part.strip() for part in re.split("([:：])", f"{line}:", maxsplit=1))
            content = content.removesuffix(":").strip()
            if not name or not content or not colon:
                raise forms.ValidationError(
                    _("“%(line)s”: write each parameter as name: value."), params={"line": line.strip()}
                )
            found[name] = content
        return found

    def prepare_value(self, value: Any) -> Any:
        """As lines."""
        return "\n".join(f"{k}: {v}" for k, v in value.items()) if isinstance(value, dict) else value


class _ProductFields(Form):
    """What a product is, apart from its unit."""

    code = forms.CharField(label=_("Product code"), max_length=40)
    name = forms.CharField(label=_("Product name"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    model = forms.CharField(label=_("Model"), max_length=80, required=False)
    specification = forms.CharField(label=_("Specification"), max_length=200, required=False)
    category = forms.TypedChoiceField(label=_("Category"), coerce=int)
    tax_rate = PercentField(
        label=_("Tax rate %"), required=False, help_text=_("Empty: the rate of the category."), min_value=0
    )
    supply_mode = forms.ChoiceField(label=_("Supply"), choices=SupplyMode.choices, initial=SupplyMode.STOCK)
    lead_days = forms.IntegerField(label=_("Lead time in working days"), min_value=0, max_value=1000, initial=0)
    parameters = ParametersField(label=_("Technical parameters"), help_text=_("One to a line, such as load: 12.8 kN."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = self.initial.get("category")
        choose(self, "category", queries.category_choices(keep=now), empty="–")


class ProductForm(_ProductFields):
    """A new product."""

    unit = forms.TypedChoiceField(
        label=_("Base unit"), coerce=int, help_text=_("Stock is counted in it; it cannot change later.")
    )
    field_order = ("code", "name", "name_en", "model", "specification", "category", "unit")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "unit", queries.unit_choices(), empty="–")


class ProductEditForm(EditForm, _ProductFields):
    """A product that exists."""

    @staticmethod
    def initial_of(row: Product) -> dict[str, Any]:
        """What the form starts with."""
        names = ("code", "name", "name_en", "model", "specification", "tax_rate", "supply_mode", "lead_days")
        return {name: getattr(row, name) for name in names} | {
            "category": row.category_id,
            "parameters": row.parameters,
        }


class SkuLine(forms.Form):
    """One variant of a new product."""

    code = forms.CharField(label=_("SKU"), max_length=40)
    variant = forms.CharField(label=_("Variant"), max_length=80, required=False)
    barcode = forms.CharField(label=_("Barcode"), max_length=40, required=False)


SkuLines = lines_of(SkuLine, blank=2, most=200, least=0)


class SkuForm(Form):
    """Another variant of a product."""

    code = forms.CharField(label=_("SKU"), max_length=40)
    variant = forms.CharField(label=_("Variant"), max_length=80, required=False)
    barcode = forms.CharField(label=_("Barcode"), max_length=40, required=False)


class SkuEditForm(EditForm, SkuForm):
    """A variant that exists."""

    @staticmethod
    def initial_of(row: Sku) -> dict[str, Any]:
        """What the form starts with."""
        return {"code": row.code, "variant": row.variant, "barcode": row.barcode}


class CategoryForm(Form):
    """A product class."""

    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Category name"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    parent = forms.TypedChoiceField(label=_("Lies under"), coerce=int, required=False, empty_value=None)
    tax_rate = PercentField(label=_("Tax rate %"), min_value=0, help_text=_("New products of this category get it."))

    def __init__(self, *args: Any, own: Category | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = queries.category_choices(keep=self.initial.get("parent"))
        choose(self, "parent", [(pk, text) for pk, text in choices if own is None or pk != own.pk], empty="–")


class CategoryEditForm(EditForm, CategoryForm):
    """A product class that exists; it can be closed."""

    active = forms.BooleanField(label=_("in use"), required=False)

    @staticmethod
    def initial_of(row: Category) -> dict[str, Any]:
        """What the form starts with."""
        names = ("code", "name", "name_en", "tax_rate", "active")
        return {name: getattr(row, name) for name in names} | {"parent": row.parent_id}


class UnitForm(Form):
    """A unit of measure."""

    code = forms.CharField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Unit name"), max_length=40)
    name_en = forms.CharField(label=_("Name in English"), max_length=40, required=False)
    decimals = forms.IntegerField(
        label=_("Decimal places"), min_value=0, max_value=4, initial=0, help_text=_("0: whole pieces only.")
    )


class UnitEditForm(EditForm, UnitForm):
    """A unit that exists; it can be closed."""

    active = forms.BooleanField(label=_("in use"), required=False)

    @staticmethod
    def initial_of(row: Unit) -> dict[str, Any]:
        """What the form starts with."""
        return {name: getattr(row, name) for name in ("code", "name", "name_en", "decimals", "active")}


class ConversionForm(Form):
    """One unit is a fraction of another: 1 dozen = 12/1 pieces."""

    unit = forms.TypedChoiceField(label=_("One of this unit"), coerce=int)
    numerator = forms.IntegerField(label=_("Numerator"), min_value=1, max_value=1_000_000)
    denominator = forms.IntegerField(
        label=_("Denominator"), min_value=1, max_value=1_000_000, initial=1, help_text=_("A dozen is 12/1 pieces.")
    )
    base = forms.TypedChoiceField(label=_("of this base unit"), coerce=int)

    def __init__(self, *args: Any, product: Product | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = queries.unit_choices()
        choose(self, "unit", units, empty="–")
        choose(self, "base", units if product is None else [u for u in units if u[0] == product.unit_id])
