"""The customer's pages. Nobody is signed in here: the link is all there is, and it is never written down."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from shunda.catalog.naming import local
from shunda.core.once import once
from shunda.core.refusal import Refused
from shunda.policies import queries as policies
from shunda.portal import guard, queries, showing, visits
from shunda.portal import reasons as why
from shunda.portal.forms import CancelForm, WishForm
from shunda.portal.models import Link
from shunda.web import errors
from shunda.web.forms import Form
from shunda.web.pages import actor, now

HEADERS = {
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # other sites hear nothing of where somebody came from
}
Shown = Callable[[HttpRequest, Link], HttpResponse]


def door(view: Shown) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page behind a link: not too often, only while the link works, kept by nobody on the way.

    Whoever is signed in may look, but what is sent here counts as the customer's word, so he sends nothing.
    """

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        return _sealed(_through(view, request, token))

    return opened


def _through(view: Shown, request: HttpRequest, token: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "POST"):
        return errors.method_not_allowed(request, ["GET", "HEAD", "POST"])
    if seconds := guard.wait(request, token):
        text = _("This page was opened too often. Wait a moment and try again.")
        return errors.too_many(request, _("Wait a little"), text, seconds)
    link = queries.behind(token, at=now())
    if link is None:
        return render(request, "portal/closed.html", status=404)
    if request.method == "POST" and _staff(request):
        return errors.refused(request, [why.STAFF(link.order_id)])
    return view(request, link)


def _sealed(response: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _staff(request: HttpRequest) -> bool:
    return actor(request).id is not None


@door
def show(request: HttpRequest, link: Link) -> HttpResponse:
    """The order as its customer sees it; each visit is counted, ours are not."""
    if request.method == "GET" and not _staff(request):
        visits.opened(link, at=now())
    return render(request, "portal/show.html", _context(request, link) | showing.of(link, at=now()))


@door
def cancel(request: HttpRequest, link: Link) -> HttpResponse:
    """What cancelling does, before it is done; in the free window alone (R161)."""
    form = CancelForm(request.POST or None)
    if request.method == "POST":
        return _send(request, link, form, lambda: visits.cancel(link, form.cleaned_data["reason"], at=now()), _cancel)
    return _cancel(request, link, form)


def _cancel(request: HttpRequest, link: Link, form: Form) -> HttpResponse:
    found = visits.weighed(link, at=now())
    said = showing.consequences(link.order, found.weighed) if found.weighed and not found.refused else []
    refused = found.refused.message if found.refused else ""
    context = {"form": form, "order": link.order, "said": said, "refused": refused, "until": found.until}
    return render(request, "portal/cancel.html", _context(request, link) | context, status=_status(form))


@door
def wish(request: HttpRequest, link: Link) -> HttpResponse:
    """Ask for what takes somebody of ours: a cancellation after the window, a change, an answer."""
    form = WishForm(request.POST or None)
    if request.method == "POST":
        typed = form.data
        return _send(
            request,
            link,
            form,
            lambda: visits.wish(link, typed.get("kind", ""), form.cleaned_data["text"], at=now()),
            _wish,
        )
    return _wish(request, link, form)


def _wish(request: HttpRequest, link: Link, form: Form) -> HttpResponse:
    context = {"form": form, "order": link.order}
    return render(request, "portal/wish.html", _context(request, link) | context, status=_status(form))


def _context(request: HttpRequest, link: Link) -> dict[str, Any]:
    ours = policies.values("company.name", "company.name_en", "company.phone")
    company = local(ours["company.name"], ours["company.name_en"])
    return {"here": queries.path(link), "staff": _staff(request), "company": company, "phone": ours["company.phone"]}


def _status(form: Form) -> int:
    return 422 if form.is_bound else 200


def _send(
    request: HttpRequest,
    link: Link,
    form: Form,
    run: Callable[[], Any],
    again: Callable[[HttpRequest, Link, Form], HttpResponse],
) -> HttpResponse:
    """Once, however often it is sent; back to the order, or the form again with what speaks against it.

    The key is kept under the link's number: what is stored never holds an address.
    """
    if form.is_valid():
        key = request.POST.get("once", "")[:100]
        body = {name: request.POST.getlist(name) for name in form.fields}

        def answered() -> tuple[None, bool]:
            run()
            return None, True

        try:
            if key:
                once(f"portal:{link.pk} {type(form).__name__}", key, body, now(), answered)
            else:
                run()
            return HttpResponseRedirect(queries.path(link))
        except Refused as stopped:
            form.refuse(stopped.refusals)
    return again(request, link, form)


def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # the same for everybody
    """Nothing of this site is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")
