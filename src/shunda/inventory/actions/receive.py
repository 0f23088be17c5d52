"""Goods arrive: as they come, or against what was announced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from shunda.core import event
from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action
from shunda.core.money import plain
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.inventory import reasons
from shunda.inventory.actions.documents import number, received, written
from shunda.inventory.actions.lines import Checked, check, why_long, why_not_positive
from shunda.inventory.ledger import Movement, Posting, Transit, lock_balances, lock_supplies, post
from shunda.inventory.models import Balance, MoveKind, StockMove, Supply, SupplyKind
from shunda.inventory.queries import codes
from shunda.inventory.rules import Place
from shunda.inventory.specs import ArrivalLine, ReceiptLine


@action("inventory.receive_stock")
def receive(lines: Sequence[ReceiptLine], *, by: Actor, at: datetime, reference: str = "") -> Outcome[StockMove]:
    """Book goods into warehouses; a line against an announced supply takes it off what is in transit.

    ``reference`` is the number of the delivery note; without one the receipt gets a number of its own (GR...).
    Refuses: unknown SKU or warehouse, closed warehouse, quantity that is not positive, too fine for the unit or
    absurd, a supply of another SKU or warehouse, more than is still on the way.
    """
    return _receive(lines, reference, by=by, at=at)


@action("inventory.receive_stock")
def receive_supply(lines: Sequence[ArrivalLine], *, by: Actor, at: datetime, reference: str = "") -> Outcome[StockMove]:
    """Announced goods arrived, from outside or from another warehouse, whole or in part; the rest stays in transit.

    Refusals carry the id of the supply: not found, nothing open any more, more than is still on the way, and what
    ``receive`` refuses.
    """
    supplies = lock_supplies(line.supply_id for line in lines)
    known = [line for line in lines if line.supply_id in supplies]
    refused = [NOT_FOUND(line.supply_id) for line in lines if line.supply_id not in supplies]
    skus, _ = codes({s.sku_id for s in supplies.values()}, ())
    closed = {pk for pk, s in supplies.items() if not s.open}
    refused += [reasons.CLOSED_SUPPLY(pk, sku=skus[supplies[pk].sku_id]) for pk in sorted(closed)]
    receipts = [_arrival(line, supplies[line.supply_id]) for line in known if line.supply_id not in closed]
    outcome = _receive(receipts, reference, by=by, at=at)
    refused += [Refusal(receipts[r.id or 0].supply_id, r.code, r.data) for r in outcome.refused]
    return Outcome(outcome.done, refused)


def _arrival(line: ArrivalLine, supply: Supply) -> ReceiptLine:
    quantity = supply.open if line.quantity is None else line.quantity
    return ReceiptLine(supply.sku_id, supply.warehouse_id, quantity, supply_id=supply.pk)


def _receive(lines: Sequence[ReceiptLine], reference: str, *, by: Actor, at: datetime) -> Outcome[StockMove]:
    checked, refused = check(lines, lambda line: (line.warehouse_id,), _why_not)
    supplies = lock_supplies(line.line.supply_id for line in checked if line.line.supply_id is not None)
    checked = _against(checked, supplies, refused)
    balances = lock_balances(((c.line.sku_id, c.line.warehouse_id) for c in checked), create=True)
    posting = Posting()
    for c in checked:
        _book(posting, c, supplies)
    reference = number("GR", at, reference, posting.movements)
    ids = post(posting, at=at, by=by, reference=reference)
    _relocate(checked, balances)
    event.record(received(posting, balances, reference), by=by, at=at)
    return Outcome(written(ids), refused)


def _why_not(c: Checked[ReceiptLine]) -> Iterable[Refusal]:
    yield from why_not_positive(c)
    yield from why_long(c, "location", _("location"), c.line.location or "", 40)
    yield from why_long(c, "reason", _("reason"), c.line.reason, reasons.REASON_LENGTH)


def _against(
    checked: list[Checked[ReceiptLine]], supplies: Mapping[int, Supply], refused: list[Refusal]
) -> list[Checked[ReceiptLine]]:
    """Lines without a supply, and those whose supply still has that much open, in the order they came."""
    left = {pk: s.open for pk, s in supplies.items()}
    kept = []
    for c in checked:
        supply = supplies.get(c.line.supply_id or 0)
        if c.line.supply_id is None:
            kept.append(c)
        elif supply is None:
            refused.append(c.refuse(reasons.UNKNOWN_SUPPLY, where="supply_id"))
        elif (supply.sku_id, supply.warehouse_id) != (c.line.sku_id, c.line.warehouse_id):
            refused.append(c.refuse(reasons.WRONG_SUPPLY, where="supply_id"))
        elif c.quantity > left[supply.pk]:
            refused.append(
                c.refuse(reasons.OVER_SUPPLY, wanted=plain(c.quantity), open=plain(left[supply.pk]), where="quantity")
            )
        else:
            left[supply.pk] -= c.quantity
            kept.append(c)
    return kept


def _book(posting: Posting, c: Checked[ReceiptLine], supplies: Mapping[int, Supply]) -> None:
    place = c.line.sku_id, c.line.warehouse_id
    supply = supplies.get(c.line.supply_id or 0)
    kind = MoveKind.TRANSFER_IN if supply and supply.kind == SupplyKind.TRANSFER else MoveKind.RECEIPT
    posting.movements.append(
        Movement(place, kind, c.quantity, supply_id=supply.pk if supply else None, reason=c.line.reason)
    )
    if supply:
        posting.transits.append(Transit(supply.pk, place, received=c.quantity))


def _relocate(checked: Iterable[Checked[ReceiptLine]], balances: Mapping[Place, Balance]) -> None:
    """The last location a receipt names for a place is where the SKU lies from now on."""
    named = {(c.line.sku_id, c.line.warehouse_id): c.line.location for c in checked if c.line.location is not None}
    moved = [balances[place] for place, location in named.items() if balances[place].location != location]
    for balance in moved:
        balance.location = named[balance.sku_id, balance.warehouse_id] or ""
    if moved:
        Balance.objects.bulk_update(moved, ["location"])
