"""What load balancers and supervisors ask: does the process live, can it work."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache


@never_cache
def alive(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """``/healthz``: the process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """``/readyz``: the database answers too; 503 when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error:
        return JsonResponse({"status": "unavailable", "database": "does not answer"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})
