"""What carriers tell of shipments on their way, in crowds and in any order; and what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.utils import translation

from shunda.accounts.models import User
from shunda.core.actor import Actor, system
from shunda.core.batch import Outcome, action, happening
from shunda.core.event import Happening, record
from shunda.core.refusal import WRONG_STATUS, Refusal
from shunda.fulfilment import queries, steps
from shunda.fulfilment.actions.sign import sign
from shunda.fulfilment.models import Shipment, TrackingCode, TrackingEvent
from shunda.fulfilment.specs import ReceiptSpec, TrackSpec
from shunda.fulfilment.states import SHIPMENT, ShipmentStatus
from shunda.fulfilment.tracking import TROUBLE, Tracked, about, latest, shown, told, unknown, why_not_track
from shunda.orders import rows
from shunda.orders.models import Order
from shunda.policies import queries as policies
from shunda.work import notices
from shunda.work import steps as work
from shunda.work.specs import NoticeSpec

TRACK = SHIPMENT["track"]
WEIGHTY = TROUBLE | {TrackingCode.DELIVERED}
"""What the order's timeline tells too, and what something follows from."""


@action(TRACK.permission)
def track(specs: Sequence[TrackSpec], *, by: Actor, at: datetime) -> Outcome[Tracked]:
    """Keep what carriers report; a refusal's id is the place in ``specs`` (R141, R154).

    A word that came before is the one of then, and one that is older than the latest changes nothing that is shown.
    Delivered: the receipt is to be confirmed with the customer, or is signed by the carrier's word where the setting
    says so (R142, R143). Trouble: the customer is to be contacted (R148, R151). The order's owner is told of both.
    Refused: a number no shipment of ours travels under, a shipment that has not left, a time that has not come.
    """
    wanted = [_tidy(spec) for spec in specs]
    candidates = queries.on_the_way(wanted, by)
    weighty = any(spec.code in WEIGHTY for spec in wanted)
    orders = steps.lock_orders({s.order_id for s in candidates} if weighty else ())
    desk = _Desk(queries.locked_for_tracking([s.pk for s in candidates]), at)
    desk.known = queries.tracking_known(desk.shipments, [spec.happened_at for spec in wanted])
    refused: list[Refusal] = []
    done: list[Tracked] = []
    for index, spec in enumerate(wanted):
        reasons = list(why_not_track(index, spec, at)) or desk.why_not(index, spec)
        refused += reasons
        if not reasons:
            done.append(desk.take(spec, by))
    desk.write()
    _follow(desk, orders, by=by, at=at)
    return Outcome(done, refused)


def _tidy(spec: TrackSpec) -> TrackSpec:
    texts = ("shipment", "tracking_number", "carrier", "place", "text", "signer")
    stripped: Any = {name: getattr(spec, name).strip() for name in texts}
    return replace(spec, happened_at=spec.happened_at.astimezone(UTC), **stripped)


class _Desk:
    """What is known of the shipments while the words about them are taken down one after the other, in memory."""

    def __init__(self, shipments: Sequence[Shipment], at: datetime) -> None:
        self.shipments, self.at = shipments, at
        self.known: dict[tuple[int, datetime, str], TrackingEvent] = {}
        self.fresh: list[TrackingEvent] = []
        self.before = {shipment.pk: shipment.track_code for shipment in shipments}

    def why_not(self, index: int, spec: TrackSpec) -> list[Refusal]:
        """No shipment is meant, or one that has not left."""
        found = about(spec, self.shipments)
        label, move = SHIPMENT.label, str(TRACK.label)
        return [unknown(index, spec)] if not found else [
            WRONG_STATUS(index, move=move, status=label(s.status), status_code=s.status)
            for s in found if s.status not in TRACK.sources
        ]  # fmt: skip

    def take(self, spec: TrackSpec, by: Actor) -> Tracked:
        """Keep a word, or find the one of then, for each shipment it is about."""
        return told([self._keep(shipment, spec, by) for shipment in about(spec, self.shipments)])

    def _keep(self, shipment: Shipment, spec: TrackSpec, by: Actor) -> TrackingEvent:
        key = (shipment.pk, spec.happened_at, spec.code)
        if key not in self.known:
            self.known[key] = event = _event(shipment, spec, by, self.at)
            self.fresh.append(event)
            now = shown(shipment)
            if now is None or latest(event) > now:
                shipment.track_code, shipment.track_place, shipment.tracked_at = spec.code, spec.place, spec.happened_at
        return self.known[key]

    @property
    def touched(self) -> dict[int, Shipment]:
        """Shipments somebody said something new about."""
        return {event.shipment_id: event.shipment for event in self.fresh}

    def write(self) -> None:
        """The words, and what the shipments show of them, together."""
        TrackingEvent.objects.bulk_create(self.fresh)
        rows.update(Shipment, list(self.touched.values()), ["track_code", "track_place", "tracked_at"])

    def newest(self, codes: Collection[str]) -> dict[int, TrackingEvent]:
        """The new word of one of these kinds about each shipment on its way, the latest of several."""
        found = [
            event for event in self.fresh if event.code in codes and event.shipment.status == ShipmentStatus.SHIPPED
        ]
        return {event.shipment_id: event for event in sorted(found, key=latest)}


