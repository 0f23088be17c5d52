"""How one call is served: checks, language, one transaction, idempotency key, projection."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja.operation import Operation

from shunda.api import reasons
from shunda.api.auth import ApiRequest, RateLimit
from shunda.api.crowd import Crowd
from shunda.api.problems import Invalid, problem
from shunda.api.projection import field_names, wanted_fields
from shunda.api.stream import Stream
from shunda.core.actor import Actor
from shunda.core.once import once
from shunda.core.refusal import NotPermitted

SAFE = {"GET", "HEAD"}
KEY = "Idempotency-Key"
KEY_SHAPE = re.compile(r"[!-~]{1,100}")
REPLAYED = "Idempotency-Replayed"
MULTIPART = "multipart/form-data"
JSON = "application/json"

rate_limit = RateLimit()


class ApiOperation(Operation):
    """An endpoint. Writes run in one transaction, under the idempotency key if there is one."""

    permission: str = ""
    crowd: Crowd[Any, Any, Any] | None = None
    """What makes this a write that is served in batches; its action keeps the idempotency keys."""
    stream: Stream[Any, Any] | None = None
    """What makes this an endpoint that takes files of any length."""
    shown_once: tuple[str, ...] = ()
    """Fields of the answer that are secrets: not kept with the idempotency key, so null when it is repeated."""

    def clone(self) -> Operation:
        """The copy bound to an API."""
        cloned = cast("ApiOperation", super().clone())
        cloned.permission, cloned.shown_once = self.permission, self.shown_once
        cloned.crowd, cloned.stream = self.crowd, self.stream
        return cloned

    @property
    def writes(self) -> bool:
        """Whether this changes anything."""
        return not SAFE & set(self.methods)

    @property
    def body_kind(self) -> str | None:
        """The content type of the body this reads, if it reads one."""
        sources = {model.__ninja_param_source__ for model in self.models}
        if sources & {"file", "form"}:
            return MULTIPART
        return JSON if "body" in sources else None

    @property
    def fields(self) -> tuple[str, ...]:
        """What ``fields=`` may choose from; empty where the answer is no object of ours."""
        return field_names(self.response_models.get(200)) if not self.writes else ()

    @property
    def parameters(self) -> set[str]:
        """The names of the query parameters."""
        names = {"fields"} if self.fields else set()
        for model in self.models:
            if model.__ninja_param_source__ == "query":
                names |= set(model.__ninja_flatten_map__)
        return names

    def run(self, request: HttpRequest, **kw: Any) -> HttpResponseBase:
        """Serve one call; whatever goes wrong is a problem in the caller's language."""
        asked = cast("ApiRequest", request)
        asked.at, asked.replayed = timezone.now(), False
        with translation.override(language_of(request)):
            response = self._serve(asked, kw)
            response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
        response["Vary"] = "Accept-Language, Authorization, Cookie"
        return response

    def _serve(self, request: ApiRequest, kw: dict[str, Any]) -> HttpResponseBase:
        refused = self._run_checks(request)
        if refused is not None:
            return refused
        try:
            wait = rate_limit.wait(who(request.actor))
            if wait:
                too_many = reasons.TOO_MANY(seconds=wait)
                return problem(request, 429, [too_many], Retry_After=str(wait))
            self._refuse_unreadable(request)
            if self.permission and not request.actor.may(self.permission):
                raise NotPermitted(self.permission)
            return self._write(request, kw) if self.writes else self._answer(request, kw)
        except Exception as exc:  # noqa: BLE001  # the last handler logs it and answers 500
            return self.api.on_exception(request, exc)

    def _answer(self, request: ApiRequest, kw: dict[str, Any]) -> HttpResponse:
        temporal = self.api.create_temporal_response(request)
        values = self._get_values(request, kw, temporal)
        return cast("HttpResponse", self._result_to_response(request, self.view_func(request, **values), temporal))

    def _write(self, request: ApiRequest, kw: dict[str, Any]) -> HttpResponse:
        key = request.headers.get(KEY)
        if key is not None and not KEY_SHAPE.fullmatch(key):
            raise Invalid(reasons.BAD_KEY())
        if self.crowd is not None or self.stream is not None:
            response = self._answer(request, kw)
            if request.replayed:
                response[REPLAYED] = "true"
            return response
        if key is None:
            with transaction.atomic():
                return self._answer(request, kw)

        first: list[str] = []

        def run() -> tuple[dict[str, Any], bool]:
            response = self._answer(request, kw)
            first.append(response.content.decode())
            kept = without(first[0], self.shown_once)
            return {"status": response.status_code, "body": kept}, response.status_code < 400

        answer, replayed = once(scope(request), key, sent(request), request.at, run)
        body = first[0] if first else answer["body"]
        response = HttpResponse(body, status=answer["status"], content_type=self.api.get_content_type())
        if replayed:
            response[REPLAYED] = "true"
        return response

    def _refuse_unreadable(self, request: ApiRequest) -> None:
        unknown = sorted(set(request.GET) - self.parameters)
        if unknown:
            possible = ", ".join(sorted(self.parameters)) or "–"
            raise Invalid(*(reasons.UNKNOWN_PARAMETER(name=name, possible=possible) for name in unknown))
        if any("\x00" in value for values in request.GET.lists() for value in values[1]):
            raise Invalid(reasons.UNREADABLE_TEXT())
        wanted = request.GET.get("fields")
        if wanted is not None:
            request.fields = wanted_fields(wanted, self.fields)  # type: ignore[attr-defined]  # read by the renderer
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if self.body_kind and request.content_type != self.body_kind and (request.content_type or length):
            wrong = reasons.NOT_JSON(wanted=self.body_kind, sent=request.content_type or "–")
            raise Invalid(wrong, status=415)
        limit = settings.API_UPLOAD_MAX_SIZE if self.body_kind == MULTIPART else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length > limit and self.stream is None:
            raise Invalid(reasons.TOO_LARGE(limit=limit), status=413)


def without(body: str, secrets: tuple[str, ...]) -> str:
    """An answer as it may be kept: its secrets are null."""
    if not secrets:
        return body
    found = json.loads(body)
    return json.dumps(found | {name: None for name in secrets if name in found}, ensure_ascii=False)


def who(actor: Actor) -> str:
    """The actor in keys and limits: by id, which no other has."""
    return f"user:{actor.id}" if actor.id is not None else f"name:{actor.name}"


def scope(request: ApiRequest) -> str:
    """Where an idempotency key counts: for this actor at this address. Long addresses are shortened to a digest."""
    full = f"{who(request.actor)} {request.method} {request.path}"
    return full if len(full) <= 80 else f"{full[:47]} {hashlib.sha256(full.encode()).hexdigest()[:32]}"


def sent(request: HttpRequest) -> object:
    """What was sent, for telling a repetition from another request under the same key."""
    if request.content_type == MULTIPART:
        files = {name: [digest(file) for file in many] for name, many in request.FILES.lists()}
        return [dict(request.POST.lists()), files]
    try:
        return json.loads(request.body) if request.body else None
    except ValueError:
        return request.body.hex()


def digest(file: Any) -> str:
    """The SHA-256 of an uploaded file."""
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def language_of(request: HttpRequest) -> str:
    """The first language of Accept-Language that we speak, else the one the request already has."""
    return (
        language_in(request.headers.get("Accept-Language", "")) or translation.get_language() or settings.LANGUAGE_CODE
    )


@lru_cache(1000)
def language_in(header: str) -> str:
    """The first language of the header that we speak, or nothing."""
    for code, _weight in parse_accept_lang_header(header):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return ""
