"""Everything at once: sixteen threads place, enter, change, confirm, cancel, receive, count, ship, sign, reverse.

Refusals are answers; anything else that comes out of an action is a broken promise. At every pause the ledgers equal
the balances.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.torture.frame import Effort, Site

THREADS, SHORT_THREADS = 16, 4
HOT = 12  # articles that everything is about, so that threads meet


def run(site: Site, effort: Effort) -> None:
    """Load, pause, look; again until the time is over."""
    site.use()
    done: Counter[str] = Counter()
    broken: list[str] = []
    for n in range(effort.pick(1, 1000)):
        threads = [
            threading.Thread(target=_work, args=(site, f"{effort.seed} {n} {t}", effort.pick(12, 200), done, broken))
            for t in range(effort.pick(SHORT_THREADS, THREADS))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not broken, "\n".join(broken[:3])
        site.wait_for_jobs(effort.pick(120, 600))
        site.assert_books_balance()
        effort.say("books balance after " + ", ".join(f"{count} {what}" for what, count in sorted(done.items())))
        if effort.over:
            break
    assert done["place done"], done


def _work(site: Site, seed: str, acts: int, done: Counter[str], broken: list[str]) -> None:
    """One person who never gets tired."""
    import traceback

    from django.db import connection

    from shunda.core.refusal import Refused

    dice = random.Random(seed)
    for n in range(acts):
        if broken:
            break
        act = WARM_UP[n] if n < len(WARM_UP) else dice.choice(ACTS)
        name = act.__name__.strip("_")
        try:
            outcome = act(site, dice)
            refused = outcome is None or not getattr(outcome, "done", True)
            done[f"{name} {'refused' if refused else 'done'}"] += 1
        except Refused:
            done[f"{name} refused"] += 1
        except Exception:  # noqa: BLE001  # each is what this program looks for
            broken.append(f"{name}\n{traceback.format_exc()}")
    connection.close()


def _now() -> dict[str, Any]:
    from shunda.core.actor import system

    return {"by": system("torture", "torture"), "at": datetime.now(UTC)}


def _spec(site: Site, dice: random.Random) -> Any:
    from shunda.orders.specs import LineSpec, OrderSpec

    chosen = dice.sample(site.skus[:HOT], 3)
    lines = [LineSpec(Decimal(dice.randint(1, 5)), sku) for sku in chosen]
    customer = dice.choice(site.customers[:5])
    return OrderSpec(customer, lines, wanted_date=date(2099, 1, 5), invoice_kind="ordinary")


def _some(dice: random.Random, status: str, model: Any) -> list[int]:
    """A few of those in a status, often the same ones that others take."""
    found = list(model.objects.filter(status=status).order_by("-pk").values_list("pk", flat=True)[:12])
    return dice.sample(found, min(len(found), dice.randint(1, 3)))


def _place(site: Site, dice: random.Random) -> Any:
    from shunda.core.refusal import Refused
    from shunda.orders import actions
    from shunda.orders.specs import Placing

    now = _now()
    calls = [Placing(_spec(site, dice), now["by"]) for _ in range(dice.choice([1, 1, 5]))]
    answers = actions.place(calls, at=now["at"])
    return None if all(isinstance(answer, Refused) for answer in answers) else answers


def _enter(site: Site, dice: random.Random) -> Any:
    from shunda.orders import actions

    return actions.create([_spec(site, dice)], **_now())


def _change(site: Site, dice: random.Random) -> Any:
    from shunda.orders import actions
    from shunda.orders.assembly import spec_of
    from shunda.orders.models import Order
    from shunda.orders.queries import lines_of

    ids = _some(dice, "draft", Order)
    orders = {order.pk: order for order in Order.objects.filter(pk__in=ids)}
    lines = lines_of(orders)
    specs = {}
    for pk, order in orders.items():
        spec = spec_of(order, lines[pk])
        more = [replace(line, quantity=line.quantity + dice.randint(1, 3)) for line in spec.lines]
        specs[pk] = replace(spec, lines=more)
    return actions.edit(specs, **_now()) if specs else None


def _confirm(site: Site, dice: random.Random) -> Any:
    from shunda.orders import actions
    from shunda.orders.models import Order, Review

    submitted = [order.pk for order in actions.submit(_some(dice, "draft", Order), **_now()).done]
    reviews = Review.objects.filter(order__in=submitted, status="pending").values_list("pk", flat=True)
    actions.approve(list(reviews), **_now())
    return actions.confirm(_some(dice, "approved", Order), **_now())


def _cancel(site: Site, dice: random.Random) -> Any:
    from shunda.orders import actions
    from shunda.orders.models import Order

    return actions.cancel(_some(dice, dice.choice(["confirmed", "draft", "in_review"]), Order), "torture", **_now())


def _receive(site: Site, dice: random.Random) -> Any:
    from shunda.inventory import actions
    from shunda.inventory.specs import ReceiptLine

    skus = dice.sample(site.skus[:HOT], 4)
    return actions.receive([ReceiptLine(sku, site.warehouse, Decimal(dice.randint(1, 20))) for sku in skus], **_now())


def _adjust(site: Site, dice: random.Random) -> Any:
    from shunda.inventory import actions
    from shunda.inventory.specs import AdjustmentLine

    skus = dice.sample(site.skus[:HOT], 3)
    lines = [AdjustmentLine(sku, site.warehouse, Decimal(dice.choice([-2, -1, 1, 3])), "torture") for sku in skus]
    return actions.adjust(lines, **_now())


def _count(site: Site, dice: random.Random) -> Any:
    from shunda.inventory import actions
    from shunda.inventory.models import Balance
    from shunda.inventory.specs import CountLine

    skus = dice.sample(site.skus[:HOT], 3)
    there = dict(Balance.objects.filter(sku__in=skus, warehouse=site.warehouse).values_list("sku", "on_hand"))
    lines = [
        CountLine(sku, site.warehouse, there[sku] + dice.randint(-1, 2), "torture", on_hand=there[sku]) for sku in skus
    ]
    return actions.count(lines, **_now())


def _ship(site: Site, dice: random.Random) -> Any:
    from shunda.fulfilment import actions
    from shunda.fulfilment.models import Shipment
    from shunda.fulfilment.specs import PackSpec, PickSpec, ShipmentSpec, ShipSpec
    from shunda.orders.models import Order

    actions.create([ShipmentSpec(pk) for pk in _some(dice, "confirmed", Order)], **_now())
    actions.pick([PickSpec(pk) for pk in _some(dice, "planned", Shipment)], **_now())
    actions.pack([PackSpec(pk) for pk in _some(dice, "picked", Shipment)], **_now())
    return actions.ship([ShipSpec(pk, mode="own") for pk in _some(dice, "packed", Shipment)], **_now())


def _sign(site: Site, dice: random.Random) -> Any:
    from shunda.fulfilment import actions
    from shunda.fulfilment.models import Shipment
    from shunda.fulfilment.specs import ReceiptSpec

    return actions.sign([ReceiptSpec(pk, "张三") for pk in _some(dice, "shipped", Shipment)], **_now())


def _reverse(site: Site, dice: random.Random) -> Any:
    from shunda.fulfilment import actions
    from shunda.fulfilment.models import Shipment

    return actions.reverse(_some(dice, "shipped", Shipment), reason="torture", **_now())


Act = Callable[[Site, random.Random], Any]
WARM_UP: list[Act] = [_place, _receive, _enter, _confirm, _ship]
ACTS: list[Act] = [
    *(_place, _place, _place, _enter, _change, _confirm, _cancel),
    *(_receive, _adjust, _count, _ship, _ship, _sign, _reverse),
]
