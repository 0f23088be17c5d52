"""The API of shipping: shipments and every move of theirs, and carriers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Query

from shunda.accounts.queries import actors_for_tokens
from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.crowd import Asked
from shunda.api.gather import Ask, Gather, each_actor, many_told, one_told
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, EventOut, Id, Items, Moved, Page
from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.refusal import NOT_FOUND, Refused
from shunda.files.responses import file_response
from shunda.files.specs import Upload
from shunda.files.steps import store
from shunda.fulfilment import actions, queries
from shunda.fulfilment.answers import (
    CarrierOut,
    OrderToShipOut,
    PickingOut,
    ScanOut,
    ShipmentOut,
    ShipmentRowOut,
    TrackedOut,
    TrackingEventOut,
)
from shunda.fulfilment.models import Carrier, Scan, Shipment
from shunda.fulfilment.reasons import BAD_SIGNATURE
from shunda.fulfilment.schemas import (
    CarrierChange,
    CarrierFilter,
    CarrierIn,
    PacksIn,
    PicksIn,
    ScansIn,
    ShipmentFilter,
    ShipmentIn,
    ShipmentNoted,
    ShipmentReasoned,
    ShipmentsIn,
    ShipsIn,
    SignsIn,
    TrackIn,
    TracksIn,
)
from shunda.fulfilment.specs import CarrierSpec, Scanning, ScanSpec, TrackSpec

router = Router("shipments")
carriers = Router("carriers")
VIEW, CARRIERS = "fulfilment.view_shipment", "fulfilment.view_carrier"


# --- reading --------------------------------------------------------------------------------------------------------


@router.read("", response=Page[ShipmentRowOut], permission=VIEW, summary="Shipments")
def shipments(request: ApiRequest, paging: Query[Paging], where: Query[ShipmentFilter]) -> Any:
    """The shipments of the orders you may see, newest first."""
    return paging.page(where.filter(queries.rows(request.actor)))


@router.read("/to-plan", response=Page[OrderToShipOut], permission=VIEW, summary="Orders that wait for a shipment")
def to_plan(request: ApiRequest, paging: Query[Paging]) -> Any:
    """Confirmed orders with goods reserved and in no shipment, oldest first."""
    return paging.page(queries.to_plan(request.actor), newest_first=False)


@router.read("/{int:pk}", response=ShipmentOut, permission=VIEW, summary="One shipment")
def shipment(request: ApiRequest, pk: Id) -> Any:
    """What it holds, how it travels, and who signed for what."""
    return found(queries.whole(queries.rows(request.actor)), pk)


@router.read("/{int:pk}/picking", response=PickingOut, permission=VIEW, summary="What to pick, in walking order")
def picking(request: ApiRequest, pk: Id) -> Any:
    """Where each article lies, how much is wanted, scanned and reported missing."""
    made = found(queries.rows(request.actor), pk)
    head = {"shipment_id": pk, "number": made.number, "status": made.status, "version": made.version}
    return {**head, "stops": queries.stops_of([made])[pk]}


@router.read("/{int:pk}/scans", response=Page[ScanOut], permission=VIEW, summary="Scans of a shipment")
def scans_of(request: ApiRequest, pk: Id, paging: Query[Paging]) -> Any:
    """Who scanned what and when, newest first. Nothing is ever taken out of this list."""
    return paging.page(queries.scans_of(found(queries.rows(request.actor), pk)))


@router.read(
    "/{int:pk}/tracking", response=Page[TrackingEventOut], permission=VIEW, summary="What the carrier reported"
)
def tracking_of(request: ApiRequest, pk: Id, paging: Query[Paging]) -> Any:
    """Every word of the carrier about a shipment, as it came in, newest first. Nothing is ever taken out."""
    return paging.page(queries.tracking_of(found(queries.rows(request.actor), pk)))


@router.read("/{int:pk}/timeline", response=Page[EventOut], permission=VIEW, summary="Timeline of a shipment")
def timeline(request: ApiRequest, pk: Id, paging: Query[Paging]) -> Any:
    """Everything that happened to it: who, when, why, from where; newest first."""
    return paging.page(queries.timeline(found(queries.rows(request.actor), pk)))


@router.read(
    "/{int:pk}/signature", response=None, permission=VIEW, summary="Signature of a receipt", binary="image/png"
)
def signature(request: ApiRequest, pk: Id) -> HttpResponse:
    """The signature as it was drawn."""
    receipt = queries.receipt_of(found(queries.rows(request.actor), pk))
    if receipt is None or receipt.signature is None:
        raise Refused(NOT_FOUND(pk))
    return file_response(request, receipt.signature)


# --- moves ----------------------------------------------------------------------------------------------------------


@router.write("", response=ShipmentOut, status=201, permission="fulfilment.create_shipment", summary="Plan a shipment")
def create(request: ApiRequest, body: ShipmentIn) -> Any:
    """Of a confirmed order: what is asked for, or everything reserved and in no shipment yet."""
    made = actions.create([body.spec()], by=request.actor, at=request.at).one()
    return created(queries.whole(queries.rows(request.actor)).get(pk=made.pk))


@router.write("/batch", response=Done[Moved], permission="fulfilment.create_shipment", summary="Plan shipments")
def create_many(request: ApiRequest, body: ShipmentsIn) -> Any:
    """Each is planned or refused; a refusal's ``id`` is the place in the list, counted from 0."""
    return answered(actions.create([each.spec() for each in body.shipments], by=request.actor, at=request.at))


