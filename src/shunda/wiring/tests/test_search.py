"""One search box for everything: what it finds, for whom, and what it offers to do."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.changes.tests.builders import ask, line
from shunda.core.search import by_beginning
from shunda.customers.models import Contact
from shunda.customers.tests.builders import customer
from shunda.orders.models import Order
from shunda.orders.tests.builders import confirmed_order, order

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"
LOOK = ("orders.view_order", "customers.view_customer", "catalog.view_product", "fulfilment.view_shipment")


def signed_in(person, language="en"):
    person.language = language
    person.save(update_fields=["language"])
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def boss():
    return signed_in(user("boss", "*"))


@pytest.fixture
def buyer():
    return customer("C1", name="上海轴承有限公司")


@pytest.fixture
def row(buyer):
    return order(buyer, [(sku("A-1", name="深沟球轴承"), 2, 10)], customer_reference="PO-77/1")


def found(client, text, **query):
    return client.get(reverse("web:search"), {"q": text, **query}).context["found"]


def labels(client, text):
    return {group.kind or group.label: [hit.label for hit in group.hits] for group in found(client, text).groups}


@pytest.mark.req("R010", "R226")
@pytest.mark.parametrize("how", ["number", "bare", "beginning", "reference", "chinese", "initials", "code"])
def test_an_order_is_found_by_its_numbers_and_by_its_customer(boss, row, how):
    text = {
        "number": row.number.lower(), "bare": row.number[2:], "beginning": row.number[:-1], "reference": "PO-77",
        "chinese": "轴承", "initials": "zcyx", "code": "C1",
    }[how]  # fmt: skip
    assert labels(boss, text)["orders.order"] == [row.number]


def test_customers_products_and_documents_are_found_too(boss, row):
    assert labels(boss, "轴承")["customers.customer"] == ["上海轴承有限公司"]
    assert labels(boss, "a-1")["catalog.product"] == ["A-1"]
    assert "billing.invoice" not in labels(boss, "轴承")


def test_a_shipment_is_found_by_its_number_and_by_the_carriers(boss, buyer):
    from shunda.fulfilment.models import Shipment
    from shunda.fulfilment.tests.builders import shipment

    made = shipment(confirmed_order(buyer, [(sku("A-2"), 2, 10)]))
    Shipment.objects.filter(pk=made.pk).update(tracking_number="SF1234567")
    assert labels(boss, made.number[:-1])["fulfilment.shipment"] == [made.number]
    assert labels(boss, "SF1234567")["fulfilment.shipment"] == [made.number]


def test_the_end_of_a_phone_finds_for_who_may_see_phones(row, buyer):
    Order.objects.filter(pk=row.pk).update(receiver_phone="0512-8888 4321")
    Contact.objects.filter(customer=buyer).update(phone="139 1111 8765")
    may, may_not = signed_in(user("ann", *LOOK, "customers.view_private")), signed_in(user("bob", *LOOK))
    assert labels(may, "4321")["orders.order"] == [row.number]
    assert labels(may, "88884321")["orders.order"] == [row.number]
    assert labels(may, "8765")["customers.customer"] == [buyer.name]
    assert "orders.order" not in labels(may, "99994321")
    assert labels(may_not, "4321") == labels(may_not, "8765") == {}


@pytest.mark.req("R018")
def test_a_change_is_found_by_the_beginning_of_its_number_with_its_order(boss, buyer):
    made = ask(confirmed_order(buyer, [(sku("A-5"), 2, 10)]), line(1, 1)).one()
    assert labels(boss, made.number[:6].lower())["changes.change"] == [made.number]
    stranger = signed_in(user("stranger", *LOOK, reach="own"))
    assert "changes.change" not in labels(stranger, made.number)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain {by_beginning('changes_change', 'number', 'number')}", {"number": "CH"})
        assert "Index" in "".join(plan for (plan,) in cursor.fetchall())


@pytest.mark.parametrize(("text", "label"), [("dark", "Theme: dark"), ("语言 english", "Language: English")])
def test_theme_and_language_are_switched_from_the_palette_in_the_words_of_any_language(boss, text, label):
    assert labels(boss, text)["Switch"] == [label]
    assert "Switch" not in labels(boss, "")


def test_nobody_finds_what_he_may_not_see(buyer, row):
    mine = user("mine", *LOOK, reach="own")
    assert labels(signed_in(mine), row.number) == {}
    Order.objects.filter(pk=row.pk).update(owner=mine)
    assert labels(signed_in(mine), row.number)["orders.order"] == [row.number]
    assert labels(signed_in(user("none", "catalog.view_product")), row.number) == {}


def test_pages_and_things_to_do_are_found_in_both_languages_and_by_initials(row):
    rep = signed_in(user("rep", "orders.view_order", "orders.create_order"))
    assert labels(rep, "new order")["Do"] == ["New order"]
    assert labels(rep, "新建订单")["Do"] == ["New order"]
    assert labels(rep, "dd")["Go to"] == ["Orders", "Order changes"]
    assert "Do" not in labels(signed_in(user("guest", "orders.view_order")), "new order")
    assert {"Do", "Go to"} <= labels(rep, "").keys()


def test_a_verb_before_a_number_offers_that_move_alone(boss, row, buyer):
    for text in (f"submit {row.number}", f"提交{row.number}", f"提交 {row.number}"):
        group = found(boss, text).groups[0]
        assert [(hit.label, [button.name for button in hit.buttons]) for hit in group.hits] == [
            (row.number, ["submit"])
        ]
    assert not found(boss, f"archive {row.number}").groups
    body = boss.get(reverse("web:search"), {"q": f"submit {row.number}"}).content.decode()
    assert f"{reverse('orders:submit')}?row={row.pk}" in body


def test_a_whole_number_brings_the_moves_that_are_open(boss, row):
    hit = found(boss, row.number).groups[0].hits[0]
    assert {"submit", "edit", "cancel"} <= {button.name for button in hit.buttons}


def test_the_palette_gets_results_alone_and_the_page_works_by_itself(boss, row):
    part = boss.get(reverse("web:search"), {"q": row.number}, headers={"HX-Request": "true"}).content.decode()
    whole = boss.get(reverse("web:search"), {"q": row.number}).content.decode()
    assert row.number in part
    assert "<html" not in part
    assert "<html" in whole
    assert "Nothing found for “zzz”" in boss.get(reverse("web:search"), {"q": "zzz"}).content.decode()


def test_a_search_asks_the_same_number_of_questions_for_one_order_and_for_many(boss, buyer):
    article = sku("A-9")
    order(buyer, [(article, 1, 1)])
    asked = []
    for _more in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found(boss, "轴承")
        asked.append(len(queries))
        for _n in range(5):
            order(buyer, [(article, 1, Decimal(1))])
    assert asked[0] == asked[1]
    assert asked[0] <= 16


def test_the_api_finds_the_same_within_the_same_bounds(boss, row):
    answer = boss.get("/api/v1/search", {"q": "轴承", "kind": "orders.order"})
    assert answer.status_code == 200
    assert [(hit["kind"], hit["id"], hit["label"]) for hit in answer.json()] == [("orders.order", row.pk, row.number)]
    assert boss.get("/api/v1/search", {"q": ""}).status_code == 422
    assert Client().get("/api/v1/search", {"q": "x"}).status_code == 401
    assert signed_in(user("none", "catalog.view_product")).get("/api/v1/search", {"q": row.number}).json() == []
