"""What is on its way: announced from outside, sent between warehouses, turned back, cancelled or lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from shunda.core import event
from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action, happening
from shunda.core.money import plain
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.inventory import reasons
from shunda.inventory.actions.documents import number, received, today
from shunda.inventory.actions.lines import Checked, check, why_long, why_not_positive
from shunda.inventory.ledger import Movement, Posting, Transit, lock_balances, lock_supplies, post
from shunda.inventory.models import MoveKind, Supply, SupplyKind
from shunda.inventory.queries import codes
from shunda.inventory.rules import Place
from shunda.inventory.specs import ClosureLine, SupplyLine, TransferLine


@action("inventory.announce_supply")
def announce(lines: Sequence[SupplyLine], *, by: Actor, at: datetime) -> Outcome[Supply]:
    """Say that goods will come from outside (a purchase, a work order): they show as in transit until they arrive.

    Refuses what a receipt refuses, a date that has passed, and a transfer, which has an action of its own.
    """
    day = today(at)

    def why(c: Checked[SupplyLine]) -> Iterable[Refusal]:
        yield from why_not_positive(c)
        yield from _why_past(c, day)
        yield from why_long(c, "reference", _("reference"), c.line.reference, 60)
        if c.line.kind == SupplyKind.TRANSFER:
            yield c.refuse(reasons.TRANSFER_APART, where="kind")

    checked, refused = check(lines, lambda line: (line.warehouse_id,), why)
    lock_balances(((c.line.sku_id, c.line.warehouse_id) for c in checked), create=True)
    rows = [
        Supply(
            kind=c.line.kind,
            sku_id=c.line.sku_id,
            warehouse_id=c.line.warehouse_id,
            quantity=c.quantity,
            expected_on=c.line.expected_on,
            reference=c.line.reference,
            created_at=at,
        )
        for c in checked
    ]
    Supply.objects.bulk_create(rows)
    post(Posting(transits=[_coming(row) for row in rows]), at=at, by=by)
    event.record((_announced("supply.announce", row) for row in rows), by=by, at=at)
    return Outcome(rows, refused)


@action("inventory.transfer_stock")
def transfer(lines: Sequence[TransferLine], *, by: Actor, at: datetime, reference: str = "") -> Outcome[Supply]:
    """Send stock to another warehouse: it leaves now and is in transit there until received (R121).

    Numbered TR... unless ``reference`` says otherwise. Refuses what a receipt refuses, a transfer to itself, a date
    that has passed, and more than is available: what is locked stays where it is. Lines see each other.
    """
    day = today(at)

    def why(c: Checked[TransferLine]) -> Iterable[Refusal]:
        yield from why_not_positive(c)
        yield from _why_past(c, day)
        yield from why_long(c, "reason", _("reason"), c.line.reason, 200)
        if c.line.source_id == c.line.target_id:
            yield c.refuse(reasons.SAME_WAREHOUSE, warehouse=c.warehouse.name, where="target_id")

    checked, refused = check(lines, lambda line: (line.source_id, line.target_id), why)
    balances = lock_balances((p for c in checked for p in (_source(c), _target(c))), create=True)
    checked = _available(checked, {p: b.on_hand - b.reserved for p, b in balances.items()}, refused)
    reference = number("TR", at, reference, checked)
    rows = [
        Supply(
            kind=SupplyKind.TRANSFER,
            sku_id=c.line.sku_id,
            warehouse_id=c.line.target_id,
            source_id=c.line.source_id,
            quantity=c.quantity,
            expected_on=c.line.expected_on,
            reference=reference,
            created_at=at,
        )
        for c in checked
    ]
    Supply.objects.bulk_create(rows)
    leaving = [
        Movement(_source(c), MoveKind.TRANSFER_OUT, -c.quantity, supply_id=row.pk, reason=c.line.reason)
        for c, row in zip(checked, rows, strict=True)
    ]
    post(Posting(leaving, transits=[_coming(row) for row in rows]), at=at, by=by, reference=reference)
    event.record((_announced("stock.transfer", row) for row in rows), by=by, at=at)
    return Outcome(rows, refused)


@action("inventory.cancel_supply")
def cancel_supply(
    lines: Sequence[ClosureLine], *, reason: str, by: Actor, at: datetime, reference: str = ""
) -> Outcome[Supply]:
    """What is on its way will not arrive: a purchase is off; a transfer turns back and is stock at its source again.

    Refusals carry the id of the supply: not found, no reason, more than is still open.
    """
    kept, refused = _closing(lines, reason)
    back = [
        Movement((s.sku_id, s.source_id), MoveKind.TRANSFER_IN, n, supply_id=s.pk, reason=reason)
        for s, n in kept
        if s.kind == SupplyKind.TRANSFER and s.source_id is not None
    ]
    return Outcome(_close(kept, back, "supply.cancel", reason, reference, by=by, at=at), refused)


@action("inventory.adjust_stock")
def lose_supply(
    lines: Sequence[ClosureLine], *, reason: str, by: Actor, at: datetime, reference: str = ""
) -> Outcome[Supply]:
    """Goods of a transfer were lost on the way: they leave the books.

    Refusals carry the id of the supply: not found, no transfer, no reason, more than is still open.
    """
    kept, refused = _closing(lines, reason, transfers=True)
    return Outcome(_close(kept, [], "supply.lose", reason, reference, by=by, at=at), refused)


def _why_past(c: Checked[SupplyLine] | Checked[TransferLine], day: date) -> Iterable[Refusal]:
    if c.line.expected_on is not None and c.line.expected_on < day:
        yield c.refuse(reasons.PAST_DATE, date=c.line.expected_on.isoformat(), where="expected_on")


def _source(c: Checked[TransferLine]) -> Place:
    return c.line.sku_id, c.line.source_id


def _target(c: Checked[TransferLine]) -> Place:
    return c.line.sku_id, c.line.target_id


def _coming(supply: Supply) -> Transit:
    return Transit(supply.pk, (supply.sku_id, supply.warehouse_id), announced=supply.quantity)


def _available(
    checked: Iterable[Checked[TransferLine]], free: dict[Place, Decimal], refused: list[Refusal]
) -> list[Checked[TransferLine]]:
    """First come, first served; a line that does not fit takes nothing."""
    kept = []
    for c in checked:
        left = free[_source(c)]
        if c.quantity > left:
            short = {"warehouse": c.warehouse.name, "wanted": plain(c.quantity), "available": plain(left)}
            refused.append(c.refuse(reasons.SHORT, where="quantity", **short))
        else:
            free[_source(c)] = left - c.quantity
            kept.append(c)
    return kept


def _announced(kind: str, row: Supply) -> event.Happening:
    expected = row.expected_on.isoformat() if row.expected_on else None
    return happening(kind, row, quantity=plain(row.quantity), expected_on=expected, reference=row.reference)


def _closing(
    lines: Sequence[ClosureLine], reason: str, *, transfers: bool = False
) -> tuple[list[tuple[Supply, Decimal]], list[Refusal]]:
    """The locked supplies and how much of each is closed: all that is open when left out; one's last line counts."""
    supplies = lock_supplies(line.supply_id for line in lines)
    skus, _ = codes({s.sku_id for s in supplies.values()}, ())
    kept: list[tuple[Supply, Decimal]] = []
    refused: list[Refusal] = []
    for pk, quantity in {line.supply_id: line.quantity for line in lines}.items():
        if pk not in supplies:
            refused.append(NOT_FOUND(pk))
            continue
        found = list(_why_not_close(supplies[pk], quantity, reason, skus, transfers=transfers))
        refused += found
        if not found:
            kept.append((supplies[pk], supplies[pk].open if quantity is None else quantity))
    return kept, refused


