"""Money that came in: recorded, and voided when it was recorded wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from shunda.billing import queries, rules, steps
from shunda.billing.models import Payment
from shunda.billing.reasons import (
    BAD_AMOUNT,
    BAD_CURRENCY,
    BAD_METHOD,
    IN_THE_FUTURE,
    SAME_REFERENCE,
    STILL_MATCHED,
    UNKNOWN_CUSTOMER,
)
from shunda.billing.specs import PaymentSpec
from shunda.billing.states import PAYMENT, PaymentStatus
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.customers import queries as customer_queries
from shunda.customers.models import Customer
from shunda.orders.models import PaymentMethod


@action("billing.create_payment")
def record_payments(specs: Sequence[PaymentSpec], *, by: Actor, at: datetime) -> Outcome[Payment]:
    """Record what customers paid (R171, R173); each waits to be matched. A refusal's id is the place in ``specs``.

    Refused: no positive amount to the coin, a day in the future, and a bank reference this customer's payments
    already have, unless somebody looked and says that it is another payment.
    """
    customers = customer_queries.seen_by(by).in_bulk({spec.customer_id for spec in specs})
    specs = [_tidy(spec, customers.get(spec.customer_id)) for spec in specs]
    steps.lock_words("payment", (f"{spec.customer_id} {spec.reference}" for spec in specs if spec.reference))
    known = _known(specs)
    refused: list[Refusal] = []
    accepted: list[tuple[PaymentSpec, bool]] = []
    for index, spec in enumerate(specs):
        there = known.get((spec.customer_id, spec.reference)) if spec.reference else None
        reasons = list(_why_not(index, spec, customers, there, at))
        refused += reasons
        if not reasons:
            accepted.append((spec, there is not None))
            known.setdefault((spec.customer_id, spec.reference), f"#{index + 1}")
    payments = Payment.objects.bulk_create(
        Payment(
            number=number,
            customer=customers[spec.customer_id],
            method=spec.method,
            currency=spec.currency,
            amount=spec.amount,
            matched=rules.ZERO,
            reference=spec.reference,
            received_at=spec.received_at,
            same_reference=same,
            note=spec.note,
        )
        for (spec, same), number in zip(accepted, steps.documents("PY", len(accepted), at), strict=True)
    )
    record([happening("payment.record", p, number=p.number, amount=str(p.amount)) for p in payments], by=by, at=at)
    steps.show_unmatched(payments, {pk: c.name for pk, c in customers.items()}, by=by, at=at)
    return Outcome(payments, refused)


def _tidy(spec: PaymentSpec, customer: Customer | None) -> PaymentSpec:
    currency = spec.currency.strip().upper() or (customer.currency if customer else "CNY")
    return replace(spec, currency=currency, reference=spec.reference.strip(), note=spec.note.strip())


def _known(specs: Iterable[PaymentSpec]) -> dict[tuple[int, str], str]:
    """Payments that count, by customer and bank reference: their numbers."""
    references = {spec.reference for spec in specs if spec.reference}
    rows = Payment.objects.filter(
        customer__in={spec.customer_id for spec in specs}, reference__in=references, status=PaymentStatus.RECORDED
    )
    return {
        (customer, reference): number
        for customer, reference, number in rows.values_list("customer_id", "reference", "number")
    }


def _why_not(
    index: int, spec: PaymentSpec, customers: Mapping[int, Customer], there: str | None, at: datetime
) -> Iterable[Refusal]:
    if spec.customer_id not in customers:
        yield UNKNOWN_CUSTOMER(index, where="customer_id")
    if not (len(spec.currency) == 3 and spec.currency.isascii() and spec.currency.isalpha()):
        yield BAD_CURRENCY(index, currency=spec.currency, where="currency")
    elif not rules.is_amount(spec.amount, spec.currency):
        yield BAD_AMOUNT(index, amount=str(spec.amount), currency=spec.currency, where="amount")
    if spec.method not in PaymentMethod:
        yield BAD_METHOD(index, method=spec.method, where="method")
    if spec.received_at > at:
        yield IN_THE_FUTURE(index, where="received_at")
    yield from rules.why_text(index, reference=spec.reference, note=spec.note)
    if there and not spec.same_reference:
        yield SAME_REFERENCE(index, reference=spec.reference, payment=there, where="reference")


@action("billing.void_payment")
def void(
    ids: Iterable[int], *, reason: str, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Payment]:
    """Payments that were recorded wrongly no longer count; refused while anything of them is matched."""
    batch = Batch(queries.payments_seen_by(by).select_related("customer"), ids, PAYMENT, "void", versions=versions)
    batch.refuse_if(lambda p: rules.why_reason(p.pk, reason))
    batch.refuse_if(lambda p: STILL_MATCHED(p.pk, payment=p.number, matched=f"{p.matched:.2f}") if p.matched else None)
    for payment in batch:
        batch.note(payment.pk, number=payment.number, reason=reason.strip())
    outcome = batch.commit(by=by, at=at, reason=reason.strip())
    steps.show_unmatched(outcome.done, {}, by=by, at=at)
    return outcome
