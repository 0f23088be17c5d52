"""Two people at once."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from shunda.catalog import actions
from shunda.catalog.models import Product
from shunda.catalog.specs import ProductSpec
from shunda.catalog.tests import builders
from shunda.core.actor import system

AT = datetime(2026, 5, 6, 9, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_code_at_once_get_it_once_and_a_reason():
    category, unit = builders.category().pk, builders.unit().pk
    ready, outcomes = threading.Barrier(2), []

    def create(code):
        try:
            ready.wait()
            outcomes.append(actions.create_products([ProductSpec(code, "x", category, unit)], by=system(), at=AT))
        finally:
            connection.close()

    threads = [threading.Thread(target=create, args=[code]) for code in ("B-1", "b-1")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(outcome.done) for outcome in outcomes) == [0, 1]
    assert {r.code for outcome in outcomes for r in outcome.refused} == {"catalog.code-taken", "catalog.sku-taken"}
    assert Product.objects.count() == 1
