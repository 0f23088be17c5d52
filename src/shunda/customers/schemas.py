"""What the API of customers takes and gives.

Phones, mail addresses and accounts come masked for those who need not see them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from shunda.api.schemas import Filter, FilterLookup, Id, In, Items, Out, Version
from shunda.core.search import Matching
from shunda.customers.models import AttachmentKind, CustomerClass, Grade, TermKind
from shunda.customers.specs import AddressSpec, ContactSpec, CustomerSpec

Short = Annotated[str, Field(max_length=60)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Phone = Annotated[str, Field(max_length=30)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166, two letters.")]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217, three letters.")]
CreditCode = Annotated[str, Field(max_length=30, description="18 characters, needed in China.")]


class AddressOut(Out):
    """Where a customer takes goods."""

    id: int
    country: str
    province: str
    city: str
    district: str
    street: str
    postcode: str
    receiver: str
    phone: str
    is_default: bool
    active: bool


class AddressIn(In):
    """A new address. In China all parts are needed, and a postcode of six digits."""

    street: Annotated[str, Field(min_length=1, max_length=200)]
    city: Annotated[str, Field(min_length=1, max_length=60)]
    receiver: Annotated[str, Field(min_length=1, max_length=80)]
    phone: Phone
    province: Short = ""
    district: Short = ""
    postcode: Annotated[str, Field(max_length=12)] = ""
    country: Country = "CN"
    is_default: bool = False

    def spec(self, customer_id: int | None = None) -> AddressSpec:
        """As the action takes it."""
        return AddressSpec(customer_id=customer_id, **{name: value for name, value in self if name != "version"})


class AddressNew(AddressIn):
    """A new address of a customer that exists; ``version`` is the customer's."""

    version: Version | None = None


class AddressChange(In):
    """What changes; what is left out stays. ``version`` is the customer's."""

    version: Version
    street: Annotated[str, Field(max_length=200)] | None = None
    city: Short | None = None
    receiver: Annotated[str, Field(max_length=80)] | None = None
    phone: Phone | None = None
    province: Short | None = None
    district: Short | None = None
    postcode: Annotated[str, Field(max_length=12)] | None = None
    country: Country | None = None
    is_default: bool | None = None
    active: bool | None = None


class ContactOut(Out):
    """A person at a customer."""

    id: int
    name: str
    title: str
    phone: str
    email: str
    is_default: bool
    may_sign: bool
    active: bool


class ContactIn(In):
    """A new contact."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    title: Annotated[str, Field(max_length=80)] = ""
    phone: Phone = ""
    email: Annotated[str, Field(max_length=254)] = ""
    is_default: bool = False
    may_sign: bool = True

    def spec(self, customer_id: int | None = None) -> ContactSpec:
        """As the action takes it."""
        return ContactSpec(customer_id=customer_id, **{name: value for name, value in self if name != "version"})


class ContactNew(ContactIn):
    """A new contact of a customer that exists; ``version`` is the customer's."""

    version: Version | None = None


class ContactChange(In):
    """What changes; what is left out stays. ``version`` is the customer's."""

    version: Version
    name: Annotated[str, Field(max_length=80)] | None = None
    title: Annotated[str, Field(max_length=80)] | None = None
    phone: Phone | None = None
    email: Annotated[str, Field(max_length=254)] | None = None
    is_default: bool | None = None
    may_sign: bool | None = None
    active: bool | None = None


class CustomerAttachmentOut(Out):
    """A paper kept with a customer."""

    id: int
    name: Annotated[str, Field(validation_alias="file.name")]
    content_type: Annotated[str, Field(validation_alias="file.content_type")]
    size: Annotated[int, Field(validation_alias="file.size")]
    kind: AttachmentKind
    note: str
    attached_at: datetime
    attached_by: str


class CustomerAttachmentIn(In):
    """What the paper is."""

    kind: AttachmentKind = AttachmentKind.OTHER
    note: Annotated[str, Field(max_length=200)] = ""


class CustomerRowOut(Out):
    """A customer in a list."""

    id: int
    code: str
    name: str
    short_name: str
    country: str
    credit_code: str
    bank: str
    bank_account: str
    registered_address: str
    phone: str
    customer_class: CustomerClass
    grade: Grade
    industry: str
    region_id: int | None
    owner_id: int | None
    term_id: int
    term: Annotated[str, Field(validation_alias="term.code")]
    currency: str
    frozen: bool
    frozen_reason: str
    note: str
    created_at: datetime
    version: int


