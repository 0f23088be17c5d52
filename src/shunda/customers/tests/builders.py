"""Customers for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shunda.accounts.models import User
from shunda.customers.models import Address, Contact, Customer, PaymentTerm, TermKind
from shunda.customers.steps import text_of

AT = datetime(2026, 5, 6, 1, tzinfo=UTC)
TERMS = {
    "prepaid": ("预付款", "Prepaid", TermKind.PREPAID, 0),
    "delivery": ("货到付款", "Cash on delivery", TermKind.ON_DELIVERY, 0),
    "credit30": ("账期30天", "30 days", TermKind.CREDIT, 30),
    "credit60": ("账期60天", "60 days", TermKind.CREDIT, 60),
}


def term(code: str = "credit30") -> PaymentTerm:
    """prepaid, delivery, credit30 or credit60; the same row for the same code."""
    name, name_en, kind, days = TERMS[code]
    return PaymentTerm.objects.get_or_create(
        code=code, defaults={"name": name, "name_en": name_en, "kind": kind, "days": days}
    )[0]


_term = term  # the parameter below hides the function


def customer(code: str = "C1", term: str = "credit30", owner: User | None = None, **fields: Any) -> Customer:
    """A Chinese company that passes every check but the credit code, with a default address and contact."""
    name = fields.pop("name", f"上海{code}有限公司")
    made = Customer.objects.create(
        code=code,
        name=name,
        owner=owner,
        term=_term(term),
        created_at=fields.pop("created_at", AT),
        **fields,
    )
    address(made)
    Contact.objects.create(customer=made, name="李经理", phone="13800138000", is_default=True)
    Customer.objects.filter(pk=made.pk).update(search_text=text_of(made, ["李经理"]))
    return made


def address(customer: Customer, **fields: Any) -> Address:
    """An address in Shanghai, the default one unless the customer has one."""
    fields.setdefault("is_default", not customer.addresses.filter(is_default=True).exists())
    defaults = {
        "province": "上海市",
        "city": "上海市",
        "district": "浦东新区",
        "street": "世纪大道100号",
        "postcode": "200120",
        "receiver": "李经理",
        "phone": "13800138000",
    }
    return Address.objects.create(customer=customer, **(defaults | fields))
