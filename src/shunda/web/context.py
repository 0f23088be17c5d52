"""What every template can use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from shunda.core.actor import Actor
from shunda.web import navigation

THEMES = ("system", "light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """``base`` (the layout to extend: the whole page, or nothing around it for htmx), ``menu``, ``links``, ``theme``.

    ``list_base`` is the layout of a list: the whole page, or its next rows alone when those are asked for.

    Nothing here asks the database before a template uses it, so an error page can be drawn when there is none.
    """
    return {
        "actor": getattr(request, "actor", None),
        "base": "web/bare.html" if getattr(request, "htmx", False) else "web/base.html",
        "list_base": "web/more_rows.html" if request.headers.get("HX-Target") == "rows" else "web/base.html",
        "links": import_string(settings.SHUNDA_LINKS),
        "menu": SimpleLazyObject(lambda: _menu(request)),
        "theme": SimpleLazyObject(lambda: theme(request)),
        "languages": settings.LANGUAGES,
    }


def theme(request: HttpRequest) -> str:
    """Light, dark or as the system: the person's choice, else the cookie's."""
    chosen = getattr(getattr(request, "user", None), "theme", None) or request.COOKIES.get("theme")
    return chosen if chosen in THEMES else "system"


def _menu(request: HttpRequest) -> dict[str, Any]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    groups = navigation.menu(actor)
    return {"groups": groups, "current": navigation.current(groups, request.path)}
