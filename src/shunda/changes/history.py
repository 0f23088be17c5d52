"""Changes that were asked for, to try another table of authority on: who would have had to agree (R166, R167)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from shunda.changes.models import Change
from shunda.orders import authority
from shunda.policies.tables import Case, remember

PIECE = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Changes asked for between two moments, part by part, with the facts the table was asked then.

    A fact that the table did not look at yet when a change was asked for is the one an ordinary change has.
    """

    def count(self, since: datetime, until: datetime) -> int:
        """How many parts."""
        return sum(len(facts) for facts in self._rows(since, until).values_list("facts", flat=True).iterator(PIECE))

    def cases(self, since: datetime, until: datetime) -> Iterable[Case]:
        """Each part under its order."""
        usual = authority.PartCase("", {}).facts()
        rows = self._rows(since, until).values_list("order_id", "number", "facts")
        for order_id, number, parts in rows.iterator(PIECE):
            for facts in parts:
                yield Case(order_id, number, {**usual, **facts})

    def _rows(self, since: datetime, until: datetime) -> QuerySet[Change]:
        return Change.objects.filter(requested_at__gte=since, requested_at__lt=until).order_by("pk")


CHANGE_AUTHORITY = remember(authority.CHANGE_AUTHORITY, Asked())
