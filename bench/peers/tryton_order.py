"""A five-line order in Tryton: created, quoted, confirmed, processed, its shipment assigned (that is: reserved).

Runs in an environment that has trytond, trytond_sale and proteus; knows nothing of Shunda. Through the server's own
models, without HTTP and without a client. Commits one order at a time.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from decimal import Decimal
from typing import Any

PRODUCTS = 50
STOCK = 1_000_000.0


def prepare() -> dict[str, Any]:
    """Company, chart of accounts, articles with stock, a customer."""
    from proteus import Model
    from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
    from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
    from trytond.modules.company.tests.tools import create_company, get_company
    from trytond.tests.tools import activate_modules

    activate_modules("sale", create_company, create_chart)
    set_fiscalyear_invoice_sequences(create_fiscalyear()).click("create_period")
    accounts = get_accounts()
    customer = Model.get("party.party")(name="Customer")
    customer.save()
    category = Model.get("product.category")(name="Goods")
    category.accounting = True
    category.account_expense, category.account_revenue = accounts["expense"], accounts["revenue"]
    category.save()
    [unit] = Model.get("product.uom").find([("name", "=", "Unit")])
    products = [_product(Model, n, unit, category) for n in range(PRODUCTS)]
    term = create_payment_term()
    term.save()
    _stock(Model, products)
    company = get_company()
    [address] = customer.addresses
    return {
        "company": company.id,
        "currency": company.currency.id,
        "party": customer.id,
        "address": address.id,
        "term": term.id,
        "unit": unit.id,
        "products": [product.id for product in products],
    }


def _product(model: Any, n: int, unit: Any, category: Any) -> Any:
    template = model.get("product.template")()
    template.name, template.default_uom, template.type = f"Product {n}", unit, "goods"
    template.salable, template.list_price, template.account_category = True, Decimal("9.90"), category
    template.save()
    [product] = template.products
    return product


def _stock(model: Any, products: list[Any]) -> None:
    inventory = model.get("stock.inventory")()
    [inventory.location] = model.get("stock.location").find([("code", "=", "STO")])
    for product in products:
        line = inventory.lines.new(product=product)
        line.quantity, line.expected_quantity = STOCK, 0.0
    inventory.click("confirm")


def place(pool: Any, known: dict[str, Any], dice: random.Random) -> None:
    """One order."""
    sale_model, shipment_model = pool.get("sale.sale"), pool.get("stock.shipment.out")
    lines = [
        {
            "type": "line",
            "product": product,
            "unit": known["unit"],
            "quantity": float(1 + dice.randrange(3)),
            "unit_price": Decimal("9.90"),
        }
        for product in dice.sample(known["products"], 5)
    ]
    values = {
        "company": known["company"],
        "currency": known["currency"],
        "party": known["party"],
        "invoice_address": known["address"],
        "shipment_address": known["address"],
        "payment_term": known["term"],
        "invoice_method": "fulfillment",
        "shipment_method": "order",
        "lines": [("create", lines)],
    }
    sales = sale_model.create([values])
    sale_model.quote(sales)
    sale_model.confirm(sales)
    sale_model.process(sales)
    shipments = [shipment for sale in sale_model.browse(sales) for shipment in sale.shipments]
    assert shipments
    shipment_model.assign_try(shipments)
    assert all(move.state == "assigned" for s in shipment_model.browse(shipments) for move in s.inventory_moves)


def main() -> None:
    """``prepare`` makes the database; ``run SECONDS SEED`` prints how many orders were placed in how long."""
    from trytond.backend import DatabaseOperationalError
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    if sys.argv[1] == "prepare":
        print(json.dumps(prepare()))
        return
    known, dice = json.loads(sys.stdin.read()), random.Random(sys.argv[3])
    name = os.environ["DB_NAME"]
    Pool.start()
    pool = Pool(name)
    with Transaction().start(name, 0, readonly=True):
        pool.init()
    placed, started, begin = -1, time.perf_counter(), 0.0
    while time.perf_counter() - started < float(sys.argv[2]) or placed < 1:
        try:
            with Transaction().start(name, 1, context={"company": known["company"]}) as transaction:
                place(pool, known, dice)
                transaction.commit()
        except DatabaseOperationalError:
            continue  # the other process holds a row of this order: Tryton's own server would begin again, too
        placed += 1
        if not placed:  # the first fills caches and is not counted
            begin = started = time.perf_counter()
    print(json.dumps({"orders": placed, "seconds": time.perf_counter() - begin}))


if __name__ == "__main__":
    main()
