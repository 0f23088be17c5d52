"""Recording what went wrong, by hand, with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext

from shunda.assessments import queries
from shunda.assessments import reasons as why
from shunda.assessments.models import REASON_LENGTH, Assessment, AssessmentKind, Consequence
from shunda.assessments.specs import CaseSpec, Found
from shunda.assessments.states import AssessmentStatus
from shunda.assessments.steps import make, one_at_a_time, weigh
from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action
from shunda.core.refusal import Refusal
from shunda.fulfilment import queries as shipping
from shunda.fulfilment.models import Shipment
from shunda.orders import queries as orders
from shunda.orders.models import Order

__all__ = ["BY_HAND", "record"]

SHIPMENT, ORDER = Shipment._meta.label_lower, Order._meta.label_lower
BY_HAND: dict[str, str] = {
    AssessmentKind.WRONG_SHIPMENT: SHIPMENT,
    AssessmentKind.DELAY: ORDER,
    AssessmentKind.NOT_ENTERED: ORDER,
    AssessmentKind.NOT_PICKED_UP: ORDER,
    AssessmentKind.MISSED_PLAN: "",
}
"""What people record, and what proves it; late steps and releases are found by the system."""

Evidence = dict[str, Any]


@action("assessments.record_assessment")
def record(specs: Sequence[CaseSpec], *, by: Actor, at: datetime) -> Outcome[Assessment]:
    """Record what went wrong against the person who answers for it; the table says what follows (R207-R209).

    Refused, by the index of the case: oneself, also as one who is named; an unknown kind, person or number; no text; a
    day to come; the same evidence or day for the same person twice; and what has no consequence by the table.
    """
    one_at_a_time()
    proofs = _proofs(specs, by)
    people = queries.active(pk for spec in specs for pk in (spec.person_id, *spec.named))
    wrong = {i: list(_why_not(i, spec, proofs, people, by, at)) for i, spec in enumerate(specs)}
    cases = {i: _case(spec, proofs.get(_key(spec))) for i, spec in enumerate(specs) if not wrong[i]}
    for index, refusal in _twice(cases):
        wrong[index].append(refusal)
    good = [i for i in cases if not wrong[i]]
    said = dict(zip(good, weigh([cases[i] for i in good], at=at), strict=True))
    for i in good:
        if said[i].consequence == Consequence.NOTHING:
            wrong[i].append(why.NO_CONSEQUENCE(i, where="kind"))
    made = make([(cases[i], said[i]) for i in good if not wrong[i]], by=by, at=at)
    return Outcome(made, [refusal for i in sorted(wrong) for refusal in wrong[i]])


def _key(spec: CaseSpec) -> tuple[str, str]:
    return BY_HAND.get(spec.kind, ""), spec.number.strip().upper()


def _proofs(specs: Sequence[CaseSpec], by: Actor) -> dict[tuple[str, str], Evidence]:
    """The orders and shipments named, as far as the recorder may see them: two queries."""
    keys = {_key(spec) for spec in specs if spec.number.strip()}
    found: dict[tuple[str, str], Evidence] = {}
    named = [number for kind, number in keys if kind == SHIPMENT]
    rows = shipping.seen_by(by).filter(number__in=named).select_related("order", "warehouse") if named else []
    for shipment in rows:
        found[SHIPMENT, shipment.number] = {
            "id": shipment.pk, "order": shipment.order, "warehouse": shipment.warehouse.name,
            "shipped_at": shipment.shipped_at, "tracking_number": shipment.tracking_number,
        }  # fmt: skip
    named = [number for kind, number in keys if kind == ORDER]
    for order in orders.seen_by(by).filter(number__in=named) if named else []:
        found[ORDER, order.number] = {"id": order.pk, "order": order}
    return found


def _why_not(
    index: int,
    spec: CaseSpec,
    proofs: Mapping[tuple[str, str], Evidence],
    people: Mapping[int, str],
    by: Actor,
    at: datetime,
) -> Iterable[Refusal]:
    yield from _why_not_people(index, spec, people, by)
    if spec.kind not in BY_HAND:
        yield why.KIND(index, value=spec.kind[:20], where="kind")
    if not spec.what.strip():
        yield why.WHAT_REQUIRED(index, where="what")
    elif len(spec.what) > REASON_LENGTH:
        yield why.TOO_LONG(index, limit=REASON_LENGTH, where="what")
    if spec.happened_on > localtime(at).date():
        yield why.FUTURE(index, where="happened_on")
    wanted = BY_HAND.get(spec.kind, "")
    if wanted and not spec.number.strip():
        yield why.EVIDENCE_REQUIRED(index, wanted=_label(wanted), where="number")
    elif spec.number.strip() and spec.kind in BY_HAND and _key(spec) not in proofs:
        yield why.NO_EVIDENCE(index, value=spec.number[:30], where="number")


def _why_not_people(index: int, spec: CaseSpec, people: Mapping[int, str], by: Actor) -> Iterable[Refusal]:
    """Nobody records a case about himself, or one he is named in; and everybody in it works here."""
    if spec.person_id in by.persons:
        yield why.ONESELF(index, number=gettext("this case"), where="person")
    elif by.persons & set(spec.named):
        yield why.NAMED(index, number=gettext("this case"), where="named")
    for pk in dict.fromkeys((spec.person_id, *spec.named)):
        if pk not in people:
            yield why.NO_PERSON(index, value=str(pk), where="person" if pk == spec.person_id else "named")


def _label(kind: str) -> str:
    return gettext("shipment") if kind == SHIPMENT else gettext("order")


def _case(spec: CaseSpec, proof: Evidence | None) -> Found:
    order = proof["order"] if proof else None
    facts: dict[str, Any] = {}
    if order:
        facts = {"order": order.number, "customer": order.customer_name}
        facts |= {"promised_date": order.promised_date.isoformat()} if order.promised_date else {}
    for name in ("warehouse", "tracking_number", "shipped_at"):
        value = (proof or {}).get(name)
        if value:
            facts[name] = value.isoformat() if isinstance(value, datetime) else value
    return Found(
        kind=str(spec.kind),
        person_id=spec.person_id,
        happened_on=spec.happened_on,
        source_kind=BY_HAND[spec.kind] if proof else "",
        source_id=proof["id"] if proof else None,
        order_id=order.pk if order else None,
        label=_key(spec)[1] if proof else "",
        what=spec.what.strip(),
        serious=spec.serious,
        facts=facts,
        named=[pk for pk in spec.named if pk != spec.person_id],
    )


def _twice(cases: Mapping[int, Found]) -> Iterable[tuple[int, Refusal]]:
    """Cases that are recorded already, or twice in the batch: one query."""
    people = {case.person_id for case in cases.values()}
    rows = Assessment.objects.filter(person__in=people).exclude(status=AssessmentStatus.CANCELLED)
    fields = ("number", "person_id", "kind", "source_kind", "source_id", "happened_on")
    there = {_mark(*rest): number for number, *rest in rows.values_list(*fields)} if people else {}
    seen: set[tuple[Any, ...]] = set()
    for index, case in cases.items():
        mark = _mark(case.person_id, case.kind, case.source_kind, case.source_id, case.happened_on)
        if mark in there:
            yield index, why.TWICE(index, number=there[mark], where="number" if case.source_id else "happened_on")
        elif mark in seen:
            yield index, why.TWICE_HERE(index)
        seen.add(mark)


def _mark(person: Any, kind: Any, source_kind: Any, source_id: Any, day: Any) -> tuple[Any, ...]:
    return (person, str(kind), source_kind, source_id) if source_id else (person, str(kind), day)
