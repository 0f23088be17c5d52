"""Placing orders through the API: one, many, under keys, by tokens."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from shunda.accounts.actions import create_token, revoke_tokens
from shunda.accounts.queries import actor_for
from shunda.accounts.specs import TokenSpec
from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.core.combine import Busy, Combine
from shunda.core.retry import Undecided
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import intake
from shunda.orders.models import Order
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db
URL = "/api/v1/orders"


@pytest.fixture(autouse=True)
def _no_limit(settings):
    settings.API_RATE_PER_SECOND = 0


@pytest.fixture
def token():
    seller = user("seller", "*")
    now = datetime.now(UTC)
    return create_token(TokenSpec("till", ["*"], now + timedelta(days=1)), by=actor_for(seller), at=now).one()


@pytest.fixture
def post(token):
    client = Client(raise_request_exception=False)

    def send(body, path="", status=201, **headers):
        answer = client.post(
            URL + path,
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token.raw}", "Accept-Language": "en"} | headers,
        )
        assert answer.status_code == status, answer.content.decode()
        return answer

    return send


@pytest.fixture
def body():
    article, buyer = sku(), customer()
    stock(article, warehouse(), 10)
    account(buyer, 1000)
    price_list(prices=[(article, "9.90")])
    return {
        "customer_id": buyer.pk,
        "invoice_kind": "ordinary",
        "wanted_date": "2099-01-08",
        "lines": [{"sku": "A-1", "quantity": "3"}],
    }


def codes(answer):
    return [(refusal["id"], refusal["code"]) for refusal in answer.json()["refusals"]]


def test_an_order_is_placed_and_answered_with_its_number_status_and_amounts(post, body):
    answer = post(body)
    placed = answer.json()
    assert (placed["status"], placed["gross"], placed["findings"]) == ("confirmed", "29.70", [])
    assert Order.objects.get(pk=placed["id"]).number == placed["number"]
    assert "Idempotency-Replayed" not in answer


def test_what_cannot_be_is_refused_with_every_reason_and_leaves_nothing(post, body):
    wrong = {**body, "lines": [{"sku": "NOPE", "quantity": "1"}, {"sku": "A-1", "quantity": "-1"}]}
    answer = post(wrong, status=409)
    assert [code for _, code in codes(answer)] == ["orders.unknown-sku", "orders.quantity-not-positive"]
    assert answer["Content-Type"] == "application/problem+json"
    assert not Order.objects.exists()


def test_an_order_somebody_must_look_at_is_in_review_and_says_why(post, body):
    stock(sku("A-2"), warehouse(), 10)
    answer = post({**body, "lines": [{"sku": "A-2", "quantity": "3", "unit_price": "5"}]}).json()
    assert answer["status"] == "in_review"
    assert answer["findings"][0]["code"] == "orders.check-no-list-price"
    assert "A-2 has no listed price" in answer["findings"][0]["message"]


def test_a_repeated_key_gets_the_first_answer_and_another_body_under_it_is_refused(post, body):
    key = {"Idempotency-Key": "k-1"}
    first, again = post(body, **key), post(dict(reversed(body.items())), **key)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert codes(post({**body, "note": "other"}, status=409, **key)) == [(None, "key-reused")]
    assert Order.objects.count() == 1
    post(body, status=422, **{"Idempotency-Key": "x" * 101})


def test_a_key_that_was_refused_may_be_used_again(post, body):
    key = {"Idempotency-Key": "k-1"}
    post({**body, "lines": [{"sku": "NOPE", "quantity": "1"}]}, status=409, **key)
    assert post(body, **key).json()["status"] == "confirmed"


def test_of_several_orders_each_is_placed_or_refused_and_a_repetition_places_none_twice(post, body):
    bad = {**body, "lines": [{"sku": "NOPE", "quantity": "1"}]}
    rows = {"orders": [{**body, "key": "a"}, bad, body]}
    key = {"Idempotency-Key": "batch-1"}
    first = post(rows, "/batch", 200, **key).json()
    assert [(row["row"], row["replayed"]) for row in first["done"]] == [(0, False), (2, False)]
    assert [(refusal["id"], refusal["code"]) for refusal in first["refused"]] == [(1, "orders.unknown-sku")]
    again = post(rows, "/batch", 200, **key)
    assert [(row["id"], row["replayed"]) for row in again.json()["done"]] == [
        (row["id"], True) for row in first["done"]
    ]
    assert again["Idempotency-Replayed"] == "true"
    assert post(body, **{"Idempotency-Key": "a"}).json()["id"] == first["done"][0]["id"]
    assert Order.objects.count() == 2
    assert codes(post({"orders": [bad]}, "/batch", 409)) == [(0, "orders.unknown-sku")]


def test_a_token_counts_as_it_stands_when_the_order_is_placed(post, body, token, monkeypatch):
    place = intake.PLACING._run

    def revoked_meanwhile(calls):
        now = datetime.now(UTC)
        revoke_tokens([token.token.pk], by=actor_for(token.token.user), at=now).one()
        return place(calls)

    monkeypatch.setattr(intake.PLACING, "_run", revoked_meanwhile)
    post(body, status=401)
    assert not Order.objects.exists()


def test_who_may_not_place_gets_403_and_who_is_not_known_401(client, body):
    client.force_login(user("clerk", "orders.create_order"))
    assert client.post(URL, body, content_type="application/json").status_code == 403
    stranger = {"Authorization": "Bearer shunda_x_y"}
    assert client.post(URL, body, content_type="application/json", headers=stranger).status_code == 401


@pytest.mark.parametrize(
    ("error", "code"),
    [(Busy(), "busy"), (OperationalError("gone"), "unavailable"), (Undecided(), "undecided")],
)
def test_what_passes_is_told_with_the_time_to_come_again(post, body, monkeypatch, error, code):
    def down(calls):
        raise error

    monkeypatch.setattr(intake.PLACING, "_run", down)
    answer = post(body, status=503)
    assert (codes(answer), answer["Retry-After"]) == ([(None, code)], "1")
    assert post({"orders": [body]}, "/batch", 503)["Retry-After"] == "1"


def test_an_error_of_ours_with_one_row_does_not_hide_what_became_of_the_others(post, body, monkeypatch):
    place = intake.PLACING._run

    def clumsy(calls):
        if any(call.placing.spec.note == "boom" for call in calls):
            raise RuntimeError
        return place(calls)

    monkeypatch.setattr(intake.PLACING, "_run", clumsy)
    answer = post({"orders": [body, {**body, "note": "boom"}, body]}, "/batch", 200).json()
    assert [row["row"] for row in answer["done"]] == [0, 2]
    assert [(refusal["id"], refusal["code"]) for refusal in answer["refused"]] == [(1, "fault")]
    post({**body, "note": "boom"}, status=500)


def test_a_full_queue_is_503_and_so_is_the_end(post, body, monkeypatch):
    full = Combine("test", intake.place_all, queue=0)
    full._waiting.append(None)
    monkeypatch.setattr(intake.PLACING, "_enter", full._enter)
    assert codes(post(body, status=503)) == [(None, "busy")]
    closed = Combine("test", intake.place_all)
    closed.close()
    monkeypatch.setattr(intake.PLACING, "_enter", closed._enter)
    assert codes(post(body, status=503)) == [(None, "ending")]
