"""Error pages: what went wrong, what was refused, and what to do next, in the reader's language.

Those of a server that cannot work (``bare``) ask the database nothing: neither who is signed in nor what was said.
"""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shunda.core.refusal import NOT_FOUND, STALE, NotPermitted, Reason, Refusal
from shunda.web.context import THEMES

NOT_PERMITTED = Reason(
    "not-permitted",
    gettext_lazy("This needs the permission “%(permission)s”, which you do not have. Ask the administrator for it."),
)
log = logging.getLogger("shunda.pages")

ICONS = {
    403: "lock",
    404: "zoom-question",
    405: "ban",
    409: "git-merge",
    413: "package",
    429: "hourglass",
    503: "database",
}
"""The picture of each error; any other is a tool that broke."""

RETRY_SECONDS = 15
"""A page that could not be shown asks again by itself after so long."""


def shown(request: HttpRequest, status: int, title: str, text: str, **context: Any) -> HttpResponse:
    """An error inside the layout, so that the person can go on from here; htmx gets the sentence alone."""
    context |= {"status": status, "title": title, "text": text, "picture": ICONS.get(status, "tool")}
    if getattr(request, "htmx", False):
        return render(request, "web/errors/part.html", context, status=status)
    known = getattr(getattr(request, "actor", None), "id", None) is not None
    return render(request, "web/errors/inside.html" if known else "web/errors/outside.html", context, status=status)


def bare(request: HttpRequest, status: int, title: str, text: str, **context: Any) -> HttpResponse:
    """An error that is drawn without asking the database anything."""
    theme = request.COOKIES.get("theme")
    context |= {
        "status": status,
        "title": title,
        "text": text,
        "picture": ICONS.get(status, "tool"),
        "theme": theme if theme in THEMES else "system",
        "again": request.get_full_path() if request.method in ("GET", "HEAD") else "",
    }
    part = request.headers.get("HX-Request") == "true"
    template = "web/errors/part.html" if part else "web/errors/outside.html"
    return HttpResponse(render_to_string(template, context), status=status)


def reader(request: HttpRequest) -> translation.override:
    """The reader's language also where the middleware that sets it was not reached, or is left already."""
    known: str | None = getattr(request, "reads", None)
    return translation.override(known or translation.get_language_from_request(request))


def not_permitted(request: HttpRequest, missing: NotPermitted) -> HttpResponse:
    """403, with the permission that is missing."""
    text = _("This page or action needs a permission that your roles do not include. Ask the administrator for it.")
    label, roles = lacking(missing.permission)
    context = {"permission": missing.permission, "label": label, "roles": roles}
    return shown(request, 403, _("You may not do this"), text, **context)


def lacking(permission: str) -> tuple[str, list[str]]:
    """How people read a permission, and the roles that include it."""
    told: tuple[str, list[str]] = import_string(settings.SHUNDA_LACKING)(permission)
    return told


def not_permitted_to(permission: str) -> Refusal:
    """A refusal in a batch, for a permission that is missing."""
    return NOT_PERMITTED(None, permission=lacking(permission)[0])


def refused(request: HttpRequest, refusals: Sequence[Refusal]) -> HttpResponse:
    """404 when the row is not there, else 409 with every reason."""
    if all(refusal.code == NOT_FOUND.code for refusal in refusals):
        return not_found(request)
    text = _("Nothing was changed. The reasons:")
    title = _("That is not possible now")
    if any(refusal.code == STALE.code for refusal in refusals):
        title = _("Somebody else was faster")
        text = _("Nothing was changed. Go back and reload: you will see what is there now, and can decide again.")
    return shown(request, 409, title, text, reasons=[r.message for r in refusals])


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404."""
    text = _("There is nothing at this address, or it is outside your area.")
    return shown(request, 404, _("Not found"), text)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403 that is not about a permission of ours."""
    return shown(request, 403, _("You may not do this"), _("The server refuses this request."))


def method_not_allowed(request: HttpRequest, allowed: Sequence[str]) -> HttpResponse:
    """405: the address exists, but not for this."""
    text = _("This address does not answer %(method)s requests.") % {"method": request.method}
    response = shown(request, 405, _("Not this way"), text)
    response.headers["Allow"] = ", ".join(allowed)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; 413 when it was more than the server takes at once."""
    with reader(request):
        if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
            text = _("Nothing was changed. Send it in smaller parts, or give many rows as a file to an import.")
            return bare(request, 413, _("Too much at once"), text)
        text = _("The server could not read this request. Go back and try again.")
        return bare(request, 400, _("Unreadable request"), text)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 when it was the database that did not answer."""
    with reader(request):
        if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
            text = _("The database does not answer. Nothing was changed; this page asks again by itself.")
            response = bare(request, 503, _("We will be back in a moment"), text, retry=RETRY_SECONDS)
            response.headers["Retry-After"] = "30"
            return response
        text = _("An error of ours, and nothing was changed. Try again, or give the administrator this number:")
        return bare(request, 500, _("Something went wrong"), text, reference=recorded(request))


def recorded(request: HttpRequest) -> str:
    """Write the error that is being answered into the log, under a number people can read out over the phone."""
    reference = secrets.token_hex(4).upper()
    log.error("page failed, reference %s: %s %s", reference, request.method, request.path, exc_info=sys.exc_info())
    return reference


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The form was too old or came from elsewhere."""
    with reader(request):
        text = _(
            "The form was open for too long, or you signed in elsewhere meanwhile. Go back, reload and send it again."
        )
        return bare(request, 403, _("This form is no longer valid"), text)


def too_many(request: HttpRequest, title: str, text: str, retry_after: int) -> HttpResponse:
    """429: try again after so many seconds."""
    response = bare(request, 429, title, text)
    response.headers["Retry-After"] = str(retry_after)
    return response
