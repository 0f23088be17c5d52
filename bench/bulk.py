"""Large orders, and a thousand orders at once, by the actions behind pages and API."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from bench.harness import Bench, Group, Result


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def large_orders(bench: Bench) -> list[Result]:
    """One order of 1,000 and one of 5,000 lines: created and confirmed; its review in between is not counted."""
    results = []
    for lines, target in ((1000, 1.5), (5000, 7.5)):
        values = [_large(bench, lines) for _ in range(bench.rounds)]
        results.append(Result.median(f"order_{lines}_lines", values, "s", target))
    return results


def _large(bench: Bench, lines: int) -> float:
    from bench.world import BY
    from shunda.orders import actions as orders

    made: list[int] = []
    [spec] = bench.world.specs(1, lines)
    created = seconds(lambda: made.append(orders.create([spec], by=BY, at=bench.world.at()).one().pk))
    bench.world.review(made)
    return created + seconds(lambda: orders.confirm(made, by=BY, at=bench.world.at()).one())


def thousand(bench: Bench) -> list[Result]:
    """1,000 orders of five lines: confirmed in one call, shipped in one, invoiced and issued in two."""
    taken: dict[str, list[float]] = {"bulk_confirm_1000": [], "bulk_ship_1000": [], "bulk_invoice_1000": []}
    for _ in range(bench.rounds):
        for name, value in zip(taken, _thousand(bench), strict=True):
            taken[name].append(value)
    return [Result.median(name, values, "s", 5) for name, values in taken.items()]


def _thousand(bench: Bench) -> tuple[float, float, float]:
    from bench.world import BY
    from shunda.billing import actions as billing
    from shunda.fulfilment import actions as fulfilment
    from shunda.fulfilment.models import TransportMode
    from shunda.fulfilment.specs import ShipSpec
    from shunda.orders import actions as orders

    world = bench.world
    ids = world.approved(1000)
    confirmed = seconds(lambda: _all(1000, orders.confirm(ids, by=BY, at=world.at()).done))
    specs = [ShipSpec(pk, mode=TransportMode.OWN) for pk in world.packed(ids)]
    shipped = seconds(lambda: _all(1000, fulfilment.ship(specs, by=BY, at=world.at()).done))

    def invoice() -> None:
        drafts = billing.invoice(ids, by=BY, at=world.at()).done
        _all(1000, billing.issue([draft.pk for draft in drafts], by=BY, at=world.at()).done)

    return confirmed, shipped, seconds(invoice)


def _all(n: int, done: Sequence[object]) -> None:
    assert len(done) == n, f"{len(done)} of {n}"


LARGE = Group(("order_1000_lines", "order_5000_lines"), large_orders)
THOUSAND = Group(("bulk_confirm_1000", "bulk_ship_1000", "bulk_invoice_1000"), thousand)
