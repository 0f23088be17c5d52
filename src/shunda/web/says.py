"""Saying what became of an action: messages that the next page shows as toasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shunda.core.refusal import Refusal

SHOWN = 10
"""So many reasons are listed in a message; the rest are beside their rows."""

KEPT = 500
"""So many reasons are kept for the list to show beside its rows."""

REFUSED_ROWS = "refused_rows"
"""Where the session keeps refusals until the next list shows them beside their rows."""


def outcome(
    request: HttpRequest,
    done: int,
    refused: Sequence[Refusal],
    text: str | Promise,
    names: Callable[[Sequence[int]], Mapping[int, str]] | None,
) -> None:
    """Say "3 done, 2 refused" with the reasons."""
    if not refused:
        heading = str(text) if done <= 1 else _("%(text)s (%(n)s)") % {"text": text, "n": done}
        messages.success(request, heading)
        return
    ids = list(dict.fromkeys(r.id for r in refused if r.id is not None))
    reasons = listed(refused, names(ids) if names and ids else {})
    if done:
        counts = {"done": done, "refused": len(ids) or 1}
        messages.warning(request, headed(_("%(done)s done, %(refused)s refused") % counts, reasons))
    else:
        messages.error(request, headed(_("Not done"), reasons))


def listed(refused: Sequence[Refusal], names: Mapping[int, str]) -> SafeString:
    """The first reasons as list items, each with the number of its row where there is one."""
    items = [(names.get(r.id, "") if r.id is not None else "", r.message) for r in refused[:SHOWN]]
    lines = [format_html("<strong>{}</strong> {}", name, text) if name else text for name, text in items]
    more = len(refused) - SHOWN
    if more > 0:
        lines.append(ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more})
    return format_html_join("", "<li>{}</li>", ((line,) for line in lines))


def headed(heading: str, items: SafeString) -> SafeString:
    """A heading over a list."""
    return format_html('<strong>{}</strong><ul class="mb-0 ps-3">{}</ul>', heading, items)


def beside_rows(request: HttpRequest, refused: Sequence[Refusal], url: str) -> None:
    """Leave the reasons for the page at ``url`` to show beside its rows; htmx shows them in this very answer.

    A page with several lists sends along which of them was meant (``of``).
    """
    if getattr(request, "htmx", False):
        request._refused_rows = _by_row(refused)  # type: ignore[attr-defined]  # noqa: SLF001
    elif refused:
        rows = [{"id": r.id, "code": r.code, "data": dict(r.data)} for r in refused[:KEPT]]
        request.session[REFUSED_ROWS] = {"path": urlsplit(url).path, "of": request.POST.get("of", ""), "rows": rows}


def refused_rows(request: HttpRequest, of: str = "") -> dict[int, list[str]]:
    """The reasons of the last action by row, taken once from the session, on the page and list they were left for."""
    found: dict[int, list[str]] | None = getattr(request, "_refused_rows", None)
    if found is None:
        left = request.session.pop(REFUSED_ROWS, {"path": "", "of": "", "rows": []})
        found = _by_row([Refusal(**row) for row in left["rows"]] if left["path"] == request.path else [])
        request._refused_rows = found  # type: ignore[attr-defined]  # noqa: SLF001
        request._refused_of = left.get("of", "")  # type: ignore[attr-defined]  # noqa: SLF001
    return found if getattr(request, "_refused_of", "") == of else {}


def _by_row(refused: Sequence[Refusal]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for refusal in refused:
        if refusal.id is not None:
            found.setdefault(refusal.id, []).append(refusal.message)
    return found
