"""What somebody sees who failed to sign in too often."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shunda.web import errors


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:  # noqa: ARG001
    """429: says in how many minutes the next attempt is possible."""
    cool_off: timedelta = get_cool_off(request) or timedelta(minutes=15)
    username = (credentials or {}).get("username") or request.POST.get("login", "")
    attempt = AccessAttempt.objects.filter(username=username).order_by("-attempt_time").first()
    since = attempt.attempt_time if attempt else timezone.now()
    left = max(60, ceil((since + cool_off - timezone.now()).total_seconds()))
    minutes = ceil(left / 60)
    text = ngettext(
        "There were too many failed attempts to sign in. Try again in %(minutes)s minute, or ask the administrator.",
        "There were too many failed attempts to sign in. Try again in %(minutes)s minutes, or ask the administrator.",
        minutes,
    ) % {"minutes": minutes}
    return errors.too_many(request, _("Wait a little"), text, left)
