"""Where goods lie in their warehouse."""

import json

import pytest

from shunda.accounts.tests.builders import actor, user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.inventory import actions
from shunda.inventory.models import Balance
from shunda.inventory.specs import LocationLine
from shunda.inventory.tests.builders import AT, queries, stock, warehouse

pytestmark = pytest.mark.django_db
SYSTEM = system()


@pytest.fixture
def ball():
    made = sku("ball", barcode="4006381333931")
    stock(made, warehouse(), 5)
    return made


def test_a_sku_gets_a_location_and_its_event_says_what_was(ball):
    place = warehouse().pk
    lines = [LocationLine(ball.pk, place, "A-1"), LocationLine(ball.pk, place, " A-02-1 ")]
    actions.locate(lines, by=SYSTEM, at=AT)
    assert Balance.objects.get().location == "A-02-1"
    actions.locate([LocationLine(ball.pk, place, "")], by=SYSTEM, at=AT).one()
    said = [event.data["changes"]["location"] for event in Event.objects.filter(kind="stock.locate").order_by("id")]
    assert said == [["", "A-02-1"], ["A-02-1", ""]]


def test_unknown_places_and_long_names_are_refused_and_the_others_done(ball):
    place = warehouse().pk
    lines = [LocationLine(0, place, "A"), LocationLine(ball.pk, place, "x" * 41), LocationLine(ball.pk, place, "B")]
    outcome = actions.locate(lines, by=SYSTEM, at=AT)
    assert [(r.id, r.code) for r in outcome.refused] == [(0, "inventory.never-stocked"), (1, "inventory.too-long")]
    assert Balance.objects.get().location == "B"
    with pytest.raises(NotPermitted):
        actions.locate(lines, by=actor("inventory.view_stock"), at=AT)


def test_a_hundred_locations_take_as_many_queries_as_one():
    place = warehouse()
    goods = [sku(f"N-{n}") for n in range(20)]
    for one in goods:
        stock(one, place, 1)

    def run(some, name):
        return lambda: actions.locate([LocationLine(one.pk, place.pk, name) for one in some], by=SYSTEM, at=AT)

    assert queries(run(goods[:1], "A")) == queries(run(goods, "B"))


def test_the_keeper_says_it_on_the_page_and_a_program_over_the_api(client, ball):
    client.force_login(user("keeper", "inventory.view_stock", "inventory.locate_stock"))
    row = Balance.objects.get()
    assert f"/inventory/{row.pk}/location/" in client.get(f"/inventory/{row.pk}/").content.decode()
    client.post(f"/inventory/{row.pk}/location/", {"location": "C-3"})
    row.refresh_from_db()
    assert row.location == "C-3"
    body = {"lines": [{"sku": "4006381333931", "warehouse_id": row.warehouse_id, "location": "D-4"}]}
    answer = client.post("/api/v1/stock/locations", json.dumps(body), content_type="application/json").json()
    assert [line["location"] for line in answer["done"]] == ["D-4"]
