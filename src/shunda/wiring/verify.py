"""Recomputing what is stored from the ledgers it came from: what ``shunda verify`` prints."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.utils.translation import gettext as _

from shunda.wiring.tables import CHECKS

Progress = Callable[[int, int], None]


def run(progress: Progress | None = None) -> list[str]:
    """Every difference, each as a sentence that names its folder; none is the only good answer.

    All checks see the same moment (one read-only transaction), so an order on its way does not count as a difference.
    """
    found: list[str] = []
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
        for done, (name, check) in enumerate(CHECKS.items(), 1):
            found += [_("%(folder)s: %(difference)s") % {"folder": name, "difference": each} for each in check()]
            if progress is not None:
                progress(done, len(CHECKS))
    return found
