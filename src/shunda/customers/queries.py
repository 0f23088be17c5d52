"""Reads of customers: who sees which, and finding them."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from shunda.core.actor import Actor
from shunda.core.search import Matching
from shunda.customers.models import Address, Contact, Customer, CustomerAttachment, PaymentTerm

CANDIDATES = 200
"""How many rows a search ranks: a query of one letter stays fast among a million customers."""


def seen_by(actor: Actor) -> QuerySet[Customer]:
    """The customers an actor sees: all, those of its regions and its own, or its own."""
    return Customer.objects.filter(within(actor))


def within(actor: Actor, prefix: str = "") -> Q:
    """The same as a condition on a table that reaches the customer by ``prefix`` ("customer__")."""
    if actor.reach == "all":
        return Q()
    own = Q(**{f"{prefix}owner_id": actor.id}) if actor.id is not None else Q(pk__in=[])
    return own | Q(**{f"{prefix}region_id__in": actor.regions}) if actor.reach == "region" else own


def matching(text: str, customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Those found by this text (Chinese of two characters, pinyin initials, codes, contacts), always by index."""
    return customers.filter(search=Matching(text)) if text.strip() else customers


def find(text: str, actor: Actor, limit: int = 20) -> list[Customer]:
    """The customers the actor most likely means: the exact code or credit code first. One query."""
    text = text.strip()
    if not text:
        return []
    candidates = Customer.objects.filter(within(actor), search=Matching(text)).values("pk")[:CANDIDATES]
    exact = Q(code__iexact=text) | Q(credit_code=text.upper())
    rank = Case(
        When(exact, then=Value(0)),
        When(Q(code__istartswith=text) | Q(name__startswith=text), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = seen_by(actor).filter(Q(pk__in=candidates) | exact).order_by(rank, Length("name"), "code")
    return list(found.select_related("term", "owner", "region").defer("search", "search_text")[:limit])


def addresses_of(customer_id: int, *, active: bool = True) -> QuerySet[Address]:
    """Where a customer takes goods, the default first."""
    rows = Address.objects.filter(customer=customer_id).order_by("-is_default", "-active", "pk")
    return rows.filter(active=True) if active else rows


def contacts_of(customer_id: int, *, active: bool = True) -> QuerySet[Contact]:
    """The people at a customer, the default first."""
    rows = Contact.objects.filter(customer=customer_id).order_by("-is_default", "-active", "pk")
    return rows.filter(active=True) if active else rows


def attachments_of(customer_id: int) -> QuerySet[CustomerAttachment]:
    """The papers kept with a customer, newest first, without their contents."""
    return CustomerAttachment.objects.filter(customer=customer_id, active=True).select_related("file").order_by("-pk")


def terms(*, active: bool = True) -> QuerySet[PaymentTerm]:
    """The payment terms, by kind and days."""
    rows = PaymentTerm.objects.order_by("kind", "days", "code")
    return rows.filter(active=True) if active else rows
