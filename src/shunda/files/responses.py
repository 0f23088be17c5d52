"""Handing a stored file to a browser or a program. Who may have it is decided by the folder that points at it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from shunda.files.models import StoredFile
from shunda.files.rules import SHOWN_INLINE


def file_response(request: HttpRequest, file: StoredFile) -> HttpResponse:
    """The file under its name; ``?download`` forces saving. What a browser could run is only ever downloaded."""
    inline = file.content_type in SHOWN_INLINE and "download" not in request.GET
    etag = f'"{file.content_id}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304)
    response = HttpResponse(bytes(file.content.data), content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(not inline, file.name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag
    return response
