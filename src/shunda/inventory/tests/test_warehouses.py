"""Warehouses are opened, changed and closed."""

import pytest

from shunda.accounts.tests.builders import region
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.inventory import actions
from shunda.inventory.models import Warehouse
from shunda.inventory.specs import WarehouseSpec
from shunda.inventory.tests.builders import AT, stock, warehouse

pytestmark = pytest.mark.django_db
SYSTEM = system()


def edit(place, versions=None, **changes):
    return actions.edit_warehouses({place.pk: changes}, by=SYSTEM, at=AT, versions=versions)


def codes(outcome):
    return [(r.id, r.code.removeprefix("inventory.")) for r in outcome.refused]


def test_warehouses_are_opened_and_each_refusal_names_its_place():
    warehouse("W1")
    outcome = actions.create_warehouses(
        [
            WarehouseSpec("w1", "taken whatever its case"),
            WarehouseSpec("", "x" * 81),
            WarehouseSpec("N", "North", region_id=99),
            WarehouseSpec(" S ", " South ", region_id=region().pk),
            WarehouseSpec("T", "twice"),
            WarehouseSpec("t", "twice"),
        ],
        by=SYSTEM,
        at=AT,
    )
    assert codes(outcome) == [
        (0, "code-taken"),
        (1, "required"),
        (1, "too-long"),
        (2, "unknown-region"),
        (4, "code-taken"),
        (5, "code-taken"),
    ]
    assert [(row.code, row.name) for row in outcome.done] == [("S", "South")]


def test_a_change_is_kept_with_what_was_and_what_is():
    place = warehouse("W1")
    edit(place, name="North").one()
    assert Event.objects.get(kind="warehouse.edit").data["changes"] == {"name": ["Warehouse W1", "North"]}
    assert codes(edit(place, versions={place.pk: 1}, name="South")) == [(place.pk, "stale")]


def test_a_warehouse_with_stock_is_not_closed_and_an_empty_one_is():
    place, other = warehouse("W1"), warehouse("W2")
    stock(sku("BALL"), place, 1)
    assert codes(edit(place, active=False)) == [(place.pk, "still-stocked")]
    assert edit(other, active=False).one().active is False
    assert codes(edit(other, code="W1")) == [(other.pk, "code-taken")]
    assert Warehouse.objects.get(pk=place.pk).active
