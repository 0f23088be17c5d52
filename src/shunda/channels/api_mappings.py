"""The API of mappings: how files are read; mappings of one's own to make, change and remove."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.router import Router
from shunda.api.schemas import Done, Id, In, Items, Out, Version
from shunda.channels import mappings, queries
from shunda.channels.mapping import BUILT_IN, Mapping
from shunda.channels.mappings import EDIT
from shunda.channels.models import ImportMapping

router = Router("imports")
VIEW = "channels.create_import"

Heading = Annotated[str, Field(min_length=1, max_length=80)]
Headings = Annotated[
    dict[Annotated[str, Field(max_length=40)], Annotated[list[Heading], Field(max_length=50)]],
    Field(
        max_length=40,
        description="What a column means -> headings it may stand under; reference, sku, quantity, price are required.",
        examples=[{"reference": ["PO"], "sku": ["Item"], "quantity": ["Qty"], "price": ["Price"]}],
    ),
]
Code = Annotated[str, Field(max_length=40)]
Meanings = Annotated[dict[Annotated[str, Field(max_length=80)], Code], Field(max_length=500)]
Unknown = Annotated[Literal["report", "create"], Field(description="Report the line, or create what is unknown.")]
Codes = Annotated[Meanings, Field(description="SKU codes that are no goods -> freight, discount or fee.")]
Countries = Annotated[Meanings, Field(description="Names of countries in the file -> code of two letters.")]
Rate = Annotated[str | None, Field(pattern=r"^0(\.[0-9]{1,4})?$", description="Of new products, as text.")]


class MappingOptions(Out):
    """What to do in doubt."""

    channel: str
    shop: str
    currency: str
    prices_include_tax: bool
    tax_rate: Annotated[str | None, Field(description="Of new products, as text.")]
    cancellation_prefix: str
    walk_in: Annotated[str, Field(description="Customer code of lines without one; empty: they are reported.")]
    unknown_skus: str
    unknown_customers: str
    duplicates: str
    codes: Codes
    countries: Countries
    historical: Annotated[bool, Field(description="The date in the file becomes the order's date.")]
    place: Annotated[bool, Field(description="Orders are placed at once; otherwise they are drafts.")]
    warehouse: str
    term: str
    category: str
    unit: str


class ImportMappingOut(MappingOptions):
    """How one kind of file is read. Those that come with the product have no id and cannot be changed."""

    id: int | None
    code: str
    name: str
    columns: Headings
    version: int | None


class MappingIn(In):
    """Options of a mapping."""

    channel: Code = "file"
    shop: Code = ""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    prices_include_tax: bool = True
    tax_rate: Rate = None
    cancellation_prefix: Annotated[str, Field(max_length=10)] = ""
    walk_in: Code = ""
    unknown_skus: Unknown = "report"
    unknown_customers: Unknown = "report"
    duplicates: Annotated[Literal["keep", "report"], Field(description="Repeated lines.")] = "keep"
    codes: Codes = Field(default_factory=dict)
    countries: Countries = Field(default_factory=dict)
    historical: bool = False
    place: bool = False
    warehouse: Code = ""
    term: Code = ""
    category: Code = "IMPORTED"
    unit: Code = "pc"


class ImportMappingIn(MappingIn):
    """A mapping to keep."""

    code: Code
    name: Annotated[str, Field(max_length=80)]
    columns: Headings


class ImportMappingChange(MappingIn):
    """What is to change; fields left out stay. The code stays."""

    version: Version
    name: Annotated[str | None, Field(max_length=80)] = None
    columns: Headings | None = None


@router.read("/mappings", response=list[ImportMappingOut], permission=VIEW, summary="Mappings")
def every(request: ApiRequest) -> Any:  # noqa: ARG001  # every endpoint takes its request
    """How files can be read: what people made, then what comes with the product."""
    return [*map(_own, queries.own_mappings()), *(_shown(one) for one in BUILT_IN.values())]


@router.read("/mappings/{int:pk}", response=ImportMappingOut, permission=VIEW, summary="One mapping")
def mapping(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001  # every endpoint takes its request
    """One that people made."""
    return _own(found(queries.own_mappings(), pk))


@router.write("/mappings", response=ImportMappingOut, status=201, permission=EDIT, summary="New mapping")
def create(request: ApiRequest, body: ImportMappingIn) -> Any:
    """From now on files with these headings are recognised."""
    spec = Mapping(**body.model_dump())
    return created(_own(mappings.create_mappings([spec], by=request.actor, at=request.at).one()))


@router.write(
    "/mappings/{int:pk}", method="PATCH", response=ImportMappingOut, permission=EDIT, summary="Change a mapping"
)
def change(request: ApiRequest, pk: Id, body: ImportMappingChange) -> Any:
    """Files already read keep what they were read by."""
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    given = {name: value for name, value in given.items() if value is not None or name == "tax_rate"}
    spec = replace(mappings.of(found(queries.own_mappings(), pk)), **given)
    row = mappings.edit_mappings({pk: spec}, by=request.actor, at=request.at, versions={pk: body.version}).one()
    return _own(queries.own_mappings().get(pk=row.pk))


@router.write("/mappings/remove", response=Done[ImportMappingOut], permission=EDIT, summary="Remove mappings")
def remove(request: ApiRequest, body: Items) -> Any:
    """What was read by them stays as it is."""
    pks = {row.code: row.pk for row in queries.own_mappings().filter(pk__in=body.ids)}
    outcome = mappings.remove_mappings(body.ids, by=request.actor, at=request.at, versions=body.versions)
    return answered(outcome, done=[_own(row) | {"id": pks[row.code]} for row in outcome.done])


def _own(row: ImportMapping) -> dict[str, Any]:
    return _shown(mappings.of(row)) | {"id": row.pk, "version": row.version}


def _shown(mapping: Mapping) -> dict[str, Any]:
    return {field.name: getattr(mapping, field.name) for field in fields(mapping)} | {"id": None, "version": None}
