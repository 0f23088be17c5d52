"""What is measured, each with the limit it must stay under (seconds) or above (a rate)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.world import BY, World
from shunda.orders import actions as orders


@dataclass(frozen=True, slots=True)
class Measure:
    """A named measurement: ``run`` makes what it needs and returns one figure."""

    run: Callable[[World], float]
    unit: str
    limit: float | None


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def place_single(world: World) -> float:
    """Orders of five lines a second, one call each, from spec to a numbered draft."""
    specs = world.specs(50)
    return 50 / _seconds(lambda: [orders.create([spec], by=BY, at=world.at()).one() for spec in specs])


def place_batch100(world: World) -> float:
    """The same, a hundred a call."""
    specs = world.specs(100)
    return 100 / _seconds(lambda: orders.create(specs, by=BY, at=world.at()))


def order_1000_lines(world: World) -> float:
    """One order of 1,000 lines: created and confirmed; its review in between is not counted."""
    return _big(world, 1000)


def order_5000_lines(world: World) -> float:
    """One order of 5,000 lines, for how it grows."""
    return _big(world, 5000)


def _big(world: World, lines: int) -> float:
    made: list[int] = []
    spec = world.specs(1, lines)
    created = _seconds(lambda: made.append(orders.create(spec, by=BY, at=world.at()).one().pk))
    _pass_review(world, made)
    return created + _seconds(lambda: orders.confirm(made, by=BY, at=world.at()).one())


def _pass_review(world: World, ids: list[int]) -> None:
    from shunda.orders.models import Review

    assert not orders.submit(ids, by=BY, at=world.at()).refused
    reviews = Review.objects.filter(order__in=ids, status="pending").values_list("pk", flat=True)
    assert not orders.approve(list(reviews), by=BY, at=world.at()).refused


def bulk_confirm_1000(world: World) -> float:
    """1,000 approved orders of five lines confirmed in one call."""
    ids = world.approved(1000)
    return _seconds(lambda: _all(1000, orders.confirm(ids, by=BY, at=world.at()).done))


def bulk_ship_1000(world: World) -> float:
    """1,000 packed shipments shipped in one call."""
    from shunda.fulfilment import actions as fulfilment
    from shunda.fulfilment.models import TransportMode
    from shunda.fulfilment.specs import ShipSpec

    specs = [ShipSpec(pk, mode=TransportMode.OWN) for pk in world.packed(world.confirmed(1000))]
    return _seconds(lambda: _all(1000, fulfilment.ship(specs, by=BY, at=world.at()).done))


def bulk_invoice_1000(world: World) -> float:
    """1,000 shipped orders invoiced in one call and issued in another."""
    from shunda.billing import actions as billing
    from shunda.fulfilment import actions as fulfilment
    from shunda.fulfilment.models import TransportMode
    from shunda.fulfilment.specs import ShipSpec

    ids = world.confirmed(1000)
    specs = [ShipSpec(pk, mode=TransportMode.OWN) for pk in world.packed(ids)]
    fulfilment.ship(specs, by=BY, at=world.at())

    def invoice() -> None:
        drafts = billing.invoice(ids, by=BY, at=world.at()).done
        _all(1000, billing.issue([draft.pk for draft in drafts], by=BY, at=world.at()).done)

    return _seconds(invoice)


def _all(n: int, done: list[object]) -> None:
    assert len(done) == n, f"{len(done)} of {n}"


MEASURES = {
    "place_single": Measure(place_single, "orders/s", None),
    "place_batch100": Measure(place_batch100, "orders/s", None),
    "order_1000_lines": Measure(order_1000_lines, "s", 1.5),
    "order_5000_lines": Measure(order_5000_lines, "s", 7.5),
    "bulk_confirm_1000": Measure(bulk_confirm_1000, "s", 5.0),
    "bulk_ship_1000": Measure(bulk_ship_1000, "s", 5.0),
    "bulk_invoice_1000": Measure(bulk_invoice_1000, "s", 5.0),
}
