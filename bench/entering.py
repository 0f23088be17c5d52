"""An order of a thousand lines on the entry page, by the page's own requests to the web server.

``entry_edit_line``: the request for one edited line, as somebody who types sends it, the keeping of what was typed
between them; p95 in milliseconds. ``entry_paste_1000``: a thousand lines out of a spreadsheet, one in twenty unknown,
one in twenty of an article that is not sold any more. ``entry_confirm_1000``: "Save and submit", every department's
approval by the button of the review desk, and the job worker, until the order is confirmed. ``entry_save_1000`` is the
first of these three.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from bench.harness import Bench, Group, Result

LINES, EDITS, WARM_UP = 1000, 60, 6
EDIT_LIMIT, CONFIRM_LIMIT = 100, 2
KEPT_EVERY = 5
"""So many edits a second: what was typed is kept once a second."""

PATIENCE = 60
HEAD = {
    "customer": "C00001", "kind": "standard", "channel": "phone", "priority": "1", "payment_method": "transfer",
    "invoice_kind": "ordinary", "prices_include_tax": "on", "wanted_date": "2099-05-20",
}  # fmt: skip
PRICE = "9.90"


def entering(bench: Bench) -> list[Result]:
    """A thousand lines pasted, edited, saved, approved and confirmed, as often as there are rounds."""
    _bought_before(bench)
    clerk, reviewer = (_Browser(bench.installation.port, name) for name in _people(bench))
    edits: list[float] = []
    pastes, saves, confirms = [], [], []
    for turn in range(bench.rounds):
        pastes.append(_paste(bench, clerk))
        lines = [{"sku": code, "quantity": str(n % 7 + 1 + turn)} for n, code in enumerate(_codes(bench))]
        edits += _edit(clerk, lines)
        saved, confirmed = _confirm(clerk, reviewer, lines)
        saves.append(saved)
        confirms.append(confirmed)
    slowest = sorted(edits)[int(len(edits) * 0.95)]
    return [
        Result("entry_edit_line", slowest, "ms", EDIT_LIMIT, min(edits), max(edits)),
        Result.median("entry_paste_1000", pastes, "s"),
        Result.median("entry_save_1000", saves, "s"),
        Result.median("entry_confirm_1000", confirms, "s", CONFIRM_LIMIT),
    ]


def _bought_before(bench: Bench) -> None:
    """The customer is no stranger: a first order of this size would be screened, and wait for somebody."""
    from bench.world import BY
    from shunda.orders import actions

    [spec] = bench.world.specs(1)
    known = replace(spec, customer_id=bench.world.customers[int(HEAD["customer"][1:])])
    order = actions.create([known], by=BY, at=bench.world.at()).one()
    bench.world.review([order.pk])
    actions.confirm([order.pk], by=BY, at=bench.world.at()).one()


def _codes(bench: Bench) -> list[str]:
    skus = len(bench.world.skus)
    return [f"P{n * 7 % skus:05}" for n in range(LINES)]


def _written(n: int, code: str) -> str:
    """A code as it stands in the spreadsheet: one in twenty is mistyped, one in twenty not sold any more."""
    return {0: f"OLD-{code}", 10: f"{code}X"}.get(n % 20, code)


def _paste(bench: Bench, clerk: _Browser) -> float:
    """Seconds until the lines are there with their prices, and what is wrong with the others."""
    text = "\n".join(f"{_written(n, code)}\t{n % 7 + 1}" for n, code in enumerate(_codes(bench)))
    took, answer = clerk.ask("paste", {"head": HEAD, "text": text, "first": 1, "beside": "0"})
    wrong = [line for line in answer["results"] if line["errors"]]
    unknown = [line for line in wrong if line.get("unknown")]
    if (len(answer["results"]), len(wrong), len(unknown)) != (LINES, LINES // 10, LINES // 20):
        raise RuntimeError(f"{len(wrong)} lines of {len(answer['results'])} refused, {len(unknown)} unknown")
    return took


def _edit(clerk: _Browser, lines: Sequence[dict[str, str]]) -> list[float]:
    """Milliseconds for each of some lines all over the order; what was typed is kept meanwhile."""
    _took, kept = clerk.ask("keep", {"content": {"head": HEAD, "lines": list(lines)}, "window": "bench"})
    took = []
    changed: dict[int, dict[str, str]] = {}
    for n in range(WARM_UP + EDITS):
        place = n * 13 % LINES
        line = lines[place] | {"quantity": str(11 + n)}
        body = {"head": HEAD, "lines": [line], "places": [place + 1], "beside": "39560.40", "gross": "39669.30"}
        seconds, answer = clerk.ask("quote", body)
        if answer["results"][0]["price"] != PRICE.rstrip("0") or not answer["words"]:
            raise RuntimeError(str(answer)[:300])
        if n >= WARM_UP:
            took.append(seconds * 1000)
        changed[place] = line
        if n % KEPT_EVERY == 0:
            known = {"sheet": kept["sheet"], "version": kept["version"], "window": "bench"}
            _took, kept = clerk.ask("keep", {**known, "changes": {"head": {}, "lines": changed}})
            changed = {}
    clerk.ask("discard", {"sheet": kept["sheet"]})
    return took


def _confirm(clerk: _Browser, reviewer: _Browser, lines: Sequence[dict[str, str]]) -> tuple[float, float]:
    """Seconds until the answer to "Save and submit", and until the order is confirmed."""
    from shunda.orders.models import Order, Review

    started = time.perf_counter()
    content = {"head": HEAD, "lines": list(lines), "version": None}
    saved, answer = clerk.ask("save", {"content": content, "then": "submit", "once": f"bench {started}"})
    if not answer["submitted"]:
        raise RuntimeError(str(answer)[:500])
    order = Order.objects.filter(pk=answer["order"]).values_list("status", flat=True)
    while waiting := Review.objects.filter(order_id=answer["order"], status="pending").values_list("pk", "version"):
        reviewer.press("/orders/reviews/approve/", [("row", f"{pk}:{version}") for pk, version in waiting])
    while (status := order.get()) != "confirmed":
        if time.perf_counter() - started > PATIENCE:
            raise RuntimeError(f"the order is still {status}")
        time.sleep(0.005)
    return saved, time.perf_counter() - started


class _Browser:
    """Somebody signed in, with one connection to the web server, as a browser keeps it."""

    def __init__(self, port: int, session: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._host = f"127.0.0.1:{port}"
        self._cookies = {"sessionid": session}
        self._send("GET", "/orders/new/", None, {})

    def ask(self, name: str, body: dict[str, Any]) -> tuple[float, dict[str, Any]]:
        """What the page's script asks: seconds, and the answer."""
        headers = {"Content-Type": "application/json", "HX-Request": "true", "Accept": "application/json"}
        sent = json.dumps(body)
        started = time.perf_counter()
        answer = self._send("POST", f"/orders/sheet/{name}/", sent, headers)
        return time.perf_counter() - started, json.loads(answer)

    def press(self, path: str, fields: Sequence[tuple[str, str]]) -> None:
        """A button of a form."""
        self._send("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        own = {"Host": self._host, "Cookie": cookie, "X-CSRFToken": self._cookies.get("csrftoken", "")}
        self._connection.request(method, path, body, headers | own)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status >= 400:
            raise RuntimeError(f"{path}: {response.status} {answer[:500]!r}")
        for cookie in response.msg.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition("=")
            self._cookies[name] = value.partition(";")[0]
        return answer


def _people(bench: Bench) -> list[str]:
    """Sessions of who enters orders and of who reviews them; articles that are not sold any more, made once."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from shunda.accounts.models import Role, User
    from shunda.catalog.models import Product, Sku

    codes = _codes(bench)  # the company comes first
    if not Sku.objects.filter(code__startswith="OLD-").exists():
        product = Product.objects.get(code="P00000")
        Sku.objects.bulk_create(
            Sku(product=product, code=_written(n, code), active=False) for n, code in enumerate(codes) if n % 20 == 0
        )
    sessions = []
    for name in ("typist", "approver"):
        person, _new = User.objects.get_or_create(username=name, defaults={"name": name, "language": "en"})
        person.roles.add(Role.objects.get(code="administrator"))
        store = SessionStore()
        store[SESSION_KEY], store[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store.save()
        sessions.append(str(store.session_key))
    return sessions


ENTRY = Group(("entry_edit_line", "entry_paste_1000", "entry_save_1000", "entry_confirm_1000"), entering)
