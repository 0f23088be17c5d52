"""The order pages as people use them, in both languages."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order, Review
from shunda.orders.tests.builders import confirmed_order, in_status, order
from shunda.wiring.reactions import inline

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"
ALL = ("*",)


@pytest.fixture
def buyer():
    return customer("C1")


@pytest.fixture
def article():
    return sku("A-1")


@pytest.fixture
def boss():
    return user("boss", *ALL)


@pytest.fixture
def web(boss):
    client = Client()
    client.force_login(boss, backend=BACKEND)
    return client


def lines(*rows):
    data = {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0"}
    for n, (code, quantity, price) in enumerate(rows):
        data |= {f"lines-{n}-sku": code, f"lines-{n}-quantity": quantity, f"lines-{n}-unit_price": price}
    return data


HEAD = {
    "customer": "C1", "kind": "standard", "channel": "phone", "priority": "1", "payment_method": "transfer",
    "invoice_kind": "ordinary", "prices_include_tax": "on", "wanted_date": "2099-05-20",
}  # fmt: skip


@pytest.mark.req("R019", "R026", "R027")
def test_a_typed_order_becomes_a_numbered_draft_with_its_lines(web, buyer, article):
    warehouse()
    answer = web.post(reverse("orders:create"), HEAD | lines(("A-1", "3", "12.50"), ("", "", "")))
    made = Order.objects.get()
    assert answer.status_code == 302
    assert answer.url == reverse("orders:detail", args=[made.pk])
    assert made.number.startswith("SO")
    assert (made.gross, made.lines.get().quantity) == (Decimal("37.50"), 3)


def test_a_form_sent_twice_makes_one_order(web, buyer, article):
    warehouse()
    data = HEAD | lines(("A-1", "3", "12.50")) | {"once": "abc"}
    first, second = (web.post(reverse("orders:create"), data) for _ in range(2))
    assert first.url == second.url
    assert Order.objects.count() == 1


@pytest.mark.req("R034", "R039")
def test_every_fault_of_the_lines_is_shown_beside_its_row_and_nothing_is_saved(web, buyer, article):
    warehouse()
    answer = web.post(reverse("orders:create"), HEAD | lines(("A-1", "1.5", "1"), ("NOPE", "1", "1")))
    assert answer.status_code == 422
    errors = [
        [str(e) for e in form.non_field_errors()] + [str(e) for v in form.errors.values() for e in v]
        for form in answer.context["lines"]
    ]
    assert "NOPE" in " ".join(errors[1])
    assert "Line 1" in " ".join(errors[0])
    assert not Order.objects.exists()


def test_an_unknown_customer_is_said_beside_the_field(web):
    answer = web.post(reverse("orders:create"), HEAD | {"customer": "WHO"} | lines(("A-1", "1", "1")))
    assert answer.status_code == 422
    assert "WHO" in answer.context["form"].errors["customer"][0]


def test_a_draft_is_edited_and_a_stale_version_is_refused(web, buyer, article):
    row = order(buyer, [(article, 2, 10)])
    url = reverse("orders:edit", args=[row.pk])
    assert web.get(url).context["lines"].initial[0]["sku"] == "A-1"
    data = HEAD | lines(("A-1", "5", "10")) | {"version": str(row.version)}
    assert web.post(url, data).status_code == 302
    assert row.lines.get().quantity == 5
    answer = web.post(url, data | lines(("A-1", "6", "10")))
    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.content.decode()
    assert row.lines.get().quantity == 5


@pytest.mark.req("R047")
def test_submit_review_and_confirm_by_buttons(web, buyer, article):
    row = order(buyer, [(article, 2, 10)], wanted_date="2099-05-20", by=system())
    stock(article, warehouse(), 10)
    with inline():
        asked = web.post(f"{reverse('orders:submit')}?row={row.pk}", {"version": row.version}).url
        reasons = dict.fromkeys(web.get(asked).context["form"].fields, "agreed")
        web.post(asked, {"row": f"{row.pk}:{row.version}", **reasons})
        ticked = [f"{review.pk}:{review.version}" for review in Review.objects.all()]
        web.post(reverse("orders:approve"), {"row": ticked, "remark": ""})
    row.refresh_from_db()
    assert row.status in {"confirmed", "approved"}, row.blocked_by
    assert web.get(reverse("orders:detail", args=[row.pk])).status_code == 200


def test_sending_back_without_a_remark_is_refused_with_the_reason(web, buyer, article):
    row = order(buyer, [(article, 2, 10)], "in_review")
    review = Review.objects.filter(order=row).first()
    answer = web.post(reverse("orders:send_back"), {"row": f"{review.pk}:{review.version}"}, follow=True)
    assert "the remark is empty" in answer.content.decode()
    row.refresh_from_db()
    assert row.status == "in_review"


@pytest.mark.req("R170")
def test_cancelling_asks_for_a_reason_and_keeps_the_order(web, buyer, article):
    row = in_status(buyer, [(article, 2, 10)], "approved")
    url = reverse("orders:cancel", args=[row.pk])
    assert web.get(url).status_code == 200
    assert web.post(url, {"reason": ""}).status_code == 422
    assert web.post(url, {"reason": "customer withdrew", "version": row.version}).status_code == 302
    row.refresh_from_db()
    assert row.status == "cancelled"


@pytest.mark.parametrize("name", ["hold", "prioritise", "attach"])
def test_small_questions_open_and_the_page_stays(web, buyer, article, name):
    row = confirmed_order(buyer, [(article, 2, 10)])
    assert web.get(reverse(f"orders:{name}", args=[row.pk])).status_code == 200


def test_a_hold_is_placed_shown_and_released(web, buyer, article):
    row = confirmed_order(buyer, [(article, 2, 10)])
    web.post(reverse("orders:hold", args=[row.pk]), {"stops": "ship", "kind": "manual", "reason": "check the address"})
    here = reverse("orders:detail", args=[row.pk])
    assert "check the address" in web.get(here).content.decode()
    web.post(reverse("orders:release", args=[row.pk]), {"kind": "manual", "stops": "ship"})
    assert "check the address" not in web.get(here).content.decode()


@pytest.mark.req("R029")
def test_a_paper_is_attached_and_read_again(web, buyer, article):
    from django.core.files.uploadedfile import SimpleUploadedFile

    row = order(buyer, [(article, 2, 10)])
    paper = SimpleUploadedFile("letter.pdf", b"%PDF-1.4 signed\n%%EOF")
    answer = web.post(reverse("orders:attach", args=[row.pk]), {"file": paper, "kind": "confirmation_letter"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    kept = row.attachments.get()
    got = web.get(reverse("orders:attachment", args=[row.pk, kept.pk]))
    assert got.content.startswith(b"%PDF")


def test_a_comment_stands_in_the_timeline(web, buyer, article):
    row = order(buyer, [(article, 2, 10)])
    web.post(reverse("orders:comment", args=[row.pk]), {"text": "call back on Monday"})
    page = web.get(reverse("timeline:order", args=[row.pk])).content.decode()
    assert "call back on Monday" in page
    assert "on a page" in page
    assert "Boss" in page


def test_a_wished_transport_mode_is_read_in_words_and_one_in_own_words_can_still_be_saved(web, buyer, article):
    draft = order(buyer, [(article, 1, 5)], transport_mode="by barge")
    page = web.get(reverse("orders:edit", args=[draft.pk])).content.decode()
    assert '<option value="by barge" selected>' in page
    assert '<option value="ltl">part load</option>' in page
    assert "by barge" in web.get(reverse("orders:detail", args=[draft.pk])).content.decode()
    Order.objects.filter(pk=draft.pk).update(transport_mode="ltl")
    assert "part load" in web.get(reverse("orders:detail", args=[draft.pk])).content.decode()


def test_a_copy_is_a_new_draft(web, buyer, article):
    row = order(buyer, [(article, 2, 10)])
    answer = web.post(reverse("orders:clone", args=[row.pk]))
    assert Order.objects.count() == 2
    assert answer.url == reverse("orders:detail", args=[Order.objects.latest("id").pk])


def test_the_list_filters_by_stage_and_text(web, buyer, article):
    draft, confirmed = order(buyer, [(article, 2, 10)]), confirmed_order(buyer, [(article, 3, 10)])
    here = reverse("orders:index")
    shown = web.get(here, {"stage": "to_ship"}).content.decode()
    assert confirmed.number in shown
    assert draft.number not in shown
    assert draft.number in web.get(here, {"q": draft.number}).content.decode()
    assert draft.number in web.get(here, {"q": buyer.name}).content.decode()
    assert draft.number not in web.get(here, {"q": "nobody at all"}).content.decode()


def test_the_list_and_the_order_page_take_the_same_queries_for_one_and_for_many(web, buyer, article):
    counts = []
    for n in (1, 12):
        made = [order(buyer, [(article, k + 1, 10) for k in range(n)]) for _ in range(n)]
        for url in (reverse("orders:index"), reverse("orders:detail", args=[made[-1].pk])):
            web.get(url)
            with CaptureQueriesContext(connection) as seen:
                assert web.get(url).status_code == 200
            counts.append(len(seen))
    assert counts[:2] == counts[2:]


def test_a_representative_sees_only_own_orders(buyer, article):
    mine = user("anna", "orders.view_order", reach="own")
    row = order(buyer, [(article, 2, 10)])
    client = Client()
    client.force_login(mine, backend=BACKEND)
    assert client.get(reverse("orders:detail", args=[row.pk])).status_code == 404
    assert row.number not in client.get(reverse("orders:index")).content.decode()


@pytest.mark.parametrize("name", ["index", "create", "desk", "archived"])
@pytest.mark.parametrize(("language", "word"), [("zh-hans", "订单"), ("en", "Order")])
def test_pages_speak_both_languages(boss, web, name, language, word):
    type(boss).objects.filter(pk=boss.pk).update(language=language)
    assert word in web.get(reverse(f"orders:{name}")).content.decode()


def test_without_permission_the_page_says_which(buyer):
    client = Client()
    client.force_login(user("eve"), backend=BACKEND)
    answer = client.get(reverse("orders:index"))
    assert answer.status_code == 403
    assert "orders.view_order" in answer.content.decode()
