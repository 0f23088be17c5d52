"""The tables a newcomer reads first: what follows from what, and where pages meet.

REACTIONS  event kind -> jobs that make documents match the facts (running one twice changes nothing)
PANELS     page -> the htmx panels other folders put on it
SUBJECTS   subject kind -> the url name of its page, for timelines, worklists and search
CHECKS     what ``shunda verify`` recomputes
TASK_ACTS  kind of step -> what can be done with ticked ones on the worklist itself
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.credit import verify as credit
from shunda.inventory import verify as inventory
from shunda.orders import jobs as orders_jobs
from shunda.orders import verify as orders

Job = Callable[[list[int], datetime], None]
"""A reaction: subject ids of the events, and when they happened."""

Check = Callable[[], Iterable[str]]
"""Yields one sentence for each difference between a stored figure and its ledger."""

REACTIONS: dict[str, dict[str, Job]] = {
    "order.approve": {"orders.confirm_approved": orders_jobs.confirm_approved},
    "stock.receive": {"orders.retry_blocked": orders_jobs.retry_blocked},
}

CHECKS: dict[str, Check] = {
    "credit": credit.check,
    "inventory": inventory.check,
    "orders": orders.check,
}

SUBJECTS: dict[str, str] = {
    "orders.order": "orders:detail",
}

PANELS: dict[str, list[str]] = {
    "orders:detail": ["work:of_order", "timeline:order"],
}

TASK_ACTS: dict[str, list[tuple[str, str | Promise, str]]] = {
    "order.submit": [("orders:submit", _("Submit for review"), "orders.submit_order")],
    "order.confirm": [("orders:confirm", _("Confirm"), "orders.confirm_order")],
    "order.complete": [("orders:complete", _("Complete"), "orders.complete_order")],
    "order.archive": [("orders:archive", _("Archive"), "orders.archive_order")],
}
"""Address that takes the ticked subjects (``row=``), text, permission."""
