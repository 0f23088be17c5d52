"""How much of a customer's credit is used, and by what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from shunda.credit.models import Bucket, CreditAccount, CreditEntry

ZERO = Decimal(0)


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
    """A customer's limit and what of it is used."""

    customer_id: int
    currency: str = "CNY"
    limit: Decimal = ZERO
    standing: Standing = Standing()
    version: int = 0

    @property
    def exposure(self) -> Decimal:
        """What is used."""
        return self.standing.exposure

    @property
    def free(self) -> Decimal:
        """What is left; under zero when the limit was lowered below what is used."""
        return self.limit - self.exposure


def exposure(customer_ids: Iterable[int]) -> dict[int, Exposure]:
    """Limit and use of each customer, one query; a customer without an account has a limit of 0."""
    wanted = list(customer_ids)
    found = {
        account.pk: Exposure(
            account.pk,
            account.currency,
            account.limit,
            Standing(account.ordered, account.shipped, account.invoiced),
            account.version,
        )
        for account in CreditAccount.objects.filter(pk__in=wanted)
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
