"""Arithmetic of invoices and credit notes, and what a payment most likely pays."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shunda.billing import rules
from shunda.billing.models import Invoice, InvoiceLine
from shunda.billing.rules import Amounts, Billed, Item, propose, spread
from shunda.orders.models import Order, OrderLine

D = Decimal
coins = st.integers(0, 10**9).map(lambda n: D(n) / 100)


def a_line(gross, tax, quantity, invoiced=0):
    line = OrderLine(pk=1, line_no=1, base_quantity=D(quantity), gross=gross, tax=tax, invoiced=D(invoiced))
    line.net = gross - tax
    return line


@given(
    gross=coins,
    share=st.integers(0, 100),
    parts=st.lists(st.integers(1, 50), min_size=1, max_size=6),
)
def test_partial_invoices_add_up_to_the_line_to_the_last_coin(gross, share, parts):
    tax = (gross * share / 100).quantize(D("0.01"))
    line = a_line(gross, tax, sum(parts))
    order = Order(currency="CNY", freight_net=D(10), freight_tax=D("0.9"))
    billed = Billed({}, Amounts())
    total = Amounts()
    for n in parts:
        made = rules.draft(order, {1: line}, {1: D(n)}, billed)
        total += made.totals
        assert made.totals.net + made.totals.tax == made.totals.gross
        assert min(made.lines[1][1].gross, made.lines[1][1].tax) >= 0
        line.invoiced += n
        billed = Billed({1: billed.lines.get(1, Amounts()) + made.lines[1][1]}, billed.freight + made.freight)
    assert total == Amounts(tax, gross) + Amounts(D("0.9"), D("10.9"))


@given(gross=coins, quantity=st.integers(2, 60), data=st.data())
def test_credits_of_an_invoice_line_add_up_to_it_and_what_follows_mends_the_line(gross, quantity, data):
    """Invoice a part, credit some of it, invoice the rest: the line comes out whole."""
    line = a_line(gross, D(0), quantity)
    order = Order(currency="CNY", freight_net=D(0), freight_tax=D(0))
    first = D(data.draw(st.integers(1, quantity)))
    drafted = rules.draft(order, {1: line}, {1: first}, Billed({}))
    issued = InvoiceLine(quantity=first, credited=D(0), gross=drafted.totals.gross, tax=D(0))
    back = D(data.draw(st.integers(1, int(first))))
    credit = rules.credited(issued, back, "CNY")
    issued.credited = back
    assert credit + rules.credited(issued, first - back, "CNY") == Amounts(D(0), issued.gross)
    line.invoiced = first - back
    rest = rules.draft(order, {1: line}, {1: quantity - line.invoiced}, Billed({1: drafted.totals - credit}))
    assert drafted.totals - credit + rest.totals == Amounts(D(0), gross)


def item(number, amount, due=None, order_date=date(2026, 5, 1), pk=1):
    order = Order(pk=pk, number=f"SO{number}", order_date=order_date)
    invoice = Invoice(pk=pk, number=f"IN{number}", due_date=due) if due else None
    return Item(order, invoice, D(amount))


OLD = item("1", 100, due=date(2026, 5, 1))
NEW = item("2", 70, due=date(2026, 6, 1), pk=2)
WITHOUT = item("3", 50, pk=3)


@pytest.mark.req("R173")
@pytest.mark.parametrize(
    ("left", "text", "expected"),
    [
        (150, "", [("IN1", 100), ("IN2", 50)]),  # oldest first
        (70, "", [("IN2", 70)]),  # to the coin
        (60, "", [("IN1", 60)]),
        (60, "for so2, thanks", [("IN2", 60)]),  # named
        (90, "IN2", [("IN2", 70), ("IN1", 20)]),  # named first, then the oldest
        (500, "", [("IN1", 100), ("IN2", 70), ("SO3", 50)]),
        (0, "", []),
    ],
)
def test_a_payment_is_proposed_for_what_it_names_then_to_the_coin_then_the_oldest(left, text, expected):
    parts = propose(D(left), text, [WITHOUT, NEW, OLD])
    assert [(part.number, int(amount)) for part, amount in parts] == expected


def test_spreading_never_gives_more_than_there_is():
    assert [int(n) for _, n in spread(D(120), [OLD, NEW, WITHOUT])] == [100, 20]
