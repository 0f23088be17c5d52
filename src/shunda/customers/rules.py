"""Pure decisions about customers: credit codes, phones, addresses, what is masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model
from stdnum.cn import uscc

from shunda.core.actor import Actor
from shunda.core.refusal import Reason, Refusal
from shunda.core.search import search_text
from shunda.customers import reasons
from shunda.customers.models import Address, Contact
from shunda.customers.specs import AddressSpec, ContactSpec

MOST_NOTE = 2_000
MOST_REASON = 200
MOST_DAYS = 365

Why = tuple[Reason, dict[str, Any]]
"""A reason and what fills its sentence, before it is known which row and field it is about."""

CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
POSTCODE_STARTS = frozenset(
    [f"{n:02d}" for n in (*range(1, 8), 10, 11, 12, 13, 15, 16, *range(20, 28), *range(30, 37), *range(40, 48))]
    + [f"{n:02d}" for n in (*range(51, 58), *range(61, 68), *range(71, 76), 81, 83, 84, 85, 86)]
)
"""The first two digits of Chinese postcodes, by province."""
WITHOUT_DISTRICTS = ("东莞", "中山", "儋州", "嘉峪关")
"""Prefecture-level cities that have no districts below them."""
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)


def why_credit_code(code: str) -> Why | None:
    """A unified social credit code has 18 characters of its alphabet, the last one checks the others (R023).

    The first two say who registered what and may be letters; the six of the area are digits (GB 32100-2015).
    """
    if len(code) != 18:
        return reasons.CREDIT_CODE_LENGTH, {"code": code[:40], "length": len(code)}
    for place, character in enumerate(code, 1):
        if character not in CODE_ALPHABET or (3 <= place <= 8 and not character.isdecimal()):
            return reasons.CREDIT_CODE_CHARACTER, {"character": character, "place": place}
    if uscc.calc_check_digit(code[:17]) != code[17]:
        return reasons.CREDIT_CODE_CHECK, {"code": code}
    return None


def tidy_credit_code(code: str) -> str:
    """Upper case without blanks and hyphens, as people copy it."""
    return re.sub(r"[\s-]", "", code).upper()


@lru_cache(maxsize=20_000)
def why_phone(phone: str, country: str) -> Why | None:
    """Why this is no phone number for somebody in ``country`` (R025, R036).

    In China the number must be a valid Chinese one, and a number of another country is told apart from a mistyped one.
    Elsewhere it must be possible: numbering plans differ and change. Extensions (``转 801``) are fine.
    """
    text = re.sub(r"\s*转\s*", " ext. ", phone.strip())
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return reasons.PHONE_UNREADABLE, {"phone": phone[:40]}
    if country == "CN":
        if number.country_code != 86:
            return reasons.PHONE_FOREIGN, {"phone": phone[:40], "code": number.country_code}
        return None if phonenumbers.is_valid_number(number) else (reasons.PHONE_WRONG, {"phone": phone[:40]})
    digits = len(re.sub(r"\D", "", phone))
    possible = phonenumbers.is_possible_number(number) if phone.startswith("+") else 6 <= digits <= 15
    return None if possible else (reasons.PHONE_IMPOSSIBLE, {"phone": phone[:40], "country": country})


def why_postcode(postcode: str, country: str) -> Why | None:
    """In China six digits that begin as some province does (R036); elsewhere anything goes."""
    if country != "CN" or (re.fullmatch(r"[0-9]{6}", postcode) and postcode[:2] in POSTCODE_STARTS):
        return None
    return reasons.POSTCODE_WRONG, {"postcode": postcode[:20]}


def why_email(email: str) -> Why | None:
    """Whether mail can be addressed to it."""
    try:
        validate_email(email)
    except ValidationError:
        return reasons.EMAIL_WRONG, {"email": email[:80]}
    return None


def why_account(account: str, country: str) -> Why | None:
    """A Chinese bank account has 8 to 30 digits; elsewhere letters too (IBAN)."""
    if country == "CN" and not re.fullmatch(r"[0-9]{8,30}", account):
        return reasons.ACCOUNT_WRONG, {"account": account[:40], "least": 8, "most": 30}
    if not re.fullmatch(r"[0-9A-Za-z]{4,40}", account):
        return reasons.ACCOUNT_WRONG, {"account": account[:40], "least": 4, "most": 40}
    return None


def tidy_account(account: str) -> str:
    """Without the blanks and hyphens people group digits with."""
    return re.sub(r"[\s-]", "", account)


def needed_of_address(country: str, city: str) -> tuple[str, ...]:
    """The parts an address must have: in China all of them (R024), but a district only where there are any."""
    if country != "CN":
        return ("city", "street", "receiver", "phone")
    district = () if city.startswith(WITHOUT_DISTRICTS) else ("district",)
    return ("province", "city", *district, "street", "postcode", "receiver", "phone")


def why_address(ident: int, spec: AddressSpec, where: str = "") -> Iterator[Refusal]:
    """Every reason against an address: missing parts, texts that do not fit, a wrong postcode or phone."""
    values = trimmed(spec)
    for name in needed_of_address(spec.country, values["city"]):
        if not values[name]:
            yield reasons.REQUIRED[Address][name](ident, where=f"{where}{name}")
    yield from why_too_long(ident, Address, values, where)
    if spec.country not in COUNTRIES:
        yield reasons.NOT_A_CHOICE["country"](ident, where=f"{where}country", value=spec.country[:20])
        return
    checks = (("postcode", why_postcode), ("phone", why_phone))
    for name, check in checks:
        found = check(values[name], spec.country) if values[name] else None
        if found:
            yield told(found, ident, f"{where}{name}")


def why_contact(ident: int, spec: ContactSpec, country: str, where: str = "") -> Iterator[Refusal]:
    """Every reason against a contact: no name, texts that do not fit, a wrong phone or mail address."""
    values = trimmed(spec)
    if not values["name"]:
        yield reasons.REQUIRED[Contact]["name"](ident, where=f"{where}name")
    yield from why_too_long(ident, Contact, values, where)
    found = why_phone(values["phone"], country) if values["phone"] else None
    if found:
        yield told(found, ident, f"{where}phone")
    found = why_email(values["email"]) if values["email"] else None
    if found:
        yield told(found, ident, f"{where}email")


def told(why: Why, ident: int, where: str) -> Refusal:
    """The reason, said about a row and a field."""
    reason, data = why
    return reason(ident, where=where, **data)


def why_too_long(ident: int, model: type[Model], values: Mapping[str, Any], where: str = "") -> Iterator[Refusal]:
    """Texts that do not fit their column."""
    for name, reason in reasons.TOO_LONG[model].items():
        most = getattr(model._meta.get_field(name), "max_length", None)
        if most and len(values.get(name) or "") > most:
            yield reason(ident, where=f"{where}{name}", length=len(values[name]), most=most)


def trimmed(spec: Any) -> dict[str, Any]:
    """The values of a spec by field, texts without surrounding blanks."""
    return trimmed_changes({one.name: getattr(spec, one.name) for one in fields(spec)})


def trimmed_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of an edit, texts without surrounding blanks."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in changes.items()}


def customer_search_text(*, code: str, name: str, short_name: str, credit_code: str, contacts: list[str]) -> str:
    """What a customer is found by: code, names, credit code, the people there, pinyin of the Chinese."""
    return search_text(code, name, short_name, credit_code, *contacts)


def sees_private(actor: Actor) -> bool:
    """Whether phones and bank accounts are shown to this actor in full (R076)."""
    return actor.may("customers.view_private")


def masked_phone(phone: str) -> str:
    """138****8000: enough to recognise, not enough to call."""
    digits = sum(c.isdecimal() for c in phone)
    if digits < 7:
        return "*" * len(phone)
    return _masked(phone, 3, digits - 4)


def phone_for(actor: Actor, phone: str) -> str:
    """A phone as this actor sees it: whole, or masked (R076)."""
    return phone if sees_private(actor) else masked_phone(phone)


def masked_account(account: str) -> str:
    """Only the last four characters."""
    return "*" * (len(account) - 4) + account[-4:] if len(account) > 4 else "*" * len(account)


def masked_email(email: str) -> str:
    """The first character and the domain."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}***{at}{domain}" if at else "*" * len(email)


MASKS: dict[str, Callable[[str], str]] = {
    "phone": masked_phone,
    "bank_account": masked_account,
    "email": masked_email,
}


def mask(row: Any) -> None:
    """Mask the personal data of a row that is only going to be shown."""
    for name, masked in MASKS.items():
        value = getattr(row, name, "")
        if value:
            setattr(row, name, masked(value))


def said_of(row: Any, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What an edit changes, for its event: old and new, personal data masked, for timelines are read by many."""
    said: dict[str, list[Any]] = {}
    for name, value in values.items():
        old = getattr(row, name)
        if old != value:
            mask = MASKS.get(name)
            said[name] = [mask(old), mask(value)] if mask else [old, value]
    return said


def _masked(text: str, first: int, last: int) -> str:
    out, seen = [], 0
    for character in text:
        hide = character.isdecimal() and first <= seen < last
        seen += character.isdecimal()
        out.append("*" if hide else character)
    return "".join(out)
