"""What a customer as a whole is checked against: pure decisions over facts that were read before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel.numbers import list_currencies

from shunda.core.refusal import Refusal
from shunda.customers import reasons, rules
from shunda.customers.models import Address, Contact, Customer, CustomerClass, Grade, PaymentTerm, TermKind
from shunda.customers.specs import AddressSpec, ContactSpec, CustomerSpec, TermSpec

CURRENCIES = frozenset(list_currencies())
CHOICES: dict[str, frozenset[str]] = {
    "customer_class": frozenset(CustomerClass.values),
    "grade": frozenset(Grade.values),
    "country": rules.COUNTRIES,
    "currency": CURRENCIES,
}
DEPEND_ON_COUNTRY = frozenset({"credit_code", "phone", "bank_account"})


@dataclass(slots=True)
class Known:
    """What the checks look things up in: who has a code (upper case) or credit code, what can be chosen."""

    codes: dict[str, int] = field(default_factory=dict)
    credit_codes: dict[str, tuple[int, str]] = field(default_factory=dict)
    terms: dict[int, PaymentTerm] = field(default_factory=dict)
    regions: dict[int | None, str] = field(default_factory=dict)
    owners: frozenset[int] = frozenset()


def tidy(spec: CustomerSpec) -> dict[str, Any]:
    """The values of a customer's own columns as they are stored."""
    values = rules.trimmed(spec)
    del values["addresses"], values["contacts"]
    return tidy_changes(values)


def tidy_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The same for some of the columns."""
    values = rules.trimmed_changes(changes)
    if "credit_code" in values:
        values["credit_code"] = rules.tidy_credit_code(values["credit_code"])
    if "bank_account" in values:
        values["bank_account"] = rules.tidy_account(values["bank_account"])
    return values


def why_not_customer(
    ident: int, values: Mapping[str, Any], known: Known, own: Customer | None = None
) -> Iterator[Refusal]:
    """Every reason against a customer's own columns; ``own`` is the stored one when it is edited."""
    if not values["name"]:
        yield reasons.REQUIRED[Customer]["name"](ident, where="name")
    yield from rules.why_too_long(ident, Customer, values)
    if len(values["note"]) > rules.MOST_NOTE:
        yield reasons.NOTE_TOO_LONG(ident, where="note", length=len(values["note"]), most=rules.MOST_NOTE)
    pk = own.pk if own else None
    if values["code"] and known.codes.get(values["code"].upper(), pk) != pk:
        yield reasons.CODE_TAKEN(ident, where="code", code=values["code"])
    for name, choices in CHOICES.items():
        if values[name] not in choices:
            yield reasons.NOT_A_CHOICE[name](ident, where=name, value=str(values[name])[:20])
    yield from _why_not_chosen(ident, values, known, own)
    yield from _why_numbers(ident, values, known, pk)


def _why_not_chosen(ident: int, values: Mapping[str, Any], known: Known, own: Customer | None) -> Iterator[Refusal]:
    term = known.terms.get(values["term_id"])
    keeps = own is not None and own.term_id == values["term_id"]
    if term is None or not (term.active or keeps):
        yield reasons.NOT_A_CHOICE["term"](ident, where="term", value=str(values["term_id"]))
    for name, choices in (("region", known.regions.keys()), ("owner", known.owners)):
        chosen = values[f"{name}_id"]
        if chosen is not None and chosen not in choices and chosen != getattr(own, f"{name}_id", None):
            yield reasons.NOT_A_CHOICE[name](ident, where=name, value=str(chosen))


def _why_numbers(ident: int, values: Mapping[str, Any], known: Known, own: int | None) -> Iterator[Refusal]:
    code, country = values["credit_code"], values["country"]
    if country == "CN":
        found = rules.why_credit_code(code) if code else (reasons.CREDIT_CODE_MISSING, {})
        if found:
            yield rules.told(found, ident, "credit_code")
    other = known.credit_codes.get(code) if code else None
    if other and other[0] != own:
        yield reasons.CREDIT_CODE_TAKEN(ident, where="credit_code", code=code, customer=other[1])
    phone, account = values["phone"], values["bank_account"]
    found = rules.why_phone(phone, country) if phone and country in rules.COUNTRIES else None
    if found:
        yield rules.told(found, ident, "phone")
    found = rules.why_account(account, country) if account else None
    if found:
        yield rules.told(found, ident, "bank_account")
    if account and not values["bank"]:
        yield reasons.BANK_MISSING(ident, where="bank")


def why_not_people(
    ident: int, country: str, addresses: Sequence[AddressSpec], contacts: Sequence[ContactSpec]
) -> Iterator[Refusal]:
    """Every reason against the addresses and contacts a new customer comes with."""
    for place, address in enumerate(addresses):
        yield from rules.why_address(ident, address, f"addresses.{place}.")
    if country in rules.COUNTRIES:
        for place, contact in enumerate(contacts):
            yield from rules.why_contact(ident, contact, country, f"contacts.{place}.")
    for where, parts in (("addresses", addresses), ("contacts", contacts)):
        if sum(one.is_default for one in parts) > 1:
            yield reasons.TWO_DEFAULTS(ident, where=where)
        if any(one.is_default and not one.active for one in parts):
            yield reasons.CLOSED_DEFAULT(ident, where=where)


def touched(refusal: Refusal, changes: Mapping[str, Any]) -> bool:
    """Whether a refusal is about what an edit changes: old gaps elsewhere do not stop a small correction."""
    fields = {name.removesuffix("_id") for name in changes}
    if "country" in fields:
        fields |= DEPEND_ON_COUNTRY
    if "bank_account" in fields:
        fields.add("bank")
    return refusal.data.get("where") in fields


def row_of(kind: type[Address] | type[Contact], spec: AddressSpec | ContactSpec, customer_id: int) -> Any:
    """An address or contact as it is stored."""
    return kind(**(rules.trimmed(spec) | {"customer_id": customer_id}))


def why_not_term(
    ident: int, spec: TermSpec, taken: Mapping[str, int], own: PaymentTerm | None = None
) -> Iterator[Refusal]:
    """A payment term has a code of its own; credit days belong to terms on credit, and those need them."""
    values = rules.trimmed(spec)
    for name, reason in reasons.REQUIRED[PaymentTerm].items():
        if not values[name]:
            yield reason(ident, where=name)
    yield from rules.why_too_long(ident, PaymentTerm, values)
    pk = own.pk if own else None
    if taken.get(values["code"], pk) != pk:
        yield reasons.CODE_TAKEN(ident, where="code", code=values["code"])
    if spec.kind not in TermKind.values:
        yield reasons.BAD_TERM_KIND(ident, where="kind", value=str(spec.kind)[:20])
    if not 0 <= spec.days <= rules.MOST_DAYS:
        yield reasons.DAYS_WRONG(ident, where="days", days=str(spec.days)[:20], most=rules.MOST_DAYS)
    elif spec.days and spec.kind != TermKind.CREDIT:
        yield reasons.DAYS_WITHOUT_CREDIT(ident, where="days")
    elif not spec.days and spec.kind == TermKind.CREDIT:
        yield reasons.DAYS_MISSING(ident, where="days")
