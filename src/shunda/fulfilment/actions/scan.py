"""Picking by scanner: every beep is a row, and a shipment is never picked beyond what it wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from shunda.catalog import queries as catalog
from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action
from shunda.core.money import plain
from shunda.core.once import KEY_REUSED
from shunda.core.refusal import NOT_FOUND, WRONG_STATUS, NotPermitted, Refusal, Refused
from shunda.fulfilment import queries, steps
from shunda.fulfilment.actions.pack import pick
from shunda.fulfilment.models import Scan, Shipment, ShipmentLine
from shunda.fulfilment.picking import Stop, reason_of, why_not_scan
from shunda.fulfilment.reasons import NOT_ALL_SCANNED, ORDER_CLOSED, UNKNOWN_CODE, WRONG_ARTICLE
from shunda.fulfilment.specs import PickSpec, Scanning, ScanSpec
from shunda.fulfilment.states import SHIPMENT, ShipmentStatus
from shunda.orders.states import ORDER, OrderStatus

PICK = SHIPMENT["pick"].permission
Known = dict[tuple[int, int | None, str], Scan]
"""Scans that came before, by shipment, actor and key."""

_COUNTED = """
update fulfilment_shipmentline l set picked = n.picked, short = n.short, short_reason = n.reason
from unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::text[]) n(id, picked, short, reason)
where l.id = n.id
"""


@action(PICK)
def scan(specs: Sequence[ScanSpec], *, by: Actor, at: datetime) -> Outcome[Scan]:
    """Count scans of one person, in the order given; a refusal's id is the place in ``specs`` (R127).

    Each is counted or refused for itself: a wrong article, more than wanted, nothing to take back. A scan whose key
    came before is the scan of then.
    """
    found = scan_together([Scanning(spec, by) for spec in specs], at=at)
    refused = [refusal for each in found if isinstance(each, Refused) for refusal in each.refusals]
    return Outcome([each for each in found if isinstance(each, Scan)], refused)


def scan_together(calls: Sequence[Scanning], *, at: datetime) -> list[Scan | Refused]:
    """Count the scans of many people, first come, first served; one answer for each call, in their order.

    Shipments are locked in primary-key order, their orders are not; so two scanners at one shelf never pick more
    than is wanted. The number of statements does not depend on the number of scans (but one more for each caller
    whose sight is limited). May be called again after a deadlock or a serialization failure.
    """
    for call in calls:
        if not call.by.may(PICK):
            raise NotPermitted(PICK)
    with transaction.atomic():
        ids = {call.spec.shipment_id for call in calls}
        rows = Shipment.objects.filter(pk__in=ids).select_related("order").order_by("pk")
        shipments = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}
        desk = _Desk(shipments, queries.stops_of(shipments.values()), _known(calls), _seen(calls, shipments), at)
        desk.strangers = _strangers(calls, desk.stops)
        answers = [desk.take(index, call) for index, call in enumerate(calls)]
        desk.write()
        return answers


class _Desk:
    """What is known of the shipments while their scans are counted one after the other, in memory."""

    def __init__(
        self,
        shipments: Mapping[int, Shipment],
        stops: Mapping[int, list[Stop]],
        known: Known,
        seen: Mapping[Actor, Collection[int]],
        at: datetime,
    ) -> None:
        self.shipments, self.stops, self.known, self.seen, self.at = shipments, stops, known, seen, at
        self.strangers: Mapping[str, catalog.SkuFacts] = {}
        self.fresh: list[Scan] = []
        self.touched: dict[int, ShipmentLine] = {}

    def take(self, index: int, call: Scanning) -> Scan | Refused:
        """Count one scan, find the one of then, or say why not."""
        spec, by = call.spec, call.by
        key = (spec.shipment_id, by.id, spec.key)
        stop = self._stop(spec)
        before = self.known.get(key) if spec.key else None
        if before is not None:
            return before if _same(before, spec) else Refused(KEY_REUSED(index, key=spec.key))
        refusal = self._why_not(index, call, stop)
        if refusal is not None or stop is None:
            assert refusal is not None, "a code without an article is refused"
            return Refused(refusal)
        stop.count(spec)
        self.touched.update((line.pk, line) for line in stop.lines)
        made = _scan(self.shipments[spec.shipment_id], stop, call, self.at)
        self.fresh.append(made)
        if spec.key:
            self.known[key] = made
        return made

    def _stop(self, spec: ScanSpec) -> Stop | None:
        return next((stop for stop in self.stops.get(spec.shipment_id, ()) if stop.answers_to(spec.code)), None)

    def _why_not(self, index: int, call: Scanning, stop: Stop | None) -> Refusal | None:
        spec = call.spec
        shipment = self.shipments.get(spec.shipment_id)
        if shipment is None or spec.shipment_id not in self.seen[call.by]:
            return NOT_FOUND(index, where="shipment_id")
        status = shipment.status
        if status not in SHIPMENT["pick"].sources:
            label = SHIPMENT.label(status)
            return WRONG_STATUS(index, move=str(SHIPMENT["pick"].label), status=label, status_code=status)
        if shipment.order.status != OrderStatus.CONFIRMED:
            return ORDER_CLOSED(index, order=shipment.order.number, status=ORDER.label(shipment.order.status))
        if stop is not None:
            return why_not_scan(index, stop, spec)
        stranger = self.strangers.get(spec.code)
        if stranger is None:
            return UNKNOWN_CODE(index, code=spec.code[:60], where="code")
        return WRONG_ARTICLE(index, sku=stranger.code, name=stranger.name, shipment=shipment.number, where="code")

    def write(self) -> None:
        """The scans and the figures of the lines they belong to, together."""
        if not self.fresh:
            return
        lines = list(self.touched.values())
        Scan.objects.bulk_create(self.fresh)
        with connection.cursor() as cursor:
            figures = zip(*((line.pk, line.picked, line.short, line.short_reason) for line in lines), strict=True)
            cursor.execute(_COUNTED, [list(column) for column in figures])


def _known(calls: Sequence[Scanning]) -> Known:
    keyed = [call.spec for call in calls if call.spec.key]
    if not keyed:
        return {}
    rows = Scan.objects.filter(shipment__in={s.shipment_id for s in keyed}, key__in={s.key for s in keyed})
    return {(row.shipment_id, row.actor_id, row.key): row for row in rows}


def _seen(calls: Sequence[Scanning], shipments: Mapping[int, Shipment]) -> dict[Actor, Collection[int]]:
    """Which of the shipments each caller may see."""
    seen: dict[Actor, Collection[int]] = {}
    for by in {call.by for call in calls}:
        mine = queries.seen_by(by).filter(pk__in=shipments.keys())
        seen[by] = shipments.keys() if by.reach == "all" else set(mine.values_list("pk", flat=True))
    return seen


def _strangers(calls: Sequence[Scanning], stops: Mapping[int, list[Stop]]) -> dict[str, catalog.SkuFacts]:
    """Articles that were scanned and are in no such shipment: the refusal names them."""
    odd = {
        call.spec.code
        for call in calls
        if not any(stop.answers_to(call.spec.code) for stop in stops.get(call.spec.shipment_id, ()))
    }
    ids = catalog.resolve(odd)
    facts = catalog.sku_facts(set(ids.values())) if ids else {}
    return {code: facts[pk] for code, pk in ids.items()}


def _same(before: Scan, spec: ScanSpec) -> bool:
    """The key came with the same scan."""
    return (before.code, before.kind, before.quantity) == (spec.code.strip()[:60], spec.kind, spec.quantity)


def _scan(shipment: Shipment, stop: Stop, call: Scanning, at: datetime) -> Scan:
    spec = call.spec
    return Scan(
        shipment=shipment,
        order_id=shipment.order_id,
        sku=stop.sku,
        kind=spec.kind,
        quantity=spec.quantity,
        code=spec.code.strip()[:60],
        reason=reason_of(spec) if spec.reason else "",
        key=spec.key,
        actor_id=call.by.id,
        actor=call.by.name[:120],
        scanned_at=min(spec.scanned_at or at, at),  # a device whose clock is ahead
        at=at,
    )


@action(PICK)
def finish_picking(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Shipment]:
    """What the scans say is what was picked. Refused while something is neither scanned nor reported missing."""
    wanted = list(ids)
    steps.lock_orders(Shipment.objects.filter(pk__in=wanted).values_list("order_id", flat=True))
    rows = queries.seen_by(by).filter(pk__in=wanted, status=ShipmentStatus.PLANNED).order_by("pk")
    stops = queries.stops_of(list(rows.select_for_update(of=("self",), no_key=True)))
    refused = [_unfinished(stop) for found in stops.values() for stop in found if stop.left]
    open_ones = {refusal.id for refusal in refused}
    specs = [_picked(pk, stops.get(pk, [])) for pk in wanted if pk not in open_ones]
    outcome = pick(specs, by=by, at=at, versions=versions)
    return Outcome(outcome.done, [*refused, *outcome.refused])


def _unfinished(stop: Stop) -> Refusal:
    return NOT_ALL_SCANNED(stop.shipment_id, sku=stop.sku.code, left=plain(stop.left), wanted=plain(stop.wanted))


def _picked(pk: int, stops: Sequence[Stop]) -> PickSpec:
    lines = [line for stop in stops for line in stop.lines]
    return PickSpec(
        pk, {line.pk: line.picked for line in lines}, {line.pk: line.short_reason for line in lines if line.short}
    )
