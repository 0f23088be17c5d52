"""The arithmetic of documents: lines, order discount, freight, totals, tax; nothing here asks or remembers anything.

One rounding rule: a line is rounded once, half to even, to the currency's smallest coin; everything above it is a sum.

* prices without tax: net = rounded(quantity x price x (1 - discount)) - share of the order discount,
  tax = rounded(net x rate), gross = net + tax;
* prices with tax: gross likewise, net = rounded(gross / (1 + rate)), tax = gross - net.

So gross = net + tax always, and the lines and the freight add up to the order to the last coin (R026, R027).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from shunda.core.money import PRICE, rounded, share

ZERO = Decimal(0)
PRECISION = 60
"""Digits kept while calculating: the widest quantity times the widest price is still exact."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """An amount with its tax; gross = net + tax."""

    net: Decimal
    tax: Decimal
    gross: Decimal

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.net + other.net, self.tax + other.tax, self.gross + other.gross)


NOTHING = Amounts(ZERO, ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """What a line's amount is made of: quantity and unit price in the same unit, discount and tax as shares of 1."""

    quantity: Decimal
    unit_price: Decimal
    discount_rate: Decimal = ZERO
    tax_rate: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class DocumentAmounts:
    """A document calculated: each line, its share of the order discount, the freight, and the totals.

    ``goods`` is what the lines come to before the order discount, in the mode of the prices (with or without tax).
    """

    lines: list[Amounts]
    discounts: list[Decimal]
    freight: Amounts
    totals: Amounts
    goods: Decimal

    @property
    def net(self) -> Decimal:
        """Lines and freight without tax."""
        return self.totals.net

    @property
    def tax(self) -> Decimal:
        """The tax of lines and freight."""
        return self.totals.tax

    @property
    def gross(self) -> Decimal:
        """What the customer pays."""
        return self.totals.gross


def line_total(quantity: Decimal, unit_price: Decimal, discount_rate: Decimal = ZERO, currency: str = "CNY") -> Decimal:
    """Quantity x price x (1 - discount), rounded: what a line costs before the order discount."""
    with localcontext() as exact:
        exact.prec = PRECISION
        return rounded(quantity * unit_price * (1 - discount_rate), currency)


def taxed(amount: Decimal, tax_rate: Decimal, *, includes_tax: bool, currency: str = "CNY") -> Amounts:
    """Split or raise a rounded amount by its tax; ``includes_tax`` says which of the two it is."""
    with localcontext() as exact:
        exact.prec = PRECISION
        if includes_tax:
            net = rounded(amount / (1 + tax_rate), currency)
            return Amounts(net, amount - net, amount)
        tax = rounded(amount * tax_rate, currency)
        return Amounts(amount, tax, amount + tax)


def line_amounts(
    quantity: Decimal,
    unit_price: Decimal,
    discount_rate: Decimal,
    order_discount: Decimal,
    tax_rate: Decimal,
    includes_tax: bool,  # noqa: FBT001  # one row of a table of seven figures, called by position
    currency: str = "CNY",
) -> Amounts:
    """A line after its own discount and its share of the order discount, in the mode of its prices (R026)."""
    total = line_total(quantity, unit_price, discount_rate, currency) - order_discount
    return taxed(total, tax_rate, includes_tax=includes_tax, currency=currency)


def document(
    lines: Sequence[PricedLine],
    discount: Decimal = ZERO,
    freight: Decimal = ZERO,
    freight_tax_rate: Decimal = ZERO,
    includes_tax: bool = True,  # noqa: FBT001, FBT002  # as in line_amounts
    currency: str = "CNY",
) -> DocumentAmounts:
    """Calculate a whole document (R026, R027).

    The order discount and the freight are entered in the mode of the prices. The discount is shared over the lines
    by what they cost, no coin lost; as long as it is not more than they cost together (``goods``) no line goes under
    zero. Whoever takes orders refuses more.
    """
    costs = [line_total(line.quantity, line.unit_price, line.discount_rate, currency) for line in lines]
    discount, freight = rounded(discount, currency), rounded(freight, currency)
    with localcontext() as exact:
        exact.prec = PRECISION
        shares = share(discount, costs, currency) if costs else []
    amounts = [
        taxed(cost - part, line.tax_rate, includes_tax=includes_tax, currency=currency)
        for cost, part, line in zip(costs, shares, lines, strict=True)
    ]
    carried = taxed(freight, freight_tax_rate, includes_tax=includes_tax, currency=currency)
    return DocumentAmounts(amounts, shares, carried, sum(amounts, carried), sum(costs, ZERO))


