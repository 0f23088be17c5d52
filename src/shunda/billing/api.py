"""The API of billing: payments, invoices, credit notes, settlements, statements."""

from __future__ import annotations

from typing import Any

from ninja import Query

from shunda.accounts.queries import actors_for_tokens
from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.crowd import Asked
from shunda.api.gather import Ask, Gather, each_actor, many_told, one_told
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Id, Items, Moved, Page
from shunda.billing import actions, queries, trade
from shunda.billing.answers import (
    CreditNoteOut,
    DeductionOut,
    InvoiceDetailOut,
    InvoiceOut,
    OrderToInvoiceOut,
    PaymentDetailOut,
    PaymentOut,
    ProposalOut,
    SettlementOut,
    StatementOut,
    TradeYearOut,
)
from shunda.billing.schemas import (
    CreditNoteFilter,
    CreditsIn,
    DeductionFilter,
    InvoiceFilter,
    InvoiceIn,
    InvoicesIn,
    IssuesIn,
    MatchesIn,
    PaymentFilter,
    PaymentIn,
    PaymentReasoned,
    PaymentsIn,
    Period,
    SettlementFilter,
    UnmatchesIn,
)
from shunda.billing.specs import PaymentSpec
from shunda.customers import queries as customers

router = payments = Router("payments")
invoices = Router("invoices")
credit_notes = Router("credit notes")
settlements = Router("settlements")
deductions = Router("deductions")
statements = Router("statements")
PAYMENT, INVOICE, SETTLEMENT = "billing.view_payment", "billing.view_invoice", "billing.view_settlement"
ORDER = "orders.view_order"


# --- payments -------------------------------------------------------------------------------------------------------


@payments.read("", response=Page[PaymentOut], permission=PAYMENT, summary="Payments")
def payment_list(request: ApiRequest, paging: Query[Paging], where: Query[PaymentFilter]) -> Any:
    """Payments of the customers you may see, newest first."""
    return paging.page(where.filter(queries.payments_seen_by(request.actor)))


@payments.read("/{int:pk}", response=PaymentDetailOut, permission=PAYMENT, summary="One payment")
def payment(request: ApiRequest, pk: Id) -> Any:
    """With everything it was matched to, and taken back from."""
    rows = queries.payments_seen_by(request.actor)
    return found(rows.prefetch_related("allocations__order", "allocations__invoice"), pk)


@payments.read("/{int:pk}/proposal", response=list[ProposalOut], permission=PAYMENT, summary="What a payment pays")
def proposal(request: ApiRequest, pk: Id) -> Any:
    """What matching would do by itself now: what the payment names, what is open to the coin, else the oldest first."""
    row = found(queries.payments_seen_by(request.actor), pk)
    return [
        {
            "order_id": item.order.pk,
            "order": item.order.number,
            "invoice_id": item.invoice.pk if item.invoice else None,
            "invoice": item.invoice.number if item.invoice else None,
            "due_date": item.invoice.due_date if item.invoice else None,
            "amount": amount,
        }
        for item, amount in queries.proposals([row])[pk]
    ]


RECORDING = Gather(
    "billing.payments", "billing.create_payment", each_actor(actions.record_payments), PaymentOut, actors_for_tokens
)


@payments.crowd(
    "",
    body=PaymentIn,
    combine=RECORDING.combine,
    shown=one_told,
    response=PaymentOut,
    status=201,
    permission=RECORDING.permission,
    summary="Record a payment",
)
def record(asked: Asked, body: PaymentIn) -> list[Ask[PaymentSpec]]:
    """It waits to be matched. Refused when the customer's payments already have this bank reference."""
    return RECORDING.ask(asked, body, body.spec())


@payments.crowd(
    "/batch",
    body=PaymentsIn,
    combine=RECORDING.combine,
    shown=many_told,
    response=Done[PaymentOut],
    permission=RECORDING.permission,
    summary="Record payments",
)
def record_many(asked: Asked, body: PaymentsIn) -> list[Ask[PaymentSpec]]:
    """Each is recorded or refused; a refusal's ``id`` is the place in the list, counted from 0."""
    return RECORDING.asks(asked, [(each, each.spec()) for each in body.payments])


