"""At the customer's door: the receipt is signed, and people keep in touch about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.customers.models import Contact
from shunda.files.models import StoredFile
from shunda.fulfilment import queries, rules, steps, tracking
from shunda.fulfilment.models import Receipt, ReceiptLine, Shipment
from shunda.fulfilment.queries import Contents
from shunda.fulfilment.reasons import BAD_SIGNATURE, MAY_NOT_SIGN, SIGNER_NEEDED, UNKNOWN_CONTACT
from shunda.fulfilment.specs import Handed, ReceiptSpec
from shunda.orders import rows
from shunda.orders import steps as order_steps
from shunda.orders.models import Order
from shunda.orders.specs import LineChange


@action("fulfilment.sign_shipment")
def sign(
    specs: Sequence[ReceiptSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Shipment]:
    """Record receipts (R143): a contact who may sign, or a name; accepted, damaged and missing for each line.

    The order's lines are signed by what was accepted. Refused: quantities that do not add up to what was shipped,
    nobody who signed, a contact of somebody else, and anything wrong without a remark.
    """
    batch, orders = steps.locked([spec.shipment_id for spec in specs], "sign", by=by, versions=versions)
    wanted = {spec.shipment_id: spec for spec in specs}
    contents = queries.contents(batch)
    contacts = Contact.objects.in_bulk({spec.contact_id for spec in specs if spec.contact_id is not None})
    pictures = _pictures(specs)
    batch.refuse_if(
        lambda s: [
            *_why_not_signer(wanted[s.pk], orders[s.order_id], contacts),
            *_why_not_signature(wanted[s.pk], pictures),
            *rules.why_not_handed(s.number, {line.pk: line for line in contents.of(s)}, wanted[s.pk]),
        ]
    )
    _write(batch, contents, wanted, contacts, by=by, at=at)
    outcome = batch.commit(by=by, at=at, stamp="signed_at")
    steps.close_steps(("sign", "confirm"), outcome.done, by=by, at=at)
    steps.close_steps(("resolve",), outcome.done, by=by, at=at, outcome="dropped")
    steps.open_steps(("call",), outcome.done, orders, at=at)
    return outcome


def _pictures(specs: Sequence[ReceiptSpec]) -> set[int]:
    ids = {spec.signature_id for spec in specs if spec.signature_id is not None}
    found = StoredFile.objects.filter(pk__in=ids, content_type__startswith="image/")
    return set(found.values_list("pk", flat=True))


def _why_not_signer(spec: ReceiptSpec, order: Order, contacts: Mapping[int, Contact]) -> Iterable[Refusal]:
    """Somebody must have signed; a contact must be this customer's, in use, and allowed to."""
    if spec.contact_id is None:
        if not spec.signed_by.strip():
            yield SIGNER_NEEDED(spec.shipment_id, where="signed_by")
        return
    contact = contacts.get(spec.contact_id)
    if contact is None or contact.customer_id != order.customer_id or not contact.active:
        yield UNKNOWN_CONTACT(spec.shipment_id, where="contact_id")
    elif not contact.may_sign:
        yield MAY_NOT_SIGN(spec.shipment_id, contact=contact.name, where="contact_id")


def _why_not_signature(spec: ReceiptSpec, pictures: set[int]) -> Iterable[Refusal]:
    if spec.signature_id is not None and spec.signature_id not in pictures:
        yield BAD_SIGNATURE(spec.shipment_id, where="signature_id")


def _write(
    batch: Batch[Shipment],
    contents: Contents,
    wanted: Mapping[int, ReceiptSpec],
    contacts: Mapping[int, Contact],
    *,
    by: Actor,
    at: datetime,
) -> None:
    receipts = Receipt.objects.bulk_create(
        _receipt(shipment, wanted[shipment.pk], contacts, by=by, at=at) for shipment in batch
    )
    handed = [
        (receipt, line, wanted[shipment.pk].lines.get(line.pk, Handed(line.quantity)))
        for receipt, shipment in zip(receipts, batch, strict=True)
        for line in contents.of(shipment)
    ]
    lines = [
        ReceiptLine(
            receipt=receipt,
            order_id=line.order_id,
            shipment_line=line,
            accepted=what.accepted,
            damaged=what.damaged,
            missing=what.missing,
        )
        for receipt, line, what in handed
    ]
    rows.insert(ReceiptLine, lines)
    order_steps.progress([LineChange(line.order_line_id, signed=what.accepted) for _, line, what in handed])
    refused: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
    for _, line, what in handed:
        if what.accepted != line.quantity:
            found = {"sku": line.sku.code, "damaged": plain(what.damaged), "missing": plain(what.missing)}
            refused[line.shipment_id].append(found)
    for receipt, shipment in zip(receipts, batch, strict=True):
        batch.note(shipment.pk, number=shipment.number, signed_by=receipt.signed_by, refused=refused[shipment.pk])


def _receipt(
    shipment: Shipment, spec: ReceiptSpec, contacts: Mapping[int, Contact], *, by: Actor, at: datetime
) -> Receipt:
    contact = contacts[spec.contact_id] if spec.contact_id is not None else None
    return Receipt(
        shipment=shipment,
        order_id=shipment.order_id,
        signed_by=spec.signed_by.strip() or (contact.name if contact else ""),
        contact=contact,
        signed_at=spec.signed_at or at,
        evidence_id=spec.evidence_id,
        signature_id=spec.signature_id,
        looks_good=spec.looks_good,
        packing_intact=spec.packing_intact,
        remark=spec.remark.strip(),
        recorded_by=by.name,
    )


@action("fulfilment.tell_shipment")
def tell(
    ids: Iterable[int], *, by: Actor, at: datetime, note: str = "", versions: Mapping[int, int] | None = None
) -> Outcome[Shipment]:
    """The customer was told that the goods are on their way (R197)."""
    return _contacted("tell", ids, note, by=by, at=at, versions=versions)


@action("fulfilment.call_shipment")
def call(
    ids: Iterable[int], *, by: Actor, at: datetime, note: str = "", versions: Mapping[int, int] | None = None
) -> Outcome[Shipment]:
    """The customer was called after the delivery (R186); the note says what was heard."""
    return _contacted("call", ids, note, by=by, at=at, versions=versions)


@action("fulfilment.resolve_shipment")
def resolve(
    ids: Iterable[int], *, note: str, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Shipment]:
    """The customer was contacted about trouble on the way (R151); the note says what was agreed (R148).

    Refused without a note, and where the carrier's latest word is no trouble.
    """
    return _contacted("resolve", ids, note, by=by, at=at, versions=versions, why_not=tracking.why_not_resolve(note))


def _contacted(
    move: str,
    ids: Iterable[int],
    note: str,
    *,
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None,
    why_not: Callable[[Shipment], Iterable[Refusal]] = lambda _shipment: (),
) -> Outcome[Shipment]:
    batch, _orders = steps.locked(list(ids), move, by=by, versions=versions, under_way=False)
    batch.refuse_if(why_not)
    batch.refuse_if(lambda s: rules.why_text(s.pk, note=note))
    for shipment in batch:
        batch.note(shipment.pk, number=shipment.number, note=note.strip())
    outcome = batch.commit(by=by, at=at)
    steps.close_steps((move,), outcome.done, by=by, at=at)
    return outcome
