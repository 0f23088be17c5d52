"""What every page is made with: who asks, what is allowed, running an action, and saying what became of it.

See ``docs/contributing/pages.md`` for how a page is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.once import once
from shunda.core.refusal import NotPermitted, Reason, Refusal, Refused
from shunda.web import errors, says

P = ParamSpec("P")
M = TypeVar("M")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
Names = Callable[[Sequence[int]], Mapping[int, str]]
"""Gives the numbers of rows by id, so that a refusal says "SO20240501001", not "12"."""

Asks = tuple[Reason, Callable[[Sequence[int]], str]]
"""A reason that is no fault but a question, and the address of the page that asks it for some rows (ids)."""

PAGES: dict[str, list[str]] = {}
"""Permission -> the pages that need it; the roles page is drawn from this and from ``core.batch.ACTIONS``."""


class Saying(Protocol):
    """A form that can say beside its fields why it was refused."""

    def is_valid(self) -> bool:
        """Whether it can be run."""

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Say why it was refused."""


def actor(request: HttpRequest) -> Actor:
    """Who asks; the accounts' middleware put it there. An anonymous visitor may do nothing."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def now() -> datetime:
    """The moment of this request: the only place below which the clock is an argument."""
    return timezone.now()


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return bool(getattr(request, "htmx", False))


def page(
    permission: str | Sequence[str] | None, *, methods: Sequence[str] = ("GET", "POST")
) -> Callable[[View[P]], View[P]]:
    """A page for people who hold the permission (one of several; ``None``: everybody who is signed in).

    Somebody who is not signed in is sent to sign in and comes back; one who lacks the permission is told which one;
    another method is answered 405.
    """
    wanted = [permission] if isinstance(permission, str) else list(permission or [])
    allowed = {*methods, "HEAD", "OPTIONS"} if "GET" in methods else {*methods, "OPTIONS"}

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in allowed:
                return errors.method_not_allowed(request, sorted(allowed))
            if actor(request).id is None:
                return sign_in(request)
            if wanted and not any(actor(request).may(name) for name in wanted):
                raise NotPermitted(wanted[0])
            return view(request, *args, **kwargs)

        for name in wanted:
            PAGES.setdefault(name, []).append(f"{view.__module__}.{view.__qualname__}")
        return checked

    return decorate


def sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back. A request of htmx is answered 401: the page stays, with what was typed in it."""
    if is_htmx(request):
        return HttpResponse(status=401)
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    messages.info(request, _("Your session has ended. Sign in and go on where you were: what you typed comes back."))
    return redirect_to_login(back(request))


def back(request: HttpRequest) -> str:
    """Where the person came from: the form's ``next``, else the referring page of this site, else home."""
    for url in (request.POST.get("next", ""), request.GET.get("next", ""), request.headers.get("Referer", "")):
        if url and url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
            parts = urlsplit(url)
            return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return "/"


def ticked(request: HttpRequest) -> tuple[list[int], dict[int, int]]:
    """The rows ticked in a list (``row=12:3`` is row 12 at version 3), or the one a button belongs to."""
    ids: list[int] = []
    versions: dict[int, int] = {}
    for value in request.POST.getlist("row"):
        pk, _colon, version = value.partition(":")
        if pk.isdecimal() and len(pk) < 19:
            ids.append(int(pk))
            if version.isdecimal() and len(version) < 10:
                versions[int(pk)] = int(version)
    return ids, versions


def versions(request: HttpRequest, pk: int) -> dict[int, int] | None:
    """The version of the row that the person looked at when pressing the button, for ``versions=``."""
    value = request.POST.get("version", "")
    return {pk: int(value)} if value.isdecimal() and len(value) < 10 else None


def act(
    request: HttpRequest,
    run: Callable[[], Outcome[M]],
    *,
    done: str | Promise,
    to: str | Callable[[M], str] | None = None,
    names: Names | None = None,
    part: Callable[[], HttpResponse] | None = None,
    asks: Asks | None = None,
) -> HttpResponse:
    """Run an action and say what became of it: a message for what was done, each refusal with its reason.

    Rows refused for the reason of ``asks`` are not told as refused: the next page is the one that asks for what they
    lack.

    The form's ``once`` token makes a second press harmless. ``to`` is where to go when anything was done (by
    default back); ``part`` answers htmx with a piece of page instead, and the messages come with it.
    """
    try:
        answer = run_once(request, run, to)
    except Refused as stopped:
        answer = _answer(Outcome([], list(stopped.refusals)), to)
    except NotPermitted as missing:
        answer = _answer(Outcome([], [errors.not_permitted_to(missing.permission)]), to)
    refused = [Refusal(**item) for item in answer["refused"]]
    url = answer["to"] or back(request)
    if asks is not None and (lacking := [r.id for r in refused if r.code == asks[0].code and r.id is not None]):
        refused = [r for r in refused if r.code != asks[0].code]
        url = f"{asks[1](lacking)}&{urlencode({'next': back(request)})}"
    if answer["done"] or refused or asks is None:
        says.outcome(request, answer["done"], refused, done, names)
    says.beside_rows(request, refused, url)
    if part is not None and is_htmx(request):
        return with_messages(request, part())
    return leave(request, url)


def submit(
    request: HttpRequest,
    form: Saying,
    run: Callable[[], Outcome[M]],
    *,
    template: str,
    done: str | Promise,
    to: str | Callable[[M], str],
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A form's whole life: shown, checked, run, shown again with the reasons beside the fields (422), or left.

    ``run`` is called when the form is valid; read ``form.cleaned_data`` in it.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                answer = run_once(request, run, to)
            except Refused as stopped:
                answer = _answer(Outcome([], list(stopped.refusals)), to)
            refused = [Refusal(**item) for item in answer["refused"]]
            if answer["done"]:
                says.outcome(request, answer["done"], refused, done, None)
                return leave(request, answer["to"])
            form.refuse(refused)
    return render(request, template, {"form": form, **(context or {})}, status=status)


def leave(request: HttpRequest, url: str) -> HttpResponse:
    """To another page after a POST; htmx is told to load it whole."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def with_messages(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A piece of page for htmx, with the messages that wait beside it."""
    response.write(render_to_string("web/toasts.html", {"oob": True}, request))
    return response


def run_once(
    request: HttpRequest, run: Callable[[], Outcome[M]], to: str | Callable[[M], str] | None = None
) -> dict[str, Any]:
    """Run an action under the form's ``once`` token: ``{done, refused, to, replayed}``; one transaction either way."""

    def answered() -> tuple[dict[str, Any], bool]:
        outcome = run()
        return _answer(outcome, to), bool(outcome.done)

    token = request.POST.get("once", "")
    if not token:
        with transaction.atomic():
            return {**answered()[0], "replayed": False}
    fields = [name for name in request.POST if name not in ("once", "csrfmiddlewaretoken")]
    body: dict[str, list[Any]] = {name: request.POST.getlist(name) for name in fields}
    body |= {name: [(f.name, f.size) for f in request.FILES.getlist(name)] for name in request.FILES}
    scope = f"user:{actor(request).id} {request.path}"[:80]
    answer, replayed = once(scope, token[:100], body, now(), answered)
    return {**answer, "replayed": replayed}


def _answer(outcome: Outcome[M], to: str | Callable[[M], str] | None) -> dict[str, Any]:
    url = to(outcome.done[0]) if callable(to) and outcome.done else to
    return {
        "done": len(outcome.done),
        "to": url if isinstance(url, str) and outcome.done else None,
        "refused": [{"id": r.id, "code": r.code, "data": dict(r.data)} for r in outcome.refused],
    }
