"""Reads of customers: who sees which, and finding them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Case, Count, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Length

from shunda.accounts.models import Region, User
from shunda.core.actor import Actor
from shunda.core.models import Event
from shunda.core.search import Matching
from shunda.customers.checks import Known
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
    own = Q(**{f"{prefix}owner_id": actor.own}) if actor.own is not None else Q(pk__in=[])
    return own | Q(**{f"{prefix}region_id__in": actor.regions}) if actor.reach == "region" else own


def matching(text: str, customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Those found by this text (Chinese of two characters, pinyin initials, codes, contacts), always by index."""
    return customers.filter(search=Matching(text)) if text.strip() else customers


def find(text: str, actor: Actor, limit: int = 20) -> list[Customer]:
    """The customers the actor most likely means: the exact code or credit code first. One query."""
    text = text.strip()
    if not text:
        return []
    exact = Q(code__iexact=text) | Q(credit_code=text.upper())
    seen = seen_by(actor).values("pk")
    candidates = seen.filter(exact).union(seen.filter(search=Matching(text))[:CANDIDATES])
    rank = Case(
        When(exact, then=Value(0)),
        When(Q(code__istartswith=text) | Q(name__startswith=text), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = Customer.objects.filter(pk__in=candidates).order_by(rank, Length("name"), "code")
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


_CODES = """
select customer.code, customer.id
from unnest(%s::text[]) asked(code) join customers_customer customer on upper(customer.code) = upper(asked.code)
"""


def known(rows: Iterable[Mapping[str, Any]]) -> Known:
    """What a batch of customers (values by column) is checked against: five queries whatever its size."""
    values = list(rows)
    codes = [one["code"] for one in values if one["code"]]
    credit_codes = {one["credit_code"] for one in values if one["credit_code"]}
    with connection.cursor() as cursor:
        cursor.execute(_CODES, [codes])
        taken = {code.upper(): pk for code, pk in cursor.fetchall()}
    having = Customer.objects.filter(credit_code__in=credit_codes).values_list("credit_code", "pk", "code")
    return Known(
        codes=taken,
        credit_codes={credit_code: (pk, code) for credit_code, pk, code in having},
        terms=PaymentTerm.objects.in_bulk(),
        regions=dict(Region.objects.filter(active=True).values_list("pk", "name")),
        owners=active_users(one["owner_id"] for one in values),
    )


def active_users(ids: Iterable[int | None]) -> frozenset[int]:
    """Those of these users who can look after customers."""
    return frozenset(User.objects.filter(pk__in={pk for pk in ids if pk}, is_active=True).values_list("pk", flat=True))


def user_names(ids: Iterable[int | None]) -> dict[int | None, str]:
    """The names of these users."""
    return {
        user.pk: str(user) for user in User.objects.filter(pk__in={pk for pk in ids if pk}).only("name", "username")
    }


def codes_taken(codes: Iterable[str]) -> set[str]:
    """Those of these codes that customers have already, in upper case."""
    with connection.cursor() as cursor:
        cursor.execute(_CODES, [list(codes)])
        return {code.upper() for code, _pk in cursor.fetchall()}


def customers_of_terms(ids: Iterable[int]) -> dict[int, int]:
    """How many customers have each of these payment terms."""
    rows = Customer.objects.filter(term__in=list(ids)).values_list("term_id")
    return dict(rows.annotate(n=Count("id")))


def listed(actor: Actor, *, everything: bool = False) -> QuerySet[Customer]:
    """The customers an actor sees, as lists and pages show them: one query.

    ``everything``: those that have just left its sight by its own doing too.
    """
    rows = Customer.objects.all() if everything else seen_by(actor)
    return rows.select_related("region", "owner", "term").defer("search", "search_text")


def whole(rows: QuerySet[Customer]) -> QuerySet[Customer]:
    """With term, addresses, contacts and papers: four queries."""
    papers = CustomerAttachment.objects.filter(active=True).select_related("file").order_by("pk")
    parts = [
        Prefetch("addresses", Address.objects.order_by("pk")),
        Prefetch("contacts", Contact.objects.order_by("pk")),
        Prefetch("attachments", papers),
    ]
    return rows.select_related("term").defer("search", "search_text").prefetch_related(*parts)


def region_choices() -> list[tuple[int, str]]:
    """Regions in use, by id."""
    return list(Region.objects.filter(active=True).order_by("code").values_list("pk", "name"))


def owner_choices() -> list[tuple[int, str]]:
    """People who can look after customers, by id."""
    people = User.objects.filter(is_active=True).only("pk", "name", "username").order_by("name", "username")
    return [(user.pk, str(user)) for user in people]


def term_choices(*, keep: int | None = None) -> list[tuple[int, str]]:
    """Payment terms in use by id; ``keep`` is one that stays although it is closed."""
    return [(term.pk, str(term)) for term in terms(active=False) if term.active or term.pk == keep]


def events_of(customer_id: int) -> QuerySet[Event]:
    """What happened to a customer's file."""
    return Event.objects.filter(subject_kind="customers.customer", subject_id=customer_id)


def history(customer_id: int, most: int = 50) -> list[Event]:
    """The same, newest first, as far as anybody scrolls."""
    return list(events_of(customer_id).order_by("-id")[:most])


def names(ids: Iterable[int]) -> dict[int, str]:
    """Customers by id as people call them."""
    return {
        row.pk: row.short_name or row.name
        for row in Customer.objects.filter(pk__in=list(ids)).only("name", "short_name")
    }
