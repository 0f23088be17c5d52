"""The router of a capability's ``api.py``: three methods, and nothing to remember about errors, keys or limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import Router as NinjaRouter
from ninja.operation import Operation, PathView

from shunda.api import reasons
from shunda.api.crowd import Body, Call, Crowd, Result, Shown
from shunda.api.operation import ApiOperation
from shunda.api.problems import problem
from shunda.api.stream import NDJSON, Stream, stream_view
from shunda.core.combine import Combine

F = TypeVar("F", bound=Callable[..., Any])
Calls = TypeVar("Calls", bound=Callable[..., list[Any]])


class ApiPathView(PathView):
    """All methods of one address."""

    def add(self, operation: ApiOperation) -> None:
        """One more method."""
        self.operations.append(operation)

    def clone(self) -> PathView:
        """The copy bound to an API."""
        cloned = ApiPathView()
        cloned.operations = [operation.clone() for operation in self.operations]
        return cloned

    def _sync_view(self, request: HttpRequest, *a: Any, **kw: Any) -> Any:
        operation = self._find_operation(request)
        if operation is None:
            methods = sorted({method for each in self.operations for method in each.methods})
            return wrong_method(request, methods)
        return operation.run(request, *a, **kw)

    def _find_operation(self, request: HttpRequest) -> Operation | None:
        method = "GET" if request.method == "HEAD" else request.method
        return next((each for each in self.operations if method in each.methods), None)


def wrong_method(request: HttpRequest, methods: list[str]) -> HttpResponse:
    """405 with what is allowed."""
    allowed = ", ".join(methods)
    return problem(request, 405, [reasons.WRONG_METHOD(method=request.method, allowed=allowed)], Allow=allowed)


class Router(NinjaRouter):
    """``router = Router("orders")`` in ``orders/api.py``; mounted in ``wiring/api.py``.

    ``permission`` guards a read (writes are guarded by their action) and is shown in the docs of both.
    """

    def __init__(self, tag: str) -> None:
        super().__init__(tags=[tag])

    def read(
        self, path: str, *, response: Any, permission: str, summary: str, binary: str | tuple[str, ...] = ()
    ) -> Callable[[F], F]:
        """GET. ``binary`` names the content type, or those there may be, where the endpoint returns a file itself."""
        return self._add("GET", path, {200: response}, permission, summary, binary)

    def write(
        self,
        path: str,
        *,
        response: Any,
        permission: str,
        summary: str,
        method: str = "POST",
        status: int = 200,
        shown_once: tuple[str, ...] = (),
    ) -> Callable[[F], F]:
        """POST (or PATCH, PUT, DELETE). ``status`` 201 for creations that answer with ``created(row)``.

        ``shown_once`` names fields of the answer that are secrets: a repeated request gets them as null.
        """
        return self._add(method, path, {status: response}, permission, summary, shown_once=shown_once)

    def crowd(
        self,
        path: str,
        *,
        body: type[Body],
        combine: Combine[Call, Result],
        shown: Callable[[Sequence[Result | Exception]], Shown],
        response: Any,
        permission: str,
        summary: str,
        status: int = 200,
    ) -> Callable[[Calls], Calls]:
        """POST of a write that comes in crowds.

        The function makes the calls a request stands for, ``combine`` serves those of many requests together, and
        ``shown`` makes one request's answer of its outcomes.
        """

        def decorate(calls: Calls) -> Calls:
            crowd = Crowd(body, calls, combine, shown, status)
            self._add("POST", path, {status: response}, permission, summary, crowd=crowd)(crowd.view())
            return calls

        return decorate

    def stream(self, path: str, stream: Stream[Any, Any], *, permission: str, summary: str, description: str) -> None:
        """POST of a file of any length, answered line by line."""
        kinds = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in stream.content_types}
        self._add("POST", path, {200: None}, permission, summary, binary=NDJSON, stream=stream, body=kinds)(
            stream_view(stream, description)
        )

    def _add(
        self,
        method: str,
        path: str,
        response: dict[int, Any],
        permission: str,
        summary: str,
        binary: str | tuple[str, ...] = (),
        shown_once: tuple[str, ...] = (),
        crowd: Crowd[Any, Any, Any] | None = None,
        stream: Stream[Any, Any] | None = None,
        body: dict[str, Any] | None = None,
    ) -> Callable[[F], F]:
        extra: dict[str, Any] = {"x-permission": permission}
        if body:
            extra["requestBody"] = {"required": False, "content": body}
        if binary:
            kinds = (binary,) if isinstance(binary, str) else binary
            content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
            extra["responses"] = {200: {"content": content}}

        def decorate(view: F) -> F:
            operation = ApiOperation(path, [method], view, response=response, summary=summary, openapi_extra=extra)
            operation.permission, operation.shown_once = permission, shown_once
            operation.crowd, operation.stream = crowd, stream
            view_of_path = self.path_operations.setdefault(path, ApiPathView())
            assert isinstance(view_of_path, ApiPathView)
            view_of_path.add(operation)
            return view

        return decorate