class CustomerOut(CustomerRowOut):
    """A customer with addresses, contacts and papers; closed ones too."""

    addresses: list[AddressOut]
    contacts: list[ContactOut]
    attachments: list[CustomerAttachmentOut]

    @staticmethod
    def resolve_addresses(customer: Any) -> list[Any]:
        """Those that were read with it."""
        return list(customer.addresses.all())

    @staticmethod
    def resolve_contacts(customer: Any) -> list[Any]:
        """Those that were read with it."""
        return list(customer.contacts.all())

    @staticmethod
    def resolve_attachments(customer: Any) -> list[Any]:
        """Those that were read with it."""
        return list(customer.attachments.all())


class CustomerIn(In):
    """A new customer. Without a code it gets the next number."""

    name: Name
    term_id: Id
    code: Annotated[str, Field(max_length=30)] = ""
    short_name: Short = ""
    country: Country = "CN"
    credit_code: CreditCode = ""
    bank: Annotated[str, Field(max_length=120)] = ""
    bank_account: Short = ""
    registered_address: Annotated[str, Field(max_length=200)] = ""
    phone: Phone = ""
    customer_class: CustomerClass = CustomerClass.OTHER
    grade: Grade = Grade.C
    industry: Short = ""
    region_id: Id | None = None
    owner_id: Id | None = None
    currency: Currency = "CNY"
    note: Annotated[str, Field(max_length=2000)] = ""
    addresses: Annotated[list[AddressIn], Field(max_length=100)] = Field(default_factory=list)
    contacts: Annotated[list[ContactIn], Field(max_length=100)] = Field(default_factory=list)

    def spec(self) -> CustomerSpec:
        """As the action takes it."""
        values = dict(self) | {
            "addresses": [each.spec() for each in self.addresses],
            "contacts": [each.spec() for each in self.contacts],
        }
        return CustomerSpec(**values)


class CustomersIn(In):
    """New customers."""

    customers: Annotated[list[CustomerIn], Field(min_length=1, max_length=1000)]


class CustomerChange(In):
    """What changes; what is left out stays. ``region_id`` may be null: no region."""

    version: Version
    code: Annotated[str, Field(min_length=1, max_length=30)] | None = None
    name: Name | None = None
    short_name: Short | None = None
    country: Country | None = None
    credit_code: CreditCode | None = None
    bank: Annotated[str, Field(max_length=120)] | None = None
    bank_account: Short | None = None
    registered_address: Annotated[str, Field(max_length=200)] | None = None
    phone: Phone | None = None
    customer_class: CustomerClass | None = None
    grade: Grade | None = None
    industry: Short | None = None
    region_id: Id | None = None
    term_id: Id | None = None
    currency: Currency | None = None
    note: Annotated[str, Field(max_length=2000)] | None = None


class FreezeIn(Items):
    """Customers, and why."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class AssignIn(Items):
    """Customers, and who looks after them from now on."""

    owner_id: Id


class CustomerFilter(Filter):
    """Which customers."""

    q: Annotated[str | None, Field(max_length=100, description="Name, pinyin initials, code or contact.")] = None
    code: Annotated[str | None, Field(max_length=30), FilterLookup("code__iexact")] = None
    credit_code: Annotated[str | None, Field(max_length=18)] = None
    customer_class: CustomerClass | None = None
    grade: Grade | None = None
    region_id: Id | None = None
    owner_id: Id | None = None
    frozen: bool | None = None

    def filter_q(self, text: str) -> Q:
        """By what they are found by."""
        return Q(search=Matching(text)) if text else Q()


class TermOut(Out):
    """A payment term; ``days`` of credit after the invoice."""

    id: int
    code: str
    name: str
    name_en: str
    kind: TermKind
    days: int
    active: bool
    version: int


class TermIn(In):
    """A new payment term."""

    code: Annotated[str, Field(min_length=1, max_length=20)]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    kind: TermKind
    name_en: Short = ""
    days: Annotated[int, Field(ge=0, le=365)] = 0


class TermChange(In):
    """What changes; what is left out stays."""

    version: Version
    code: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    kind: TermKind | None = None
    name_en: Short | None = None
    days: Annotated[int, Field(ge=0, le=365)] | None = None
    active: bool | None = None


class TermFilter(Filter):
    """Which payment terms."""

    code: Annotated[str | None, Field(max_length=20)] = None
    active: bool | None = None
