"""Files of orders over the API: read in pieces, answered line by line, sent again without harm."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import OperationalError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shunda.accounts.actions import create_token
from shunda.accounts.queries import actor_for
from shunda.accounts.specs import TokenSpec
from shunda.accounts.tests.builders import user
from shunda.api.crowd import Asked
from shunda.api.stream import Broken
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import feed, intake
from shunda.orders.models import Order
from shunda.pricing.tests.builders import price_list

URL = "/api/v1/orders/stream"
AT = datetime(2026, 5, 6, tzinfo=UTC)


@pytest.fixture
def world(db, settings):
    settings.API_RATE_PER_SECOND = 0
    article, buyer = sku(), customer()
    stock(article, warehouse(), 1000)
    account(buyer, 10_000)
    price_list(prices=[(article, "9.90")])
    return {
        "customer_id": buyer.pk,
        "invoice_kind": "ordinary",
        "wanted_date": "2099-01-08",
        "lines": [{"sku": "A-1", "quantity": "3"}],
    }


@pytest.fixture
def send(world):
    now = datetime.now(UTC)
    token = create_token(TokenSpec("t", ["*"], now + timedelta(days=1)), by=actor_for(user("t", "*")), at=now).one()

    def post(body, kind="application/x-ndjson", status=200, **headers):
        named = {"Authorization": f"Bearer {token.raw}", "Accept-Language": "en"} | headers
        answer = Client().post(URL, body, content_type=kind, headers=named)
        assert answer.status_code == status, answer.content
        if status != 200:
            return answer.json()
        assert answer["Content-Type"] == "application/x-ndjson"
        return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]

    return post


def lines(*orders):
    return "\n".join(each if isinstance(each, str) else json.dumps(each) for each in orders)


def test_each_line_is_answered_and_the_file_may_be_sent_again(send, world):
    body = lines(world, "", {**world, "key": "mine"}, "{", {**world, "lines": [{"sku": "NOPE", "quantity": "1"}]})
    first = send(body, **{"Idempotency-Key": "file-1"})
    assert [(told["line"], told["key"]) for told in first[:-1]] == [
        (1, "file-1/1"), (3, "mine"), (4, "file-1/4"), (5, "file-1/5")
    ]  # fmt: skip
    assert [told["placed"]["gross"] for told in first[:2]] == ["29.70", "29.70"]
    assert [told["refused"][0]["code"] for told in first[2:4]] == ["broken-json", "orders.unknown-sku"]
    assert first[-1] == {"end": True, "line": 5, "placed": 2, "replayed": 0, "refused": 2}
    again = send(body + "\n" + json.dumps({**world, "note": "one more"}), **{"Idempotency-Key": "file-1"})
    assert [told["placed"]["id"] for told in again[:2]] == [told["placed"]["id"] for told in first[:2]]
    assert again[-1] == {"end": True, "line": 6, "placed": 1, "replayed": 2, "refused": 2}
    assert Order.objects.count() == 3


def test_a_row_without_any_key_is_refused_as_it_could_not_be_sent_again(send, world):
    [told, last] = send(lines(world))
    assert told["refused"][0]["code"] == "orders.row-without-key"
    assert (last["end"], last["refused"]) == (True, 1)


def test_a_table_has_a_line_for_each_article_and_its_orders_stand_together(send, world):
    stock(sku("A-2"), warehouse(), 10)
    head = "key,customer_id,invoice_kind,wanted_date,note,sku,quantity,line.note"
    table = "\r\n".join(
        [
            head,
            f'o-1,{world["customer_id"]},ordinary,2099-01-08,"two\nlines, ""quoted""",A-1,2,',
            "o-1,,,,,A-1,3,last",
            "",
            f"o-2,{world['customer_id']},ordinary,2099-01-08,,A-1,x,",
        ]
    )
    told = send(table.encode("utf-8-sig"), "text/csv; charset=utf-8")
    order = Order.objects.get(pk=told[0]["placed"]["id"])
    assert (order.note, order.gross, order.lines.count()) == ('two\nlines, "quoted"', 49.5, 2)
    assert [line.note for line in order.lines.order_by("pk")] == ["", "last"]
    assert [refusal["data"]["where"] for refusal in told[1]["refused"]] == ["lines.0.quantity"]
    assert told[-1] == {"end": True, "line": 6, "placed": 1, "replayed": 0, "refused": 1}
    assert send("nonsense,sku\n1,2", "text/csv")[0]["problem"]["code"] == "unknown-field"


def test_what_is_no_such_file_is_refused(send):
    assert send("{}", "application/json", 415)["refusals"][0]["code"] == "not-json"
    assert send(b"key\n\xff", "text/csv")[0]["problem"]["code"] == "broken-body"
    assert send(b"\n") == [{"end": True, "line": 0, "placed": 0, "replayed": 0, "refused": 0}]
    send("", "text/csv", 422, **{"Idempotency-Key": "x" * 101})


def test_when_the_database_is_gone_the_answer_ends_and_says_so_and_what_was_placed_is_placed(send, world, monkeypatch):
    place, calls = intake.PLACING._run, []

    def failing(batch):
        calls.append(1)
        if len(calls) > 1:
            raise OperationalError("gone")
        return place(batch)

    monkeypatch.setattr(intake.PLACING, "_run", failing)
    body = lines(*[world] * 201)
    told = send(body, **{"Idempotency-Key": "f"})
    assert len(told) == 201
    assert (told[-1]["end"], told[-1]["line"], told[-1]["problem"]["code"]) == (False, 200, "unavailable")
    monkeypatch.undo()
    last = send(body, **{"Idempotency-Key": "f"})[-1]
    assert (last["end"], last["placed"], last["replayed"]) == (True, 1, 200)


FILES = {
    feed.JsonLines: "".join(
        json.dumps({"customer_id": n, "note": "顺达 😀", "lines": []}, ensure_ascii=n % 2 == 0) + "\n"
        for n in range(1, 9)
    ).encode(),
    feed.Table: 'key,customer_id,note,sku,quantity\na,1,"x\ny",A,1\na,,,B,2\nb,2,顺达 😀,C,3\nb,,,D,"4"\n'.encode(),
}


@pytest.mark.parametrize("kind", FILES)
@given(cuts=st.lists(st.integers(0, 900), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_it_does_not_matter_in_what_pieces_a_file_comes(kind, cuts):
    whole = FILES[kind]

    def read(pieces):
        reader = kind(Asked(system(), AT, "k"))
        rows = [row for piece in pieces for row in reader.take(piece)]
        return [(row.line, row.key, row.call and row.call.placing.spec, row.refused) for row in [*rows, *reader.end()]]

    places = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(whole)})
    pieces = [whole[start:end] for start, end in pairwise(places)]
    assert read(pieces) == read([whole])
    assert len(read([whole])) == (8 if kind is feed.JsonLines else 2)


def test_a_line_without_end_is_not_collected_for_ever(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for kind in FILES:
        reader = kind(Asked(system(), AT, "k"))
        assert not any(list(reader.take(b"x" * 100)) for _ in range(10))
        with pytest.raises(Broken):
            list(reader.take(b"x"))


def test_a_file_stops_where_the_server_ends_and_says_so(send, world, monkeypatch):
    monkeypatch.setattr("shunda.api.stream.is_ending", lambda: True)
    told = send(lines({**world, "key": "a"}))
    assert [(last["end"], last["placed"], last["problem"]["code"]) for last in told] == [(False, 0, "ending")]
    assert not Order.objects.exists()
