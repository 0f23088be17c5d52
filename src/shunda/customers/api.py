"""The API of customers: files, addresses, contacts, papers, standing, payment terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from ninja import File, Form, Query
from ninja.files import UploadedFile

from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, EventOut, Id, In, Items, Page
from shunda.core.refusal import NOT_FOUND, Refused
from shunda.customers import actions, queries, rules
from shunda.customers.models import Customer, CustomerAttachment, PaymentTerm
from shunda.customers.schemas import (
    AddressChange,
    AddressNew,
    AddressOut,
    AssignIn,
    ContactChange,
    ContactNew,
    ContactOut,
    CustomerAttachmentIn,
    CustomerAttachmentOut,
    CustomerChange,
    CustomerFilter,
    CustomerIn,
    CustomerOut,
    CustomerRowOut,
    CustomersIn,
    FreezeIn,
    TermChange,
    TermFilter,
    TermIn,
    TermOut,
)
from shunda.customers.specs import AttachmentSpec, TermSpec
from shunda.files.responses import file_response
from shunda.files.specs import Upload
from shunda.files.steps import most_bytes

router = Router("customers")
terms = Router("payment terms")
VIEW, CREATE, EDIT = "customers.view_customer", "customers.create_customer", "customers.edit_customer"
FREEZE, ASSIGN, EDIT_TERM = "customers.freeze_customer", "customers.assign_customer", "customers.edit_term"


def given(body: In, *, nullable: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What a change sends: what is left out, and null where that means nothing, stays."""
    sent = {name: getattr(body, name) for name in body.model_fields_set if name != "version"}
    return {name: value for name, value in sent.items() if value is not None or name in nullable}


def shown(request: ApiRequest, rows: Iterable[Any]) -> list[Any]:
    """Rows with personal data as this caller sees it (R076)."""
    found_rows = list(rows)
    if not rules.sees_private(request.actor):
        for row in found_rows:
            rules.mask(row)
    return found_rows


def _one(request: ApiRequest, pk: int) -> Customer:
    """A customer with all its parts."""
    row = found(queries.whole(queries.seen_by(request.actor)), pk)
    shown(request, [row, *row.addresses.all(), *row.contacts.all()])
    return row


def _seen(request: ApiRequest, pk: int) -> Customer:
    return found(queries.seen_by(request.actor), pk)


@router.read("", response=Page[CustomerRowOut], permission=VIEW, summary="Customers")
def customers(request: ApiRequest, paging: Query[Paging], where: Query[CustomerFilter]) -> Any:
    """Those you see, newest first. Phones and accounts are masked without ``customers.view_private``."""
    page = paging.page(where.filter(queries.listed(request.actor)))
    return page | {"items": shown(request, page["items"])}


@router.read("/{int:pk}", response=CustomerOut, permission=VIEW, summary="One customer")
def customer(request: ApiRequest, pk: Id) -> Any:
    """The file with addresses, contacts and papers."""
    return _one(request, pk)


@router.read("/{int:pk}/timeline", response=Page[EventOut], permission=VIEW, summary="Timeline of a customer's file")
def timeline(request: ApiRequest, pk: Id, paging: Query[Paging]) -> Any:
    """What changed in the file: who, when, why; newest first. Personal data is masked in it for everybody."""
    return paging.page(queries.events_of(_seen(request, pk).pk))


@router.write("", response=CustomerOut, status=201, permission=CREATE, summary="New customer")
def create(request: ApiRequest, body: CustomerIn) -> Any:
    """Refused with every reason: a mistyped credit code, wrong phones and postcodes, missing parts of addresses."""
    made = actions.create_customers([body.spec()], by=request.actor, at=request.at).one()
    return created(_one(request, made.pk))


@router.write("/batch", response=Done[CustomerRowOut], permission=CREATE, summary="New customers")
def create_many(request: ApiRequest, body: CustomersIn) -> Any:
    """Each customer is made or refused; a refusal's ``id`` is the place in the list, counted from 0."""
    outcome = actions.create_customers([each.spec() for each in body.customers], by=request.actor, at=request.at)
    return answered(outcome, done=_rows(request, outcome.done))


@router.write("/{int:pk}", response=CustomerOut, method="PATCH", permission=EDIT, summary="Change a customer")
def edit(request: ApiRequest, pk: Id, body: CustomerChange) -> Any:
    """Refused when somebody changed it since ``version``. Owner and freezing have calls of their own."""
    changes = {pk: given(body, nullable=frozenset({"region_id"}))}
    actions.edit_customers(changes, versions={pk: body.version}, by=request.actor, at=request.at).one()
    return _one(request, pk)


@router.write("/freeze", response=Done[CustomerRowOut], permission=FREEZE, summary="Freeze customers")
def freeze(request: ApiRequest, body: FreezeIn) -> Any:
    """New orders of them are refused until they are unfrozen."""
    outcome = actions.freeze_customers(body.ids, body.reason, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(request, outcome.done))


@router.write("/unfreeze", response=Done[CustomerRowOut], permission=FREEZE, summary="Unfreeze customers")
def unfreeze(request: ApiRequest, body: FreezeIn) -> Any:
    """Business with them goes on."""
    outcome = actions.unfreeze_customers(body.ids, body.reason, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(request, outcome.done))


