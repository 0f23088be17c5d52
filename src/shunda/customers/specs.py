"""What the actions on customers take. Texts are stored without surrounding blanks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shunda.customers.models import AttachmentKind, CustomerClass, Grade, TermKind
from shunda.files.specs import Upload


@dataclass(frozen=True, slots=True)
class AddressSpec:
    """Where to deliver (R024, R025); ``customer_id`` when the customer exists already."""

    street: str
    city: str
    receiver: str
    phone: str
    province: str = ""
    district: str = ""
    postcode: str = ""
    country: str = "CN"
    is_default: bool = False
    active: bool = True
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class ContactSpec:
    """A person at the customer; ``customer_id`` when the customer exists already."""

    name: str
    title: str = ""
    phone: str = ""
    email: str = ""
    is_default: bool = False
    may_sign: bool = True
    active: bool = True
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class CustomerSpec:
    """A buyer (R021-R023, R071). Without a code it gets the next number; without a default the first address is it.

    ``name`` is the one on the business licence; ``credit_code`` is needed in China (CN) alone.
    """

    name: str
    term_id: int
    code: str = ""
    short_name: str = ""
    country: str = "CN"
    credit_code: str = ""
    bank: str = ""
    bank_account: str = ""
    registered_address: str = ""
    phone: str = ""
    customer_class: str = CustomerClass.OTHER
    grade: str = Grade.C
    industry: str = ""
    region_id: int | None = None
    owner_id: int | None = None
    currency: str = "CNY"
    note: str = ""
    addresses: Sequence[AddressSpec] = ()
    contacts: Sequence[ContactSpec] = ()


@dataclass(frozen=True, slots=True)
class AttachmentSpec:
    """A paper to be kept with a customer."""

    customer_id: int
    upload: Upload
    kind: str = AttachmentKind.OTHER
    note: str = ""


@dataclass(frozen=True, slots=True)
class TermSpec:
    """When a customer pays (R027); ``days`` of credit after the invoice, 0 unless on credit."""

    code: str
    name: str
    kind: str = TermKind.CREDIT
    name_en: str = ""
    days: int = 0
