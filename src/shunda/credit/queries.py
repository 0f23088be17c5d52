"""How much of a customer's credit is used, and by what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, DecimalField, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Round

from shunda.accounts.queries import doers
from shunda.core import sql
from shunda.core.actor import Actor
from shunda.core.models import Event
from shunda.credit.holding import RAISED
from shunda.credit.models import Bucket, CreditAccount, CreditEntry, LimitRaise, Proposal
from shunda.credit.states import ProposalStatus, RaiseStatus
from shunda.customers import queries as customers
from shunda.policies import queries as policies

ZERO = Decimal(0)
WITHOUT_LIMIT = Decimal(99)
"""How much of no limit at all is used."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An amount in each bucket; ``exposure`` is all three."""

    ordered: Decimal = ZERO
    shipped: Decimal = ZERO
    invoiced: Decimal = ZERO

    @property
    def exposure(self) -> Decimal:
        """What is owed or about to be owed."""
        return self.ordered + self.shipped + self.invoiced


@dataclass(frozen=True, slots=True)
class Exposure:
    """A customer's limit, the raises that run, and what of it all is used."""

    customer_id: int
    currency: str = "CNY"
    limit: Decimal = ZERO
    raised: Decimal = ZERO
    standing: Standing = Standing()
    version: int = 0

    @property
    def effective(self) -> Decimal:
        """What may be owed now: the limit and the raises that run."""
        return self.limit + self.raised

    @property
    def exposure(self) -> Decimal:
        """What is used."""
        return self.standing.exposure

    @property
    def free(self) -> Decimal:
        """What is left; under zero when the limit was lowered below what is used."""
        return self.effective - self.exposure


_EXPOSURE = f"""
select customer_id, currency, "limit", {RAISED}, ordered, shipped, invoiced, version
from credit_creditaccount account where customer_id = any(%s::bigint[])
"""  # noqa: S608  # no value of a user's is in it


def exposure(customer_ids: Iterable[int], at: datetime | None = None) -> dict[int, Exposure]:
    """Limit and use of each customer, one query; a customer without an account has a limit of 0.

    Raises count that run at that moment; without one, those that were counted last.
    """
    wanted = list(customer_ids)
    rows = sql.fetch(_EXPOSURE, [at, at, at, sql.numbers(wanted)]) if wanted else []
    found = {
        pk: Exposure(pk, currency, limit, raised, Standing(*buckets), version)
        for pk, currency, limit, raised, *buckets, version in rows
    }
    return {pk: found.get(pk, Exposure(pk)) for pk in wanted}


def by_order(order_ids: Iterable[int]) -> dict[int, Standing]:
    """What each order has in each bucket, from the ledger; orders that hold nothing are all zero."""
    wanted = list(order_ids)
    sums: dict[int, dict[str, Decimal]] = {pk: {} for pk in wanted}
    rows = CreditEntry.objects.filter(order_id__in=wanted).values("order_id", "bucket").annotate(amount=Sum("amount"))
    for row in rows:
        sums[row["order_id"] or 0][row["bucket"]] = row["amount"]
    return {
        pk: Standing(*(buckets.get(bucket, ZERO) for bucket in (Bucket.ORDERED, Bucket.SHIPPED, Bucket.INVOICED)))
        for pk, buckets in sums.items()
    }


def accounts(actor: Actor) -> QuerySet[CreditAccount]:
    """The credit accounts of the customers an actor may see, with the customer."""
    rows = CreditAccount.objects.select_related("customer__term")
    return rows if actor.reach == "all" else rows.filter(customer__in=customers.seen_by(actor))


def by_use(actor: Actor) -> QuerySet[CreditAccount]:
    """The same with ``utilisation``: the share of limit and raises that is used; without a limit far over it."""
    limit = F("limit") + F("raised")
    share = Case(
        When(exposure=ZERO, then=Value(ZERO)),
        When(Q(limit=ZERO, raised=ZERO), then=Value(WITHOUT_LIMIT)),
        default=Round(F("exposure") / limit, precision=4),
        output_field=DecimalField(max_digits=30, decimal_places=4),
    )
    return accounts(actor).annotate(utilisation=share)