@router.write("/assign", response=Done[CustomerRowOut], permission=ASSIGN, summary="Change sales representatives")
def assign(request: ApiRequest, body: AssignIn) -> Any:
    """Somebody else looks after them from now on; orders keep the representative they had."""
    outcome = actions.change_owner(body.ids, body.owner_id, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(request, outcome.done))


def _rows(request: ApiRequest, done: list[Customer]) -> list[Customer]:
    rows = queries.listed(request.actor, everything=True).in_bulk([row.pk for row in done])
    return shown(request, [rows[row.pk] for row in done])


# --- addresses, contacts, papers ------------------------------------------------------------------------------------


@router.write(
    "/{int:pk}/addresses", response=AddressOut, status=201, permission=EDIT, summary="New address of a customer"
)
def add_address(request: ApiRequest, pk: Id, body: AddressNew) -> Any:
    """The first one is the default; one marked so takes the old default's place."""
    versions = {pk: body.version} if body.version else None
    made = actions.add_addresses([body.spec(pk)], versions=versions, by=request.actor, at=request.at).one()
    return created(shown(request, [made])[0])


@router.write(
    "/{int:pk}/addresses/{int:part}", response=AddressOut, method="PATCH", permission=EDIT, summary="Change an address"
)
def edit_address(request: ApiRequest, pk: Id, part: Id, body: AddressChange) -> Any:
    """Also closes it (``active`` false) or makes it the default. The default stays until another one is."""
    if not _seen(request, pk).addresses.filter(pk=part).exists():
        raise Refused(NOT_FOUND(part))
    changes = {part: given(body)}
    row = actions.edit_addresses(changes, versions={pk: body.version}, by=request.actor, at=request.at).one()
    return shown(request, [row])[0]


@router.write(
    "/{int:pk}/contacts", response=ContactOut, status=201, permission=EDIT, summary="New contact of a customer"
)
def add_contact(request: ApiRequest, pk: Id, body: ContactNew) -> Any:
    """The first one is the default; one marked so takes the old default's place."""
    versions = {pk: body.version} if body.version else None
    made = actions.add_contacts([body.spec(pk)], versions=versions, by=request.actor, at=request.at).one()
    return created(shown(request, [made])[0])


@router.write(
    "/{int:pk}/contacts/{int:part}", response=ContactOut, method="PATCH", permission=EDIT, summary="Change a contact"
)
def edit_contact(request: ApiRequest, pk: Id, part: Id, body: ContactChange) -> Any:
    """Also closes it (``active`` false) or makes it the default."""
    if not _seen(request, pk).contacts.filter(pk=part).exists():
        raise Refused(NOT_FOUND(part))
    changes = {part: given(body)}
    row = actions.edit_contacts(changes, versions={pk: body.version}, by=request.actor, at=request.at).one()
    return shown(request, [row])[0]


@router.write(
    "/{int:pk}/attachments", response=CustomerAttachmentOut, status=201, permission=EDIT, summary="Attach a paper"
)
def attach(request: ApiRequest, pk: Id, file: File[UploadedFile], what: Form[CustomerAttachmentIn]) -> Any:
    """Licence, contract or letter. Size and kinds of file are limited by settings."""
    spec = AttachmentSpec(pk, Upload.of(file, most_bytes()), what.kind, what.note)
    return created(actions.attach([spec], by=request.actor, at=request.at).one())


@router.read(
    "/{int:pk}/attachments/{int:attachment_pk}",
    response=None,
    permission=VIEW,
    summary="Download a paper of a customer",
    binary="application/octet-stream",
)
def attachment(request: ApiRequest, pk: Id, attachment_pk: Id) -> HttpResponse:
    """The file as it was sent."""
    papers = CustomerAttachment.objects.filter(customer=_seen(request, pk)).select_related("file__content")
    return file_response(request, found(papers, attachment_pk).file)


@router.write(
    "/attachments/remove", response=Done[CustomerAttachmentOut], permission=EDIT, summary="Take papers out of the file"
)
def detach(request: ApiRequest, body: Items) -> Any:
    """They stay stored, and the timeline names them."""
    return answered(actions.detach(body.ids, by=request.actor, at=request.at))


# --- payment terms --------------------------------------------------------------------------------------------------


@terms.read("", response=Page[TermOut], permission=VIEW, summary="Payment terms")
def term_list(request: ApiRequest, paging: Query[Paging], where: Query[TermFilter]) -> Any:  # noqa: ARG001
    """Prepaid, on delivery, or so many days of credit."""
    return paging.page(where.filter(PaymentTerm.objects.all()), newest_first=False)


@terms.read("/{int:pk}", response=TermOut, permission=VIEW, summary="One payment term")
def term(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """A payment term."""
    return found(PaymentTerm.objects.all(), pk)


@terms.write("", response=TermOut, status=201, permission=EDIT_TERM, summary="New payment term")
def create_term(request: ApiRequest, body: TermIn) -> Any:
    """Refused when the code is taken, or days and credit do not fit each other."""
    return created(actions.create_terms([TermSpec(**dict(body))], by=request.actor, at=request.at).one())


@terms.write("/{int:pk}", response=TermOut, method="PATCH", permission=EDIT_TERM, summary="Change a payment term")
def edit_term(request: ApiRequest, pk: Id, body: TermChange) -> Any:
    """Orders keep what they were given. A term that customers have cannot be closed."""
    return actions.edit_terms({pk: given(body)}, versions={pk: body.version}, by=request.actor, at=request.at).one()
