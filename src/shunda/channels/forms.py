"""The forms of imports: a file to send in, a mapping with its headings and options."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from shunda.channels import queries
from shunda.channels.mapping import CREATE as MAKE
from shunda.channels.mapping import KEEP, REPORT, REQUIRED, TARGETS, Mapping
from shunda.orders.models import Channel
from shunda.web.forms import EditForm, Form

UNKNOWN = [(REPORT, _("report the line")), (MAKE, _("create it"))]
PLAIN = (
    "name", "channel", "shop", "currency", "prices_include_tax", "tax_rate", "cancellation_prefix", "walk_in",
    "unknown_skus", "unknown_customers", "duplicates", "historical", "place",
    "warehouse", "term", "category", "unit",
)  # fmt: skip
"""Options that are one field of the same name."""


class UploadForm(Form):
    """A file and how to read it."""

    file = forms.FileField(label=_("File (CSV, Excel or NDJSON; all but Excel may be packed as .gz)"))
    mapping = forms.ChoiceField(label=_("Mapping"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["mapping"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("recognise by the headings")), *((m.code, m.name) for m in queries.mappings())]


class Pairs(forms.CharField):
    """Lines of “text = value”, as a dictionary."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> dict[str, str]:  # type: ignore[override]
        """The lines that say something; one without the sign is refused."""
        found: dict[str, str] = {}
        for line in (super().to_python(value) or "").splitlines():
            text, sign, meaning = line.rpartition("=")
            if line.strip() and not (sign and text.strip() and meaning.strip()):
                raise forms.ValidationError(_("“%(line)s”: write text = value.") % {"line": line.strip()[:80]})
            if line.strip():
                found[text.strip()] = meaning.strip()
        return found

    def prepare_value(self, value: Any) -> Any:
        """Back into lines."""
        return "\n".join(f"{text} = {meaning}" for text, meaning in value.items()) if isinstance(value, dict) else value


class _MappingFields(Form):
    """Headings and options of a mapping."""

    name = forms.CharField(label=_("Name"), max_length=80)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    shop = forms.CharField(
        label=_("Shop"), max_length=40, required=False, help_text=_("Numbers are unique per channel and shop.")
    )
    currency = forms.CharField(label=_("Currency"), max_length=3)
    prices_include_tax = forms.BooleanField(label=_("Prices include tax"), required=False)
    tax_rate = forms.CharField(
        label=_("Tax rate of new products"), max_length=20, required=False, help_text=_("0.13 is 13 %; empty: 0.13.")
    )
    cancellation_prefix = forms.CharField(label=_("Numbers of returns begin with"), max_length=10, required=False)
    walk_in = forms.CharField(
        label=_("Customer of lines without one"), max_length=40, required=False,
        help_text=_("A customer code; empty: such lines are reported."),
    )  # fmt: skip
    unknown_skus = forms.ChoiceField(label=_("Unknown articles"), choices=UNKNOWN)
    unknown_customers = forms.ChoiceField(label=_("Unknown customers"), choices=UNKNOWN)
    duplicates = forms.ChoiceField(
        label=_("Repeated lines"), choices=[(KEEP, _("keep and note")), (REPORT, _("report the line"))]
    )
    historical = forms.BooleanField(
        label=_("The date in the file is the order date"), required=False,
        help_text=_("Otherwise an order is made on the day of its import."),
    )  # fmt: skip
    place = forms.BooleanField(
        label=_("Place the orders at once"), required=False,
        help_text=_("Checked, promised and confirmed, or refused with a reason. Otherwise they are drafts."),
    )  # fmt: skip
    warehouse = forms.CharField(
        label=_("Warehouse"), max_length=40, required=False, help_text=_("A code; empty: the usual one.")
    )
    term = forms.CharField(
        label=_("Payment term of new customers"), max_length=40, required=False, help_text=_("A code; empty: prepaid.")
    )
    category = forms.CharField(label=_("Category of new products"), max_length=40)
    unit = forms.CharField(label=_("Unit of new products"), max_length=20)
    codes = Pairs(
        label=_("Codes that are no goods"), required=False,
        help_text=_("One a line: POST = freight. Possible are freight, discount and fee."),
    )  # fmt: skip
    countries = Pairs(label=_("Names of countries"), required=False, help_text=_("One a line: Germany = DE."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for target, label in TARGETS.items():
            self.fields[f"columns.{target}"] = forms.CharField(label=label, max_length=500, required=target in REQUIRED)

    @property
    def headings(self) -> list[BoundField]:
        """The fields that name headings."""
        return [self[name] for name in self.fields if name.startswith("columns.")]

    @property
    def options(self) -> list[BoundField]:
        """The other fields in sight, without code and name."""
        return [self[name] for name in (*PLAIN[1:], "codes", "countries")]

    def mapping(self, code: str) -> Mapping:
        """What was typed."""
        typed = self.cleaned_data
        columns = {target: _parts(typed[f"columns.{target}"]) for target in TARGETS if typed[f"columns.{target}"]}
        options = {name: typed[name] for name in PLAIN}
        options |= {"tax_rate": typed["tax_rate"] or None, "currency": typed["currency"].upper()}
        codes = {text.upper(): kind.lower() for text, kind in typed["codes"].items()}
        countries = {text: country.upper() for text, country in typed["countries"].items()}
        return Mapping(code=code, columns=columns, codes=codes, countries=countries, **options)


class MappingForm(_MappingFields):
    """A new mapping."""

    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Letters, digits, hyphens and underlines; it stays as it is.")
    )


class MappingEditForm(EditForm, _MappingFields):
    """A mapping to change."""


def initial_of(mapping: Mapping) -> dict[str, Any]:
    """The fields of a mapping as the forms show them."""
    shown = {name: getattr(mapping, name) for name in (*PLAIN, "codes", "countries")}
    shown |= {"codes": dict(mapping.codes), "countries": dict(mapping.countries)}
    return shown | {f"columns.{target}": ", ".join(mapping.columns.get(target, ())) for target in TARGETS}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]
