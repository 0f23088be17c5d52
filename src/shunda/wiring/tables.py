"""The tables a newcomer reads first: what follows from what, and where pages meet.

REACTIONS  event kind -> jobs that make documents match the facts (running one twice changes nothing)
PANELS     page -> the htmx panels other folders put on it
SUBJECTS   subject kind -> the url name of its page, for timelines, worklists and search
NUMBERS    subject kind -> what people call its rows, for folders that know only their ids
CHECKS     what ``shunda verify`` recomputes
TASK_ACTS  kind of step -> what can be done with ticked ones on the worklist itself
DECISIONS  what the company decides by tables that it edits itself
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.assessments import queries as assessments_queries
from shunda.assessments import verify as assessments
from shunda.assessments.consequences import CONSEQUENCES
from shunda.billing import jobs as billing_jobs
from shunda.billing import verify as billing
from shunda.catalog import verify as catalog
from shunda.changes import history as changes_history
from shunda.changes import jobs as changes_jobs
from shunda.changes import queries as changes_queries
from shunda.changes import verify as changes
from shunda.channels import entering
from shunda.channels import jobs as channels_jobs
from shunda.channels import verify as channels
from shunda.credit import verify as credit
from shunda.credit.proposing import PROPOSALS
from shunda.customers import verify as customers
from shunda.files import verify as files
from shunda.fulfilment import jobs as shipping_jobs
from shunda.fulfilment import queries as shipping_queries
from shunda.fulfilment import verify as fulfilment
from shunda.inventory import verify as inventory
from shunda.lists import jobs as lists_jobs
from shunda.orders import allocation, approval, assigning, decisions, screening, stages
from shunda.orders import jobs as orders_jobs
from shunda.orders import queries as orders_queries
from shunda.orders import verify as orders
from shunda.planning import verify as planning
from shunda.policies import jobs as policies_jobs
from shunda.policies.tables import Table
from shunda.portal import jobs as portal_jobs
from shunda.work import jobs as work_jobs
from shunda.work import verify as work
from shunda.work.levels import ESCALATION
from shunda.work.limits import LIMITS

Job = Callable[[list[int], datetime], None]
"""A reaction: subject ids of the events, and when they happened."""

Check = Callable[[], Iterable[str]]
"""Yields one sentence for each difference between a stored figure and its ledger."""

STOCK_CAME: dict[str, Job] = {
    "fulfilment.serve_waiting": shipping_jobs.serve_waiting,
    "orders.retry_blocked": orders_jobs.retry_blocked,
}
"""Waiting demands first, they were there before the orders that are not confirmed yet."""

REACTIONS: dict[str, dict[str, Job]] = {
    "order.approve": {"orders.confirm_approved": orders_jobs.confirm_approved},
    "order.confirm": {"fulfilment.open_work": shipping_jobs.open_work},
    "order.change": {
        "fulfilment.open_work": shipping_jobs.open_work,
        "fulfilment.serve_after_cancel": shipping_jobs.serve_after_cancel,
        "orders.complete_settled": orders_jobs.complete_settled,
        "changes.retry_after_change": changes_jobs.retry_after_change,
    },
    "order.hold": {"billing.await_payment": billing_jobs.await_payment},
    "order.release": {"orders.confirm_approved": orders_jobs.confirm_approved},
    "order.attach": {"orders.release_signed": orders_jobs.release_signed},
    "order.comment": {"work.mail": work_jobs.mail},
    "order.send_back": {"work.mail": work_jobs.mail},
    "order.cancel": {
        "work.mail": work_jobs.mail,
        "fulfilment.open_work": shipping_jobs.open_work,
        "billing.free_payments": billing_jobs.free_payments,
        "portal.fulfil_cancelled": portal_jobs.fulfil_cancelled,
        "fulfilment.serve_after_cancel": shipping_jobs.serve_after_cancel,
        "orders.retry_after_cancel": orders_jobs.retry_after_cancel,
    },
    "order.pay": {
        "orders.release_paid": orders_jobs.release_paid,
        "orders.complete_settled": orders_jobs.complete_settled,
        "orders.retry_after_payment": orders_jobs.retry_after_payment,
    },
    "credit.set_limit": {"orders.retry_after_limit": orders_jobs.retry_after_limit},
    "credit.raise": {"orders.retry_after_limit": orders_jobs.retry_after_limit},
    "stock.receive": STOCK_CAME,
    "stock.adjust": STOCK_CAME,
    "stock.count": STOCK_CAME,
    "shipment.ship": {
        "billing.open_work": billing_jobs.open_work,
        "billing.deduct_picked_up": billing_jobs.deduct_picked_up,
    },
    "shipment.reverse": {"billing.open_work": billing_jobs.open_work},
    "shipment.sign": {"billing.settle": billing_jobs.settle},
    "settlement.make": {"billing.complete_settled": billing_jobs.complete_settled},
    "deduction.waive": {"billing.complete_waived": billing_jobs.complete_waived},
    "invoice.issue": {"billing.complete_invoiced": billing_jobs.complete_invoiced},
    "export.request": {"lists.write": lists_jobs.write},
    "import.receive": {"channels.check": channels_jobs.check, "channels.enter": entering.watch},
    "import.start": {"channels.book": channels_jobs.book, "channels.enter": entering.watch},
    "import.fail": {"channels.enter": entering.watch},
    "import.discard": {"channels.enter": entering.watch},
    "setting.change": {"work.recount": work_jobs.recount},
    "table.try": {"policies.try_out": policies_jobs.try_out},
}

CHECKS: dict[str, Check] = {
    "files": files.check,
    "catalog": catalog.check,
    "customers": customers.check,
    "assessments": assessments.check,
    "billing": billing.check,
    "changes": changes.check,
    "channels": channels.check,
    "credit": credit.check,
    "fulfilment": fulfilment.check,
    "inventory": inventory.check,
    "orders": orders.check,
    "planning": planning.check,
    "work": work.check,
}

SUBJECTS: dict[str, str] = {
    "inventory.balance": "inventory:detail",
    "inventory.supply": "inventory:supply",
    "inventory.warehouse": "inventory:edit_warehouse",
    "catalog.product": "catalog:detail",
    "policies.tableversion": "policies:version",
    "credit.creditaccount": "credit:detail",
    "credit.limitraise": "credit:raise",
    "credit.proposal": "credit:proposal",
    "pricing.pricelist": "pricing:detail",
    "customers.customer": "customers:detail",
    "orders.order": "orders:detail",
    "planning.demandplan": "planning:detail",
    "changes.change": "changes:detail",
    "portal.wish": "portal:answer",
    "assessments.assessment": "assessments:detail",
    "assessments.meeting": "assessments:meeting",
    "channels.importrun": "channels:detail",
    "fulfilment.shipment": "fulfilment:detail",
    "fulfilment.carrier": "fulfilment:edit_carrier",
    "billing.invoice": "billing:invoice",
    "billing.payment": "billing:payment",
    "billing.settlement": "billing:settlement",
    "billing.deduction": "billing:deduction",
}

NUMBERS: dict[str, Callable[[Iterable[int]], Mapping[int, str]]] = {
    "orders.order": orders_queries.numbers,
    "fulfilment.shipment": shipping_queries.numbers,
    "changes.change": changes_queries.numbers,
    "assessments.assessment": assessments_queries.numbers,
}

PANELS: dict[str, list[str]] = {
    "work:home": ["accounts:standing", "orders:today"],
    "orders:detail": [
        "work:of_order",
        "changes:panel",
        "portal:panel",
        "fulfilment:panel",
        "billing:panel",
        "documents:panel",
    ],
    "orders:desk": ["changes:waiting"],
    "orders:aside": ["timeline:order"],
    "customers:detail": ["billing:trade", "credit:panel", "billing:customer_panel", "pricing:of_customer"],
    "catalog:detail": ["inventory:of_product", "pricing:of_product"],
}

TASK_ACTS: dict[str, list[tuple[str, str | Promise, str]]] = {
    "order.submit": [("orders:submit", _("Submit for review"), "orders.submit_order")],
    "order.confirm": [("orders:confirm", _("Confirm"), "orders.confirm_order")],
    "order.complete": [("orders:complete", _("Complete"), "orders.complete_order")],
    "order.archive": [("orders:archive", _("Archive"), "orders.archive_order")],
    "shipment.create": [("fulfilment:plan_all", _("Plan shipments"), "fulfilment.create_shipment")],
    "shipment.pick": [("fulfilment:pick_all", _("Everything found"), "fulfilment.pick_shipment")],
    "shipment.pack": [("fulfilment:pack_all", _("Packed"), "fulfilment.pack_shipment")],
    "payment.match": [("billing:match", _("Match as proposed"), "billing.match_payment")],
    "invoice.create": [("billing:draft", _("Draft invoices"), "billing.create_invoice")],
    "invoice.issue": [("billing:issue", _("Issue"), "billing.issue_invoice")],
    "settlement.confirm": [("billing:confirm", _("Confirm"), "billing.confirm_settlement")],
}
"""Address that takes the ticked subjects (``row=``), text, permission."""

DECISIONS: tuple[Table, ...] = (
    allocation.ALLOCATION,
    allocation.PRIORITY,
    approval.AUTO_APPROVE,
    decisions.REVIEWERS,
    approval.CONFIRMERS,
    screening.SCREENING,
    changes_history.CHANGE_AUTHORITY,
    stages.STAGES,
    assigning.STEPS,
    PROPOSALS,
    LIMITS,
    ESCALATION,
    CONSEQUENCES,
)
"""In the order people read them."""
