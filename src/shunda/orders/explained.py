"""The reasons behind the price of a line, the date and the warehouse of an order, in sentences (R039-R042)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shunda.core.models import Event
from shunda.core.refusal import Refusal
from shunda.credit import queries as credit
from shunda.credit import scoring
from shunda.credit.pages.shown import shown
from shunda.credit.rules import Score
from shunda.customers.models import TermKind
from shunda.orders import choosing, facts, overview, pickup, rules
from shunda.orders import reasons as why
from shunda.orders.assembly import LISTED, MISSING, OVERRIDDEN
from shunda.orders.models import Department, Order, OrderKind, OrderLine
from shunda.orders.states import OrderStatus
from shunda.policies.tables import TABLES
from shunda.pricing import queries as pricing
from shunda.web.formats import day, money, percent, price, quantity

Said = tuple[str, str]
"""A sentence and how it is meant: ok, warn, or nothing."""

CHECKED = frozenset({OrderStatus.DRAFT, OrderStatus.SENT_BACK, OrderStatus.IN_REVIEW, OrderStatus.APPROVED})
"""While the checks still matter: later, stock and credit are taken."""

DATES = {
    reason.code
    for reason in (
        why.SHORT, why.SHORT_NO_DATE, why.STOCK_OK, why.MADE_TO_ORDER, why.MADE_TO_ORDER_NO_DATE, why.MADE_TOO_LATE,
        why.DATE_OPEN, why.DATE_OK, why.DATE_TIGHT,
    )
}  # fmt: skip
"""The findings that say when goods can be there."""


def of_price(line: OrderLine) -> Iterator[str]:
    """Where the price of a line comes from: the list, the quantity, the discount, the floor."""
    reason = line.price_reason
    listed, source = reason.get("list_price"), reason.get("source")
    if source == MISSING:
        yield _("No price list has one yet, and nobody typed one.")
    elif source == OVERRIDDEN and listed:
        yield _("%(price)s was typed by hand; the list says %(listed)s.") % {
            "price": price(line.unit_price), "listed": listed,
        }  # fmt: skip
    elif source == OVERRIDDEN:
        yield _("%(price)s was typed by hand; no price list has one.") % {"price": price(line.unit_price)}
    elif source == LISTED:
        yield _("%(price)s for one %(unit)s, as listed:") % {"price": price(line.unit_price), "unit": line.unit}
    yield from pricing.sentences(reason.get("reasons", []))
    if line.discount_rate:
        yield _("Less %(percent)s discount on this line.") % {"percent": percent(line.discount_rate)}
    if line.order_discount:
        yield _("Its share of the order discount is %(amount)s.") % {"amount": price(line.order_discount)}


def of_date(order: Order, at: datetime) -> list[Said]:
    """Why the order is promised for its day, and what could make it late."""
    said = [("", sentence) for sentence in _of_date(order)]
    if order.status in CHECKED:
        found = facts.findings([order], at)[order.pk]
        return said + [(finding.level, finding.message) for finding in found if finding.code in DATES]
    return said + [("warn", sentence) for sentence in _waiting_lines(order)]


def _of_date(order: Order) -> Iterator[str]:
    if order.wanted_date:
        yield _("The customer wants the goods by %(day)s.") % {"day": day(order.wanted_date)}
    else:
        yield _("The customer named no day.")
    if order.promised_date is None:
        yield _("Nothing is promised yet: that happens when the order is confirmed.")
    elif order.promised_date == order.wanted_date:
        yield _("Promised as it was wanted, for everything was reserved when the order was confirmed.")
    else:
        yield _("%(day)s was promised by hand.") % {"day": day(order.promised_date)}


def _waiting_lines(order: Order) -> Iterator[str]:
    """Lines of a confirmed order that are neither shipped nor reserved, with the next supply expected."""
    waiting = overview.waiting_lines(order.pk)
    expected = facts.restock({line.sku_id for line in waiting}, {order.warehouse_id})
    for line in waiting:
        data = {
            "line": line.line_no, "sku": line.sku.code,
            "quantity": quantity(rules.open_quantity(line) - (line.demand.reserved if line.demand else 0)),
            "day": day(expected.get((line.sku_id, order.warehouse_id))),
        }  # fmt: skip
        if (line.sku_id, order.warehouse_id) in expected:
            yield _("Line %(line)s (%(sku)s): %(quantity)s not reserved yet, next supply %(day)s.") % data
        else:
            yield _("Line %(line)s (%(sku)s): %(quantity)s not reserved yet, no supply announced.") % data


WHY = {
    choosing.TERRITORY: gettext_lazy("%(name)s looks after another territory."),
    choosing.ABILITY: gettext_lazy("%(name)s does not do this kind of order or goods."),
    choosing.FULL: gettext_lazy("%(name)s has %(load)s of at most %(capacity)s orders."),
    choosing.FREE: gettext_lazy("%(name)s has %(load)s of at most %(capacity)s orders."),
}


def of_owner(order: Order) -> list[Said]:
    """Why this salesperson looks after the order: the row that named a team, and how it was with each in it (R112)."""
    made = Event.objects.filter(order_id=order.pk, kind="order.create").order_by("pk").first()
    traces = made.data.get("decided", []) if made else []
    found = [one for one in traces if "candidates" in one]
    if not found:
        nobody = _("Nobody was looked for: the order was given by hand, or stayed with the customer's salesperson.")
        return [("", nobody)]
    said: list[Said] = []
    for trace in found:
        where = {"table": TABLES[trace["table"]].label, "version": trace["version"], "row": trace["rows"][0]}
        said.append(("", _("%(table)s, version %(version)s, row %(row)s, named these people:") % where))
        people = trace["candidates"]
        said += [("ok" if one["chosen"] else "", str(WHY[one["why"]]) % one) for one in people]
        if not any(one["chosen"] for one in people):
            said.append(("warn", _("Nobody of them fits; the order stayed with the customer's own salesperson.")))
    if order.owner_id not in {one["id"] for trace in found for one in trace["candidates"] if one["chosen"]}:
        said.append(("", _("%(name)s looks after it now.") % {"name": order.owner or "–"}))
    return said


MAY_SEE_CREDIT = ["credit.view_exposure", *(f"orders.review_{department}" for department in Department)]
"""Who is told of a customer's credit: one of these is enough."""


