"""The worklist that keeps itself up to date, and the picture of today above it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shunda.accounts.models import User
from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.orders.actions import cancel
from shunda.orders.models import Order
from shunda.orders.tests.builders import order
from shunda.work.models import Notice
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

pytestmark = pytest.mark.django_db
LIVE = "/work/live/"


def browser(*permissions, name="li", **more):
    client = Client()
    client.force_login(user(name, *permissions, **more), backend="django.contrib.auth.backends.ModelBackend")
    return client


def task(pk, kind="shipment.pick", permission="fulfilment.pick_shipment"):
    open_tasks([TaskSpec(kind, permission, "fulfilment.shipment", pk, None, f"SH{pk}")], at=timezone.now())


def ask(web, tag):
    return web.get(LIVE, headers={"If-None-Match": tag})


def test_nothing_is_sent_while_nothing_changed():
    web = browser("fulfilment.pick_shipment")
    task(1)
    tag = web.get(LIVE)["ETag"]
    assert tag.strip('"') in web.get("/").content.decode()
    assert ask(web, tag).status_code == 304
    assert ask(web, tag).content == b""


def test_new_work_and_work_that_was_done_change_the_answer():
    web = browser("fulfilment.pick_shipment")
    task(1)
    first = web.get(LIVE)["ETag"]
    task(2)
    second = ask(web, first)
    assert (second.status_code, b"SH2" in second.content) == (200, True)
    assert b"2 steps wait for you" in second.content
    close_tasks(["shipment.pick"], "fulfilment.shipment", [2], by=system(), at=timezone.now())
    assert ask(web, second["ETag"])["ETag"] == first


def test_what_others_have_to_do_changes_nothing():
    web = browser("fulfilment.pick_shipment")
    tag = web.get(LIVE)["ETag"]
    task(1, "invoice.issue", "billing.issue_invoice")
    assert ask(web, tag).status_code == 304


def test_looking_takes_six_quick_queries_whatever_waits(django_assert_num_queries):
    web = browser("fulfilment.pick_shipment")
    web.get(LIVE)
    for n in range(3):
        task(n + 1)
        with django_assert_num_queries(6):  # session, person, rights, what waits, the first of it, the news
            web.get(LIVE)


@pytest.fixture
def orders():
    buyer, article = customer("C1"), sku("A-1")
    made = [order(buyer, [(article, 1, "100")]) for _n in range(3)]
    today = timezone.localdate()
    Order.objects.update(order_date=today)
    Order.objects.filter(pk=made[2].pk).update(order_date=today - timedelta(days=1))
    return made


@pytest.mark.req("R213")
def test_the_picture_of_today_leads_to_the_rows_behind_it(orders):
    web = browser("orders.view_order")
    assert b"/orders/today/" in web.get("/").content
    page = web.get("/orders/today/", headers={"HX-Request": "true"}).content.decode()
    today = timezone.localdate()
    assert "¥200.00" in page
    assert f"/orders/?since={today}&until={today}" in page.replace("&amp;", "&")
    listed = web.get(f"/orders/?since={today}&until={today}&view=0").content.decode()
    assert [row.number in listed for row in orders] == [True, True, False]


def test_the_picture_counts_and_lists_no_cancelled_order_and_keeps_itself_up_to_date(orders):
    web = browser("orders.view_order")
    first = web.get("/orders/today/", headers={"If-None-Match": ""})
    assert web.get("/orders/today/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    cancel([orders[0].pk], "not wanted", by=system(), at=timezone.now()).one()
    after = web.get("/orders/today/", headers={"If-None-Match": first["ETag"]})
    assert (after.status_code, "¥100.00" in after.content.decode()) == (200, True)
    [address] = set(re.findall(r'class="card card-link h-100" href="([^"]*since[^"]*)"', after.content.decode()))
    listed = web.get(address.replace("&amp;", "&")).content.decode()
    assert [row.number in listed for row in orders] == [False, True, False]


def test_what_one_is_told_comes_by_itself_too():
    web = browser("orders.view_order")
    tag = web.get(LIVE)["ETag"]
    me = User.objects.get(username="li")
    Notice.objects.create(
        user=me, text="have a look", subject_kind="orders.order", subject_id=1, label="SO1", said_by="Wang",
        said_at=timezone.now(),
    )  # fmt: skip
    assert "have a look" in ask(web, tag).content.decode()


def test_a_step_leads_to_the_page_where_it_is_done_if_one_may_open_it():
    task(1)
    may = browser("fulfilment.pick_shipment").get("/").content.decode()
    assert 'href="/shipments/floor/"' in may[may.index("data-step") :]
    task(2, "invoice.create", "orders.view_order")
    may_not = browser("orders.view_order", name="wu").get("/").content.decode()
    assert 'href="/billing/invoices/to-invoice/"' not in may_not


def test_one_who_sees_only_his_own_counts_only_his_own(orders):
    assert "¥" not in browser("orders.view_order", reach="own").get("/orders/today/").content.decode()


def test_who_sees_no_orders_gets_no_picture():
    assert browser("fulfilment.pick_shipment").get("/orders/today/", headers={"HX-Request": "true"}).content == b""