@payments.write("/match", response=Done[PaymentOut], permission="billing.match_payment", summary="Match payments")
def match(request: ApiRequest, body: MatchesIn) -> Any:
    """Say what payments pay, or leave it to the proposal. An order's open invoices are paid before the order."""
    return answered(actions.match(body.specs(), versions=body.versions, by=request.actor, at=request.at))


@payments.write(
    "/unmatch", response=Done[PaymentOut], permission="billing.unmatch_payment", summary="Take matches back"
)
def unmatch(request: ApiRequest, body: UnmatchesIn) -> Any:
    """By compensating allocations; the money can be matched anew."""
    return answered(actions.unmatch(body.specs(), versions=body.versions, by=request.actor, at=request.at))


@payments.write("/void", response=Done[Moved], permission="billing.void_payment", summary="Void payments")
def void(request: ApiRequest, body: PaymentReasoned) -> Any:
    """Recorded wrongly: they no longer count. Refused while anything of them is matched."""
    return answered(actions.void(body.ids, reason=body.reason, versions=body.versions, by=request.actor, at=request.at))


# --- invoices and credit notes --------------------------------------------------------------------------------------


@invoices.read("", response=Page[InvoiceOut], permission=INVOICE, summary="Invoices")
def invoice_list(request: ApiRequest, paging: Query[Paging], where: Query[InvoiceFilter]) -> Any:
    """Invoices of the orders you may see, newest first."""
    return paging.page(where.filter(queries.invoices_seen_by(request.actor).select_related("order")))


@invoices.read("/to-make", response=Page[OrderToInvoiceOut], permission=INVOICE, summary="Orders to invoice")
def to_make(request: ApiRequest, paging: Query[Paging]) -> Any:
    """Orders with goods shipped and not invoiced, oldest first."""
    return paging.page(queries.to_invoice(request.actor), newest_first=False)


@invoices.read("/{int:pk}", response=InvoiceDetailOut, permission=INVOICE, summary="One invoice")
def invoice(request: ApiRequest, pk: Id) -> Any:
    """With its lines."""
    return found(queries.whole_invoices(queries.invoices_seen_by(request.actor)), pk)


@invoices.write(
    "", response=InvoiceDetailOut, status=201, permission="billing.create_invoice", summary="Draft an invoice"
)
def draft(request: ApiRequest, body: InvoiceIn) -> Any:
    """For what is shipped and not invoiced. A special invoice needs every fact about the buyer."""
    made = actions.invoice([body.spec()], by=request.actor, at=request.at).one()
    return created(queries.whole_invoices(queries.invoices_seen_by(request.actor)).get(pk=made.pk))


@invoices.write("/batch", response=Done[Moved], permission="billing.create_invoice", summary="Draft invoices")
def draft_many(request: ApiRequest, body: InvoicesIn) -> Any:
    """Each is drafted or refused; a refusal's ``id`` is the place in the list, counted from 0."""
    return answered(actions.invoice([each.spec() for each in body.invoices], by=request.actor, at=request.at))


@invoices.write("/issue", response=Done[Moved], permission="billing.issue_invoice", summary="Issue invoices")
def issue(request: ApiRequest, body: IssuesIn) -> Any:
    """The buyer is copied, the due day set; what was paid in advance pays at once."""
    return answered(
        actions.issue(body.ids, tax_numbers=body.tax_numbers, versions=body.versions, by=request.actor, at=request.at)
    )


@invoices.write("/cancel", response=Done[Moved], permission="billing.cancel_invoice", summary="Cancel drafts")
def cancel(request: ApiRequest, body: Items) -> Any:
    """What they billed can be invoiced anew."""
    return answered(actions.cancel_draft(body.ids, versions=body.versions, by=request.actor, at=request.at))


