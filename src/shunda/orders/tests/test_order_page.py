"""The order page: one page for everything about an order, quick however long it is."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import Refused
from shunda.customers.tests.builders import customer
from shunda.orders import actions, mentions
from shunda.orders.tests.builders import AT, confirmed_order, order, spec
from shunda.work.models import Notice

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in(person):
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def web():
    return signed_in(user("boss", "*"))


@pytest.fixture
def buyer():
    return customer("C1")


@pytest.fixture
def article():
    return sku("A-1")


def body(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_a_hundred_lines_and_fetches_the_rest_as_one_scrolls(web, buyer, article):
    row = order(buyer, [(article, 1, 1)] * 130)
    page = web.get(reverse("orders:detail", args=[row.pk]))
    more = f"{reverse('orders:lines', args=[row.pk])}?after=100"
    assert 'id="line-100"' in body(page)
    assert 'id="line-101"' not in body(page)
    assert more in body(page)
    rest = body(web.get(more, headers={"HX-Request": "true"}))
    assert rest.count("<tr id=") == 30
    assert "hx-get" not in rest
    assert "<html" in body(web.get(more))


@pytest.mark.req("R152")
def test_the_page_costs_the_same_questions_for_one_line_and_for_many(web, buyer, article):
    asked = []
    for count in (1, 60):
        row = confirmed_order(buyer, [(article, 1, 1)] * count)
        with CaptureQueriesContext(connection) as queries:
            body(web.get(reverse("orders:detail", args=[row.pk])))
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert asked[0] <= 16


def test_the_head_tells_stage_clock_and_money(web, buyer, article):
    row = order(buyer, [(article, 2, 10)], status="in_review")
    page = web.get(reverse("orders:detail", args=[row.pk]))
    assert page.context["waits"].kind.startswith("review.")
    assert [figure["amount"] for figure in page.context["money"]] == [0, 0, 0]
    assert [step["state"] for step in page.context["steps"]][:3] == ["done", "now", "todo"]
    assert page.context["steps"][0]["note"]


def test_a_closed_button_says_why(web, buyer, article):
    row = confirmed_order(buyer, [(article, 2, 10)])
    buttons = {button.name: button for button in web.get(reverse("orders:detail", args=[row.pk])).context["buttons"]}
    assert "not shipped" in buttons["complete"].why_not or buttons["complete"].why_not
    assert not buttons["cancel"].why_not


@pytest.mark.req("R039", "R041")
def test_why_is_answered_for_price_date_and_warehouse(web, buyer, article):
    row = confirmed_order(buyer, [(article, 2, 10)])
    price = body(web.get(reverse("orders:why_price", args=[row.pk, 1])))
    assert "typed by hand" in price
    assert "Promised as it was wanted" in body(web.get(reverse("orders:why_date", args=[row.pk])))
    assert "has 1 of 1 articles" in body(web.get(reverse("orders:why_warehouse", args=[row.pk])))
    draft = order(buyer, [(article, 1000, 10)])
    assert "Nothing is promised yet" in body(web.get(reverse("orders:why_date", args=[draft.pk])))
    assert web.get(reverse("orders:why_price", args=[row.pk, 9])).status_code == 404


def test_related_orders_are_copies_look_alikes_and_what_else_is_open(web, buyer, article):
    first = order(buyer, [(article, 2, 10)])
    copy = actions.clone([first.pk], by=system(), at=AT).one()
    other = order(buyer, [(sku("B-1"), 5, 10)])
    order(customer("C2"), [(article, 7, 10)])
    groups = web.get(reverse("orders:related", args=[first.pk])).context["groups"]
    assert [[found.pk for found in orders] for _title, orders in groups] == [[copy.pk], [copy.pk], [other.pk]]


@pytest.mark.req("R069")
def test_a_change_reads_as_what_was_what_is_who_and_why(web, buyer, article):
    row = order(buyer, [(article, 2, 10)])
    changed = spec(buyer, [(article, 3, 10)], wanted_date=row.wanted_date.replace(day=25), urgent=True)
    actions.edit({row.pk: changed}, by=system(), at=AT).one()
    page = body(web.get(f"{reverse('timeline:order', args=[row.pk])}?only=changes"))
    for text in ("20 May 2026", "25 May 2026", "wanted delivery date", "no", "yes", "Line 1", "the system"):
        assert text in page
    assert "Order entered" not in page


def test_somebody_named_in_a_comment_finds_it_on_the_home_page_until_it_is_read(web, buyer, article):
    row = order(buyer, [(article, 2, 10)])
    ann, li = user("ann", "orders.view_order", name="Ann"), user("lm", "orders.view_order", name="李明")
    web.post(reverse("orders:comment", args=[row.pk]), {"text": "@ann please call; @李明请看一下 a@ann.example"})
    assert Event.objects.filter(kind="order.comment").count() == 1
    assert sorted(Notice.objects.values_list("user__username", flat=True)) == ["ann", "lm"]
    theirs = signed_in(ann)
    assert row.number in body(theirs.get("/"))
    notice = Notice.objects.get(user=ann)
    other = signed_in(li)
    other.post(reverse("work:read"), {"notice": notice.pk})
    notice.refresh_from_db()
    assert notice.read_at is None
    theirs.post(reverse("work:read"), {"notice": notice.pk})
    assert row.number not in body(theirs.get("/"))


def test_naming_somebody_who_may_not_see_the_order_is_refused(buyer, article):
    row = order(buyer, [(article, 2, 10)])
    user("bob", "orders.view_order", reach="own", name="Bob")
    user("cid", "catalog.view_product", name="Cid")
    for name in ("bob", "cid"):
        with pytest.raises(Refused) as stopped:
            actions.comment([row.pk], f"@{name} look", by=system(), at=AT).one()
        assert [refusal.code for refusal in stopped.value.refusals] == ["orders.mentioned-cannot-see"]
    assert not Notice.objects.exists()
    assert not Event.objects.filter(kind="order.comment").exists()


def test_a_mail_address_names_nobody_and_people_are_suggested_by_either_name(web):
    user("ann", name="Ann Lee")
    user("lm", name="李明")
    assert mentions.named("write to x@ann.example and @nobody") == []
    assert [person.username for person in mentions.named("@Ann, @李明明天")] == ["ann", "lm"]
    found = web.get(reverse("orders:people"), {"q": "明"}).json()["items"]
    assert [item["value"] for item in found] == ["lm"]


def test_several_orders_are_commented_with_the_same_questions_as_one(buyer, article):
    user("ann", "orders.view_order", name="Ann")
    rows = [order(buyer, [(article, Decimal(n), 10)]) for n in (1, 2, 3)]
    asked = []
    for ids in ([rows[0].pk], [row.pk for row in rows]):
        with CaptureQueriesContext(connection) as queries:
            actions.comment(ids, "@ann hello", by=system(), at=AT)
        asked.append(len(queries))
    assert asked[0] == asked[1]
