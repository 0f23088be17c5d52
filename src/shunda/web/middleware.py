"""Language of the person, and the actor of the request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

Next = Callable[[HttpRequest], HttpResponse]


def LanguageMiddleware(get_response: Next) -> Next:  # noqa: N802  # Django names middleware like classes
    """The signed-in person's language, else the cookie's, else the browser's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", None) or translation.get_language_from_request(request)
        with translation.override(language):
            return get_response(request)

    return middleware


def PageMiddleware(get_response: Next) -> Next:  # noqa: N802
    """Room for what every page needs."""
    return get_response
