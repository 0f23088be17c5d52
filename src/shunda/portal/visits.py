"""What customers do behind their link. Who acts is the customer: he may do this, to this order, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from shunda.changes import actions as changes
from shunda.changes.models import Change, ChangeKind
from shunda.changes.specs import ChangeSpec
from shunda.changes.states import ChangeStatus
from shunda.changes.weighing import Weighed, weigh
from shunda.core.actor import Actor
from shunda.core.batch import happening
from shunda.core.event import record
from shunda.core.refusal import Refusal, Refused
from shunda.orders import window
from shunda.orders.models import Channel, Order
from shunda.orders.states import ORDER
from shunda.portal import queries, rules, tasks
from shunda.portal import reasons as why
from shunda.portal.models import Link, Wish

RIGHTS = frozenset({"orders.view_order", ORDER["cancel"].permission})
REASON = 200


def customer(link: Link) -> Actor:
    """The customer as the one who acts, told by the link he came with; whatever he does is done to its order."""
    name = link.order.customer_name or link.order.customer.name
    return Actor(None, f"{name[:100]} (link {link.pk})", RIGHTS, reach="all", source="portal")


def opened(link: Link, *, at: datetime) -> None:
    """Count one more visit."""
    Link.objects.filter(pk=link.pk).update(opened=F("opened") + 1, opened_at=at)


@dataclass(frozen=True, slots=True)
class Cancelling:
    """Whether the customer may cancel by himself now, until when, and what that does."""

    until: datetime | None
    refused: Refusal | None
    weighed: Weighed | None = None


def may_cancel(link: Link, *, at: datetime) -> Cancelling:
    """Whether he may, by the clock and by how far the goods are; nothing is tried."""
    end = window.free_until([link.order])[link.order_id]
    return Cancelling(end, rules.why_not_cancel(link.order, end, at))


def weighed(link: Link, *, at: datetime) -> Cancelling:
    """What cancelling would do, found by really doing it and undoing it; refused where it could not be done now."""
    found = may_cancel(link, at=at)
    if found.refused:
        return found
    pk = link.order_id
    one = weigh({pk: _spec(link, "–")}, by=customer(link), at=at, ends={pk: found.until})[pk]
    stopped = why.CANCEL_NOT_NOW(pk) if one.refused or one.voices else None
    return Cancelling(found.until, stopped, one)


def cancel(link: Link, reason: str, *, at: datetime) -> Change:
    """Cancel the order of a link in its free window (R161, R170): the same change staff makes, with the same effects.

    It is made at once or refused, never left to be decided; afterwards he asks (``wish``). The window is looked at
    behind the lock of the order, so nobody cancels what was picked or shipped meanwhile.
    """
    with transaction.atomic():
        found = _locked(link, at)
        if refusal := may_cancel(found, at=at).refused:
            raise Refused(refusal)
        by = customer(found)
        outcome = changes.request([_spec(found, _reason(reason))], by=by, at=at)
        if outcome.refused or outcome.done[0].status != ChangeStatus.APPLIED:
            raise Refused(why.CANCEL_NOT_NOW(found.order_id))
        record([happening("link.cancel", found, change=outcome.done[0].number, reason=_reason(reason))], by=by, at=at)
    return outcome.done[0]


def wish(link: Link, kind: str, text: str, *, at: datetime) -> Wish:
    """Ask for a cancellation, a change or an answer in one's own words: it waits for whoever the order belongs to."""
    with transaction.atomic():
        found = _locked(link, at)
        waiting = Wish.objects.filter(order=found.order, answered_at__isnull=True).count()
        if refused := rules.why_not_wish(found.order, kind, text, waiting):
            raise Refused(*refused)
        made = Wish.objects.create(order=found.order, link=found, kind=kind, text=text.strip(), asked_at=at)
        record([happening("wish.ask", made, wish=kind, text=made.text)], by=customer(found), at=at)
        tasks.open_for([made], at=at)
    return made


def _locked(link: Link, at: datetime) -> Link:
    """The link again, its order locked: it may have been revoked since the page was opened."""
    list(Order.objects.filter(pk=link.order_id).select_for_update().values_list("pk"))
    found = queries.behind(rules.token(link.word), at=at)
    if found is None:
        raise Refused(why.CLOSED(link.order_id))
    return found


def _spec(link: Link, reason: str) -> ChangeSpec:
    name = link.order.contact_name or link.order.customer_name
    return ChangeSpec(link.order_id, reason, ChangeKind.CANCEL, asked_by=name, asked_through=Channel.WEB)


def _reason(text: str) -> str:
    """What he wrote; where he wrote nothing we say it, in the language of the company."""
    with translation.override(settings.LANGUAGE_CODE):
        return text.strip()[:REASON] or _("Cancelled by the customer in the free window")