def makers(customer_id: int, limit: int = 200) -> list[tuple[int, Standing]]:
    """What makes a customer's exposure: each order that has something in a bucket, the largest first; one query."""
    rows = (
        CreditEntry.objects.filter(customer_id=customer_id)
        .values_list("order_id")
        .annotate(
            ordered=_sum(Bucket.ORDERED),
            shipped=_sum(Bucket.SHIPPED),
            invoiced=_sum(Bucket.INVOICED),
            exposure=Sum("amount"),
        )
        .exclude(ordered=ZERO, shipped=ZERO, invoiced=ZERO)
        .order_by("-exposure", "order_id")[:limit]
    )
    return [(order_id or 0, Standing(*buckets)) for order_id, *buckets, _exposure in rows]


def _sum(bucket: Bucket) -> Sum:
    return Sum("amount", filter=Q(bucket=bucket), default=ZERO)


def entries(customer_id: int) -> QuerySet[CreditEntry]:
    """The ledger of a customer."""
    return CreditEntry.objects.filter(customer_id=customer_id)


def raises(actor: Actor) -> QuerySet[LimitRaise]:
    """The temporary raises of the customers an actor may see, with the customer."""
    return LimitRaise.objects.select_related("customer").filter(customers.within(actor, "customer__"))


def askers(rows: Iterable[LimitRaise | Proposal]) -> dict[int, set[int]]:
    """By raise or by proposal: whoever asked for it, and in whose name; one query."""
    found = list(rows)
    if not found:
        return {}
    kind = {LimitRaise: "raise.create", Proposal: "proposal.create"}[type(found[0])]
    return doers(found[0]._meta.label_lower, [row.pk for row in found], kind)


def alone() -> Decimal:
    """Raises of a customer up to this sum need no second person."""
    most: Decimal = policies.value("credit.raise_alone_amount")
    return most


def open_raises(customer_ids: Iterable[int], at: datetime) -> dict[int, Decimal]:
    """What runs, will run or waits to be decided of raises, by customer; one query."""
    rows = LimitRaise.objects.filter(
        customer_id__in=list(customer_ids), status__in=[RaiseStatus.ASKED, RaiseStatus.APPROVED], until__gt=at
    )
    return dict(rows.order_by().values_list("customer_id").annotate(amount=Sum("amount")))


def proposals(actor: Actor) -> QuerySet[Proposal]:
    """The proposals for the customers an actor may see, with the customer."""
    return Proposal.objects.select_related("customer").filter(customers.within(actor, "customer__"))


def waiting(customer_ids: Iterable[int]) -> QuerySet[Proposal]:
    """The proposals for these customers nobody has decided on."""
    return Proposal.objects.filter(customer_id__in=list(customer_ids), status=ProposalStatus.PROPOSED)


def decided_since(customer_ids: Iterable[int], since: datetime) -> set[int]:
    """The customers about whom somebody decided a proposal from then on."""
    decided = Proposal.objects.filter(
        customer_id__in=list(customer_ids),
        status__in=[ProposalStatus.APPROVED, ProposalStatus.REJECTED],
        decided_at__gte=since,
    )
    return set(decided.values_list("customer_id", flat=True))


@dataclass(frozen=True, slots=True)
class LimitChange:
    """Who set a limit, from what to what, when and why."""

    old: Decimal
    new: Decimal
    currency: str
    reason: str
    actor: str
    at: datetime


def limit_changes(customer_id: int, limit: int = 20) -> list[LimitChange]:
    """The limits a customer had, newest first."""
    rows = Event.objects.filter(subject_kind="credit.creditaccount", subject_id=customer_id, kind="credit.set_limit")
    return [
        LimitChange(
            Decimal(row.data["old"]),
            Decimal(row.data["new"]),
            row.data["currency"],
            row.data["reason"],
            row.actor,
            row.at,
        )
        for row in rows.order_by("-id")[:limit]
    ]
