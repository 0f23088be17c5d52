"""The pages of views, columns and exports, on the list of orders."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.lists.models import Export, Layout, SavedView
from shunda.orders.tests.builders import order

pytestmark = pytest.mark.django_db
LIST = "/orders/"


def browser(*permissions, name="li", **more):
    client = Client()
    client.force_login(user(name, *permissions, **more), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def web():
    return browser("orders.view_order", "lists.create_export")


@pytest.fixture
def orders():
    buyer, article = customer("C1"), sku("A-1")
    return [order(buyer, [(article, n, "10")]) for n in (3, 1, 2)]


def text(answer):
    return answer.content.decode()


def test_a_view_is_saved_from_the_filters_of_the_address_and_opens_them_again(web, orders):
    assert "Save view" in text(web.get(f"{LIST}?stage=draft"))
    answer = web.post(
        reverse("lists:save_view", args=["orders:index"]) + "?stage=draft", {"name": "Drafts", "pinned": "on"}
    )
    view = SavedView.objects.get()
    assert answer.url == f"{LIST}?stage=draft&view={view.pk}"
    opened = text(web.get(answer.url))
    assert 'aria-current="page">Drafts' in opened
    assert "Save view" not in opened


def test_a_default_view_opens_with_the_page_and_everything_is_one_click_away(web, orders):
    web.post(reverse("lists:save_view", args=["orders:index"]) + "?stage=draft", {"name": "Drafts", "default": "on"})
    view = SavedView.objects.get()
    assert web.get(LIST).url == f"?stage=draft&view={view.pk}"
    assert web.get(f"{LIST}?view=0").status_code == 200


def test_views_are_renamed_shared_and_deleted(web, orders):
    boss = browser("orders.view_order", "lists.share_view", name="boss")
    boss.post(reverse("lists:save_view", args=["orders:index"]) + "?late=on", {"name": "Late", "shared": "on"})
    view = SavedView.objects.get()
    page = text(web.get(reverse("lists:views", args=["orders:index"])))
    assert "Late" in page
    assert "Delete" not in page
    web.post(reverse("lists:edit_view", args=[view.pk]), {"name": "Late", "pinned": "on"})
    assert Layout.objects.get(owner__username="li").pinned == [view.pk]
    refused = web.post(reverse("lists:edit_view", args=[view.pk]), {"name": "Mine"})
    assert refused.status_code == 422
    boss.post(reverse("lists:edit_view", args=[view.pk]), {"name": "Overdue", "shared": "on"})
    assert SavedView.objects.get().name == "Overdue"
    boss.post(reverse("lists:delete_view", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_columns_are_chosen_put_in_order_and_taken_back(web, orders):
    url = reverse("lists:layout", args=["orders:index"])
    assert "further left" in text(web.get(url))
    web.post(url, {"column": ["gross", "channel"], "density": "dense", "next": LIST})
    page = text(web.get(LIST))
    heads = page.split("<thead>")[1].split("</thead>")[0]
    assert heads.index("Number") < heads.index("Total") < heads.index("Channel")
    assert "Stage" not in heads
    assert "table-sm" in page
    web.post(url, {"reset": "1", "density": "roomy", "next": LIST})
    assert "Stage" in text(web.get(LIST)).split("<thead>")[1].split("</thead>")[0]


def test_a_short_list_comes_as_a_file_at_once(web, orders):
    answer = web.post(reverse("lists:export", args=["orders:index"]), {"query": "stage=draft", "format": "csv"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content).count(b"\n") == 4
    again = web.get(reverse("lists:download", args=[Export.objects.get().pk]))
    assert again["Content-Length"] == str(Export.objects.get().size)


def test_a_long_list_is_written_in_the_background_and_waits_for_its_owner_alone(web, orders, monkeypatch):
    monkeypatch.setattr("shunda.lists.actions.exports.AT_ONCE", 2)
    answer = web.post(reverse("lists:export", args=["orders:index"]), {"format": "xlsx"})
    assert answer.url == reverse("lists:exports")
    assert "being written" in text(web.get(answer.url))
    export = Export.objects.get()
    assert web.get(reverse("lists:download", args=[export.pk])).status_code == 404
    Export.objects.update(finished_at=timezone.now() - timedelta(minutes=1), rows=3)
    other = browser("orders.view_order", "lists.create_export", name="wang")
    assert other.get(reverse("lists:download", args=[export.pk])).status_code == 404


def test_who_may_not_export_is_offered_nothing_and_told_why(orders):
    web = browser("orders.view_order", name="zhao")
    assert "Excel" not in text(web.get(LIST))
    assert web.post(reverse("lists:export", args=["orders:index"]), {}).status_code == 403
    assert web.get(reverse("lists:views", args=["customers:index"])).status_code == 404


def test_the_next_rows_come_without_the_page_around_them(web, orders, monkeypatch):
    from shunda.web.listing import Keyset

    real = Keyset.__init__
    monkeypatch.setattr(Keyset, "__init__", lambda self, *a, **k: real(self, *a, **{**k, "per_page": 2}))
    first = text(web.get(LIST))
    following = first.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    part = text(web.get(LIST + following, headers={"HX-Request": "true", "HX-Target": "rows"}))
    assert orders[0].number in part
    assert orders[2].number not in part
    assert "<html" not in part
    assert 'hx-swap-oob="true"' in part
    assert orders[0].number in text(web.get(LIST + following))  # the link alone shows the same, as a page


def test_a_page_of_orders_takes_as_many_queries_for_one_row_as_for_many(web, orders, django_assert_num_queries):
    web.get(LIST)
    for url in (LIST, f"{LIST}?mine=on"):
        with django_assert_num_queries(8):  # session, person, rights, what is kept, orders, three filters' choices
            web.get(url)
