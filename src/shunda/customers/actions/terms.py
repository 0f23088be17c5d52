"""Payment terms: prepaid, on delivery, so many days of credit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, by_id, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.customers import checks, queries, reasons, rules, steps
from shunda.customers.models import PaymentTerm
from shunda.customers.specs import TermSpec

EDITABLE = frozenset({"code", "name", "name_en", "kind", "days"})


@action("customers.edit_term")
def create_terms(specs: Sequence[TermSpec], *, by: Actor, at: datetime) -> Outcome[PaymentTerm]:
    """Make payment terms (R027); ids of refusals are places in the batch.

    Refused: missing or taken codes, credit days without credit, credit without days.
    """
    steps.one_at_a_time()
    taken = dict(PaymentTerm.objects.values_list("code", "pk"))
    refused: list[Refusal] = []
    seen: set[str] = set()
    for index, spec in enumerate(specs):
        refused += checks.why_not_term(index, spec, taken)
        code = spec.code.strip()
        if code in seen:
            refused.append(reasons.CODE_TWICE(index, where="code", code=code))
        seen |= {code} - {""}
    bad = {refusal.id for refusal in refused}
    done = PaymentTerm.objects.bulk_create(
        PaymentTerm(**rules.trimmed(spec)) for index, spec in enumerate(specs) if index not in bad
    )
    record((happening("term.create", row, code=row.code) for row in done), by=by, at=at)
    return Outcome(done, refused)


@action("customers.edit_term")
def edit_terms(
    changes: Mapping[int, Mapping[str, Any]], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[PaymentTerm]:
    """Change payment terms, or set ``active``: ``{term id: {field: value}}``. Orders keep what they were given.

    Refused like a creation; also closing a term that customers have.
    """
    unknown = {name for few in changes.values() for name in few} - EDITABLE - {"active"}
    if unknown:
        raise LookupError(f"a term has no editable {', '.join(sorted(unknown))}")
    steps.one_at_a_time()
    batch = Batch(PaymentTerm.objects.all(), changes, None, "term.edit", versions=versions)
    taken = dict(PaymentTerm.objects.values_list("code", "pk"))
    used = queries.customers_of_terms(changes)
    specs = {
        row.pk: TermSpec(**{name: changes[row.pk].get(name, getattr(row, name)) for name in EDITABLE}) for row in batch
    }
    codes = [spec.code.strip() for spec in specs.values()]
    twice = by_id(
        reasons.CODE_TWICE(pk, where="code", code=spec.code)
        for pk, spec in specs.items()
        if codes.count(spec.code.strip()) > 1
    )
    batch.refuse_if(lambda row: [*checks.why_not_term(row.pk, specs[row.pk], taken, own=row), *twice(row)])
    batch.refuse_if(
        lambda row: (
            reasons.TERM_IN_USE(row.pk, where="active", count=used[row.pk])
            if not changes[row.pk].get("active", True) and row.pk in used
            else None
        )
    )
    for row in batch:
        batch.amend(row, rules.trimmed_changes(changes[row.pk]))
    return batch.commit(by=by, at=at)
