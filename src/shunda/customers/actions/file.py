"""The customer file: new customers, changes of what is known about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, by_id, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.customers import checks, queries, reasons, rules, steps
from shunda.customers.models import Address, Contact, Customer
from shunda.customers.specs import AddressSpec, ContactSpec, CustomerSpec

EDITABLE = frozenset(
    {
        "code", "name", "short_name", "country", "credit_code", "bank", "bank_account", "registered_address", "phone",
        "customer_class", "grade", "industry", "region_id", "term_id", "currency", "note",
    }
)  # fmt: skip


@action("customers.create_customer")
def create_customers(specs: Sequence[CustomerSpec], *, by: Actor, at: datetime) -> Outcome[Customer]:
    """Open customer files with addresses and contacts (R021-R025, R071); ids of refusals are places in the batch.

    Who sees only own customers becomes their sales representative. Refused with every reason: no name, a credit code
    that is missing (China), mistyped or another customer's, wrong phones, postcodes, accounts, addresses with missing
    parts, unknown terms, regions or owners, a customer outside the actor's own area.
    """
    steps.one_at_a_time()
    values = {index: _own(checks.tidy(spec), by) for index, spec in enumerate(specs)}
    known = queries.known(values.values())
    refused = [why for index, spec in enumerate(specs) for why in _why_not(index, spec, values[index], known, by)]
    refused += _why_twice(values.items())
    bad = {why.id for why in refused}
    good = {index: spec for index, spec in enumerate(specs) if index not in bad}
    codes = iter(steps.new_codes(sum(not values[index]["code"] for index in good)))
    rows: list[Customer] = []
    for index, spec in good.items():
        row = Customer(**values[index], created_at=at)
        row.code = row.code or next(codes)
        row.search_text = steps.text_of(row, [contact.name.strip() for contact in spec.contacts if contact.active])
        rows.append(row)
    done = Customer.objects.bulk_create(rows)
    _add_people(done, list(good.values()))
    record((happening("customer.create", row, code=row.code) for row in done), by=by, at=at)
    return Outcome(done, refused)


def _own(values: dict[str, Any], by: Actor) -> dict[str, Any]:
    if by.reach == "own" and values["owner_id"] is None:
        values["owner_id"] = by.id
    return values


def _why_not(
    index: int, spec: CustomerSpec, values: Mapping[str, Any], known: checks.Known, by: Actor
) -> Iterator[Refusal]:
    yield from checks.why_not_customer(index, values, known)
    yield from checks.why_not_people(index, spec.country, spec.addresses, spec.contacts)
    if not by.sees(values["owner_id"], values["region_id"]):
        yield reasons.OUTSIDE_AREA(index, where="region" if by.reach == "region" else "owner")


def _why_twice(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[Refusal]:
    seen: dict[tuple[str, str], int] = {}
    for ident, values in rows:
        for name in ("code", "credit_code"):
            text = values[name].upper()
            if text and seen.setdefault((name, text), ident) != ident:
                yield reasons.CODE_TWICE(ident, where=name, code=values[name])


def _add_people(customers: Sequence[Customer], specs: Sequence[CustomerSpec]) -> None:
    addresses: list[Address] = []
    contacts: list[Contact] = []
    for row, spec in zip(customers, specs, strict=True):
        addresses += _with_default(Address, spec.addresses, row.pk)
        contacts += _with_default(Contact, spec.contacts, row.pk)
    Address.objects.bulk_create(addresses)
    Contact.objects.bulk_create(contacts)


def _with_default(kind: Any, specs: Sequence[AddressSpec | ContactSpec], customer_id: int) -> list[Any]:
    """As they are stored: the one marked is the default, else the first that is active."""
    rows = [checks.row_of(kind, spec, customer_id) for spec in specs]
    if not any(row.is_default for row in rows):
        for row in [row for row in rows if row.active][:1]:
            row.is_default = True
    return rows


@action("customers.edit_customer")
def edit_customers(
    changes: Mapping[int, Mapping[str, Any]], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Customer]:
    """Change what is known about customers: ``{customer id: {field: value}}``, fields of ``EDITABLE``.

    Refused like a creation, as far as it is about what changes; also a stale version and a customer that would leave
    the actor's area. Owner and freezing have actions of their own.
    """
    unknown = {name for few in changes.values() for name in few} - EDITABLE
    if unknown:
        raise LookupError(f"a customer has no editable {', '.join(sorted(unknown))}")
    steps.one_at_a_time()
    batch = Batch(queries.seen_by(by), changes, None, "customer.edit", versions=versions)
    tidied = {row.pk: checks.tidy_changes(changes[row.pk]) for row in batch}
    values = {row.pk: _values(row) | tidied[row.pk] for row in batch}
    known = queries.known(values.values())
    twice = by_id(_why_twice(values.items()))
    batch.refuse_if(lambda row: [*_why_not_edit(row, values[row.pk], changes[row.pk], known, by), *twice(row)])
    for row in batch:
        batch.amend(row, tidied[row.pk], _said(row, tidied[row.pk], known))
    outcome = batch.commit(by=by, at=at)
    steps.refresh_search(outcome.done)
    return outcome


def _said(row: Customer, values: Mapping[str, Any], known: checks.Known) -> dict[str, list[Any]]:
    """What an edit changes, for its event: terms and regions by name, personal data masked."""
    said = rules.said_of(row, values)
    if "term_id" in said:
        said["term"] = [known.terms[pk].code for pk in said.pop("term_id")]
    if "region_id" in said:
        said["region"] = [known.regions.get(pk, "") for pk in said.pop("region_id")]
    return said


def _values(row: Customer) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*EDITABLE, "owner_id")}


def _why_not_edit(
    row: Customer, values: Mapping[str, Any], changes: Mapping[str, Any], known: checks.Known, by: Actor
) -> Iterator[Refusal]:
    for refusal in checks.why_not_customer(row.pk, values, known, own=row):
        if checks.touched(refusal, changes):
            yield refusal
    if "code" in changes and not values["code"]:
        yield reasons.NO_CODE(row.pk, where="code")
    if not by.sees(row.owner_id, values["region_id"]):
        yield reasons.OUTSIDE_AREA(row.pk, where="region")
