"""The pages of changes: typed over, weighed, sent, decided, signed, made; and who may see what."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.changes import verify as changes
from shunda.changes.documents import revision
from shunda.changes.models import Change, Revision
from shunda.changes.tests.builders import ask, line, made_of
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import shipment
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order
from shunda.orders.tests.builders import confirmed_order
from shunda.wiring.reactions import inline

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(client):
    client.force_login(user("admin", "*"))
    return client


@pytest.fixture
def made():
    bearing = sku("A-1")
    order = confirmed_order(customer(), [(bearing, 10, "12.50"), (sku("B-1"), 4, 5)])
    stock(bearing, warehouse(), 20)
    return order


def just_confirmed(order):
    """As if it had been confirmed a moment ago: within the free window."""
    Order.objects.filter(pk=order.pk).update(confirmed_at=timezone.now())
    return order


def typed(web, order, **changed):
    """The form as a browser sends it back, with what was typed over."""
    page = web.get(reverse("changes:change", args=[order.pk]))
    assert page.status_code == 200
    form, added = page.context["form"], page.context["added"]
    data = {name: form[name].value() for name in form.fields}
    data |= {f"added-{k}": v.value() for k, v in added.management_form.fields.items() if hasattr(v, "value")}
    data |= {"added-TOTAL_FORMS": "1", "added-INITIAL_FORMS": "0", "reason": "customer called"}
    shown = {name: "" if value is None else str(value) for name, value in data.items()}
    shown |= {name: str(float(value) * 100) for name, value in shown.items() if name.startswith("discount_rate_")}
    return {**shown, **changed}


def test_what_is_typed_over_is_weighed_beside_the_form_and_becomes_the_change(web, made):
    data = typed(web, made, quantity_1="12", customer_reference="PO-9")
    shown = web.post(reverse("changes:impact", args=[made.pk]), {**data, "reason": ""}, headers={"HX-Request": "true"})
    text = shown.content.decode()
    assert "Stock locked" in text
    assert "¥170.00" in text
    assert not Change.objects.exists()
    answer = web.post(reverse("changes:change", args=[made.pk]), data)
    change = Change.objects.get()
    assert answer.headers["Location"] == reverse("changes:detail", args=[change.pk])
    assert change.wanted["lines"] == [{"line_no": 1, "quantity": "12"}]
    assert change.wanted["head"] == {"customer_reference": "PO-9"}
    page = web.get(answer.headers["Location"]).content.decode()
    assert "A-1 12 " in page


def test_without_javascript_the_impact_comes_with_the_page_and_a_refusal_stands_at_its_line(web, made):
    shipment(made, "shipped", {made.lines.get(line_no=1): 6})
    data = typed(web, made, quantity_1="5")
    page = web.post(reverse("changes:change", args=[made.pk]), {**data, "impact": "1"}).content.decode()
    assert "what has been shipped stays" in page
    answer = web.post(reverse("changes:change", args=[made.pk]), data)
    assert answer.status_code == 422
    assert "what has been shipped stays" in str(answer.context["form"]["quantity_1"].errors)
    assert not Change.objects.exists()


def test_a_change_is_decided_on_the_desk_signed_and_printed(web, made):
    shipment(made, "shipped", {made.lines.get(line_no=1): 6})
    change = ask(made, line(2, unit_price="6")).one()
    desk = web.get(reverse("changes:desk")).content.decode()
    assert change.number in desk
    assert 'hx-get="/changes/waiting/"' in web.get(reverse("orders:desk")).content.decode()
    assert change.number in web.get(reverse("changes:waiting")).content.decode()
    for voice in change.voices.all():
        web.post(reverse("changes:agree", args=[voice.pk]), {"version": voice.version})
    change.refresh_from_db()
    assert change.status == "agreed"
    page = web.get(reverse("changes:detail", args=[change.pk])).content.decode()
    assert "The customer signs a change agreement" in page
    assert web.get(reverse("documents:change-agreement", args=[change.pk])).content.startswith(b"%PDF")
    file = SimpleUploadedFile("signed.pdf", b"%PDF-1.7\nsigned")
    web.post(reverse("changes:sign", args=[change.pk]), {"file": file})
    change.refresh_from_db()
    assert (change.status, change.revision) == ("applied", 1)
    for number in (0, 1):
        assert web.get(reverse("changes:revision", args=[made.pk, number])).status_code == 200
    assert web.get(reverse("documents:revision", args=[change.made.pk])).content.startswith(b"%PDF")
    assert web.get(reverse("changes:index")).status_code == 200
    panel = web.get(reverse("changes:panel", args=[made.pk])).content.decode()
    assert reverse("changes:revision", args=[made.pk, 1]) in panel
    web.post(reverse("changes:tell", args=[change.pk]))
    assert Change.objects.get().told_at


@pytest.mark.req("R062", "R165", "R222")
def test_a_revision_is_shown_and_printed_as_the_order_stood_then(web, made):
    old = made.ship_street
    moved = {"ship_street": "新路 8 号", "packing": "crate", "freight": Decimal(30), "promised_date": date(2026, 5, 20)}
    change = made_of(ask(made, line(1, 8), head=moved))
    assert change.revision == 1
    first, second = Revision.objects.order_by("number")
    papers = {one.number: revision.papers([one.pk], private=True)[0] for one in (first, second)}
    assert old in str(papers[0]["consignee"])
    assert "新路 8 号" in str(papers[1]["consignee"])
    assert (papers[0]["packing"], papers[1]["packing"]) == ("", "crate")
    assert papers[0]["figures"] != papers[1]["figures"]
    pages = [web.get(reverse("changes:revision", args=[made.pk, n])).content.decode() for n in (0, 1)]
    assert old in pages[0]
    assert "新路 8 号" not in pages[0]
    assert "What the change did" not in pages[0]
    assert all(text in pages[1] for text in ("新路 8 号", "crate", "What the change did", "30.00"))


@pytest.mark.req("R162")
def test_a_changed_order_is_marked_on_lists_and_worklists_and_found_by_it(web, made):
    plain = confirmed_order(customer("C9"), [(sku("Z-1"), 1, "5")])
    lists = [reverse("orders:index"), reverse("work:waiting"), reverse("work:home")]
    assert not any(">changed</span>" in web.get(url).content.decode() for url in lists)
    made_of(ask(made, line(1, 8)))
    with inline() as drain:
        drain()
    assert all(">changed</span>" in web.get(url).content.decode() for url in lists)
    for url in lists[:2]:
        found = web.get(url, {"changed": "on"}).content.decode()
        assert (made.number in found, plain.number in found) == (True, False)
    token = web.get("/api/v1/orders", {"changed": "true"}).json()["items"]
    assert [(row["number"], row["revision"]) for row in token] == [(made.number, 1)]
    Order.objects.filter(pk=made.pk).update(revision=2)
    assert any(made.number in told for told in changes.check())


def test_closing_and_cancelling_show_their_consequences_first(web, made):
    page = web.get(reverse("changes:cancel", args=[just_confirmed(made).pk])).content.decode()
    assert "made at once" in page
    web.post(
        reverse("changes:cancel", args=[made.pk]), {"reason": "gone", "asked_through": "phone", "version": made.version}
    )
    assert Order.objects.get(pk=made.pk).status == "cancelled"
    other = confirmed_order(customer("C2"), [(sku("D-1"), 10, "12.50")])
    refused = web.get(reverse("changes:close", args=[other.pk])).content.decode()
    assert "cancel the order instead" in refused


def test_a_product_change_is_asked_for_in_words(web, made):
    sent = {"reason": "new colour", "asked_through": "visit", "version": made.version, "parameters_1": "colour: red"}
    web.post(reverse("changes:product", args=[made.pk]), sent)
    assert Change.objects.get().wanted["lines"] == [{"line_no": 1, "parameters": {"colour": "red"}}]


def test_who_may_not_change_orders_is_told_so_and_others_orders_are_not_found(client, made):
    client.force_login(user("looker", "orders.view_order"))
    assert client.get(reverse("changes:change", args=[made.pk])).status_code == 403
    client.force_login(user("own", "orders.view_order", "orders.change_order", reach="own"))
    assert client.get(reverse("changes:change", args=[made.pk])).status_code == 404