@router.write("/pick", response=Done[Moved], permission="fulfilment.pick_shipment", summary="Pick")
def pick(request: ApiRequest, body: PicksIn) -> Any:
    """What was found. A short line needs a reason; the rest can be planned again."""
    return answered(actions.pick(body.specs(), versions=body.versions, by=request.actor, at=request.at))


def _scan(calls: Sequence[tuple[ScanSpec, Actor]], at: datetime) -> list[Scan | Refused]:
    return actions.scan_together([Scanning(spec, by) for spec, by in calls], at=at)


SCANNING = Gather("fulfilment.scans", "fulfilment.pick_shipment", _scan, ScanOut, actors_for_tokens)


@router.crowd(
    "/scans",
    body=ScansIn,
    combine=SCANNING.combine,
    shown=many_told,
    response=Done[ScanOut],
    permission=SCANNING.permission,
    summary="Scan while picking",
)
def scans(asked: Asked, body: ScansIn) -> list[Ask[ScanSpec]]:
    """Each scan counts or is refused for itself; a refusal's ``id`` is the place in the list, counted from 0.

    A scan whose ``key`` came before is answered as then, so a device may send its scans until it hears an answer.
    """
    return SCANNING.asks(asked, list(zip(body.scans, body.specs(), strict=True)))


