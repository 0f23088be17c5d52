"""The arithmetic of documents."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shunda.core.money import DIGITS
from shunda.pricing import rules
from shunda.pricing.rules import Amounts, PricedLine, capitals, document, line_amounts

D = Decimal
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine proves nothing
quantities = st.decimals("0.0001", "99999999", places=4)
prices = st.decimals("0", "99999999", places=6)
shares = st.decimals("0", "1", places=4)
tax_rates = st.sampled_from([D(0), D("0.01"), D("0.03"), D("0.06"), D("0.09"), D("0.13")])
currencies = st.sampled_from(["CNY", "USD", "JPY", "KWD"])
lines = st.lists(st.builds(PricedLine, quantities, prices, shares, tax_rates), min_size=1, max_size=12)


@calm
@given(lines, shares, st.decimals("0", "99999", places=3), tax_rates, st.booleans(), currencies)
@pytest.mark.req("R027")
def test_lines_and_freight_add_up_to_the_document_and_net_and_tax_to_gross(
    lines, part, freight, freight_rate, includes_tax, currency
):
    goods = document(lines, includes_tax=includes_tax, currency=currency).goods
    discount = rules.rounded(goods * part, currency)
    result = document(lines, discount, freight, freight_rate, includes_tax, currency)

    assert all(a.net + a.tax == a.gross for a in [*result.lines, result.freight, result.totals])
    assert sum(a.gross for a in result.lines) + result.freight.gross == result.gross
    assert sum(a.net for a in result.lines) + result.freight.net == result.net
    assert sum(a.tax for a in result.lines) + result.freight.tax == result.tax
    assert sum(result.discounts) == discount
    entered = result.gross if includes_tax else result.net
    assert entered == goods - discount + rules.rounded(freight, currency)


@calm
@given(lines, shares, st.booleans(), currencies)
def test_no_line_goes_under_zero_and_every_amount_is_whole_coins(lines, part, includes_tax, currency):
    goods = document(lines, currency=currency).goods
    result = document(lines, rules.rounded(goods * part, currency), includes_tax=includes_tax, currency=currency)
    for amount in result.lines:
        assert amount.net >= 0
        assert amount.tax >= 0
        assert amount.gross == rules.rounded(amount.gross, currency)
        assert -amount.net.as_tuple().exponent <= DIGITS.get(currency, 2)


@calm
@given(quantities, prices, shares, tax_rates, st.booleans(), currencies)
def test_a_document_of_one_line_is_that_line(quantity, price, discount, rate, includes_tax, currency):
    one = document([PricedLine(quantity, price, discount, rate)], includes_tax=includes_tax, currency=currency)
    assert one.totals == line_amounts(quantity, price, discount, D(0), rate, includes_tax, currency)


@calm
@given(prices, tax_rates)
def test_tax_added_and_taken_off_again_gives_the_price_back_to_the_last_place(price, rate):
    there = rules.with_or_without_tax(price, rate, has_tax=False, wants_tax=True)
    back = rules.with_or_without_tax(there, rate, has_tax=True, wants_tax=False)
    assert abs(back - price) <= D("0.000001")


@pytest.mark.req("R026")
def test_prices_with_and_without_tax_are_rounded_where_the_rule_says():
    assert line_amounts(D(3), D("3.335"), D(0), D(0), D("0.13"), True) == Amounts(D("8.85"), D("1.15"), D("10.00"))
    assert line_amounts(D(3), D("3.335"), D(0), D(0), D("0.13"), False) == Amounts(D("10.00"), D("1.30"), D("11.30"))
    assert line_amounts(D(3), D("3.335"), D("0.1"), D("1.00"), D("0.13"), True).gross == D("8.00")


def test_the_order_discount_is_shared_without_losing_a_cent():
    result = document([PricedLine(D(1), D("10"))] * 3, discount=D("10"))
    assert result.discounts == [D("3.33"), D("3.34"), D("3.33")]
    assert result.gross == D("20.00")


def test_the_widest_figures_a_line_can_hold_stay_exact():
    amounts = line_amounts(D("99999999999999.9999"), D("0.999999"), D("0.1234"), D(0), D("0.13"), True)
    assert amounts.gross == D("87659912340000.00")
    assert amounts.net + amounts.tax == amounts.gross


def test_a_dozen_costs_twelve_times_the_piece():
    assert rules.per_unit(D("1.255"), Fraction(12)) == D("15.060000")
    assert rules.per_unit(D("10"), Fraction(1, 3)) == D("3.333333")


@pytest.mark.req("R027")
@pytest.mark.parametrize(
    ("amount", "written"),
    [
        # the published examples of the settlement rules
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        # the ends of the scale
        ("0", "零元整"),
        ("0.00", "零元整"),
        ("0.004", "零元整"),
        ("-0.001", "零元整"),
        ("0.1", "壹角"),
        ("0.05", "伍分"),
        ("0.12", "壹角贰分"),
        ("-0.1", "负壹角"),
        ("-11", "负壹拾壹元整"),
        ("1.10", "壹元壹角"),
        ("1.01", "壹元零壹分"),
        ("10", "壹拾元整"),
        ("67.80", "陆拾柒元捌角"),
        ("12005.00", "壹万贰仟零伍元整"),
        ("10045.00", "壹万零肆拾伍元整"),
        ("1000054.4321", "壹佰万零伍拾肆元肆角叁分"),
        ("100000000.00", "壹亿元整"),
        ("100000001", "壹亿零壹元整"),
        ("709876543.21", "柒亿零玖佰捌拾柒万陆仟伍佰肆拾叁元贰角壹分"),
        ("9800005000", "玖拾捌亿零伍仟元整"),
        ("10000000000000", "壹拾万亿元整"),
        ("99999999999999.99", "玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_amounts_in_capitals_follow_the_settlement_rules(amount, written):
    assert capitals(D(amount)) == written


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("1234.56", "USD", "美元壹仟贰佰叁拾肆元伍角陆分"),
        ("-5", "EUR", "欧元负伍元整"),
        ("1234.5", "JPY", "日元壹仟贰佰叁拾肆元整"),
        ("1.005", "KWD", "科威特第纳尔壹元零伍厘"),
        ("12", "XAU", "XAU壹拾贰元整"),
    ],
)
def test_other_currencies_are_named_before_the_capitals(amount, currency, written):
    assert capitals(D(amount), currency) == written


_VALUES = {c: D(n) for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": D(10), "佰": D(100), "仟": D(1000)}


def read_capitals(text: str) -> Decimal:
    """Capitals back to a figure, by the plain rules of reading."""
    total, section, digit = D(0), D(0), D(0)
    for char in text.removeprefix("负").removesuffix("整"):
        if char in _VALUES:
            digit = _VALUES[char]
        elif char in _PLACES:
            section, digit = section + digit * _PLACES[char], D(0)
        elif char == "万":
            section, digit = (section + digit) * 10000, D(0)
        elif char == "亿":
            total, section, digit = (total + section + digit) * 10**8, D(0), D(0)
        elif char == "元":
            total, section, digit = total + section + digit, D(0), D(0)
        else:
            total, digit = total + digit * {"角": D("0.1"), "分": D("0.01")}[char], D(0)
    return -total if text.startswith("负") else total


@calm
@given(st.decimals("-99999999999999.99", "99999999999999.99", places=2))
def test_capitals_read_back_as_the_amount(amount):
    assert read_capitals(capitals(amount)) == amount