def with_or_without_tax(price: Decimal, tax_rate: Decimal, *, has_tax: bool, wants_tax: bool) -> Decimal:
    """A unit price turned from one mode into the other, to six places."""
    if has_tax == wants_tax:
        return price
    with localcontext() as exact:
        exact.prec = PRECISION
        exact_price = price * (1 + tax_rate) if wants_tax else price / (1 + tax_rate)
        return exact_price.quantize(PRICE, ROUND_HALF_UP)


def per_unit(price: Decimal, factor: Fraction) -> Decimal:
    """The price of one unit that is ``factor`` base units, from the price of one base unit; six places."""
    with localcontext() as exact:
        exact.prec = PRECISION
        return (price * factor.numerator / factor.denominator).quantize(PRICE, ROUND_HALF_UP)


def effective_price(amount: Decimal, quantity: Decimal) -> Decimal:
    """What one unit came to after all discounts, to six places: for documents that show amounts already shared."""
    with localcontext() as exact:
        exact.prec = PRECISION
        return (amount / quantity).quantize(PRICE, ROUND_HALF_UP)


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_COINS = ("角", "分", "厘")
_NAMES = {
    "AUD": "澳大利亚元", "CAD": "加拿大元", "CHF": "瑞士法郎", "EUR": "欧元", "GBP": "英镑", "HKD": "港元",
    "JPY": "日元", "KRW": "韩元", "KWD": "科威特第纳尔", "MOP": "澳门元", "NZD": "新西兰元", "RUB": "俄罗斯卢布",
    "SGD": "新加坡元", "THB": "泰铢", "TWD": "新台币", "USD": "美元", "VND": "越南盾",
}  # fmt: skip


def capitals(amount: Decimal, currency: str = "CNY") -> str:
    """An amount in Chinese capitals 大写 (R027), as the settlement rules of the People's Bank of China write it.

    The rules leave choices; taken here: 元 (not 圆) and 整 (not 正), 整 only where the amount ends at 元, one 零 for a
    run of zeros inside the figure and none before 角 (壹仟陆佰捌拾元叁角贰分), but 元零贰分 where the 角 is nought.
    Above 亿 it counts on in 万亿. Rounded to the currency first; a negative amount starts with 负, another
    currency with its name (美元壹佰元整), an unknown one with its code; a third decimal is 厘.
    """
    amount = rounded(amount, currency)
    whole, _point, coins = f"{abs(amount):f}".partition(".")
    text = _whole(int(whole)) + "元" if int(whole) else ""
    if not coins.strip("0"):
        text = (text or "零元") + "整"
    else:
        text += _coins(coins, after_yuan=bool(text))
    sign = "负" if amount < 0 else ""
    name = "" if currency == "CNY" else _NAMES.get(currency, currency)
    return f"{name}{sign}{text}"


def _coins(coins: str, *, after_yuan: bool) -> str:
    text = ""
    gap = False
    for digit, coin in zip(coins, _COINS, strict=False):
        if digit == "0":
            gap = after_yuan or bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[int(digit)] + coin
        gap = False
    return text


def _whole(number: int) -> str:
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            zero = "零" if 0 < low < size // 10 else ""
            return _whole(high) + name + zero + (_whole(low) if low else "")
    text = ""
    gap = False
    for place, digit in zip(reversed(_PLACES), f"{number:04d}", strict=True):
        if digit == "0":
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[int(digit)] + place
        gap = False
    return text


_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ROUND = "- - twenty thirty forty fifty sixty seventy eighty ninety"
_ONES, _TENS = _SMALL.split(), _ROUND.split()
_ENGLISH = {"CNY": "Chinese yuan", "USD": "US dollars", "EUR": "euros", "GBP": "pounds sterling", "JPY": "Japanese yen"}


def words(amount: Decimal, currency: str = "CNY") -> str:
    """An amount in English words: "Chinese yuan one thousand two hundred thirty-four and 56/100 only".

    Rounded to the currency; a negative amount says minus, a currency not named here goes by its code.
    """
    amount = rounded(amount, currency)
    whole, _point, coins = f"{abs(amount):f}".partition(".")
    said = [_ENGLISH.get(currency, currency), *(["minus"] if amount < 0 else []), _words(int(whole))]
    if coins.strip("0"):
        said.append(f"and {coins}/1{'0' * len(coins)}")
    return " ".join([*said, "only"])


def _words(number: int) -> str:
    for size, name in (
        (10**12, "trillion"),
        (10**9, "billion"),
        (10**6, "million"),
        (1000, "thousand"),
        (100, "hundred"),
    ):
        if number >= size:
            high, low = divmod(number, size)
            return f"{_words(high)} {name}" + (f" {_words(low)}" if low else "")
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
