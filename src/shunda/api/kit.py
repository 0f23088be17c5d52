"""The API as a whole: what every endpoint shares."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, re_path
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from shunda.api import reasons
from shunda.api.auth import Session, Token, TokenActor, UserActor
from shunda.api.openapi import document
from shunda.api.operation import ApiOperation
from shunda.api.problems import Invalid, install, problem
from shunda.api.projection import projected
from shunda.api.text import is_suspicious, is_unreadable


class StrictParser(Parser):
    """JSON as it is meant: no NaN, no text a database cannot hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body of a request."""
        if len(request.body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:  # sent in chunks, without a length
            raise RequestDataTooBig
        body = json.loads(request.body, parse_constant=_refuse_constant)
        if is_suspicious(request.body) and is_unreadable(body):
            raise Invalid(reasons.UNREADABLE_TEXT())
        return body


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


class PlainRenderer(JSONRenderer):
    """UTF-8 as it is, lazy texts and decimals as text."""

    encoder_class = DjangoJSONEncoder
    json_dumps_params = {"ensure_ascii": False}  # noqa: RUF012  # ninja's own attribute


class Docs(DocsBase):
    """The page people read: served by ourselves, and clean under our content security policy."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Swagger over our own document; a signed-in browser may try writes, its CSRF token goes along."""
        options = {
            "url": self.get_openapi_url(api, kwargs),
            "layout": "BaseLayout",
            "deepLinking": True,
            "docExpansion": "none",
            "filter": True,
            "persistAuthorization": True,
        }
        context = {"options": options, "title": api.title, "csrf_token": get_token(request)}
        return HttpResponse(render_to_string("api/docs.html", context))


class Api(NinjaAPI):
    """The JSON API. Wiring gives it the routers and says who a token or a user is."""

    def __init__(
        self,
        routers: Iterable[tuple[str, str]],
        *,
        actor_for_token: TokenActor,
        actor_for_user: UserActor,
        title: str = "Shunda",
        version: str = "1",
        description: str = "",
    ) -> None:
        super().__init__(
            title=title,
            version=version,
            description=description,
            urls_namespace="api",
            auth=[Token(actor_for_token), Session(actor_for_user)],
            parser=StrictParser(),
            renderer=PlainRenderer(),
            docs=Docs(),
        )
        install(self)
        for prefix, place in routers:
            module, _, name = place.partition(":")
            self.add_router(prefix, getattr(import_module(module), name or "router"))

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """The addresses; whatever is not among them answers a problem too."""
        patterns, app, namespace = super().urls
        return [*patterns, re_path(r"^", no_such_address)], app, namespace

    def create_response(self, request: HttpRequest, data: Any, **options: Any) -> HttpResponse:
        """An answer, cut to the fields asked for."""
        names = getattr(request, "fields", None)
        return super().create_response(request, projected(data, names) if names else data, **options)

    def get_openapi_operation_id(self, operation: Any) -> str:
        """``orders_confirm``: the tag and the function."""
        return f"{operation.tags[0]}_{operation.view_func.__name__}"

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> Any:
        """The OpenAPI 3.1 document with everything the kit adds to every operation."""
        return document(self, path_prefix if path_prefix is not None else self.get_root_path(path_params or {}))

    def operations(self) -> Iterable[ApiOperation]:
        """Every endpoint."""
        return (operation for _address, operation in self.addresses())

    def addresses(self) -> Iterable[tuple[str, ApiOperation]]:
        """Every endpoint with its address below that of the API."""
        for router in self._get_bound_routers():
            for path, view in router.path_operations.items():
                for operation in view.operations:
                    assert isinstance(operation, ApiOperation), f"{router.prefix}: use shunda.api.router.Router"
                    yield f"{router.prefix}{path}".strip("/"), operation


def no_such_address(request: HttpRequest, **_kw: str) -> HttpResponse:
    """404 for an address that does not exist."""
    return problem(request, 404, [reasons.NO_SUCH_ADDRESS()])


no_such_address.csrf_exempt = True  # type: ignore[attr-defined]  # it does nothing
