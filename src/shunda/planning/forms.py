"""The form a plan is filed with, and the filters of the list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Region
from shunda.core.refusal import Refused
from shunda.planning import reasons
from shunda.planning.models import NOTE_LENGTH, DemandPlan
from shunda.planning.specs import PlanLineSpec, PlanSpec
from shunda.web import sheets
from shunda.web.forms import Form
from shunda.web.listing import Filter

MOST_BYTES = 2 * 1024 * 1024
HEADS = frozenset(
    {"article", "code", "sku", "item", "编码", "商品", "商品编码", "产品编码", "物料编码", "型号", "条码"}
)


class PlanForm(Form):
    """A region's plan for a month, from a file or pasted."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    file = forms.FileField(label=_("File (Excel, or text with commas)"), required=False)
    lines = forms.CharField(
        label=_("Articles"),
        widget=forms.Textarea(attrs={"rows": 10, "class": "font-monospace", "spellcheck": "false"}),
        help_text=_("A row for each article: code or barcode, quantity. Paste from a sheet, or choose a file above."),
        max_length=MOST_BYTES,
        required=False,
    )
    note = forms.CharField(label=_("Remark"), max_length=NOTE_LENGTH, required=False)

    def __init__(self, *args: Any, regions: Iterable[Region], months: Iterable[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"] = forms.ChoiceField(
            label=_("Region"), choices=[(one.code, f"{one.code} {one.name}") for one in regions]
        )
        self.fields["month"] = forms.ChoiceField(
            label=_("Month"), choices=[(f"{m:%Y-%m}", f"{m:%Y-%m}") for m in months]
        )
        self.order_fields(["region", "month", "file", "lines", "note"])

    @property
    def spec(self) -> PlanSpec:
        """The plan as it is filed; raises ``Refused`` for a file that cannot be read."""
        said = self.cleaned_data
        file = self.files.get("file")
        lines = from_file(file.read()) if file else specs(sheets.split(said["lines"]))
        return PlanSpec(said["region"], date.fromisoformat(f"{said['month']}-01"), lines, said["note"], said["version"])


def from_file(data: bytes) -> list[PlanLineSpec]:
    """The rows of an Excel sheet or of a text; refuses what is neither, and files over 2 MB."""
    try:
        if len(data) > MOST_BYTES:
            raise sheets.Unreadable
        return specs(sheets.workbook(data) if sheets.packed(data) else sheets.split(sheets.decoded(data)))
    except sheets.Unreadable as error:
        raise Refused(reasons.NO_FILE(0, where="file")) from error


def specs(rows: Iterable[Iterable[Any]]) -> list[PlanLineSpec]:
    """Rows of article and quantity; empty ones and a line of heads are left out."""
    found = [[_text(cell) for cell in row] for row in rows]
    found = [row for row in found if any(row)]
    if found and found[0][0].casefold() in HEADS:
        del found[0]
    return [PlanLineSpec(*[*row, "", ""][:2]) for row in found]


def _text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


class PlanFilter(Filter):
    """Filters of the list."""

    region = forms.CharField(
        label=_("Region"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Code of the region")})
    )
    waiting = forms.BooleanField(label=_("Not filed yet"), required=False)
    lookups: ClassVar = {"region": "region__code__iexact"}

    def filter_waiting(self, rows: QuerySet[DemandPlan], _set: bool) -> QuerySet[DemandPlan]:  # noqa: FBT001
        """What is still waited for."""
        return rows.filter(filed_at=None)