def _event(shipment: Shipment, spec: TrackSpec, by: Actor, at: datetime) -> TrackingEvent:
    return TrackingEvent(
        shipment=shipment,
        order_id=shipment.order_id,
        code=spec.code,
        happened_at=spec.happened_at,
        place=spec.place,
        text=spec.text,
        signer=spec.signer,
        actor_id=by.id,
        actor=by.name[:120],
        at=at,
    )


def _follow(desk: _Desk, orders: Mapping[int, Order], *, by: Actor, at: datetime) -> None:
    """Trouble and delivery reach people, unless a later word says otherwise; what is old news reaches nobody."""
    trouble = [e for e in desk.newest(TROUBLE).values() if latest(e) == shown(e.shipment)]
    arrived = [e for e in desk.newest({TrackingCode.DELIVERED}).values() if e.shipment.track_code not in TROUBLE]
    if not trouble and not arrived:
        return
    news = [("shipment.trouble", event) for event in trouble] + [("shipment.deliver", event) for event in arrived]
    record((_happening(kind, event, desk.before) for kind, event in news), by=by, at=at)
    steps.open_steps(("resolve",), [event.shipment for event in trouble], orders, at=at)
    over = [event.shipment for event in arrived]
    steps.close_steps(("resolve",), over, by=by, at=at, outcome="dropped")
    signed = _sign(arrived, at) if arrived and policies.value("fulfilment.sign_when_delivered") else set()
    waiting = [shipment for shipment in over if shipment.pk not in signed]
    steps.close_steps(("sign",), waiting, by=by, at=at, outcome="dropped")
    steps.open_steps(("confirm",), waiting, orders, at=at)
    _tell(news, orders, by=by, at=at)


def _happening(kind: str, event: TrackingEvent, before: Mapping[int, str]) -> Happening:
    shipment = event.shipment
    changes = {"track_code": [before[shipment.pk], event.code]}
    return happening(kind, shipment, number=shipment.number, changes=changes, text=_words(event))


def _words(event: TrackingEvent) -> str:
    return " · ".join(part for part in (event.place, event.text, event.signer) if part)


def _sign(arrived: Iterable[TrackingEvent], at: datetime) -> set[int]:
    """The carrier's word stands for the signature; those whose order is closed meanwhile are left to people."""
    specs = [
        ReceiptSpec(
            event.shipment_id,
            signed_by=event.signer or str(event.shipment.carrier or event.actor)[:80],
            signed_at=event.happened_at,
            evidence_id=event.pk,
        )
        for event in arrived
    ]
    return {shipment.pk for shipment in sign(specs, by=system(), at=at).done}


def _tell(news: Sequence[tuple[str, TrackingEvent]], orders: Mapping[int, Order], *, by: Actor, at: datetime) -> None:
    """Each order's owner, if it has one, in his own language."""
    owners = User.objects.in_bulk({orders[event.order_id].owner_id for _kind, event in news} - {None})
    specs = []
    for kind, event in news:
        order, shipment = orders[event.order_id], event.shipment
        notice = notices.TROUBLE if kind == "shipment.trouble" else notices.DELIVERED
        if order.owner_id is None:
            continue
        with translation.override(owners[order.owner_id].language):
            said = (order.number, order.customer_name, TrackingCode(event.code).label, _words(event))
            text = " · ".join(str(part) for part in said if part)
        specs.append(NoticeSpec(order.owner_id, steps.SHIPMENT_KIND, shipment.pk, shipment.number, text, notice))
    work.tell(specs, by=by, at=at)
