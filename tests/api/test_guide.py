"""The calls of the integrators' guide, as they are written there, on a company like the demo's."""

import json
import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from shunda.accounts.actions import create_token
from shunda.accounts.queries import actor_for
from shunda.accounts.specs import TokenSpec
from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order
from shunda.pricing.tests.builders import price_list

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guide/api.md").read_text(encoding="utf-8")
DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
CALLS = re.findall(r"```sh\n(curl .*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def token(db):
    """What the guide has at hand: a token, customer 1, NW-011 with a price and in stock."""
    article = sku("NW-011")
    price_list(prices=[(article, 21)])
    stock(article, warehouse(), 20)
    account(customer("ALFKI", id=1), 5_000)
    now = timezone.now()
    spec = TokenSpec("guide", ["*"], now + timedelta(days=1))
    return create_token(spec, by=actor_for(user("admin", "*")), at=now).one().raw


def asked(client, call, token):
    """The answer to a curl command."""
    words = shlex.split(call.replace("\\\n", " ").replace("$SHUNDA", "").replace("$TOKEN", token))
    method, headers, body, url = "GET", {}, "", ""
    arguments = iter(words[1:])
    for word in arguments:
        match word:
            case "-X":
                method = next(arguments)
            case "-H":
                name, _, value = next(arguments).partition(": ")
                headers[name] = value
            case "-d":
                body = next(arguments)
            case _:
                url = word
    kind = headers.pop("Content-Type", "application/octet-stream")
    return client.generic(method, url, body, kind, headers=headers)


def test_the_calls_of_the_guide_work_as_they_are_written(client, token):
    assert len(CALLS) >= 4
    answers = [asked(client, call, token) for call in CALLS]
    assert [(a.status_code, a.request["PATH_INFO"]) for a in answers if a.status_code not in (200, 201)] == []
    me, skus, placed, found = [answer.json() for answer in answers[:4]]
    assert (me["name"], skus["items"][0]["code"]) == ("Admin", "NW-011")
    order = Order.objects.get()
    assert (placed["number"], placed["id"]) == (order.number, order.pk)
    assert [row["id"] for row in found["items"]] == [order.pk]
    again = asked(client, CALLS[2], token)
    assert (again.json()["id"], again["Idempotency-Replayed"]) == (order.pk, "true")
    assert Order.objects.count() == 1


def test_every_address_the_guide_names_exists():
    named = set(re.findall(r"`(GET|POST|PATCH) (?:/api/v1)?(/[\w/{}-]+)", GUIDE))
    there = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1")))
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }
    assert named
    assert {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in named} - there == set()
