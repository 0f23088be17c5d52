"""A whole month of a real wholesaler: 42,481 lines, none lost, none twice, to the last digit."""

import csv
import gzip
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F, Sum

from shunda.channels import verify
from shunda.channels.models import ImportedReturnLine, StagedLine
from shunda.channels.tests.builders import run
from shunda.core.money import rounded
from shunda.demo.data import RETAIL_MONTH
from shunda.orders import verify as orders
from shunda.orders.models import Order, OrderLine
from shunda.wiring import setup

pytestmark = pytest.mark.django_db
WHOLE = Decimal("748957.02")
CHARGES = ("POST", "DOT", "C2", "M", "D")


def lines_by_invoice():
    """The file read in the simplest way there is."""
    found = defaultdict(list)
    with gzip.open(RETAIL_MONTH, "rt", encoding="utf-8", newline="") as text:
        for line in csv.DictReader(text):
            found[line["InvoiceNo"]].append(
                (line["StockCode"].upper(), Decimal(line["Quantity"]), Decimal(line["UnitPrice"]))
            )
    return found


def booked():
    """Exact goods amounts of what was booked, and their invoices."""
    sold = OrderLine.objects.aggregate(amount=Sum(F("quantity") * F("unit_price")))["amount"]
    back = ImportedReturnLine.objects.aggregate(amount=Sum(F("quantity") * F("unit_price")))["amount"]
    charges = Order.objects.aggregate(freight=Sum("freight"), discount=Sum("discount"))
    return sold, back, charges["freight"] - charges["discount"]


def check_ends(done, invoices):
    """Every line of the file is in one place."""
    assert done.whole.lines == sum(len(lines) for lines in invoices.values()) == 42_481
    assert done.part("").lines == 0
    ended = dict(StagedLine.objects.values_list("reference", "result").distinct())
    sales = [number for number in invoices if not number.startswith("C")]
    assert (len(sales), len(invoices) - len(sales)) == (1_699, 326)
    assert {ended[number] for number in sales} == {"order", "reported"}
    assert {ended[number] for number in invoices if number.startswith("C")} == {"return", "reported"}
    assert not StagedLine.objects.filter(result="reported", code="").exists()
    return ended


def test_the_month_comes_in_whole_and_only_once():
    setup.prepare()
    done, invoices = run(RETAIL_MONTH), lines_by_invoice()
    with connection.cursor() as cursor:
        cursor.execute("analyze")  # nobody else does it inside this transaction
    ended = check_ends(done, invoices)
    assert done.imported.amount + done.part("reported").amount == WHOLE
    amount = {number: sum(q * p for _, q, p in lines) for number, lines in invoices.items()}
    for result in ("order", "return", "reported"):
        assert done.part(result).amount == sum(amount[number] for number, end in ended.items() if end == result)
    assert (Order.objects.count(), OrderLine.objects.count()) == (1_552, 41_450)

    sold, back, charges = booked()
    goods = sum(q * p for n, lines in invoices.items() if ended[n] == "order" for c, q, p in lines if c not in CHARGES)
    others = [
        rounded(q * p, "GBP") for n, ls in invoices.items() if ended[n] == "order" for c, q, p in ls if c in CHARGES
    ]
    assert (sold, charges) == (goods, sum(others))
    assert -back == done.part("return").amount
    assert [*verify.check(), *orders.check()] == []

    again = run(RETAIL_MONTH)
    assert (again.imported.lines, again.part("before").lines) == (0, 42_481 - done.part("reported").lines)
    assert Order.objects.count() == 1_552
    assert again.whole.amount == WHOLE