@router.write(
    "/finish-picking", response=Done[Moved], permission="fulfilment.pick_shipment", summary="Picked as scanned"
)
def finish_picking(request: ApiRequest, body: Items) -> Any:
    """What the scans say is what was picked. Refused while something is neither scanned nor reported missing."""
    return answered(actions.finish_picking(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/pack", response=Done[Moved], permission="fulfilment.pack_shipment", summary="Pack")
def pack(request: ApiRequest, body: PacksIn) -> Any:
    """How many parcels it became."""
    return answered(actions.pack(body.specs(), versions=body.versions, by=request.actor, at=request.at))


@router.write("/ship", response=Done[Moved], permission="fulfilment.ship_shipment", summary="Ship")
def ship(request: ApiRequest, body: ShipsIn) -> Any:
    """Stock is issued. Carrier and tracking number are needed unless you deliver yourself or the customer comes."""
    return answered(actions.ship(body.specs(), versions=body.versions, by=request.actor, at=request.at))


@router.write("/sign", response=Done[Moved], permission="fulfilment.sign_shipment", summary="Record receipts")
def sign(request: ApiRequest, body: SignsIn) -> Any:
    """Who signed, what was accepted, damaged and missing, in which condition. The settlement then makes itself."""
    pictures = _signatures(request, body)
    specs = [item.spec(pictures.get(item.id)) for item in body.items]
    return answered(actions.sign(specs, versions=body.versions, by=request.actor, at=request.at))


def _signatures(request: ApiRequest, body: SignsIn) -> dict[int, int]:
    """The pictures that were sent, kept; by shipment. Of a request in which nothing is done nothing stays."""
    drawn = [item for item in body.items if item.signature]
    uploads = []
    for item in drawn:
        try:
            data = base64.b64decode(item.signature, validate=True)
        except (binascii.Error, ValueError):
            raise Refused(BAD_SIGNATURE(item.id, where="signature")) from None
        uploads.append(Upload(f"signature-{item.id}.png", data, len(data)))
    kept, refused = store(uploads, by=request.actor, at=request.at) if uploads else ({}, [])
    if refused:
        raise Refused(*(replace(refusal, id=drawn[refusal.id or 0].id) for refusal in refused))
    return {item.id: kept[index].pk for index, item in enumerate(drawn)}


@router.write("/cancel", response=Done[Moved], permission="fulfilment.cancel_shipment", summary="Cancel shipments")
def cancel(request: ApiRequest, body: ShipmentReasoned) -> Any:
    """Shipments that have not left; their goods can be planned anew."""
    return _because(actions.cancel, request, body)


@router.write("/reverse", response=Done[Moved], permission="fulfilment.reverse_shipment", summary="Reverse")
def reverse(request: ApiRequest, body: ShipmentReasoned) -> Any:
    """Wrong shipments are undone by compensating movements. Refused while they are invoiced."""
    return _because(actions.reverse, request, body)


def _because(action: Any, request: ApiRequest, body: ShipmentReasoned) -> Any:
    outcome: Outcome[Shipment] = action(
        body.ids, reason=body.reason, versions=body.versions, by=request.actor, at=request.at
    )
    return answered(outcome)


@router.write("/tell", response=Done[Moved], permission="fulfilment.tell_shipment", summary="Customer told")
def tell(request: ApiRequest, body: ShipmentNoted) -> Any:
    """The customers know that the goods are on their way."""
    return answered(actions.tell(body.ids, note=body.note, versions=body.versions, by=request.actor, at=request.at))


@router.write("/call", response=Done[Moved], permission="fulfilment.call_shipment", summary="Customer called")
def call(request: ApiRequest, body: ShipmentNoted) -> Any:
    """The customers were called after the delivery."""
    return answered(actions.call(body.ids, note=body.note, versions=body.versions, by=request.actor, at=request.at))


@router.write("/resolve", response=Done[Moved], permission="fulfilment.resolve_shipment", summary="Trouble settled")
def resolve(request: ApiRequest, body: ShipmentNoted) -> Any:
    """The customers were contacted about trouble on the way; ``note`` says what was agreed and is needed."""
    return answered(actions.resolve(body.ids, note=body.note, versions=body.versions, by=request.actor, at=request.at))


# --- tracking -------------------------------------------------------------------------------------------------------

TRACKING = Gather(
    "fulfilment.tracking", "fulfilment.track_shipment", each_actor(actions.track), TrackedOut, actors_for_tokens
)


@router.crowd(
    "/tracking",
    body=TrackIn,
    combine=TRACKING.combine,
    shown=one_told,
    response=TrackedOut,
    status=201,
    permission=TRACKING.permission,
    summary="Tell a tracking event",
)
def track(asked: Asked, body: TrackIn) -> list[Ask[TrackSpec]]:
    """What a carrier reports about goods on their way, by its tracking number or by our shipment number.

    Told twice it is kept once, with or without an ``Idempotency-Key``: carrier, number, ``code`` and ``happened_at``
    name it. Events may come in any order: the shipment shows the latest. ``delivered`` asks people to confirm the
    receipt, or signs it where the setting says so; trouble asks them to contact the customer.
    """
    return TRACKING.ask(asked, body, body.spec())


@router.crowd(
    "/tracking/batch",
    body=TracksIn,
    combine=TRACKING.combine,
    shown=many_told,
    response=Done[TrackedOut],
    permission=TRACKING.permission,
    summary="Tell tracking events",
)
def track_many(asked: Asked, body: TracksIn) -> list[Ask[TrackSpec]]:
    """Each is kept or refused for itself; a refusal's ``id`` is the place in the list, counted from 0."""
    return TRACKING.asks(asked, [(each, each.spec()) for each in body.events])


# --- carriers -------------------------------------------------------------------------------------------------------


@carriers.read("", response=Page[CarrierOut], permission=CARRIERS, summary="Carriers")
def carrier_list(request: ApiRequest, paging: Query[Paging], where: Query[CarrierFilter]) -> Any:  # noqa: ARG001
    """Logistics companies, newest first."""
    return paging.page(where.filter(Carrier.objects.all()))


@carriers.read("/{int:pk}", response=CarrierOut, permission=CARRIERS, summary="One carrier")
def carrier(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001  # everybody with the permission sees all carriers
    """A logistics company."""
    return found(Carrier.objects.all(), pk)


@carriers.write("", response=CarrierOut, status=201, permission="fulfilment.create_carrier", summary="New carrier")
def create_carrier(request: ApiRequest, body: CarrierIn) -> Any:
    """Refused when the code is taken."""
    return created(actions.create_carriers([body.spec()], by=request.actor, at=request.at).one())


@carriers.write(
    "/{int:pk}", response=CarrierOut, method="PATCH", permission="fulfilment.edit_carrier", summary="Change a carrier"
)
def edit_carrier(request: ApiRequest, pk: Id, body: CarrierChange) -> Any:
    """What is left out stays; one that is no longer used is made inactive, never deleted."""
    row = found(Carrier.objects.all(), pk)
    was = CarrierSpec(**{name: getattr(row, name) for name in asdict(CarrierSpec("", ""))})
    spec = replace(was, **body.changes())
    return actions.edit_carriers({pk: spec}, versions={pk: body.version}, by=request.actor, at=request.at).one()
