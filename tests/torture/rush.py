"""500 pieces and 2,000 buyers at once, each on a connection of his own: 500 are sold, everybody is answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

from bench.harness import load
from tests.torture.frame import PLACE, Effort, Site

_SOLD = """
select count(*), count(distinct o.id), coalesce(sum(l.base_quantity), 0)
from orders_order o join orders_orderline l on l.order_id = o.id where l.sku_id = %s and o.status = 'confirmed'
"""


def run(site: Site, effort: Effort) -> None:
    """Count the article down, let the buyers in, count what was sold."""
    pieces, buyers = effort.pick((50, 200), (500, 2_000))
    site.use()
    article = site.skus[0]
    _leave(site, article, pieces)
    bodies = site.installation.folder / "rush.bodies"
    orders = [
        {
            "customer_id": effort.random.choice(site.customers),
            "invoice_kind": "ordinary",
            "wanted_date": "2099-01-05",
            "lines": [{"sku_id": article, "quantity": "1"}],
        }
        for _ in range(buyers)
    ]
    bodies.write_text("".join(json.dumps(order) + "\n" for order in orders))
    answered = load(
        port=site.installation.port, path=PLACE, token=site.token, bodies=str(bodies), connections=buyers,
        requests=buyers, seconds=600, warm_up=0, key=f"rush-{effort.seed}",
    )  # fmt: skip
    effort.say(f"{answered['statuses']} in {answered['seconds']:.1f} s, the slowest {answered['worst']:.0f} ms")
    assert answered["statuses"] == {"201": pieces, "409": buyers - pieces}, answered
    assert site.rows(_SOLD, [article]) == [(pieces, pieces, pieces)]
    assert site.rows("select on_hand, reserved from inventory_balance where sku_id = %s", [article]) == [
        (pieces, pieces)
    ]
    site.assert_books_balance()


def _leave(site: Site, article: int, pieces: int) -> None:
    """So many are there, and no more."""
    from shunda.core.actor import system
    from shunda.inventory import actions
    from shunda.inventory.specs import CountLine

    line = CountLine(article, site.warehouse, Decimal(pieces), "torture")
    assert actions.count([line], by=system("torture", "torture"), at=datetime.now(UTC)).done
