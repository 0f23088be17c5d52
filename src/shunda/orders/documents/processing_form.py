"""The processing form: an order on its way through the departments, for the order administrator (R013, R043-R047)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import npgettext, pgettext

from shunda.catalog.rules import local
from shunda.core.refusal import Refusal
from shunda.orders.assembly import is_taken_out
from shunda.orders.documents import paper, sales_order
from shunda.orders.models import Hold, Order, OrderLine, Review
from shunda.orders.queries import open_holds
from shunda.orders.rules import hold_reason
from shunda.orders.states import ReviewStatus
from shunda.web.formats import amount, day, filled, moment, money

TEMPLATE = Path(__file__).with_suffix(".typ")
TOLD = ("warn", "block")
"""Findings the form repeats; what is in order needs no words on paper."""
MOST = 6
"""Findings of one department that the form repeats."""


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these orders' processing forms, in this order and the active language; constant queries.

    Phones are in full only for ``private`` eyes.
    """
    ours, held = paper.company(), open_holds(ids)
    return [
        _form(order, reviews, held.get(order.pk, []), ours, private=private) for order, reviews in sales_order.read(ids)
    ]


def _form(
    order: Order, reviews: Sequence[Review], holds: Sequence[Hold], ours: dict[str, Any], *, private: bool
) -> dict[str, Any]:
    lines = [line for line in order.lines.all() if not is_taken_out(line)]
    return {
        **paper.sheet(pgettext("document", "Order processing form"), order.number, ours),
        "labels": _labels(),
        "facts": _facts(order),
        "buyer": [
            (pgettext("document", "Name"), order.customer_name),
            *((name, value) for name, value in paper.consignee(order, private=private)),
        ],
        "rows": [_row(order, line) for line in lines],
        "totals": [(pgettext("document", "Total"), money(order.gross, order.currency), True)],
        "reviews": [_review(review) for review in reviews if review.round == order.round],
        "holds": "\n".join(f"{hold.get_kind_display()}: {hold_reason(hold)}" for hold in holds),
        "packing": order.packing,
        "note": order.note,
        "signatures": [
            (pgettext("document", "Sales representative"), str(order.owner or "")),
            (pgettext("document", "Sales manager"), pgettext("document", "Date")),
            (pgettext("document", "Order administrator"), pgettext("document", "Date")),
        ],
    }


def _labels() -> dict[str, str]:
    return {
        "buyer": pgettext("document", "Customer and ship-to"),
        "line": pgettext("document", "No."),
        "article": pgettext("document", "Product, model and specification"),
        "quantity": pgettext("document", "Quantity"),
        "unit": pgettext("document", "Unit"),
        "made": pgettext("document", "Made to order"),
        "wanted": pgettext("document", "Wanted delivery"),
        "amount": pgettext("document", "Amount with tax"),
        "reviews": pgettext("document", "Reviews of the departments"),
        "department": pgettext("document", "Department"),
        "decision": pgettext("document", "Decision"),
        "who": pgettext("document", "By and when"),
        "remark": pgettext("document", "Remarks and what was found"),
        "holds": pgettext("document", "On hold"),
        "packing": pgettext("document", "Packing requirements"),
        "note": pgettext("document", "Note"),
    }


def _facts(order: Order) -> list[paper.Pair]:
    yes, no = pgettext("document", "yes"), pgettext("document", "no")
    return [
        (pgettext("document", "Status"), order.get_status_display()),
        (pgettext("document", "Priority"), order.get_priority_display()),
        (pgettext("document", "Urgent"), yes if order.urgent else no),
        (pgettext("document", "Order date"), day(order.order_date)),
        (pgettext("document", "Submitted at"), filled(moment, order.submitted_at)),
        (pgettext("document", "Confirmed on"), filled(moment, order.confirmed_at)),
        (pgettext("document", "Wanted delivery"), filled(day, order.wanted_date)),
        (pgettext("document", "Promised delivery"), filled(day, order.promised_date)),
        (pgettext("document", "Warehouse"), str(order.warehouse or "")),
        (pgettext("document", "Payment term"), local(order.term.name, order.term.name_en)),
        (pgettext("document", "Invoice"), order.get_invoice_kind_display()),
        (pgettext("document", "Order type"), order.get_kind_display()),
        (pgettext("document", "Contract number"), order.contract_number),
        (pgettext("document", "Customer's order number"), order.customer_reference),
        (pgettext("document", "Transport mode"), order.transport),
    ]


def _row(order: Order, line: OrderLine) -> dict[str, str]:
    wanted = line.wanted_date or order.wanted_date
    return {
        "no": str(line.line_no),
        **paper.article(line),
        "quantity": paper.line_quantity(line),
        "unit": local(line.unit.name, line.unit.name_en),
        "made": pgettext("document", "yes") if line.made_to_order else "",
        "wanted": filled(day, wanted),
        "amount": amount(line.gross, order.currency),
    }


def _review(review: Review) -> dict[str, str]:
    return {
        "department": str(review.get_department_display()),
        "decision": str(review.get_status_display()),
        "who": "\n".join(_who(review)),
        "remark": "\n".join(_remarks(review)),
    }


def _who(review: Review) -> Iterator[str]:
    if review.decided_at and review.status != ReviewStatus.PENDING:
        yield str(review.decided_by or pgettext("document", "the system"))
        yield moment(review.decided_at)


def _remarks(review: Review) -> Iterator[str]:
    if review.remark:
        yield review.remark
    if review.restock_date:
        yield pgettext("document", "Expected back in stock: %(day)s") % {"day": day(review.restock_date)}
    told = [found for found in review.findings if found["level"] in TOLD]
    for found in told[:MOST]:
        yield Refusal(None, found["code"], found["data"]).message
    left = len(told) - MOST
    if left > 0:
        yield npgettext("document", "and %(n)s more finding", "and %(n)s more findings", left) % {"n": left}