def of_credit(order: Order, at: datetime) -> list[Said]:
    """What is known of the customer's credit, and each input of the score with what it earned, now and then (R049)."""
    if order.term.kind != TermKind.CREDIT:
        return [("", _("The order is paid as “%(term)s”: no credit is used.") % {"term": order.term})]
    standings = credit.exposure([order.customer_id], at)
    decided = scoring.decided()
    score, standing = scoring.weigh(standings, decided, at)[order.customer_id], standings[order.customer_id]
    least = decided["credit.release_score"]
    used = {
        "exposure": money(standing.exposure, standing.currency),
        "limit": money(standing.effective, standing.currency),
        "free": money(standing.free, standing.currency),
    }
    text = _("%(exposure)s of the limit of %(limit)s are used, %(free)s are free.")
    said = [("ok" if standing.free >= 0 else "block", text % used)]
    if standing.raised:
        text = _("%(amount)s of the limit are raised for some days.")
        said.append(("", text % {"amount": money(standing.raised, standing.currency)}))
    text = _("Credit score %(score)s of 100; the system releases from %(least)s on.")
    said.append(("ok" if score.points >= least else "warn", text % {"score": score.points, "least": least}))
    said += [("", sentence) for sentence in _score_parts(score, standing.currency)]
    return said + _score_then(order)


def _score_parts(score: Score, currency: str) -> Iterator[str]:
    """What each input is and how many of its points it earned."""
    given = score.inputs
    figures = {
        "repayment": f"{money(given.paid, currency)} / {money(given.due, currency)}",
        "debt": f"{money(given.debt, currency)} / {money(given.limit, currency)}",
        "overdue": money(given.overdue, currency),
        "age": ngettext("%(n)s day", "%(n)s days", given.days) % {"n": given.days},
    }
    for part in shown(score).parts:
        data = {"input": part.label, "figure": figures[part.name], "points": part.points, "weight": part.weight}
        yield _("%(input)s: %(figure)s, %(points)s of %(weight)s points.") % data


def _score_then(order: Order) -> list[Said]:
    """What finance was told when the order was submitted last: the score it was decided by."""
    if order.status in CHECKED:
        return []
    review = order.reviews.filter(department=Department.FINANCE).order_by("-round").first()
    kept = [one for one in review.findings if one["code"] in SCORES] if review else []
    then = _("When it was submitted: %(sentence)s")
    return [(one["level"], then % {"sentence": Refusal(None, one["code"], one["data"]).message}) for one in kept]


SCORES = {why.SCORE_OK.code, why.SCORE_POOR.code}


def of_pickup(order: Order, at: datetime) -> list[Said]:
    """Until when a special order is to be picked up, and what of its deposit is deducted by now (R106-R108)."""
    if order.kind != OrderKind.SPECIAL or order.confirmed_at is None:
        return []
    found = pickup.of([order], at=at).get(order.pk)
    if found is None:
        return [("", _("Not everything is in stock for the customer yet; the days for its pick-up begin then."))]
    data = {
        "ready": day(found.ready_on), "until": day(found.until), "late": day(found.late_until),
        "deposit": money(found.deposit, order.currency), "deducted": money(found.deducted, order.currency),
        "share": percent(found.share), "picked": day(found.picked_on),
    }  # fmt: skip
    since = [("", _("In stock since %(ready)s.") % data)]
    since += [("", _("Picked up on %(picked)s.") % data)] if found.picked_on else []
    return [*since, (PICKUP_LEVELS[found.standing], str(PICKUP[found.standing]) % data)]


PICKUP = {
    pickup.Standing.IN_TIME: gettext_lazy(
        "Picked up by %(until)s, the deposit of %(deposit)s is set off against the price."
    ),
    pickup.Standing.LATE: gettext_lazy(
        "Not picked up by %(until)s: the deposit of %(deposit)s is not set off, %(share)s of it (%(deducted)s) are"
        " deducted if it is picked up by %(late)s."
    ),
    pickup.Standing.MISSED: gettext_lazy(
        "Not picked up by %(late)s: %(share)s of the deposit of %(deposit)s (%(deducted)s) are deducted."
    ),
}
PICKUP_LEVELS = {pickup.Standing.IN_TIME: "ok", pickup.Standing.LATE: "warn", pickup.Standing.MISSED: "block"}


def of_warehouse(order: Order) -> list[Said]:
    """Why the order leaves from its warehouse, and how many of its lines every other one could serve now."""
    served = overview.could_serve(order)
    if min(served, default=order.warehouse_id) == order.warehouse_id:
        text = _("%(warehouse)s is the usual warehouse; an order may name another.")
    else:
        text = _("%(warehouse)s was chosen for this order.")
    said = [("", text % {"warehouse": order.warehouse})]
    for name, lines, whole in served.values():
        level = "ok" if lines == whole else "warn"
        text = _("%(warehouse)s has %(lines)s of %(whole)s articles in the quantity that is still open.")
        said.append((level, text % {"warehouse": name, "lines": lines, "whole": whole}))
    return said
