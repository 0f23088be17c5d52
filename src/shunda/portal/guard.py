"""How often anybody may knock: by address and by link, in the memory of each web process.

No guess ever opens a link; this keeps whoever tries, and a link that was passed around, from costing us work.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from shunda.api.auth import RateLimit

EACH_ADDRESS = 5
"""An office has one address and several people: so many times what one link may."""


def _rate() -> float:
    rate: float = settings.PORTAL_RATE_PER_SECOND
    return rate


_links = RateLimit(_rate)
_addresses = RateLimit(lambda: _rate() * EACH_ADDRESS)


def wait(request: HttpRequest, token: str) -> int:
    """0, or the whole seconds until this address and this link are listened to again."""
    return _addresses.wait(request.META.get("REMOTE_ADDR", "")) or _links.wait(token)
