"""The door for programs: writes that come in crowds are served on the event loop, the rest by Django.

What is served here is the plain case alone: POST, JSON, a token somebody was let in by a moment ago, a body of the
documented form. Whatever is unusual about a request goes to Django's endpoint of the same address, body and all, so
there is one place where requests are refused. A request costs no query and no thread of its own here.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host
from django.utils import timezone, translation
from pydantic import TypeAdapter, ValidationError

from shunda.api.auth import TokenActor, token_in
from shunda.api.crowd import Asked, Crowd, Shown
from shunda.api.ending import live
from shunda.api.kit import Api
from shunda.api.operation import KEY_SHAPE, REPLAYED, ApiOperation, language_in, rate_limit, who
from shunda.api.shield import shields
from shunda.api.stream import NDJSON, flowing
from shunda.api.text import is_suspicious
from shunda.core.actor import Actor

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

LET_IN_SECONDS, ASK_AGAIN_SECONDS = 60.0, 30.0
"""How long a token is let in at the door, and after what time it is asked for again meanwhile.

A batch looks at it anyway, before anything is done.
"""

DJANGO_AT_ONCE = 64
"""So many requests are with Django at once, each in a thread and with a connection; the others wait at the door."""

LARGE_BODY = 100_000
"""Bytes above which a body is read in a thread, so that others are not kept waiting."""

JSON_UTF8 = b"application/json;charset=utf-8"
CONTENT_TYPE = (b"content-type", b"application/json; charset=utf-8")
REPLAY = (REPLAYED.lower().encode(), b"true")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is sent."""

    status: int
    body: bytes
    headers: list[tuple[bytes, bytes]]


class Doorman:
    """Remembers for a moment who a token speaks for."""

    def __init__(self, actor_for_token: TokenActor) -> None:
        self._actor_for_token = actor_for_token
        self._known: dict[str, tuple[Actor, float]] = {}  # token -> (who, when it was asked for)
        self._lock = threading.Lock()

    def known(self, token: str) -> Actor | None:
        """Who was let in by this token a moment ago."""
        actor, since = self._known.get(token, (None, 0.0))
        return actor if since + LET_IN_SECONDS > time.monotonic() else None

    def is_due(self, token: str) -> bool:
        """Whether it is time to ask again; said to one caller, the others still come in."""
        actor, since = self._known.get(token, (None, 0.0))
        now = time.monotonic()
        if actor is None or since + ASK_AGAIN_SECONDS > now:
            return False
        self._known[token] = actor, now - ASK_AGAIN_SECONDS + 5
        return True

    def ask(self, token: str) -> Actor | None:
        """Ask the database, and remember who may come in."""
        try:
            actor = self._actor_for_token(token, timezone.now())
        finally:
            connection.close()
        with self._lock:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known.pop(token, None)
            if actor is not None:
                self._known[token] = actor, time.monotonic()
        return actor


class Endpoint:
    """One address served here."""

    def __init__(self, path: str, operation: ApiOperation, crowd: Crowd[Any, Any, Any]) -> None:
        self.path, self.crowd, self.permission = path, crowd, operation.permission
        self._read = TypeAdapter(crowd.body).validate_json

    def calls(self, asked: Asked, raw: bytes) -> list[Any] | None:
        """What a body asks for; nothing where it is not in the documented form."""
        if is_suspicious(raw):
            return None
        try:
            body = self._read(raw)
        except ValidationError:
            return None
        return self.crowd.calls(asked, body)

    def data(self, shown: Shown) -> bytes:
        """The body of an answer."""
        return json.dumps(shown.data, ensure_ascii=False, separators=(",", ":")).encode()


