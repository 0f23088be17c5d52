"""Stored figures against their ledgers: zero differences, and each kind of difference is found."""

import pytest
from django.db import connection

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.orders import actions, verify
from shunda.orders.tests.builders import AT, confirmed_order, order

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    order(customer("C2"), [(sku("B-1"), 1, 1)], "in_review")
    order(customer("C3", term="prepaid"), [], freight="12.34")
    return confirmed_order(
        customer(), [(sku("A-1"), 3, "9.99"), (sku("A-2"), 7, "0.333333")], discount="1.11", freight="8.00"
    )


@pytest.mark.req("R178")
def test_orders_made_by_the_actions_differ_in_nothing(made):
    cancelled = confirmed_order(customer("C9"), [(sku("D-1"), 2, 5)])
    actions.cancel([cancelled.pk], "changed their mind", by=system(), at=AT)
    assert list(verify.check()) == []


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("update orders_order set gross = gross + 1, net = net + 1 where id = %s", "total"),
        ("update orders_orderline set gross = gross + 1, tax = tax + 1 where order_id = %s and line_no = 1", "amount"),
        ("update orders_orderline set order_discount = 0 where order_id = %s and line_no = 1", "amount"),
        ("update orders_orderline set planned = 1, shipped = 1 where order_id = %s and line_no = 1", "shipped or canc"),
        ("update orders_orderline set demand_id = null where order_id = %s and line_no = 1", "no demand"),
        ("update orders_order set status = 'completed' where id = %s", "status"),
        ("update orders_order set number = 'SO20260506777' where id = %s and false", ""),
        ("update orders_order set number = 'XX' || number where id = %s", "order numbers"),
        (
            "update orders_order set freight_net = freight_net + 1, net = net + 1, gross = gross + 1 where id = %s",
            "freight",
        ),
    ],
)
def test_each_difference_is_found(made, damage, found):
    with connection.cursor() as cursor:
        cursor.execute(damage, [made.pk])
    differences = list(verify.check())
    assert bool(differences) == bool(found)
    assert not found or any((found in line and made.number in line) or "numbers" in line for line in differences)


REFERENCES = [
    *(("orders_order", column) for column in ("warehouse_id", "term_id", "region_id", "owner_id", "created_by_id")),
    *(("orders_orderline", column) for column in ("order_id", "sku_id", "unit_id")),
]


@pytest.mark.parametrize(("table", "column"), REFERENCES)
def test_what_points_nowhere_is_found(made, table, column):
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        own = "id" if table == "orders_order" else "order_id"
        cursor.execute(f"update {table} set {column} = 987654321 where {own} = %s", [made.pk])
    lost = "987654321" if column == "order_id" else made.number
    assert f"order {lost}: it, or something that it or a line of it points at, does not exist" in list(verify.check())


def test_an_order_without_a_timeline_is_found(made):
    with connection.cursor() as cursor:
        cursor.execute("alter table core_event disable trigger user")
        cursor.execute("delete from core_event where order_id = %s and sequence = 2", [made.pk])
        cursor.execute("alter table core_event enable trigger user")
    assert any("timeline has" in line for line in verify.check())
