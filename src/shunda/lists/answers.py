"""How the file of an export is sent, by a page and by the API."""

from __future__ import annotations

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from shunda.lists import queries
from shunda.lists.models import Export, Format

TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}


def sent(row: Export) -> HttpResponseBase:
    """The file, streamed part by part; nobody between here and its owner may keep it."""
    response = StreamingHttpResponse(queries.content(row), content_type=TYPES[Format(row.format)])
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=row.name) or ""
    response["Content-Length"] = str(row.size)
    response["Cache-Control"] = "private, no-store"
    return response
