"""Reads of imports: runs, their lines and findings, mappings."""

from __future__ import annotations

from django.db.models import QuerySet

from shunda.channels.mapping import BUILT_IN, Mapping
from shunda.channels.models import Finding, ImportedReturn, ImportMapping, ImportRun, Result, StagedLine
from shunda.core.actor import Actor


def seen_by(actor: Actor) -> QuerySet[ImportRun]:
    """The runs an actor sees: all of them, or its own."""
    runs = ImportRun.objects.select_related("created_by", "file")
    return runs if actor.reach == "all" else runs.filter(created_by=actor.id)


def lines() -> QuerySet[StagedLine]:
    """Staged lines."""
    return StagedLine.objects.all()


def reported(run_id: int) -> QuerySet[StagedLine]:
    """The lines of a run that are in no order and no return, in the order of the file."""
    return StagedLine.objects.filter(run=run_id, result=Result.REPORTED).order_by("row")


def findings() -> QuerySet[Finding]:
    """Findings."""
    return Finding.objects.all()


def findings_of(run_id: int, *, error: bool | None = None) -> QuerySet[Finding]:
    """What was found in a file, errors first, in the order of its rows."""
    rows = Finding.objects.filter(run=run_id).order_by("-error", "row", "pk")
    return rows if error is None else rows.filter(error=error)


def returns_seen_by(actor: Actor) -> QuerySet[ImportedReturn]:
    """The returns that came by file, of customers the actor sees."""
    from shunda.customers.queries import within

    return ImportedReturn.objects.filter(within(actor, "customer__")).select_related("customer", "run")


def mappings() -> list[Mapping]:
    """The mappings there are: those people made, then the built-in ones."""
    own = [
        Mapping.of({**row.options, "code": row.code, "name": row.name}) for row in ImportMapping.objects.order_by("pk")
    ]
    return [*own, *BUILT_IN.values()]


def own_mappings() -> QuerySet[ImportMapping]:
    """The mappings people made; the built-in ones are not among them."""
    return ImportMapping.objects.order_by("code")
