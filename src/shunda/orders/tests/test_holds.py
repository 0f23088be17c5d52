"""Typed holds on an order or a line: they stop exactly what they must, and end by their rule or their last moment."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor, user
from shunda.billing import actions as billing
from shunda.billing.specs import InvoiceSpec
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions as shipping
from shunda.fulfilment.specs import ShipmentSpec, ShipSpec
from shunda.fulfilment.tests.builders import advance, shipment
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, jobs
from shunda.orders.models import Hold, HoldKind, Order, Stops
from shunda.orders.tests.builders import AT, confirmed_order, order, supplied
from shunda.wiring.reactions import inline
from shunda.work.models import Notice

pytestmark = pytest.mark.django_db
BY = {"by": system(), "at": AT}
HOUR = timedelta(hours=1)


def hold(made, reason="doubts", **more):
    terms = actions.HoldTerms(**{k: more.pop(k) for k in ("line", "owner_id", "rule", "expires_at") if k in more})
    return actions.place_hold([made.pk], reason, terms=terms, **{**BY, **more})


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


@pytest.mark.parametrize("kind", HoldKind)
def test_every_kind_of_hold_is_placed_and_ends(kind):
    made = order(customer(), [])
    placed = hold(made, kind=kind).one()
    actions.release_holds([placed.pk], "settled", **BY).one()
    placed.refresh_from_db()
    assert (placed.kind, placed.released_at, placed.released_reason) == (kind, AT, "settled")
    assert Event.objects.get(kind="order.release").data["remark"] == "settled"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"line": 3}, "orders.hold-line"),
        ({"rule": "x"}, "orders.hold-choice"),
        ({"owner_id": 99_999}, "orders.choice-owner"),
        ({"expires_at": AT}, "orders.hold-past"),
        ({"reason": "x" * 201}, "orders.reason-too-long"),
    ],
)
def test_a_hold_that_cannot_be_is_refused(more, code):
    assert codes(hold(order(customer(), []), **more)) == [code]
    assert not Hold.objects.exists()


def test_an_order_and_each_of_its_lines_have_one_open_hold_of_a_kind_for_a_step():
    made = order(customer(), [(sku("A"), 1, 1), (sku("B"), 1, 1)])
    for line in (None, 1, 2):
        assert hold(made, line=line).one().line_id == (made.lines.get(line_no=line).pk if line else None)
        assert codes(hold(made, line=line)) == ["orders.hold-exists"]


def test_who_is_to_look_after_a_hold_finds_a_notice():
    somebody = user("anna")
    made = order(customer(), [])
    hold(made, "call the customer", owner_id=somebody.pk).one()
    notice = Notice.objects.get(user=somebody)
    assert (notice.label, notice.text) == (made.number, "call the customer")


def test_a_hold_for_four_eyes_is_released_by_somebody_else():
    made = order(customer(), [])
    one, other = actor("orders.hold_order", "orders.release_order"), actor("orders.release_order")
    placed = hold(made, rule="other", by=one).one()
    assert codes(actions.release_holds([placed.pk], by=one, at=AT)) == ["orders.own-hold"]
    assert codes(actions.release_hold([made.pk], by=one, at=AT)) == ["orders.own-hold"]
    assert actions.release_holds([placed.pk], by=other, at=AT).one().released_by == other.name
    assert codes(actions.release_holds([placed.pk, 99], by=other, at=AT)) == ["not-found", "not-found"]


def test_a_hold_placed_in_anothers_name_is_released_by_neither():
    made = order(customer(), [])
    one, deputy, other = actor("*"), actor("*"), actor("*")
    placed = hold(made, rule="other", by=replace(deputy, for_id=one.id)).one()
    for by in (one, deputy, replace(other, for_id=one.id), replace(other, for_id=deputy.id)):
        assert codes(actions.release_holds([placed.pk], by=by, at=AT)) == ["orders.own-hold"]
        assert codes(actions.release_hold([made.pk], by=by, at=AT)) == ["orders.own-hold"]
    assert actions.release_holds([placed.pk], by=other, at=AT).one().released_by == other.name


def test_a_hold_ends_at_its_last_moment_and_not_before():
    made = order(customer(), [])
    placed = hold(made, expires_at=AT + HOUR).one()
    jobs.expire_holds(AT + HOUR - timedelta(seconds=1))
    assert Hold.objects.get(pk=placed.pk).released_at is None
    for _again in range(2):
        jobs.expire_holds(AT + HOUR)
    assert Hold.objects.get(pk=placed.pk).released_at == AT + HOUR
    assert Event.objects.get(kind="order.release").data["expired"] is True


def test_a_hold_that_waits_for_the_money_ends_when_all_of_it_is_here():
    made = confirmed_order(customer(), [(sku(), 2, 5)])
    placed = hold(made, rule="paid", kind="legal").one()
    for paid, open_ in (("9.99", True), ("10", False)):
        Order.objects.filter(pk=made.pk).update(paid=Decimal(paid))
        jobs.release_paid([made.pk], AT)
        assert (Hold.objects.get(pk=placed.pk).released_at is None) is open_


def test_an_approved_order_is_confirmed_when_its_last_hold_on_confirmation_ends():
    made = order(customer(), [(sku(), 1, 1)], "approved")
    supplied(made)
    holds = [hold(made, kind=kind, stops="confirm").one() for kind in ("fraud", "legal")]
    assert codes(actions.confirm([made.pk], **BY)) == ["orders.on-hold-fraud", "orders.on-hold-legal"]
    for one, status in zip(holds, ("approved", "confirmed"), strict=True):
        with inline() as drain:
            actions.release_holds([one.pk], **BY).one()
            drain()
        made.refresh_from_db()
        assert made.status == status


@pytest.mark.parametrize("stops", ["ship", "invoice"])
def test_a_hold_on_another_step_does_not_stop_the_confirmation(stops):
    made = order(customer(), [(sku(), 1, 1)], "approved")
    supplied(made)
    hold(made, stops=stops).one()
    assert actions.confirm([made.pk], **BY).one().status == "confirmed"


@pytest.mark.req("R157")
def test_a_held_line_stays_and_the_others_leave():
    made = confirmed_order(customer(), [(sku("A"), 1, 1), (sku("B"), 1, 1)])
    first, second = made.lines.order_by("line_no")
    hold(made, line=2, kind="quality").one()
    planned = shipping.create([ShipmentSpec(made.pk)], **BY).one()
    assert [line.order_line_id for line in planned.lines.all()] == [first.pk]
    asked_for = shipment(made, "packed", {second: 1})
    assert codes(shipping.ship([ShipSpec(asked_for.pk, mode="own")], **BY)) == ["fulfilment.held"]
    assert advance(planned, "shipped").status == "shipped"


def test_a_line_held_for_its_invoice_is_left_out_and_refused_when_it_is_asked_for():
    made = confirmed_order(customer(), [(sku("A"), 1, 1), (sku("B"), 1, 1)], invoice_kind="ordinary")
    first, second = made.lines.order_by("line_no")
    shipment(made, "shipped")
    hold(made, line=2, stops="invoice").one()
    assert codes(billing.invoice([InvoiceSpec(made.pk, lines={second.pk: Decimal(1)})], **BY)) == ["billing.held"]
    drafted = billing.invoice([made.pk], **BY).one()
    assert [line.order_line_id for line in drafted.lines.all()] == [first.pk]
    assert billing.issue([drafted.pk], **BY).done


def test_many_holds_are_placed_with_as_many_queries_as_one(django_assert_max_num_queries):
    buyer = customer()
    several = [order(buyer, []) for _ in range(4)]
    counts = []
    for members in (several[:1], several[1:]):
        with django_assert_max_num_queries(20) as queries:
            assert len(actions.place_hold([one.pk for one in members], "all", **BY).done) == len(members)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.fixture
def web(client):
    who = user("boss", "orders.view_order", "orders.hold_order", "orders.release_order")
    client.force_login(who)
    return client


def test_the_list_shows_what_is_held_and_lets_it_go(web):
    made = order(customer(), [(sku("A"), 1, 1)])
    hold(made, "wrong house number", kind="address", line=1, rule="other", expires_at=AT + timedelta(days=36500)).one()
    hold(order(customer("C2"), []), "in court", kind="legal").one()
    page = web.get("/orders/holds/").content.decode()
    assert all(text in page for text in ("somebody else than who placed it", "whoever may release holds", "2126"))
    assert "wrong house number" in page
    assert "in court" in page
    page = web.get("/orders/holds/?kind=legal").content.decode()
    assert "wrong house number" not in page
    assert "in court" in page
    web.post("/orders/holds/release/", {"row": [str(one.pk) for one in Hold.objects.all()], "next": "/orders/holds/"})
    assert not Hold.objects.filter(released_at=None).exists()


def test_a_hold_is_placed_on_a_line_until_a_day_from_the_order_page(web):
    made = order(customer(), [(sku("A"), 1, 1)])
    form = {
        "stops": "ship",
        "kind": "quality",
        "reason": "scratched",
        "line": "1",
        "last_day": "2126-05-09",
        "rule": "other",
    }
    web.post(f"/orders/{made.pk}/hold/", form)
    placed = Hold.objects.get()
    assert (placed.line_id, placed.rule) == (made.lines.get().pk, "other")
    assert placed.expires_at.isoformat() == "2126-05-09T16:00:00+00:00"
    assert "scratched" in web.get(f"/orders/{made.pk}/").content.decode()


def test_the_api_lists_and_releases_holds(web):
    made = order(customer(), [(sku("A"), 1, 1)])
    body = {"items": [{"id": made.pk}], "reason": "odd", "kind": "fraud", "stops": "confirm", "line": 1}
    answer = web.post("/api/v1/orders/hold", body, content_type="application/json").json()
    [placed] = answer["done"]
    assert (placed["kind"], placed["rule"], placed["decided"]) == ("fraud", "hand", None)
    assert [one["id"] for one in web.get("/api/v1/holds?kind=fraud&decided=false").json()["items"]] == [placed["id"]]
    done = web.post(
        "/api/v1/holds/release", {"items": [{"id": placed["id"]}], "reason": "ok"}, content_type="application/json"
    )
    assert done.json()["done"][0]["released_reason"] == "ok"
    assert web.get("/api/v1/holds").json()["items"] == []


@pytest.mark.parametrize("stops", Stops)
def test_every_kind_of_hold_stops_the_step_it_names_and_no_other(stops):
    article, buyer = sku(), customer()
    orders = [order(buyer, [(article, 1, 10)], "approved", invoice_kind="ordinary") for _kind in HoldKind]
    stock(article, warehouse(), len(orders))
    supplied(*orders)
    ids = [one.pk for one in orders]
    holds = [hold(one, kind=kind, stops=stops).one().pk for one, kind in zip(orders, HoldKind, strict=True)]

    def tried(step, action):
        """The step is refused for all, each by its hold, and done when the holds end; or it is done at once."""
        outcome = action()
        if stops == step:
            assert (outcome.done, sorted({refusal.id for refusal in outcome.refused})) == ([], sorted(ids_of[step]))
            assert all("held" in refusal.code or "on-hold" in refusal.code for refusal in outcome.refused)
            assert len(actions.release_holds(holds, **BY).done) == len(HoldKind)
            outcome = action()
        assert len(outcome.done) == len(HoldKind), outcome.refused

    ids_of = {"confirm": ids, "invoice": list(range(len(ids)))}  # what is created is refused by its place
    tried("confirm", lambda: actions.confirm(ids, **BY))
    packed = [shipment(one, "packed", {one.lines.get(): 1}).pk for one in orders]
    ids_of["ship"] = packed
    tried("ship", lambda: shipping.ship([ShipSpec(pk, mode="own") for pk in packed], **BY))
    tried("invoice", lambda: billing.invoice(ids, **BY))
