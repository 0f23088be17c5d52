"""What payments pay: matched to orders and invoices, and taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shunda.billing import queries, rules, steps
from shunda.billing.models import Invoice, Payment
from shunda.billing.reasons import (
    BAD_AMOUNT,
    MATCHED_WHOLE,
    NO_TARGET,
    NOT_OPEN,
    NOT_PAYABLE,
    NOTHING_MATCHED,
    NOTHING_TO_MATCH,
    ORDER_CLOSED,
    OTHER_CURRENCY,
    OTHER_CUSTOMER,
    OVER_OPEN,
    OVER_PAYMENT,
)
from shunda.billing.rules import Item
from shunda.billing.specs import MatchSpec, Target, UnmatchSpec
from shunda.billing.states import PAYMENT, InvoiceStatus
from shunda.billing.steps import Part
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.orders import queries as order_queries
from shunda.orders.models import Order
from shunda.orders.states import ORDER, OrderStatus

CLOSED = (OrderStatus.COMPLETED, OrderStatus.ARCHIVED)
Matched = list[tuple[Item, Decimal]]


@dataclass(frozen=True, slots=True)
class Payables:
    """What can be paid, locked; what earlier payments of the batch take is gone for the later ones."""

    orders: Mapping[int, Order]
    invoices: Mapping[int, Invoice]
    items: Sequence[Item]

    def of(self, target: Target) -> list[Item]:
        """An invoice; or an order's open invoices by due day, then the rest of the order."""
        if target.invoice_id is not None:
            return [i for i in self.items if i.invoice is not None and i.invoice.pk == target.invoice_id]
        return sorted((i for i in self.items if i.order.pk == target.order_id), key=lambda item: item.age)

    def take(self, parts: Matched) -> Matched:
        """These amounts are no longer open."""
        for item, amount in parts:
            item.open -= amount
        return parts

    def give_back(self, parts: Matched) -> None:
        """The payment was refused after all."""
        for item, amount in parts:
            item.open += amount


