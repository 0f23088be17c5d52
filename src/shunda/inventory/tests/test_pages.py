"""Stock in the browser."""

from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import conversion, sku, unit
from shunda.core.actor import system
from shunda.inventory import actions, steps
from shunda.inventory.models import Balance, StockMove, Supply, Warehouse
from shunda.inventory.specs import TransferLine
from shunda.inventory.tests.builders import AT, demand, figures, stock, warehouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(client):
    person = user("keeper", "*")
    client.force_login(person)
    return client


@pytest.fixture
def place():
    return warehouse()


@pytest.fixture
def ball(place):
    made = sku("BALL")
    stock(made, place, 10)
    return made


def lines(*rows: dict[str, str]) -> dict[str, str]:
    """Rows of a document as the browser sends them."""
    data = {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0"}
    return data | {f"lines-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def text(response) -> str:
    return response.content.decode()


@pytest.mark.req("R115", "R118")
def test_the_stock_list_tells_available_locked_and_in_transit_and_filters(keeper, ball, place):
    other = warehouse("W2")
    steps.reserve([(7, [demand(7, ball, place, 4)])], at=AT)
    actions.transfer([TransferLine(ball.pk, place.pk, other.pk, Decimal(3))], by=system(), at=AT)
    rows = keeper.get("/inventory/").context["page"].rows
    assert [(r.warehouse.code, r.on_hand, r.reserved, r.available, r.in_transit) for r in rows] == [
        ("W1", 7, 4, 3, 0),
        ("W2", 0, 0, 0, 3),
    ]
    for query, found in (
        ("q=ball", 2),
        ("q=nothing", 0),
        (f"warehouse={place.pk}", 1),
        ("state=available", 1),
        ("state=none", 1),
        ("state=locked", 1),
        ("state=transit", 1),
    ):
        assert len(keeper.get(f"/inventory/?{query}").context["page"]) == found, query


def test_one_stock_tells_who_locked_it_what_comes_and_what_happened(keeper, ball, place):
    steps.reserve([(7, [demand(7, ball, place, 4)])], at=AT)
    actions.transfer([TransferLine(ball.pk, place.pk, warehouse("W2").pk, Decimal(3))], by=system(), at=AT)
    page = text(keeper.get(f"/inventory/{Balance.objects.get(warehouse=place).pk}/"))
    assert 'href="/orders/7/"' in page
    assert "In other warehouses" in page
    assert "transfer out" in page
    assert keeper.get("/inventory/999/").status_code == 404


def test_a_receipt_is_booked_and_shown_in_the_ledger(keeper, ball, place):
    dozen = unit("dozen")
    conversion(dozen, ball.product.unit, 12)
    row = {"sku": "ball", "quantity": "2", "unit": str(dozen.pk), "location": "A-1"}
    answer = keeper.post("/inventory/receive/", lines(row) | {"warehouse": place.pk, "reference": "DN1"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/inventory/moves/?reference=DN1"
    assert "+24" in text(answer)
    assert Balance.objects.get().location == "A-1"


def test_a_document_with_one_wrong_line_books_nothing_and_says_it_beside_the_line(keeper, ball, place):
    rows = [{"sku": "BALL", "quantity": "5"}, {"sku": "BALL", "quantity": "0.5"}, {"sku": "nobody", "quantity": "1"}]
    answer = keeper.post("/inventory/receive/", lines(*rows) | {"warehouse": place.pk})
    assert answer.status_code == 422
    assert "“nobody” is not known" in text(answer)
    answer = keeper.post("/inventory/receive/", lines(*rows[:2]) | {"warehouse": place.pk})
    assert answer.status_code == 422
    [error] = answer.context["lines"].forms[1].errors["quantity"]
    assert "0.5 does not fit" in error
    assert figures(ball, place)[0] == 10


def test_an_adjustment_below_what_is_locked_is_refused_and_says_by_how_many_orders(keeper, ball, place):
    steps.reserve([(7, [demand(7, ball, place, 4)])], at=AT)
    data = {"warehouse": place.pk, "reason": "broken"}
    answer = keeper.post("/inventory/adjust/", lines({"sku": "BALL", "quantity": "-7"}) | data)
    assert "3 would be left, but 4 are locked for 1 orders" in text(answer)
    keeper.post("/inventory/adjust/", lines({"sku": "BALL", "quantity": "-6"}) | data)
    assert figures(ball, place) == (4, 4, 0)


def test_ticked_rows_are_counted(keeper, ball, place):
    pk = Balance.objects.get().pk
    answer = keeper.post("/inventory/count/ticked/", {"row": str(pk)})
    assert answer.url == f"/inventory/count/?rows={pk}"
    form = keeper.get(answer.url)
    assert form.context["lines"].forms[0]["sku"].value() == "BALL"
    row = {"sku": "BALL", "quantity": "8", "on_hand": "10"}
    keeper.post(answer.url, lines(row) | {"warehouse": place.pk, "reason": "year end"})
    assert figures(ball, place)[0] == 8
    answer = keeper.post(answer.url, lines(row) | {"warehouse": place.pk, "reason": "year end"})
    assert "had 10 on hand when it was counted and has 8 now" in text(answer)


@pytest.mark.req("R121")
def test_a_transfer_is_sent_received_in_part_turned_back_and_lost(keeper, ball, place):
    other = warehouse("W2")
    data = {"source": place.pk, "target": other.pk, "reason": "shortage"}
    keeper.post("/inventory/transfer/", lines({"sku": "BALL", "quantity": "6"}) | data)
    supply = Supply.objects.get()
    assert "W2" in text(keeper.get("/inventory/coming/"))
    keeper.post(f"/inventory/coming/{supply.pk}/receive/", {"quantity": "1"})
    keeper.post(f"/inventory/coming/{supply.pk}/cancel/", {"quantity": "2", "reason": "wrong goods"})
    keeper.post(f"/inventory/coming/{supply.pk}/lose/", {"quantity": "1", "reason": "accident"})
    assert "expected" not in text(keeper.get(f"/inventory/coming/{supply.pk}/"))
    keeper.post("/inventory/coming/receive/", {"row": str(supply.pk)})
    assert (figures(ball, place), figures(ball, other)) == ((6, 0, 0), (3, 0, 0))
    assert len(keeper.get("/inventory/coming/").context["page"]) == 0
    assert len(keeper.get("/inventory/coming/?closed=on").context["page"]) == 1


def test_goods_are_announced(keeper, ball, place):
    data = {"kind": "purchase", "warehouse": place.pk, "reference": "PO1", "expected_on": "2020-01-01"}
    answer = keeper.post("/inventory/coming/announce/", lines({"sku": "BALL", "quantity": "6"}) | data)
    assert "has passed" in text(answer)
    keeper.post(
        "/inventory/coming/announce/", lines({"sku": "BALL", "quantity": "6"}) | data | {"expected_on": "2999-01-01"}
    )
    assert figures(ball, place) == (10, 0, 6)


def test_warehouses_are_opened_changed_and_not_closed_with_stock_in_them(keeper, ball, place):
    keeper.post("/inventory/warehouses/new/", {"code": "N", "name": "North"})
    assert Warehouse.objects.filter(code="N").exists()
    data = {"code": "W1", "name": "Main", "version": "1"}
    assert "still holds or expects stock" in text(keeper.post(f"/inventory/warehouses/{place.pk}/", data))
    keeper.post(f"/inventory/warehouses/{place.pk}/", data | {"active": "on"})
    assert "Main" in text(keeper.get("/inventory/warehouses/"))


@pytest.mark.parametrize("path", ["", "receive/", "adjust/", "count/", "transfer/", "coming/announce/", "warehouses/"])
def test_nobody_gets_there_without_the_permission(client, path):
    client.force_login(user("nobody", "orders.view_order"))
    assert client.get(f"/inventory/{path}").status_code == 403


def test_lists_cost_as_many_queries_for_many_rows(keeper, ball, place, django_assert_max_num_queries):
    for n in range(30):
        stock(sku(f"S{n}"), place, 1)
    move = StockMove.objects.latest("id")
    for path in ("", "moves/", "coming/", f"{Balance.objects.get(sku_id=move.sku_id).pk}/"):
        with django_assert_max_num_queries(10):
            assert keeper.get(f"/inventory/{path}").status_code == 200