@invoices.write("/credit", response=Done[CreditNoteOut], permission="billing.credit_invoice", summary="Credit invoices")
def credit(request: ApiRequest, body: CreditsIn) -> Any:
    """Take back issued invoices, whole or in part; ``done`` are the credit notes."""
    outcome = actions.credit(body.specs(), versions=body.versions, by=request.actor, at=request.at)
    notes = queries.credit_notes_seen_by(request.actor).in_bulk([note.pk for note in outcome.done])
    return answered(outcome, done=[notes[note.pk] for note in outcome.done])


@credit_notes.read("", response=Page[CreditNoteOut], permission=INVOICE, summary="Credit notes")
def credit_note_list(request: ApiRequest, paging: Query[Paging], where: Query[CreditNoteFilter]) -> Any:
    """What was taken back, newest first."""
    return paging.page(where.filter(queries.credit_notes_seen_by(request.actor)))


@credit_notes.read("/{int:pk}", response=CreditNoteOut, permission=INVOICE, summary="One credit note")
def credit_note(request: ApiRequest, pk: Id) -> Any:
    """With its lines."""
    return found(queries.credit_notes_seen_by(request.actor), pk)


# --- settlements and statements -------------------------------------------------------------------------------------


@settlements.read("", response=Page[SettlementOut], permission=SETTLEMENT, summary="Settlements")
def settlement_list(request: ApiRequest, paging: Query[Paging], where: Query[SettlementFilter]) -> Any:
    """What signed deliveries cost, newest first. They make themselves at receipt."""
    return paging.page(where.filter(queries.whole_settlements(request.actor)))


@settlements.read("/{int:pk}", response=SettlementOut, permission=SETTLEMENT, summary="One settlement")
def settlement(request: ApiRequest, pk: Id) -> Any:
    """With its lines."""
    return found(queries.whole_settlements(request.actor), pk)


@settlements.write(
    "/confirm", response=Done[Moved], permission="billing.confirm_settlement", summary="Confirm settlements"
)
def confirm(request: ApiRequest, body: Items) -> Any:
    """Agreed on with the customer."""
    return answered(actions.confirm_settlement(body.ids, versions=body.versions, by=request.actor, at=request.at))


@deductions.read("", response=Page[DeductionOut], permission=ORDER, summary="Deductions from deposits")
def deduction_list(request: ApiRequest, paging: Query[Paging], where: Query[DeductionFilter]) -> Any:
    """Of special orders that were not picked up in time, newest first. They make themselves."""
    return paging.page(where.filter(queries.deductions_seen_by(request.actor)))


@deductions.read("/{int:pk}", response=DeductionOut, permission=ORDER, summary="One deduction from a deposit")
def deduction(request: ApiRequest, pk: Id) -> Any:
    """Since when, how much, and what became of the rest."""
    return found(queries.deductions_seen_by(request.actor), pk)


@deductions.write("/waive", response=Done[Moved], permission="billing.waive_deduction", summary="Waive deductions")
def waive(request: ApiRequest, body: PaymentReasoned) -> Any:
    """All that is held or kept pays the order again; the reason must not be empty."""
    by, at = request.actor, request.at
    return answered(actions.waive_deductions(body.ids, body.reason, versions=body.versions, by=by, at=at))


@statements.read("/{int:pk}", response=StatementOut, permission=INVOICE, summary="Statement of a customer")
def statement(request: ApiRequest, pk: Id, period: Query[Period]) -> Any:
    """Invoices, credit notes and payments of a customer by day, with what is owed before and after (by customer id)."""
    customer = found(customers.seen_by(request.actor), pk)
    currency = period.currency or customer.currency
    told = queries.statement(customer.pk, currency, period.since, period.until)
    return {
        "customer_id": customer.pk,
        "currency": currency,
        "opening": told.opening,
        "closing": told.closing,
        "entries": told.entries,
    }


@statements.read(
    "/{int:pk}/trade", response=list[TradeYearOut], permission=INVOICE, summary="Trade history of a customer"
)
def trade_history(request: ApiRequest, pk: Id) -> Any:
    """Orders, invoices, credit notes and payments of a customer by year, newest first (by customer id)."""
    return trade.years(found(customers.seen_by(request.actor), pk).pk, request.actor)
