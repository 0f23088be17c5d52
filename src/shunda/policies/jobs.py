"""Trying drafts of decision tables on what really happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from django.db import transaction

from shunda.policies import decisions
from shunda.policies.models import Trial, TrialChange
from shunda.policies.tables import TABLES, Case, Computing, History

PIECE = 2_000
MOST_KEPT = 5_000
"""So many changed cases are kept to look at; all are counted."""


def try_out(ids: list[int], at: datetime) -> None:
    """Decide what happened again, by the draft and by what was in force; keep what would have been otherwise.

    A trial that was interrupted begins anew; one that is finished is left alone.
    """
    for trial in Trial.objects.filter(pk__in=ids, finished_at__isnull=True).select_related("draft").order_by("pk"):
        _try(trial, at)


def _try(trial: Trial, at: datetime) -> None:
    table = TABLES[trial.draft.table]
    assert table.history is not None, "an action refuses tables without history"
    old = decisions.prepare(table, trial.against, decisions.rows_of_number(table, trial.against))
    new = decisions.edition_of(trial.draft)
    trial.changes.all().delete()
    trial.total, trial.done, trial.changed = table.history.count(trial.since, trial.until), 0, 0
    for piece in _pieces(table.history.cases(trial.since, trial.until)):
        with transaction.atomic():
            _compare(trial, _whole(table.history, piece, old, new, at), old, new)
            trial.done += len(piece)
            trial.save(update_fields=["total", "done", "changed"])
    trial.finished_at = at
    trial.save(update_fields=["total", "done", "changed", "finished_at"])


def _pieces(cases: Iterable[Case]) -> Iterator[list[Case]]:
    source = iter(cases)
    while piece := list(islice(source, PIECE)):
        yield piece


def _whole(
    history: History, cases: list[Case], old: decisions.Edition, new: decisions.Edition, at: datetime
) -> list[Case]:
    """The cases a row of either version could fit, with all their facts; for the others both say the same: nothing."""
    asked = old.grid.asked | new.grid.asked
    lacking = asked - cases[0].facts.keys()
    if not lacking or not isinstance(history, Computing):
        return cases
    meant = [case for case in cases if old.grid.may_hit(case.facts) or new.grid.may_hit(case.facts)]
    more = history.compute([case.subject_id for case in meant], lacking, at) if meant else {}
    return [replace(case, facts={**case.facts, **more[case.subject_id]}) for case in meant if case.subject_id in more]


def _compare(trial: Trial, cases: list[Case], old: decisions.Edition, new: decisions.Edition) -> None:
    """Two versions say the same when the outcomes are the same, whichever rows give them."""
    table, changed = new.table, list[TrialChange]()
    for case in cases:
        before, after = old.rule(case.facts), new.rule(case.facts)
        if before.outcomes != after.outcomes:
            changed.append(
                TrialChange(
                    trial=trial,
                    subject_id=case.subject_id,
                    label=case.label,
                    about=str(case.facts[table.told_by])[:60] if table.told_by else "",
                    before=list(before.rows),
                    after=list(after.rows),
                )
            )
    TrialChange.objects.bulk_create(changed[: max(0, MOST_KEPT - trial.changed)])
    trial.changed += len(changed)
