"""Changing drafts: the whole order is entered again, what differs goes into the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, by_id
from shunda.core.money import plain
from shunda.orders import facts, rows
from shunda.orders.actions.create import price, resolve
from shunda.orders.models import Order, OrderLine
from shunda.orders.queries import lines_of, seen_by
from shunda.orders.specs import HEAD, OrderSpec
from shunda.orders.states import ORDER

__all__ = ["edit"]

_MONEY = ("freight_net", "freight_tax", "net", "tax", "gross", "fingerprint")
_COMPARED = ("quantity", "unit_price", "discount_rate", "tax_rate", "wanted_date", "note", "unit_id")


@action("orders.edit_order")
def edit(
    specs: Mapping[int, OrderSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Order]:
    """Enter drafts and orders that were sent back again: ``specs`` by order id, each the whole order as it shall be.

    Start from ``assembly.spec_of``. Refused for the same reasons as a new order, when the order is past its draft,
    and when ``versions`` tells that somebody else changed it since. The event says what was and what is.
    """
    batch = Batch(seen_by(by), specs, ORDER, "edit", versions=versions)
    wanted = {order.pk: specs[order.pk] for order in batch}
    facts.lock_places(list(wanted.values())).run()
    before = lines_of(wanted)
    heads = {order.pk: {name: getattr(order, name) for name in HEAD} for order in batch}
    entries, refused = resolve(wanted, facts.for_entry(wanted.values(), by))
    drafts, too_large = price(entries, {order.pk: order for order in batch}, at)
    batch.refuse_if(by_id(refused + too_large))
    for order in batch:
        codes = {entry.sku.id: entry.sku.code for entry in entries[order.pk].lines}
        batch.note(order.pk, **_changes(heads[order.pk], order, before[order.pk], drafts[order.pk].lines, codes))
    kept = list(batch)
    OrderLine.objects.filter(order_id__in=batch.ids).delete()
    rows.insert_lines(kept, [drafts[order.pk].lines for order in kept])
    rows.update(Order, kept, [*HEAD, "region_id", *_MONEY])
    return batch.commit(by=by, at=at)


def _changes(
    head: Mapping[str, Any],
    order: Order,
    before: Sequence[OrderLine],
    after: Sequence[OrderLine],
    codes: Mapping[int, str],
) -> dict[str, Any]:
    """What was and what is: head fields, and lines by number (nothing on one side: added or taken out)."""
    fields = {name: [_said(old), _said(new)] for name, old in head.items() if old != (new := getattr(order, name))}
    was = {line.line_no: _line(line, line.sku.code) for line in before}
    now = {line.line_no: _line(line, codes[line.sku_id]) for line in after}
    lines = {no: [was.get(no), now.get(no)] for no in sorted(was | now) if was.get(no) != now.get(no)}
    data: dict[str, Any] = {"changes": fields} if fields else {}
    if lines:
        data["lines"] = {str(no): pair for no, pair in lines.items()}
    return data


def _line(line: OrderLine, code: str) -> dict[str, Any]:
    return {"sku": code, **{name: _said(getattr(line, name)) for name in _COMPARED}}


def _said(value: Any) -> Any:
    return plain(value) if hasattr(value, "as_tuple") else value.isoformat() if hasattr(value, "isoformat") else value
