"""The short way for programs: the same answers as Django's endpoint, with no query and no thread of its own."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from shunda.accounts.actions import create_token, revoke_tokens
from shunda.accounts.queries import actor_for
from shunda.accounts.specs import TokenSpec
from shunda.accounts.steps import sign_in_with_token
from shunda.accounts.tests.builders import user
from shunda.api import ending, lean
from shunda.api.shield import ProgramsHandler
from shunda.core.combine import Busy, Combine
from shunda.core.refusal import Refused
from shunda.orders import intake
from shunda.orders.reasons import NO_LINES
from shunda.orders.specs import Placed
from shunda.wiring.api import api

URL = "/api/v1/orders"
BODY = {"customer_id": 1, "lines": [{"sku": "A-1", "quantity": "3"}]}


def placed(calls):
    return [
        Placed(
            7, "SO1", "confirmed", *(call.placing.spec.lines[0].quantity,) * 3, "CNY", replayed=bool(call.placing.key)
        )
        for call in calls
    ]


class Door:
    """The application, called as a server calls it."""

    def __init__(self):
        self.browsers = []
        self.programs = []
        handler = ProgramsHandler()

        async def pages(scope, receive, send):
            self.browsers.append(scope["path"])

        async def programs(scope, receive, send):
            self.programs.append(scope["path"])
            await handler(scope, receive, send)

        self.app = lean.Lean(api, sign_in_with_token, prefix="/api/v1/", pages=pages, programs=programs)

    def post(self, body, path=URL, method="POST", query=b"", pieces=1, leave=False, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {"host": "localhost", "content-type": "application/json", "content-length": str(len(raw))} | headers
        step = -(-len(raw) // pieces) or 1
        parts = [raw[n : n + step] for n in range(0, len(raw), step)]
        told = [{"type": "http.request", "body": part, "more_body": part is not parts[-1]} for part in parts]
        told[-1:] = [] if leave else told[-1:]
        answer = {}

        async def receive():
            if told:
                return told.pop(0)
            if not leave:
                await asyncio.sleep(30)
            return {"type": "http.disconnect"}

        async def send(message):
            answer.setdefault("status", message.get("status"))
            answer.setdefault(
                "headers", {name.decode().lower(): value.decode() for name, value in message.get("headers", [])}
            )
            answer["body"] = answer.get("body", b"") + message.get("body", b"")

        scope = {
            "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
            "query_string": query, "root_path": "", "scheme": "http", "client": ("127.0.0.1", 1),
            "server": ("localhost", 80), "headers": [(k.encode(), v.encode()) for k, v in named.items() if v is not None],
        }  # fmt: skip
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, self.app(scope, receive, send)).result(20)
        return answer


@pytest.fixture
def door(settings, monkeypatch):
    settings.API_RATE_PER_SECOND = 0
    monkeypatch.setattr(intake.PLACING, "_run", placed)
    return Door()


@pytest.mark.django_db(transaction=True)
def test_an_order_takes_the_short_way_and_everything_unusual_djangos(door, settings, monkeypatch):
    now = datetime.now(UTC)
    seller = actor_for(user("seller", "*"))
    token = create_token(TokenSpec("till", ["*"], now + timedelta(days=1)), by=seller, at=now).one()
    bearer = {"authorization": f"Bearer {token.raw}"}

    answer = door.post(BODY, pieces=3, **bearer, **{"accept-language": "en"})
    assert (answer["status"], json.loads(answer["body"])["gross"]) == (201, "3.00")
    assert answer["headers"]["content-type"] == "application/json; charset=utf-8"
    assert answer["headers"]["content-language"] == "en"
    assert "default-src 'self'" in answer["headers"]["content-security-policy"]
    assert answer["headers"]["x-content-type-options"] == "nosniff"
    assert int(answer["headers"]["content-length"]) == len(answer["body"])
    again = door.post(BODY, **bearer, **{"idempotency-key": "k"})
    assert again["headers"]["idempotency-replayed"] == "true"
    assert door.programs == []

    large = {"orders": [{**BODY, "note": "x" * 9000}] * 20}
    assert len(json.loads(door.post(large, URL + "/batch", **bearer)["body"])["done"]) == 20
    assert door.programs == []

    for status, code, told in [
        (422, "not-decimal", door.post({**BODY, "discount": 1.5}, **bearer)),
        (422, "unreadable-text", door.post({**BODY, "note": "a\0b"}, **bearer)),
        (400, "broken-json", door.post(b"{", **bearer)),
        (422, "unknown-parameter", door.post(BODY, query=b"a=1", **bearer)),
        (422, "bad-idempotency-key", door.post(BODY, **bearer, **{"idempotency-key": "x" * 101})),
        (415, "not-json", door.post(BODY, **bearer | {"content-type": "text/plain"})),
        (401, "signed-out", door.post(BODY, authorization="Bearer shunda_no_no")),
        (401, "signed-out", door.post(BODY, authorization="Basic YTpi")),
        (405, "wrong-method", door.post(BODY, method="PUT", **bearer)),
        (413, "too-large", door.post(b"{}", **bearer, **{"content-length": str(21 * 1024 * 1024)})),
    ]:
        assert (told["status"], json.loads(told["body"])["refusals"][0]["code"]) == (status, code)
        assert told["headers"]["x-content-type-options"] == "nosniff"
    assert door.post(BODY, **bearer, host="evil.example")["status"] == 400
    assert len(door.programs) == 11
    assert door.post(BODY, leave=True, **bearer) == {}

    def refusing(calls):
        return [Refused(NO_LINES())] * len(calls)

    monkeypatch.setattr(intake.PLACING, "_run", refusing)
    for language, word in (("zh-hans", "订单"), ("en", "order")):
        told = door.post(BODY, **bearer, **{"accept-language": language})
        assert (told["status"], told["headers"]["content-type"]) == (409, "application/problem+json")
        assert word in json.loads(told["body"])["detail"]

    closed = Combine("test", placed)
    closed.close()
    monkeypatch.setattr(intake.PLACING, "_enter", closed._enter)
    with pytest.raises(Busy):
        closed(1)
    assert door.post(BODY, **bearer)["headers"]["retry-after"] == "1"

    monkeypatch.undo()
    settings.API_RATE_PER_SECOND = 0.01
    assert [door.post(BODY, **bearer)["status"] for _ in range(2)][-1] == 429
    settings.API_RATE_PER_SECOND = 0
    revoke_tokens([token.token.pk], by=seller, at=now).one()
    assert door.post(BODY, **bearer)["status"] == 401

    door.post(BODY)
    assert door.browsers == [URL]


def test_a_worker_that_is_told_to_end_serves_those_it_accepted(door, monkeypatch):
    heard, said = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}], []
    closed = []
    monkeypatch.setattr(ending.combine, "end", lambda: closed.append("no more files"))
    monkeypatch.setattr(ending.combine, "close_all", lambda patience: closed.append(patience))

    async def receive():
        return heard.pop(0)

    async def send(message):
        said.append(message["type"])

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, door.app({"type": "lifespan"}, receive, send)).result(20)
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert closed == ["no more files", 1.0]
