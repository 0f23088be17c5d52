"""The decision tables about orders, and the facts they look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Region
from shunda.credit import scoring
from shunda.credit.rules import Score
from shunda.customers.models import Customer, Grade, PaymentTerm, TermKind
from shunda.orders.checks import CheckFacts
from shunda.orders.models import Channel, Department, Order, OrderKind, OrderLine, Priority
from shunda.policies import tables
from shunda.policies.conditions import NO, YES, YES_OR_NO, Names, Numbers
from shunda.policies.decisions import Ruling, decide
from shunda.policies.kinds import Choice, Whole
from shunda.policies.tables import Input, Output, Row, Table, declare

PIECE = 2_000

FACTS = (
    Input("kind", _("order type"), Names(OrderKind.choices)),
    Input("gross", _("total"), Numbers(_("yuan"))),
    Input("channel", _("channel"), Names(Channel.choices)),
    Input("grade", _("customer's grade"), Names(Grade.choices)),
    Input("region", _("region"), Names()),
    Input("made_to_order", _("made to order"), YES_OR_NO),
    Input("contract", _("contract order"), YES_OR_NO),
    Input("important", _("important order"), YES_OR_NO),
    Input("urgent", _("urgent"), YES_OR_NO),
    Input("currency", _("currency"), Names()),
    Input("province", _("province of delivery"), Names()),
)
"""What every table about orders can look at."""

NOT_ON_CREDIT = 100
SCORED = (*FACTS, Input("score", _("credit score (100: not on credit)"), Numbers()))
"""What the tables that release orders can look at besides: a poor payer on credit (R049)."""


def facts(order: Order, customer: Customer, *, made_to_order: bool, region: str = "") -> dict[str, Any]:
    """The facts of one order, as ``FACTS`` names them."""
    return {
        "kind": order.kind,
        "gross": order.gross,
        "channel": order.channel,
        "grade": customer.grade,
        "region": region,
        "made_to_order": YES if made_to_order else NO,
        "contract": YES if order.contract_number else NO,
        "important": YES if order.priority >= Priority.TOP else NO,
        "urgent": YES if order.urgent else NO,
        "currency": order.currency,
        "province": order.ship_province,
    }


@dataclass(frozen=True, slots=True)
class Submitted:
    """Orders that were submitted between two moments."""

    def count(self, since: datetime, until: datetime) -> int:
        """How many."""
        return int(self.rows(since, until).count())

    def cases(self, since: datetime, until: datetime) -> Iterable[tables.Case]:
        """Each with the facts it has now, read piece by piece."""
        for order in looked_at(self.rows(since, until)).iterator(chunk_size=PIECE):
            yield tables.Case(order.pk, order.number, facts_now(order))

    def rows(self, since: datetime, until: datetime) -> QuerySet[Order]:
        """The orders themselves."""
        return Order.objects.filter(submitted_at__gte=since, submitted_at__lt=until).order_by("pk")


def looked_at(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with no more columns than their facts need: there may be a hundred thousand."""
    made = Exists(OrderLine.objects.filter(order=OuterRef("pk"), made_to_order=True))
    return orders.select_related("customer", "region").only(*COLUMNS).annotate(has_made_to_order=made)


def facts_now(order: Any) -> dict[str, Any]:
    """The facts of an order read by ``looked_at``."""
    code = order.region.code if order.region else ""
    return facts(order, order.customer, made_to_order=order.has_made_to_order, region=code)


COLUMNS = (
    "number", "kind", "gross", "channel", "contract_number", "priority", "urgent", "currency", "ship_province",
    "customer__grade", "region__code",
)  # fmt: skip
"""What ``facts`` looks at of an order."""


@dataclass(frozen=True, slots=True)
class Released(Submitted):
    """Orders that were submitted, with the credit scores their customers have now where they matter."""

    def compute(self, subject_ids: Sequence[int], names: Collection[str], at: datetime) -> dict[int, dict[str, Any]]:
        """The score of each: four queries."""
        if "score" not in names:
            return {pk: {} for pk in subject_ids}
        orders = list(Order.objects.select_related("term").only("customer_id", "term__kind").filter(pk__in=subject_ids))
        scores = scoring.scores((one.customer_id for one in orders if one.term.kind == TermKind.CREDIT), at)
        return {order.pk: {"score": _points(order, order.term, scores)} for order in orders}


def scored(orders: Sequence[Order], known: CheckFacts) -> dict[int, dict[str, Any]]:
    """The facts of orders the checks have looked at, the score among them, by order id: one query."""
    cases = facts_of(orders, known.customers, known.lines)
    return {
        order.pk: cases[order.pk] | {"score": _points(order, known.terms[order.term_id], known.scores)}
        for order in orders
    }


def _points(order: Order, term: PaymentTerm, scores: Mapping[int, Score]) -> int:
    """The fact "score" of an order."""
    return scores[order.customer_id].points if term.kind == TermKind.CREDIT else NOT_ON_CREDIT


REVIEWERS = declare(
    Table(
        "orders.review",
        _("Who reviews an order"),
        _("Departments of one step review side by side; the next step begins when all of them approved."),
        SCORED,
        (
            Output("department", _("department"), Choice(tuple(Department.choices))),
            Output("step", _("step"), Whole(1, 9)),
        ),
        (
            Row({}, {"department": Department.SALES, "step": "1"}),
            Row({}, {"department": Department.FINANCE, "step": "1"}),
            Row({}, {"department": Department.WAREHOUSE, "step": "1"}),
            Row({"made_to_order": YES}, {"department": Department.PRODUCTION, "step": "1"}),
            Row({"contract": YES}, {"department": Department.CONTRACT, "step": "1"}),
            Row({"important": YES}, {"department": Department.MANAGEMENT, "step": "2"}),
        ),
        hit="every",
        requirements=("R043", "R044", "R045", "R046", "R053", "R055", "R060"),
        subject_url="orders:detail",
        history=Released(),
        otherwise=_("sales reviews"),
    )
)


def reviewers(orders: Sequence[Order], known: CheckFacts, *, at: datetime) -> dict[int, Ruling]:
    """Who reviews each order, by the table in force: two queries, however many orders."""
    cases = scored(orders, known)
    rulings = decide(REVIEWERS.name, (cases[order.pk] for order in orders), at=at)
    return {order.pk: ruling for order, ruling in zip(orders, rulings, strict=True)}


def facts_of(
    orders: Sequence[Order], customers: Mapping[int, Customer], lines: Mapping[int, Sequence[OrderLine]]
) -> dict[int, dict[str, Any]]:
    """The facts of many orders, by order id: one query, for the codes of their regions."""
    codes = region_codes(order.region_id for order in orders)
    return {
        order.pk: facts(
            order,
            customers[order.customer_id],
            made_to_order=any(line.made_to_order for line in lines[order.pk]),
            region=codes.get(order.region_id or 0, ""),
        )
        for order in orders
    }


def region_codes(ids: Iterable[int | None]) -> dict[int, str]:
    """The codes of these regions by id."""
    return dict(Region.objects.filter(pk__in={pk for pk in ids if pk}).values_list("pk", "code"))


def steps(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Each department once, at the earliest step any row gives it; sales where no row fits: no order is unseen."""
    found: dict[str, int] = {}
    for outcome in outcomes:
        department, step = outcome["department"], outcome["step"]
        found[department] = min(step, found.get(department, step))
    return found or {Department.SALES: 1}
