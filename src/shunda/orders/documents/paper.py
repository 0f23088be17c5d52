"""What every document says in the same way: letterhead, parties, addresses. Texts are in the active language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, pgettext

from shunda.catalog.rules import local
from shunda.customers.rules import masked_account, masked_phone
from shunda.orders.models import Order, OrderLine
from shunda.policies import queries as policies
from shunda.web.documents.codes import qr
from shunda.web.formats import percent, quantity

Pair = tuple[str, str]


def company() -> dict[str, Any]:
    """Our letterhead and what an invoice says about the seller, from the settings. One query."""
    names = ("name", "name_en", "address", "address_en", "phone", "credit_code", "bank", "bank_account")
    said = policies.values(*(f"company.{name}" for name in names))
    ours = {name: said[f"company.{name}"] for name in names}
    address = local(ours["address"], ours["address_en"])
    phone = pgettext("document", "Phone %(phone)s") % {"phone": ours["phone"]} if ours["phone"] else ""
    lines = [text for text in (address, phone) if text]
    return {**ours, "name": local(ours["name"], ours["name_en"]), "address": address, "lines": lines}


def sheet(title: str, number: str, ours: Mapping[str, Any], watermark: str = "") -> dict[str, Any]:
    """What the kit needs of every document."""
    return {"title": title, "number": number, "company": ours, "qr": qr(number), "watermark": watermark}


def buyer(order: Order, *, private: bool) -> list[Pair]:
    """Who buys, as agreed when the order was submitted (R021-R023); phone and account in full only for ``private``."""
    account = order.bank_account if private else masked_account(order.bank_account)
    phone = order.contact_phone if private else masked_phone(order.contact_phone)
    return [
        (pgettext("document", "Name"), order.customer_name),
        (pgettext("document", "Credit code"), order.credit_code),
        (pgettext("document", "Bank"), order.bank),
        (pgettext("document", "Account"), account),
        (pgettext("document", "Contact"), joined(order.contact_name, phone)),
    ]


def consignee(order: Order, *, private: bool) -> list[Pair]:
    """Where the goods go and who takes them (R024, R025); the phone in full only for ``private``."""
    phone = order.receiver_phone if private else masked_phone(order.receiver_phone)
    return [
        (pgettext("document", "Receiver"), joined(order.receiver, phone)),
        (pgettext("document", "Address"), address(order)),
        (pgettext("document", "Postcode"), order.ship_postcode),
    ]


def address(order: Order) -> str:
    """The ship-to address as its language writes it: from the province down, or from the street up."""
    return order.address


def article(line: OrderLine) -> dict[str, str]:
    """What a line is about: SKU, name in the reader's language, and a note of model, specification, parameters."""
    parameters = [f"{key}: {value}" for key, value in (line.parameters or {}).items()]
    note = " · ".join(
        part for part in (line.model, line.specification, line.sku.variant, *parameters, line.note) if part
    )
    return {"sku": line.sku.code, "name": line.article, "note": note}


def discount(line: OrderLine) -> str:
    """A line discount as per cent; nothing for none."""
    return percent(line.discount_rate) if line.discount_rate else ""


def line_quantity(line: OrderLine) -> str:
    """The quantity in the line's own unit."""
    return quantity(line.quantity)


def joined(*texts: str) -> str:
    """The texts that are there, with a gap between."""
    return "  ".join(text for text in texts if text)


def listed(names: Iterable[str]) -> str:
    """Names, each once, as the language lists them."""
    separator = "、" if (get_language() or "").startswith("zh") else ", "
    return separator.join(dict.fromkeys(name for name in names if name))
