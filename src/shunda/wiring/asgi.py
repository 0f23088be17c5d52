"""The ASGI application granian serves: programs with a token by the short way, browsers through Django's middleware."""

import os
import sys

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shunda.wiring.settings")
pages = get_asgi_application()

from shunda.accounts.steps import sign_in_with_token  # noqa: E402  # Django must be set up first
from shunda.api.lean import Lean  # noqa: E402
from shunda.api.shield import ProgramsHandler  # noqa: E402
from shunda.wiring.api import api  # noqa: E402
from shunda.wiring.settled import settle  # noqa: E402

application = Lean(api, sign_in_with_token, prefix="/api/v1/", pages=pages, programs=ProgramsHandler())

settle()

# A batch waits for the database some ten times, and each time for its turn after an answer came. With the usual
# five milliseconds it would wait longer for its turn than for the answer.
sys.setswitchinterval(0.0005)
