"""Placing: taken in, checked, approved by policy, promised and confirmed in one go, or refused whole."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from shunda.accounts.tests.builders import actor
from shunda.catalog.models import Sku
from shunda.catalog.tests.builders import sku
from shunda.core import sql
from shunda.core.actor import Actor, system
from shunda.core.models import Answer, Counter, Event
from shunda.core.refusal import Refused
from shunda.credit.queries import exposure
from shunda.credit.tests.builders import account
from shunda.customers.models import Customer
from shunda.customers.tests.builders import customer
from shunda.inventory.models import Balance, Demand, Reservation
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, pickup, quick_rows
from shunda.orders.approval import AUTO_APPROVE
from shunda.orders.models import Order, OrderKind, OrderLine, Review
from shunda.orders.specs import LineSpec, Placed, Placing
from shunda.orders.tests.builders import AT, spec
from shunda.policies.tests.samples import published
from shunda.pricing.tests.builders import price_list
from shunda.wiring.tables import CHECKS
from shunda.work.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer() -> Customer:
    made = customer()
    account(made, 1000)
    return made


@pytest.fixture
def article() -> Sku:
    made = sku("A-1")
    stock(made, warehouse(), 10)
    price_list(prices=[(made, 5, 0, 3)])
    return made


def placing(buyer: Customer, article: Sku, quantity: Any = 1, by: Actor | None = None, **fields: Any) -> Placing:
    """A plain order of one line by the API."""
    own = {name: fields.pop(name) for name in ("key", "fingerprint") if name in fields}
    return Placing(spec(buyer, [(article, quantity, None)], **{"channel": "api", **fields}), by or system(), **own)


def place(*calls: Placing) -> list[Placed | Refused]:
    return actions.place(calls, at=AT)


def placed(answer: Placed | Refused) -> Placed:
    assert isinstance(answer, Placed), answer
    return answer


def codes(answer: Placed | Refused) -> list[str]:
    assert isinstance(answer, Refused), answer
    assert all(refusal.id is None for refusal in answer.refusals)
    return [refusal.code for refusal in answer.refusals]


def differences() -> list[str]:
    """What ``shunda verify`` says of the folders that placing writes."""
    return [line for name in ("orders", "inventory", "credit") for line in CHECKS[name]()]


def nothing_left() -> bool:
    kept = (Order, OrderLine, Demand, Reservation, Task, Answer)
    return not any(model.objects.exists() for model in kept) and not Event.objects.filter(order_id__gt=0).exists()


@pytest.mark.req("R019", "R043", "R047", "R063")
def test_an_order_that_nobody_must_look_at_is_confirmed_at_once(buyer: Customer, article: Sku) -> None:
    by = actor("orders.place_order")
    made = placed(place(placing(buyer, article, 2, by))[0])
    order = Order.objects.get(pk=made.id)
    assert (made.number, made.status, made.gross, made.net + made.tax) == (order.number, "confirmed", 10, made.gross)
    assert (order.status, order.confirmed_at, order.created_by_id, order.customer_name) == (
        "confirmed", AT, by.id, buyer.name,
    )  # fmt: skip
    assert exposure([buyer.pk])[buyer.pk].exposure == 10
    assert Balance.objects.get(sku=article).reserved == 2
    told = list(Event.objects.filter(order_id=order.pk).order_by("sequence").values_list("kind", "actor", "data"))
    assert [kind for kind, _, _ in told] == ["order.create", "order.submit", "order.approve", "order.confirm"]
    assert told[2][1:] == (
        "system",
        {"auto": True, "decided": [{"table": "orders.auto_approve", "version": 0, "rows": [1]}]},
    )
    assert not Review.objects.exists()
    assert not differences()


def test_who_may_not_place_is_told_so(buyer: Customer, article: Sku) -> None:
    [refused] = place(placing(buyer, article, 1, actor("orders.create_order")))
    assert codes(refused) == ["orders.may-not-place"]
    assert nothing_left()


REVIEWED: list[tuple[dict[str, Any], str]] = [
    ({"channel": "phone"}, "orders.not-auto-channel"),
    ({"note": "call before delivery"}, "orders.check-wishes"),
    ({"invoice_kind": "special", "credit_code": "91110000600037341L"}, "orders.check-invoice-data"),
    ({"kind": "project", "contract_number": "C-1"}, "orders.not-auto-kind"),
    ({"customer_name": "another name"}, "orders.check-customer-differs"),
]


@pytest.mark.parametrize(("fields", "finding"), REVIEWED)
def test_an_order_that_somebody_must_look_at_is_in_review_and_says_why(
    buyer: Customer, article: Sku, fields: dict[str, Any], finding: str
) -> None:
    made = placed(place(placing(buyer, article, **fields))[0])
    assert made.status == "in_review"
    assert finding in [one.code for one in made.findings]
    assert Review.objects.filter(order=made.id, status="pending").count() >= 3
    assert not Reservation.objects.exists()
    assert not differences()


def test_an_order_above_what_the_system_may_approve_is_in_review(buyer: Customer, article: Sku) -> None:
    published(AUTO_APPROVE.name, {"when": {"gross": "<= 9.99"}, "then": {"decision": "approve"}})
    small, large = place(placing(buyer, article, 1), placing(buyer, article, 2))
    assert placed(small).status == "confirmed"
    assert [one.code for one in placed(large).findings] == ["orders.not-auto-amount"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"customer_id": 0}, "orders.unknown-customer"),
    ({"lines": [LineSpec(Decimal(1), sku="nowhere")]}, "orders.unknown-sku"),
    ({"lines": [LineSpec(Decimal(0), sku="A-1")]}, "orders.quantity-not-positive"),
    ({"lines": [LineSpec(Decimal("NaN"), sku="A-1")]}, "orders.quantity-not-positive"),
    ({"lines": [LineSpec(Decimal("0.5"), sku="A-1")]}, "orders.quantity-fraction"),
    ({"lines": [LineSpec(Decimal(10_000_000), sku="A-1")]}, "orders.quantity-too-large"),
    ({"lines": []}, "orders.no-lines"),
    ({"wanted_date": None}, "orders.required-wanted-date"),
    ({"wanted_date": date(2026, 5, 5)}, "orders.wanted-past"),
    ({"channel": "smoke"}, "orders.choice-channel"),
    ({"warehouse_id": 0}, "orders.choice-warehouse"),
    ({"shop": "s" * 41}, "orders.too-long-shop"),
    ({"lines": [LineSpec(Decimal(11), sku="A-1")]}, "inventory.short"),
    ({"lines": [LineSpec(Decimal(6), sku="a-1"), LineSpec(Decimal(5), sku="A-1")]}, "inventory.short"),
    ({"note": "please", "lines": [LineSpec(Decimal(11), sku="A-1")]}, "inventory.short"),
]


@pytest.mark.parametrize(("fields", "code"), WRONG)
def test_an_order_that_cannot_be_taken_is_refused_and_leaves_nothing(
    buyer: Customer, article: Sku, fields: dict[str, Any], code: str
) -> None:
    call = placing(buyer, article)
    wrong = replace(call, spec=replace(call.spec, **fields), key="k", fingerprint="f")
    [refused] = place(wrong)
    assert codes(refused) == [code]
    assert nothing_left()
    assert Balance.objects.get(sku=article).reserved == 0
    [made] = place(replace(call, key="k", fingerprint="g"))  # the key of a refused order is free again
    assert placed(made).status == "confirmed"


def test_a_frozen_customer_one_out_of_sight_and_an_article_no_longer_sold_are_refused(
    buyer: Customer, article: Sku
) -> None:
    frozen, dead = customer("C2", "delivery", frozen=True, frozen_reason="owes"), sku("A-2", active=False)
    own = actor("orders.place_order", reach="own")
    answers = place(placing(frozen, article), placing(buyer, article, by=own), placing(buyer, dead))
    assert [codes(one) for one in answers] == [
        ["orders.customer-frozen"], ["orders.unknown-customer"], ["orders.inactive-sku"],
    ]  # fmt: skip
    assert nothing_left()


@pytest.mark.req("R043", "R049", "R116")
def test_over_the_limit_and_short_an_order_is_told_both(buyer: Customer, article: Sku) -> None:
    for fields in ({}, {"note": "with a wish, so that people would look"}):
        [refused] = place(placing(buyer, article, 201, **fields))
        assert sorted(codes(refused)) == ["credit.over-limit", "inventory.short"]
    assert nothing_left()


def test_each_is_whole_or_refused_and_sees_what_those_before_it_took(buyer: Customer, article: Sku) -> None:
    poor = customer("C2")
    account(poor, 9)
    answers = place(
        placing(buyer, article, 4),
        placing(poor, article, 2),  # 10 do not fit into 9; its 2 pieces are for others
        placing(buyer, article, 7),  # 6 are left
        placing(poor, article, 1),
        placing(poor, article, 1, key="again"),  # 5 of 9 are used, 4 are free
        placing(buyer, article, 5),
        placing(buyer, article, 1, key="late"),
    )
    refused = {n: codes(one) for n, one in enumerate(answers) if isinstance(one, Refused)}
    assert refused == {
        1: ["credit.over-limit"], 2: ["inventory.short"], 4: ["credit.over-limit"], 6: ["inventory.short"],
    }  # fmt: skip
    assert Balance.objects.get(sku=article).reserved == 10
    assert Counter.objects.get(name="SO20260506").value == 3
    assert not differences()


def test_orders_that_go_different_ways_stand_in_one_batch(buyer: Customer, article: Sku) -> None:
    prepaid = customer("C2", term="prepaid")
    answers = place(
        placing(buyer, article, 1),
        placing(buyer, article, 1, note="wish"),
        placing(buyer, sku("A-9"), 1, key="none"),
        placing(prepaid, article, 1),
        placing(buyer, article, 1),  # the same again
    )
    assert codes(answers.pop(2)) == ["orders.price-missing", "inventory.short"]
    assert [placed(one).status for one in answers] == ["confirmed", "in_review", "confirmed", "in_review"]
    assert placed(answers[3]).findings[0].code == "orders.check-duplicate"
    assert Order.objects.get(customer=prepaid).holds.get().kind == "payment"
    assert not differences()


def test_a_key_or_a_number_of_the_channel_says_that_it_is_another_order(buyer: Customer, article: Sku) -> None:
    answers = place(
        placing(buyer, article), placing(buyer, article, key="1"), placing(buyer, article, external_number="T-1"),
        placing(buyer, article, external_number="T-1"),
    )  # fmt: skip
    assert [placed(one).status for one in answers[:3]] == ["confirmed"] * 3
    assert codes(answers[3]) == ["orders.external-number-used"]
    [again] = place(placing(buyer, article, external_number="T-1"))
    assert codes(again) == ["orders.external-number-used"]


def test_the_customers_own_number_twice_is_looked_at(buyer: Customer, article: Sku) -> None:
    calls = [placing(buyer, article, 1, key=str(n), customer_reference="PO-1") for n in range(3)]
    answers = [*place(*calls[:2]), *place(calls[2])]
    assert [placed(one).status for one in answers] == ["confirmed", "in_review", "in_review"]


def test_a_key_that_comes_again_gets_the_same_answer_and_with_another_body_none(buyer: Customer, article: Sku) -> None:
    call = placing(buyer, article, 2, key="k", fingerprint="f")
    other = replace(call, fingerprint="g")
    first, second, third = place(call, call, other)
    assert placed(second) == replace(placed(first), replayed=True)
    assert codes(third) == ["key-reused"]
    assert [place(call)[0], codes(place(other)[0])] == [replace(placed(first), replayed=True), ["key-reused"]]
    [else_] = place(replace(call, by=actor("orders.place_order")))  # another's key is another key
    assert not placed(else_).replayed
    reviewed = placing(buyer, article, 1, key="r", fingerprint="r", note="wish")
    [one], [two] = place(reviewed), place(reviewed)
    assert (placed(two).findings, placed(two).replayed) == (placed(one).findings, True)
    assert Order.objects.count() == 3


def test_the_number_of_statements_does_not_grow(article: Sku) -> None:
    stock(article, warehouse(), 5000)
    others = [sku(f"B-{n}") for n in range(4)]
    price_list("MORE", [(one, 5) for one in others])
    for one in others:
        stock(one, warehouse(), 5000)
    buyers = [customer(f"D{n}") for n in range(20)]
    for one in buyers:
        account(one)

    def calls(n: int) -> Sequence[Placing]:
        lines = [(one, 1, None) for one in (article, *others)]
        made = [spec(buyers[i % 20], lines, channel="api") for i in range(n)]
        return [Placing(one, system(), key=f"{n}-{i}", fingerprint="f") for i, one in enumerate(made)]

    counts = []
    for batch in (calls(1), calls(1000)):
        with CaptureQueriesContext(connection) as captured:
            assert all(isinstance(one, Placed) and one.status == "confirmed" for one in actions.place(batch, at=AT))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 26, counts


def test_a_batch_waits_four_times_for_the_database_however_many_calls_it_has(
    buyer: Customer, article: Sku, monkeypatch: pytest.MonkeyPatch
) -> None:
    travels, waits = sql._travel, []
    monkeypatch.setattr(
        sql, "_travel", lambda driver, trip, meanwhile: waits.append(len(trip)) or travels(driver, trip, meanwhile)
    )
    monkeypatch.setattr(sql, "fetch", lambda text, _parameters=(): pytest.fail(f"waits alone: {text}"))
    for n in (1, 4):
        waits.clear()
        calls = [placing(buyer, article, 1, key=f"{n}-{i}", fingerprint="f") for i in range(n)]
        assert all(isinstance(one, Placed) and one.status == "confirmed" for one in place(*calls))
        assert len(waits) == 4, waits


def test_a_failure_in_the_middle_leaves_nothing(buyer: Customer, article: Sku, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shunda.core.once.keep", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        place(placing(buyer, article))
    assert nothing_left()
    assert not differences()


def _at_once(n: int, calls: Sequence[Placing]) -> list[Placed | Refused]:
    """``n`` threads, each with its call, at the same moment."""
    barrier, answers = threading.Barrier(n), []

    def run(call: Placing) -> None:
        barrier.wait()
        try:
            answers.extend(place(call))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_callers_at_once_get_the_last_pieces_the_last_credit_and_one_answer_for_a_key(
    buyer: Customer, article: Sku
) -> None:
    stock(article, warehouse(), 190)
    poor, rich = customer("C2"), customer("C3")
    account(poor, 12)
    account(rich)
    pieces = _at_once(4, [placing(rich, article, 70, key=f"p{n}") for n in range(4)])
    money = _at_once(4, [placing(poor, article, 1, key=f"m{n}") for n in range(4)])
    same = _at_once(4, [placing(buyer, article, 1, key="same", fingerprint="f") for _ in range(4)])
    assert sum(isinstance(one, Placed) for one in pieces) == 2  # of 200 pieces
    assert [codes(one) for one in pieces if isinstance(one, Refused)] == [["inventory.short"]] * 2
    assert sum(isinstance(one, Placed) for one in money) == 2
    assert {codes(one)[0] for one in money if isinstance(one, Refused)} == {"credit.over-limit"}
    assert len({placed(one).id for one in same}) == 1
    assert sorted(placed(one).replayed for one in same) == [False, True, True, True]
    assert not differences()


@pytest.mark.req("R043", "R049")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("wanted", "refusal"), [(1, "credit.over-limit"), (60, "inventory.short")])
def test_what_somebody_takes_between_look_and_grasp_is_not_given_twice(
    article: Sku, monkeypatch: pytest.MonkeyPatch, wanted: int, refusal: str
) -> None:
    stock(article, warehouse(), 90)  # with those that are there, 100
    buyer = customer("C2")
    account(buyer, 9 if wanted == 1 else 10_000)
    write, begun = quick_rows.write, []

    def late(*args: Any) -> Any:
        begun.append(1)
        if len(begun) == 1:  # the other comes when this one has seen that there is enough
            answers.extend(_at_once(1, [placing(buyer, article, wanted, key="quicker")]))
        return write(*args)

    answers: list[Placed | Refused] = []
    monkeypatch.setattr(quick_rows, "write", late)
    [mine] = place(placing(buyer, article, wanted, key="slower"))
    assert (placed(answers[0]).status, codes(mine), len(begun)) == ("confirmed", [refusal], 2)
    assert not differences()


@pytest.mark.req("R106")
def test_what_is_promised_as_it_is_placed_is_ready_to_be_picked_up_from_that_day(buyer: Customer, article: Sku) -> None:
    actions.place([placing(buyer, article)], at=AT)
    order = Order.objects.get()
    order.kind = OrderKind.SPECIAL  # placed as a plain one; what is asked is when its stock was there
    [stands] = pickup.of([order], at=AT).values()
    assert stands.ready_on == localtime(AT).date()
