"""What we do: hand out links, revoke them, answer what customers ask for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import NOT_FOUND
from shunda.orders import rows, steps
from shunda.orders.models import Order
from shunda.orders.queries import seen_by as orders_seen_by
from shunda.policies import queries as policies
from shunda.portal import queries, rules, tasks
from shunda.portal import reasons as why
from shunda.portal.models import Link, Wish

__all__ = ["answer_wishes", "create_links", "revoke_links"]


@action("portal.create_link")
def create_links(order_ids: Collection[int], *, by: Actor, at: datetime) -> Outcome[Link]:
    """A link for each of these orders, good for as many days as the setting says; one that works is given again.

    Refused for drafts and for orders that are over. ``Refusal.id`` is the order.
    """
    wanted = sorted(set(order_ids))
    orders = list(orders_seen_by(by).filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",)))
    refused = [NOT_FOUND(pk) for pk in wanted if pk not in {order.pk for order in orders}]
    good: list[Order] = []
    for order in orders:
        reason = rules.why_no_link(order)
        refused.append(reason) if reason else good.append(order)
    there = {link.order_id: link for link in Link.objects.filter(order__in=good, revoked_at__isnull=True)}
    ended = [link.pk for link in there.values() if link.expires_at < at]
    Link.objects.filter(pk__in=ended).update(revoked_at=at)
    ends = at + timedelta(days=policies.value("portal.link_days"))
    new = [
        Link(order=order, word=rules.word(), made_by_id=by.id, made_at=at, expires_at=ends)
        for order in good
        if order.pk not in there or there[order.pk].pk in ended
    ]
    rows.insert(Link, new)
    record([happening("link.create", link, until=link.expires_at) for link in new], by=by, at=at)
    found = {link.order_id: link for link in [*there.values(), *new]}
    return Outcome([found[order.pk] for order in good], refused)


@action("portal.revoke_link")
def revoke_links(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Link]:
    """From now on nobody gets in by these links; what was asked for behind them stays."""
    steps.lock(list(queries.seen_by(by).filter(pk__in=ids).values_list("order_id", flat=True)))
    batch = Batch(queries.seen_by(by), ids, None, "link.revoke", versions=versions)
    batch.refuse_if(lambda link: why.REVOKED(link.pk) if link.revoked_at else None)
    return batch.commit(by=by, at=at, stamp="revoked_at")


@action("portal.answer_wish")
def answer_wishes(
    answers: Mapping[int, str], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Wish]:
    """Answer customers, by wish; they read it behind their link. What the order needs is done with the order."""
    steps.lock(list(queries.wishes(by).filter(pk__in=answers).values_list("order_id", flat=True)))
    batch = Batch(queries.wishes(by), answers, None, "wish.answer", versions=versions)
    batch.refuse_if(lambda wish: rules.why_not_answer(wish.answered_at, wish.pk, answers[wish.pk]))
    for wish in batch:
        batch.amend(wish, {"answer": answers[wish.pk].strip(), "answered_by_id": by.id}, {})
        batch.note(wish.pk, text=answers[wish.pk].strip(), wish=wish.kind)
    outcome = batch.commit(by=by, at=at, stamp="answered_at")
    tasks.close([wish.pk for wish in outcome.done], by=by, at=at)
    return outcome
