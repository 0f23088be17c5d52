"""Writes that several actions on customers share."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from shunda.core import sequence
from shunda.customers import queries
from shunda.customers.models import Contact, Customer
from shunda.customers.rules import customer_search_text

PREFIX = "C"


def one_at_a_time() -> None:
    """Whoever hands out codes waits for whoever is doing so: what was checked as free is free at commit."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('customers.codes'))")


def new_codes(n: int) -> list[str]:
    """``n`` codes such as C00042 that nobody has, leaving out those typed by hand before."""
    codes: list[str] = []
    while len(codes) < n:
        fresh = [f"{PREFIX}{serial:05d}" for serial in sequence.take("customer", n - len(codes))]
        taken = queries.codes_taken(fresh)
        codes += [code for code in fresh if code not in taken]
    return codes


def refresh_search(customers: Sequence[Customer]) -> None:
    """Let changed customers be found by what they and their contacts are called now. Two queries."""
    names: dict[int, list[str]] = {}
    people = Contact.objects.filter(customer__in=[row.pk for row in customers], active=True).order_by("pk")
    for customer_id, name in people.values_list("customer_id", "name"):
        names.setdefault(customer_id, []).append(name)
    changed: list[Customer] = []
    for row in customers:
        text = text_of(row, names.get(row.pk, []))
        if text != row.search_text:
            row.search_text = text
            changed.append(row)
    if changed:
        Customer.objects.bulk_update(changed, ["search_text"])


def text_of(row: Customer, contacts: list[str]) -> str:
    """What this customer with these people is found by."""
    return customer_search_text(
        code=row.code, name=row.name, short_name=row.short_name, credit_code=row.credit_code, contacts=contacts
    )
