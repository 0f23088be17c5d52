"""Addresses and contacts: parts of the customer file, changed under the customer's own version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.customers import checks, queries, reasons, rules, steps
from shunda.customers.models import Address, Contact, Customer
from shunda.customers.specs import AddressSpec, ContactSpec


@dataclass(frozen=True, slots=True)
class _Part:
    """What addresses and contacts differ in."""

    noun: str
    model: Any
    spec: Any
    why: Callable[[int, Any, Customer], Iterator[Refusal]]

    def fields(self) -> set[str]:
        """What an edit may change."""
        return set(self.spec.__dataclass_fields__) - {"customer_id"}


_ADDRESS = _Part("address", Address, AddressSpec, lambda ident, spec, _customer: rules.why_address(ident, spec))
_CONTACT = _Part(
    "contact", Contact, ContactSpec, lambda ident, spec, customer: rules.why_contact(ident, spec, customer.country)
)


@action("customers.edit_customer")
def add_addresses(
    specs: Sequence[AddressSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Address]:
    """Give customers more addresses; one marked default takes the place of the old default.

    ``versions`` are the customers'; ids of refusals are places in the batch. Refused: missing parts, a wrong postcode
    or phone, an unknown customer.
    """
    return _add(_ADDRESS, specs, by, at, versions)


@action("customers.edit_customer")
def add_contacts(
    specs: Sequence[ContactSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Contact]:
    """Give customers more contacts. Refused: no name, a wrong phone or mail address, an unknown customer."""
    return _add(_CONTACT, specs, by, at, versions)


@action("customers.edit_customer")
def edit_addresses(
    changes: Mapping[int, Mapping[str, Any]], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Address]:
    """Change, close or reopen addresses, or make one the default: ``{address id: {field: value}}``.

    ``versions`` are the customers'. Refused like an addition; the default stays until another one is made the default.
    """
    return _edit(_ADDRESS, changes, by, at, versions)


@action("customers.edit_customer")
def edit_contacts(
    changes: Mapping[int, Mapping[str, Any]], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Contact]:
    """Change, close or reopen contacts, or make one the default: ``{contact id: {field: value}}``."""
    return _edit(_CONTACT, changes, by, at, versions)


def _add(
    part: _Part, specs: Sequence[Any], by: Actor, at: datetime, versions: Mapping[int, int] | None
) -> Outcome[Any]:
    wanted = {spec.customer_id for spec in specs if spec.customer_id is not None}
    batch = Batch(queries.seen_by(by), wanted, None, "customer.edit", versions=versions)
    customers = {row.pk: row for row in batch}
    having = set(
        part.model.objects.filter(customer__in=customers, is_default=True).values_list("customer_id", flat=True)
    )
    told = {refusal.id: refusal for refusal in batch.refused}
    refused: list[Refusal] = []
    rows: list[Any] = []
    for index, spec in enumerate(specs):
        customer = customers.get(spec.customer_id)
        if customer is None:
            why = [replace(told[spec.customer_id], id=index)] if spec.customer_id in told else []
            refused += why or [reasons.UNKNOWN_CUSTOMER(index, where="customer")]
            continue
        why = list(part.why(index, spec, customer))
        refused += why
        if not why:
            row = checks.row_of(part.model, spec, customer.pk)
            row.is_default = (row.is_default or customer.pk not in having) and row.active
            having |= {customer.pk} if row.is_default else set()
            rows.append(row)
    _one_default(part, rows)
    part.model.objects.bulk_create(rows)
    return _commit(part, batch, rows, {row.pk: {"added": str(row)} for row in rows}, refused, by, at)


def _one_default(part: _Part, rows: Sequence[Any]) -> None:
    """The last one marked is the default; the others of its customer, here and in the table, are not."""
    last = {row.customer_id: row for row in rows if row.is_default}
    for row in rows:
        row.is_default = last.get(row.customer_id) is row
    part.model.objects.filter(customer__in=last, is_default=True).exclude(
        pk__in=[row.pk for row in last.values() if row.pk]
    ).update(is_default=False)


def _edit(
    part: _Part,
    changes: Mapping[int, Mapping[str, Any]],
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None,
) -> Outcome[Any]:
    unknown = {name for few in changes.values() for name in few} - part.fields()
    if unknown:
        raise LookupError(f"no editable {', '.join(sorted(unknown))} of {part.noun}")
    owners = dict(part.model.objects.filter(pk__in=changes).values_list("pk", "customer_id"))
    batch = Batch(queries.seen_by(by), owners.values(), None, "customer.edit", versions=versions)
    customers = {row.pk: row for row in batch}
    told = {refusal.id: refusal for refusal in batch.refused}
    refused = [
        replace(told.get(owners.get(pk), NOT_FOUND()), id=pk) for pk in changes if owners.get(pk) not in customers
    ]
    rows: list[Any] = []
    for row in part.model.objects.filter(pk__in=changes, customer__in=customers).order_by("pk"):
        values = rules.trimmed_changes(changes[row.pk])
        why = list(_why_not_edit(part, row, values, customers[row.customer_id]))
        refused += why
        if not why:
            rows.append((row, values))
    said = {row.pk: rules.said_of(row, values) for row, values in rows}
    for row, values in rows:
        for name, value in values.items():
            setattr(row, name, value)
    kept = [row for row, _values in rows]
    _one_default(part, [row for row, values in rows if values.get("is_default")])
    if kept:
        part.model.objects.bulk_update(kept, sorted(part.fields()))
    return _commit(part, batch, kept, said, refused, by, at)


def _why_not_edit(part: _Part, row: Any, values: Mapping[str, Any], customer: Customer) -> Iterator[Refusal]:
    spec = part.spec(**{name: values.get(name, getattr(row, name)) for name in part.fields()})
    yield from part.why(row.pk, spec, customer)
    if row.is_default and not (spec.is_default and spec.active):
        yield reasons.DEFAULT_STAYS(row.pk, where="is_default" if spec.active else "active")
    elif spec.is_default and not spec.active:
        yield reasons.CLOSED_DEFAULT(row.pk, where="is_default")


def _commit(
    part: _Part,
    batch: Batch[Customer],
    rows: Sequence[Any],
    said: Mapping[int, Any],
    refused: list[Refusal],
    by: Actor,
    at: datetime,
) -> Outcome[Any]:
    """The customers these belong to get a new version and an event that says what changed."""
    touched = {row.customer_id for row in rows}
    batch.rows = [row for row in batch if row.pk in touched]
    for customer in batch:
        mine = {str(row.pk): said[row.pk] for row in rows if row.customer_id == customer.pk}
        batch.note(customer.pk, **{part.noun: mine})
    outcome = batch.commit(by=by, at=at)
    if part is _CONTACT:
        steps.refresh_search(outcome.done)
    return Outcome(list(rows), refused)