@action("billing.match_payment")
def match(
    specs: Sequence[MatchSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Payment]:
    """Say what payments pay: the targets given, or by itself what is open, oldest first (R173).

    An order's open invoices are paid before the order in advance. Each payment whole or not at all; payments of one
    customer in a batch see each other. Refused: more than is left of the payment or open at the target, another
    customer or currency, orders that are not yet approved or already closed.
    """
    wanted = {spec.payment_id: spec for spec in specs}
    payables = _lock(specs, by)
    rows = queries.payments_seen_by(by).select_related("customer")
    batch = Batch(rows, wanted, PAYMENT, "match", versions=versions)
    steps.refuse_twice(batch, (spec.payment_id for spec in specs))
    matched: dict[int, Matched] = {}

    def why_not(payment: Payment) -> list[Refusal]:
        matched[payment.pk], refusals = _parts(payment, wanted[payment.pk].targets, payables)
        if refusals:
            payables.give_back(matched.pop(payment.pk))
        return refusals

    batch.refuse_if(why_not)
    parts = [
        Part(pk, item.order.pk, item.invoice.pk if item.invoice else None, amount)
        for pk, found in matched.items()
        for item, amount in found
    ]
    return _commit(batch, parts, payables.orders, "order.pay", by=by, at=at)


def _lock(specs: Iterable[MatchSpec], by: Actor) -> Payables:
    """Lock every order that may be paid and its issued invoices: those named, and for proposals what is open."""
    targets = [target for spec in specs for target in spec.targets or ()]
    guessed = Payment.objects.filter(pk__in=[spec.payment_id for spec in specs if spec.targets is None])
    customer_ids = set(guessed.values_list("customer_id", flat=True))
    named = {target.order_id for target in targets}
    invoiced = Invoice.objects.filter(pk__in={target.invoice_id for target in targets})
    named |= set(invoiced.values_list("order_id", flat=True))
    open_now = Order.objects.filter(queries.waiting(customer_ids)).values_list("pk", flat=True)
    seen = order_queries.seen_by(by).filter(pk__in={pk for pk in (*named, *open_now) if pk is not None})
    orders = steps.lock_orders(seen.values_list("pk", flat=True))
    issued = Invoice.objects.filter(order__in=orders, status=InvoiceStatus.ISSUED).order_by("pk")
    invoices = {invoice.pk: invoice for invoice in issued.select_for_update(no_key=True)}
    payable = {pk: order for pk, order in orders.items() if order.status in queries.PAYABLE}
    live = [i for i in invoices.values() if i.order_id in payable]
    return Payables(orders, invoices, queries.items(payable, live))


def _parts(payment: Payment, targets: Sequence[Target] | None, payables: Payables) -> tuple[Matched, list[Refusal]]:
    """What the payment pays, taken from what is open; and what speaks against it."""
    left = payment.amount - payment.matched
    if not left:
        return [], [MATCHED_WHOLE(payment.pk, payment=payment.number)]
    if targets is None:
        mine = [i for i in payables.items if _mine(i, payment) and queries.proposable(i)]
        parts = payables.take(rules.propose(left, f"{payment.reference} {payment.note}", mine))
        return parts, [] if parts else [NOTHING_TO_MATCH(payment.pk, payment=payment.number)]
    parts, refusals = [], [] if targets else [NOTHING_TO_MATCH(payment.pk, payment=payment.number)]
    for target in targets:
        items = payables.of(target)
        open_now = sum((item.open for item in items), rules.ZERO)
        amount = min(left or open_now, open_now) if target.amount is None else target.amount
        if why := _why_not(payment, target, open_now, amount, left, payables):
            refusals.append(why)
        else:
            left -= amount
            parts += payables.take(rules.spread(amount, items))
    return parts, refusals


def _mine(item: Item, payment: Payment) -> bool:
    return item.order.customer_id == payment.customer_id and item.order.currency == payment.currency


def _why_not(
    payment: Payment, target: Target, open_now: Decimal, amount: Decimal, left: Decimal, payables: Payables
) -> Refusal | None:
    invoice = payables.invoices.get(target.invoice_id or 0)
    order = payables.orders.get(invoice.order_id if invoice else target.order_id or 0)
    if order is None or (target.invoice_id is not None and invoice is None):
        return NO_TARGET(payment.pk, where="targets")
    document = {"document": invoice.number if invoice else order.number, "where": "targets"}
    if order.customer_id != payment.customer_id:
        return OTHER_CUSTOMER(payment.pk, **document)
    if order.currency != payment.currency:
        return OTHER_CURRENCY(payment.pk, currency=order.currency, payment=payment.currency, **document)
    if order.status not in queries.PAYABLE:
        return NOT_PAYABLE(payment.pk, order=order.number, status=ORDER.label(order.status), where="targets")
    if not open_now:
        return NOT_OPEN(payment.pk, **document)
    if not rules.is_amount(amount, payment.currency):
        return BAD_AMOUNT(payment.pk, amount=str(amount), currency=payment.currency, where="targets")
    if amount > left:
        return OVER_PAYMENT(
            payment.pk, amount=f"{amount:.2f}", left=f"{left:.2f}", payment=payment.number, where="targets"
        )
    if amount > open_now:
        return OVER_OPEN(payment.pk, amount=f"{amount:.2f}", open=f"{open_now:.2f}", **document)
    return None


@action("billing.unmatch_payment")
def unmatch(
    specs: Sequence[UnmatchSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Payment]:
    """Take back what payments pay, of one order or all, by compensating allocations; the money can be matched anew.

    A prepaid order that is no longer paid waits for its money again. Refused for orders that are completed.
    """
    wanted = {spec.payment_id: spec for spec in specs}
    there = queries.allocated(payment__in=wanted)
    orders = steps.lock_orders(order_id for _, order_id, _, _ in there)
    invoice_ids = {invoice_id for _, _, invoice_id, _ in there if invoice_id}
    list(Invoice.objects.filter(pk__in=invoice_ids).order_by("pk").select_for_update(no_key=True))
    rows = queries.payments_seen_by(by).select_related("customer")
    batch = Batch(rows, wanted, PAYMENT, "unmatch", versions=versions)
    steps.refuse_twice(batch, (spec.payment_id for spec in specs))
    parts: defaultdict[int, list[Part]] = defaultdict(list)
    for payment_id, order_id, invoice_id, amount in queries.allocated(payment__in=batch.ids, order__in=orders):
        only = wanted[payment_id].order_ids
        if only is None or order_id in only:
            parts[payment_id].append(Part(payment_id, order_id, invoice_id, -amount))

    def why_not(payment: Payment) -> Iterable[Refusal]:
        if not parts[payment.pk]:
            yield NOTHING_MATCHED(payment.pk, payment=payment.number)
        for order in {part.order_id: orders[part.order_id] for part in parts[payment.pk]}.values():
            if order.status in CLOSED:
                yield ORDER_CLOSED(payment.pk, order=order.number, status=ORDER.label(order.status))

    batch.refuse_if(why_not)
    taken = [part for payment in batch for part in parts[payment.pk]]
    return _commit(batch, taken, orders, "order.unpay", by=by, at=at)


def _commit(
    batch: Batch[Payment], parts: Sequence[Part], orders: Mapping[int, Order], kind: str, *, by: Actor, at: datetime
) -> Outcome[Payment]:
    """Write allocations, what follows from them, and an event for each payment and each order."""
    steps.allocate(parts, orders, by=by, at=at)
    amounts: defaultdict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for part in parts:
        amounts[part.payment_id, part.order_id] += part.amount
    paid: defaultdict[int, dict[str, str]] = defaultdict(dict)
    change: defaultdict[int, Decimal] = defaultdict(Decimal)
    for (payment_id, order_id), amount in amounts.items():
        paid[payment_id][orders[order_id].number] = f"{amount:.2f}"
        change[payment_id] += amount
    for payment in batch:
        batch.amend(payment, {"matched": payment.matched + change[payment.pk]})
        batch.note(payment.pk, number=payment.number, orders=paid[payment.pk])
    outcome = batch.commit(by=by, at=at)
    numbers = {payment.pk: payment.number for payment in outcome.done}
    record(
        [
            happening(kind, orders[order_id], payment=numbers[payment_id], amount=f"{amount:.2f}")
            for (payment_id, order_id), amount in amounts.items()
        ],
        by=by,
        at=at,
    )
    steps.show_unmatched(outcome.done, {p.customer_id: p.customer.name for p in outcome.done}, by=by, at=at)
    return outcome
