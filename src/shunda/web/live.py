"""Parts of a page that keep themselves up to date: asked for now and then, and answered at once while nothing changed.

A part is ``<div data-live="/address/" data-mark="{{ mark }}">``; ``live.js`` asks for its content with the mark it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def mark_of(*shown: Any) -> str:
    """A short text that changes when anything of what is shown does."""
    return sha256(repr(shown).encode()).hexdigest()[:20]


def unless_as_seen(request: HttpRequest, mark: str, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """The part as it is now, or 304 without a text while it is as the page has it."""
    tag = f'"{mark}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = render(request, template, {**context, "mark": mark})
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
