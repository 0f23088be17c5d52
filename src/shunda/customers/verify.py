"""Whether every customer is found by what it and its people are called."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from shunda.customers.models import Customer
from shunda.customers.steps import text_of


def check() -> Iterable[str]:
    """One sentence for each customer whose search text is not what its names and contacts make it."""
    people = ArrayAgg("contacts__name", filter=Q(contacts__active=True), order_by="contacts__pk", default=[])
    rows = Customer.objects.annotate(people=people).defer("search").order_by("pk")
    for row in rows.iterator(2000):
        if row.search_text != text_of(row, row.people):
            yield f"customer {row.code} is not found by its names: its search text is out of date"
