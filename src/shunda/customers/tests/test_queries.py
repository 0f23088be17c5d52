"""Who sees which customers, and how they are found."""

import pytest
from django.db import connection

from shunda.accounts.tests.builders import actor, region, user
from shunda.core.actor import Actor, system
from shunda.customers import queries, verify
from shunda.customers.models import Customer
from shunda.customers.tests import builders
from shunda.customers.tests.credit_codes import GOOD

pytestmark = pytest.mark.django_db


def test_a_representative_sees_own_customers_a_manager_the_region_others_all():
    east, west = region("east"), region("west")
    rep, manager, everybody = (
        actor(reach="own"),
        actor(reach="region", regions=[east]),
        actor(reach="all"),
    )
    builders.customer("MINE", region=west)
    Customer.objects.filter(code="MINE").update(owner=rep.id)
    builders.customer("EAST", region=east)
    builders.customer("WEST", region=west, owner=user("else"))
    builders.customer("MANAGED", region=west)
    Customer.objects.filter(code="MANAGED").update(owner=manager.id)

    def seen(by):
        return {c.code for c in queries.seen_by(by)}

    assert seen(rep) == {"MINE"}
    assert seen(manager) == {"EAST", "MANAGED"}
    assert seen(everybody) == seen(system()) == {"MINE", "EAST", "WEST", "MANAGED"}
    assert seen(Actor(None, "nobody", frozenset(), reach="own")) == set()
    assert [c.code for c in queries.find("west", everybody)] == ["WEST"]
    assert queries.find("west", rep) == queries.find("west", manager) == []


@pytest.mark.parametrize(
    "text", ["轴承", "北京轴承", "bjzc", "zhoucheng", "C-77", GOOD[0], GOOD[0][:8].lower(), "李经理"]
)
def test_customers_are_found_by_two_characters_initials_codes_and_people(text, django_assert_num_queries):
    row = builders.customer("C-77", name="北京轴承有限公司", credit_code=GOOD[0])
    builders.customer("D-1", name="广州贸易公司")
    Customer.objects.update(search_text="")
    from shunda.customers.steps import refresh_search

    refresh_search([row])
    with django_assert_num_queries(1):
        found = queries.find(text, system())
    assert [c.pk for c in found] == [row.pk]


def test_the_exact_code_comes_first():
    for code in ("A-10", "A-1", "XA-1"):
        builders.customer(code)
    assert [c.code for c in queries.find("a-1", system())][:2] == ["A-1", "A-10"]
    assert queries.find("  ", system()) == []


@pytest.mark.parametrize("text", ["轴承", "bjz", "77", "轴"])
def test_search_is_always_by_index(text):
    builders.customer()
    sql, params = queries.matching(text, Customer.objects.all()).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain " + sql, params)
        assert "customer_search" in "\n".join(line for (line,) in cursor.fetchall())


def test_verify_sees_a_customer_that_is_not_found_by_its_name():
    row = builders.customer()
    assert list(verify.check()) == []
    Customer.objects.update(search_text="something else")
    assert list(verify.check()) == [f"customer {row.code} is not found by its names: its search text is out of date"]
