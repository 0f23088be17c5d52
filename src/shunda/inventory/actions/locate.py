"""Where goods lie in their warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.inventory.models import Balance
from shunda.inventory.reasons import NEVER_STOCKED, TOO_LONG
from shunda.inventory.specs import LocationLine

MOST = 40


@action("inventory.locate_stock")
def locate(lines: Sequence[LocationLine], *, by: Actor, at: datetime) -> Outcome[Balance]:
    """SKUs lie at these locations from now on; pickers walk by them. A refusal's id is the place in ``lines``.

    An empty location says that the SKU has none; of two lines about one SKU the last counts. Refused: a SKU the
    warehouse never had, a location that is too long.
    """
    skus, houses = {line.sku_id for line in lines}, {line.warehouse_id for line in lines}
    found = Balance.objects.filter(sku__in=skus, warehouse__in=houses).order_by("pk")
    rows = {(row.sku_id, row.warehouse_id): row for row in found.select_for_update(no_key=True)}
    refused: list[Refusal] = []
    was: dict[int, str] = {}
    done: dict[int, Balance] = {}
    for index, line in enumerate(lines):
        row, location = rows.get((line.sku_id, line.warehouse_id)), line.location.strip()
        if row is None:
            refused.append(NEVER_STOCKED(index, line=index + 1, where="sku_id"))
        elif len(location) > MOST:
            refused.append(TOO_LONG(index, field=str(_("location")), most=MOST, where="location"))
        else:
            was.setdefault(row.pk, row.location)
            row.location = location
            done[row.pk] = row
    moved = [row for row in done.values() if row.location != was[row.pk]]
    if moved:
        Balance.objects.bulk_update(moved, ["location"])
    told = [happening("stock.locate", row, changes={"location": [was[row.pk], row.location]}) for row in moved]
    record(told, by=by, at=at)
    return Outcome(list(done.values()), refused)
