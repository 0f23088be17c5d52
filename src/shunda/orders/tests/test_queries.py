"""What lists find, and the stage people read."""

import pytest

from shunda.accounts.tests.builders import actor, region
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.orders import queries
from shunda.orders.models import Order
from shunda.orders.rules import stage_of
from shunda.orders.specs import LineChange
from shunda.orders.states import Stage
from shunda.orders.steps import progress
from shunda.orders.tests.builders import confirmed_order, order

pytestmark = pytest.mark.django_db
actor_all = system()


def the_stage(made):
    [row] = queries.staged(Order.objects.filter(pk=made.pk))
    found = stage_of(row)
    assert [o.pk for o in queries.in_stage(Order.objects.all(), found)] == [made.pk]
    assert queries.stages([made.pk]) == {made.pk: found}
    return found


@pytest.mark.req("R152", "R153", "R154")
def test_the_stage_follows_decisions_and_quantities():
    made = order(customer(term="prepaid"), [(sku(), 4, 10)])
    assert the_stage(made) is Stage.DRAFT
    ready = confirmed_order(customer("C2"), [(sku("B-1"), 4, 10)])
    line = ready.lines.get()
    stages = []
    for change in ({}, {"planned": 4, "shipped": 1}, {"shipped": 3}, {"signed": 4}):
        progress([LineChange(line.pk, **change)])
        stages.append(queries.stages([ready.pk])[ready.pk])
    assert stages == [Stage.TO_SHIP, Stage.PARTLY_SHIPPED, Stage.SHIPPED, Stage.SIGNED]
    assert list(queries.in_stage(Order.objects.all(), "signed")) == [ready]


@pytest.mark.req("R152")
def test_an_order_paid_in_advance_is_to_pay():
    made = confirmed_order(customer(term="prepaid"), [(sku(), 4, 10)])
    assert the_stage(made) is Stage.TO_PAY


@pytest.mark.parametrize("text", ["SO20260506", "so2026", "PO-77", "EXT-9", "上海", "c1", "公司"])
@pytest.mark.req("R154", "R158", "R226")
def test_orders_are_found_by_number_reference_and_customer(text):
    made = order(customer(), [(sku(), 1, 1)], customer_reference="PO-77", external_number="EXT-9")
    order(customer("X9", name="北京其他商行"), [(sku("B-1"), 1, 1)], customer_reference="", external_number="")
    found = queries.search(Order.objects.all(), text)
    assert made in found
    assert len(found) == (2 if text.lower().startswith("so") else 1)


def test_who_sees_what():
    east, west = region("east"), region("west")
    seller = actor(reach="own")
    own = order(customer("C1"), [], owner_id=seller.id)
    near = order(customer("C2", region=east), [])
    far = order(customer("C3", region=west), [])
    assert set(queries.seen_by(seller)) == {own}
    assert set(queries.seen_by(actor(reach="region", regions=[east]))) == {near}
    assert set(queries.seen_by(actor())) == {own, near, far}


def test_an_order_page_takes_the_same_queries_for_1_and_50_lines(django_assert_num_queries):
    small = order(customer("C1"), [(sku(), 1, 1)], "in_review")
    large = order(customer("C2"), [(sku(f"B-{n}"), 1, 1) for n in range(50)], "in_review")
    for made, lines in ((small, 1), (large, 50)):
        with django_assert_num_queries(6):
            detail = queries.detail(actor_all, made.pk)
            assert len([line.sku.code for line in detail.lines]) == lines
        assert [event.kind for event in detail.timeline] == ["order.submit", "order.create"]
        assert len(detail.reviews) == 3
