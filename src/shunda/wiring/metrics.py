"""What Prometheus asks for: ``/metrics``, for this machine itself and for tokens that may see it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shunda.accounts.queries import actor_for_token
from shunda.api.auth import bearer_of

VIEW = "accounts.view_metrics"
OWN = {"127.0.0.1", "::1"}
FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Proto")


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of this web process. Others than the machine itself need a token with ``accounts.view_metrics``.

    What came through a proxy is not the machine itself, even where the proxy runs on it.
    """
    own = request.META.get("REMOTE_ADDR") in OWN and not any(name in request.headers for name in FORWARDED)
    if not own:
        token = bearer_of(request)
        actor = actor_for_token(token, timezone.now()) if token else None
        if actor is None or not actor.may(VIEW):
            return HttpResponse(status=404)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
