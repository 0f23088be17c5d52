"""What every template can use."""

from typing import Any

from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """The page kit's own variables."""
    return {}