class Lean:
    """The ASGI application in front of Django's: ``pages`` for browsers, ``programs`` for those who bring a token."""

    def __init__(self, api: Api, actor_for_token: TokenActor, *, prefix: str, pages: Asgi, programs: Asgi) -> None:
        self._api, self._doorman = api, Doorman(actor_for_token)
        self._prefix, self._pages, self._programs = prefix, self._one_of(pages), self._one_of(programs)
        self._seats = asyncio.Semaphore(DJANGO_AT_ONCE)
        self._endpoints = {
            f"{prefix}{address}": Endpoint(f"{prefix}{address}", operation, operation.crowd)
            for address, operation in api.addresses()
            if operation.crowd is not None
        }
        self._streams = {
            f"{prefix}{address}": operation for address, operation in api.addresses() if operation.stream is not None
        }
        self._threads = ThreadPoolExecutor(4, "lean")
        self._always = [(name.lower().encode(), value.encode()) for name, value in shields().items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "lifespan":
            return await live(receive, send)
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            return await self._pages(scope, receive, send)
        headers = dict(scope["headers"])
        if b"authorization" not in headers:
            return await self._pages(scope, receive, send)
        if scope["path"] in self._streams:
            return await self._take_file(self._streams[scope["path"]], scope, headers, receive, send)
        endpoint = self._endpoints.get(scope["path"]) if scope["method"] == "POST" else None
        if endpoint is None or not is_plain(scope, headers):
            return await self._programs(scope, receive, send)
        token = token_in(_text(headers, b"authorization"))
        language = language_in(_text(headers, b"accept-language")) or settings.LANGUAGE_CODE
        try:
            actor = await self._let_in(token)
        except Exception as exc:  # noqa: BLE001  # the database does not answer
            return await self._send(self._problem(endpoint.path, exc, language), language, send)
        if actor is None or not actor.may(endpoint.permission) or rate_limit.wait(who(actor)):
            return await self._programs(scope, receive, send)
        body = await read(receive)
        if body is None:
            return None
        asked = Asked(actor, timezone.now(), _text(headers, b"idempotency-key"), token)
        reply = await self._reply(endpoint, asked, body, language)
        if reply is None:
            return await self._programs(scope, replaying(body, receive), send)
        return await self._send(reply, language, send)

    async def _take_file(
        self, operation: ApiOperation, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        """A file that is read while it is answered; whatever is unusual is Django's."""
        token = token_in(_text(headers, b"authorization"))
        kind = _text(headers, b"content-type").partition(";")[0].strip().lower()
        language = language_in(_text(headers, b"accept-language")) or settings.LANGUAGE_CODE
        stream = operation.stream
        usual = stream is not None and scope["method"] == "POST" and kind in stream.content_types
        if stream is None or not usual or not is_addressed(scope, headers):
            return await self._programs(scope, receive, send)
        try:
            await self._let_in(token)
        except Exception as exc:  # noqa: BLE001  # the database does not answer
            return await self._send(self._problem(scope["path"], exc, language), language, send)
        actor = self._doorman.known(token)
        if actor is None or not actor.may(operation.permission) or rate_limit.wait(who(actor)):
            return await self._programs(scope, receive, send)
        feed = stream.feed(Asked(actor, timezone.now(), _text(headers, b"idempotency-key"), token), kind)
        assert feed is not None
        named = [*self._always, (b"content-language", language.encode()), (b"content-type", NDJSON.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": named})

        async def tell(lines: bytes) -> None:
            await send({"type": "http.response.body", "body": lines, "more_body": True})

        await flowing(stream, feed, receive, language, tell)
        return await send({"type": "http.response.body", "body": b""})

    async def _let_in(self, token: str) -> Actor | None:
        actor = self._doorman.known(token)
        if actor is None:
            return cast("Actor | None", await self._in_a_thread(self._doorman.ask, token))
        if self._doorman.is_due(token):
            self._threads.submit(self._doorman.ask, token)
        return actor

    def _one_of(self, served: Asgi) -> Asgi:
        async def seated(scope: Scope, receive: Receive, send: Send) -> None:
            async with self._seats:
                await served(scope, receive, send)

        return seated

    async def _reply(self, endpoint: Endpoint, asked: Asked, raw: bytes, language: str) -> Reply | None:
        """What to answer; nothing where the body is not in the documented form."""
        try:
            if len(raw) > LARGE_BODY:
                calls = await self._in_a_thread(endpoint.calls, asked, raw)
            else:
                calls = endpoint.calls(asked, raw)
            if calls is None:
                return None
            outcomes = await endpoint.crowd.combine.ask_many(calls)
            with translation.override(language):
                shown = endpoint.crowd.shown(outcomes)
                return Reply(endpoint.crowd.status, endpoint.data(shown), [REPLAY] if shown.replayed else [])
        except Exception as exc:  # noqa: BLE001  # the last handler logs it and answers 500
            return self._problem(endpoint.path, exc, language)

    def _problem(self, path: str, exc: Exception, language: str) -> Reply:
        request = HttpRequest()
        request.method, request.path = "POST", path
        with translation.override(language):
            response = self._api.on_exception(request, exc)
        named = [(name.lower().encode(), value.encode()) for name, value in response.items()]
        return Reply(response.status_code, response.content, named)

    async def _send(self, reply: Reply, language: str, send: Send) -> None:
        headers = [
            *self._always,
            (b"content-length", str(len(reply.body)).encode()),
            (b"content-language", language.encode()),
            *reply.headers,
        ]
        if not any(name == b"content-type" for name, _value in reply.headers):
            headers.append(CONTENT_TYPE)
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _in_a_thread(self, run: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, run, *args)


def is_plain(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether the request is of the usual kind: JSON of a known length, no query, a host of ours, a proper key."""
    length = headers.get(b"content-length", b"")
    return (
        headers.get(b"content-type", b"").lower().replace(b" ", b"") in {b"application/json", JSON_UTF8}
        and length.isdigit()
        and int(length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        and b"transfer-encoding" not in headers
        and is_addressed(scope, headers)
    )


def is_addressed(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether it is for a host of ours, without a query, and its key, if any, is a proper one."""
    key = headers.get(b"idempotency-key")
    return (
        not scope["query_string"]
        and is_our_host(_text(headers, b"host"))
        and (key is None or KEY_SHAPE.fullmatch(key.decode("latin-1")) is not None)
    )


@lru_cache(1000)
def is_our_host(host: str) -> bool:
    """Django's own check of the name we were called by."""
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


async def read(receive: Receive) -> bytes | None:
    """The whole body; nothing when the caller left before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def replaying(body: bytes, receive: Receive) -> Receive:
    """``receive`` for somebody who reads the body a second time."""
    sent: list[bool] = []

    async def again() -> Mapping[str, Any]:
        if sent:
            return await receive()
        sent.append(True)
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _text(headers: dict[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")
