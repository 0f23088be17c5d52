"""The demo company with everything that follows from its events, and who can sign in to it."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import get_language

from shunda.demo import build as demo
from shunda.demo import company
from shunda.wiring.roles import ROLES
from shunda.wiring.settled import settle


def build(progress: Callable[[int, int], None]) -> None:
    """Build the demo company; reactions run at once, on the clock of the day."""
    settle()
    demo.build(progress, "shunda.wiring.reactions.inline")


def logins() -> list[tuple[str, str, str]]:
    """(role as people read it, user name, password), one for each role."""
    chinese = (get_language() or "").startswith("zh")
    names = {role.code: role.name if chinese else role.name_en for role in ROLES}
    return [(names[role], username, password) for role, username, password in company.logins()]