def _why_not_close(
    supply: Supply, quantity: Decimal | None, reason: str, skus: Mapping[int, str], *, transfers: bool
) -> Iterable[Refusal]:
    sku = skus[supply.sku_id]
    if not reason.strip():
        yield reasons.CLOSED_WHY(supply.pk, sku=sku, where="reason")
    if len(reason) > reasons.REASON_LENGTH:
        yield reasons.TOO_LONG(supply.pk, field=str(_("reason")), most=reasons.REASON_LENGTH, where="reason")
    if transfers and supply.kind != SupplyKind.TRANSFER:
        yield reasons.NOT_A_TRANSFER(supply.pk, sku=sku)
    if not supply.open:
        yield reasons.CLOSED_SUPPLY(supply.pk, sku=sku)
    elif quantity is not None and quantity <= 0:
        yield reasons.NOT_POSITIVE(supply.pk, line=1, sku=sku, quantity=plain(quantity), where="quantity")
    elif quantity is not None and quantity > supply.open:
        wanted, left = plain(quantity), plain(supply.open)
        yield reasons.OVER_SUPPLY(supply.pk, sku=sku, wanted=wanted, open=left, where="quantity")


def _close(
    kept: Sequence[tuple[Supply, Decimal]],
    back: list[Movement],
    kind: str,
    reason: str,
    reference: str,
    *,
    by: Actor,
    at: datetime,
) -> list[Supply]:
    transits = [Transit(s.pk, (s.sku_id, s.warehouse_id), cancelled=n) for s, n in kept]
    posting = Posting(back, transits=transits)
    balances = lock_balances(posting.places(), create=True)
    post(posting, at=at, by=by, reference=reference)
    for supply, quantity in kept:
        supply.cancelled += quantity
    closed = [happening(kind, s, quantity=plain(n), reason=reason) for s, n in kept]
    event.record([*closed, *received(posting, balances, reference)], by=by, at=at)
    return [supply for supply, _ in kept]
