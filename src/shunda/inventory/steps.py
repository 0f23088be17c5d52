"""Writes that folders above make inside their own transaction: wanting, promising and issuing stock.

A transaction that takes several of these steps over different demands calls ``lock`` first, so that its balances
are locked once, in id order; a single step locks for itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection

from shunda.core.actor import Actor
from shunda.core.money import plain
from shunda.core.refusal import Refusal, Refused
from shunda.inventory.ledger import Movement, Posting, Promise, Want, lock_demands, lock_free, place, post
from shunda.inventory.models import MoveKind
from shunda.inventory.queries import codes
from shunda.inventory.reasons import NOT_ISSUED, NOT_OPEN, NOT_RESERVED, SHORT
from shunda.inventory.rules import Lack, Place, serve
from shunda.inventory.specs import DemandSpec

_WANT = """
insert into inventory_demand
  (kind, order_id, sku_id, warehouse_id, quantity, reserved, issued, cancelled, due, priority, created_at)
select kind, order_id, sku_id, warehouse_id, quantity, 0, 0, 0, due, priority, %s
from unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::date[], %s::smallint[])
     with ordinality d(kind, order_id, sku_id, warehouse_id, quantity, due, priority, i)
order by i
returning id
"""


def want(specs: Sequence[DemandSpec], *, at: datetime) -> list[int]:
    """Write down who wants what; returns the demand ids in the order of the specs. Nothing is promised yet."""
    if not specs:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _WANT,
            [
                at,
                [str(d.kind) for d in specs],
                [d.order_id for d in specs],
                [d.sku_id for d in specs],
                [d.warehouse_id for d in specs],
                [d.quantity for d in specs],
                [d.due for d in specs],
                [d.priority for d in specs],
            ],
        )
        return sorted(row[0] for row in cursor.fetchall())


def lock(demand_ids: Iterable[int]) -> None:
    """Lock these demands and their balances, for a transaction that will take several steps over them."""
    _locked(demand_ids)


def reserve(groups: Sequence[tuple[int, Sequence[int]]], *, at: datetime) -> list[Refusal]:
    """Promise stock to groups of demands (an order id and its demand ids), each group whole or refused (R050, R115).

    First come first served in the order given; demands of one SKU see each other within a group and across groups;
    a group that still fits after another was refused is served. A refused group gets one refusal for each SKU and
    warehouse it lacks, with the group's id. What a demand already has is kept, only the rest is asked for.
    Never promises more than is on hand: the balances are locked, once, in id order.
    """
    demands = lock_demands(pk for _, members in groups for pk in members)
    rows = [(group, [demands[pk] for pk in members]) for group, members in groups]
    free = lock_free(place(d) for d in demands.values())
    served, lacks = serve([(index, _wanted(members)) for index, (_, members) in enumerate(rows)], free)
    promises = [
        Promise(demand, demand.lacking, "reserve") for index in served for demand in rows[index][1] if demand.lacking
    ]
    post(Posting(promises=promises), at=at)
    return _short(rows, lacks)


def release(demand_ids: Iterable[int], *, at: datetime) -> None:
    """Take back everything promised to these demands; they stay open and can be served again."""
    demands = _locked(demand_ids)
    post(Posting(promises=[Promise(d, -d.reserved, "release") for d in demands.values() if d.reserved]), at=at)


def cancel(amounts: Mapping[int, Decimal], *, at: datetime) -> None:
    """These demands want so much less. What was not promised goes first; only what must be is released.

    Raises ``Refused`` when more is to be cancelled than is still open, and writes nothing.
    """
    demands = _locked(amounts)
    _check(
        NOT_OPEN(pk, sku=demands[pk].sku_id, wanted=plain(n), open=plain(demands[pk].open))
        for pk, n in amounts.items()
        if not 0 <= n <= demands[pk].open
    )
    releases = {pk: n - demands[pk].lacking for pk, n in amounts.items()}
    post(
        Posting(
            promises=[Promise(demands[pk], -n, "release") for pk, n in releases.items() if n > 0],
            cancelled=[(pk, n) for pk, n in amounts.items() if n],
        ),
        at=at,
    )


def issue(amounts: Mapping[int, Decimal], *, reference: str | Mapping[int, str], by: Actor, at: datetime) -> None:
    """Goods leave the warehouse for these demands: stock on hand and the promise fall together (R145).

    ``reference`` is the number of the document that moves them, or one for each demand.
    Raises ``Refused`` when more is to leave than is promised, and writes nothing.
    """
    demands = _locked(amounts)
    _check(
        NOT_RESERVED(pk, sku=demands[pk].sku_id, wanted=plain(n), reserved=plain(demands[pk].reserved))
        for pk, n in amounts.items()
        if not 0 <= n <= demands[pk].reserved
    )
    _move(demands, amounts, -1, MoveKind.ISSUE, reference=reference, by=by, at=at)


def unissue(amounts: Mapping[int, Decimal], *, reference: str | Mapping[int, str], by: Actor, at: datetime) -> None:
    """Goods of a wrong shipment are back: a movement the other way, promised again to the same demands.

    ``reference`` as in ``issue``.
    Raises ``Refused`` when more comes back than was issued, and writes nothing.
    """
    demands = _locked(amounts)
    _check(
        NOT_ISSUED(pk, sku=demands[pk].sku_id, wanted=plain(n), issued=plain(demands[pk].issued))
        for pk, n in amounts.items()
        if not 0 <= n <= demands[pk].issued
    )
    _move(demands, amounts, 1, MoveKind.ISSUE_REVERSED, reference=reference, by=by, at=at)


def _locked(demand_ids: Iterable[int]) -> dict[int, Want]:
    demands = lock_demands(demand_ids)
    lock_free(place(d) for d in demands.values())
    return demands


def _wanted(members: Iterable[Want]) -> dict[Place, Decimal]:
    total: defaultdict[Place, Decimal] = defaultdict(Decimal)
    for demand in members:
        total[place(demand)] += demand.lacking
    return total


def _move(
    demands: Mapping[int, Want],
    amounts: Mapping[int, Decimal],
    sign: int,
    kind: MoveKind,
    *,
    reference: str | Mapping[int, str],
    by: Actor,
    at: datetime,
) -> None:
    moving = [(demands[pk], sign * n) for pk, n in amounts.items() if n]
    numbers = {d.pk: reference if isinstance(reference, str) else reference[d.pk] for d, _ in moving}
    posting = Posting(
        movements=[
            Movement(place(d), kind, n, demand_id=d.pk, order_id=d.order_id, reference=numbers[d.pk]) for d, n in moving
        ],
        promises=[Promise(d, n, str(kind)) for d, n in moving],
    )
    post(posting, at=at, by=by)


def _check(refusals: Iterable[Refusal]) -> None:
    """Raise what speaks against a step; SKUs are named by their code."""
    found = list(refusals)
    if found:
        skus, _ = codes({r.data["sku"] for r in found}, ())
        raise Refused(*(Refusal(r.id, r.code, {**r.data, "sku": skus[r.data["sku"]]}) for r in found))


def _short(rows: Sequence[tuple[int, Sequence[Want]]], lacks: Sequence[Lack]) -> list[Refusal]:
    """Refusals that name SKU and warehouse as people know them, and the demands that would not fit."""
    if not lacks:
        return []
    skus, warehouses = codes({x.place[0] for x in lacks}, {x.place[1] for x in lacks})
    return [
        SHORT(
            rows[x.group][0],
            sku=skus[x.place[0]],
            warehouse=warehouses[x.place[1]],
            wanted=plain(x.wanted),
            available=plain(x.available),
            demands=[d.pk for d in rows[x.group][1] if place(d) == x.place],
        )
        for x in lacks
    ]
