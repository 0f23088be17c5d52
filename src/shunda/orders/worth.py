"""What the delivered part of an order is worth. Pure; shipping and invoicing move credit by it, so they agree."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from shunda.core.money import portion
from shunda.orders.models import Order, OrderLine

ZERO = Decimal(0)


def delivered(order: Order, lines: Iterable[OrderLine]) -> Decimal:
    """The gross of what is shipped of these lines (all of the order); freight counts with the first goods.

    It depends on what is shipped now and not on the way there: parts add up to the order to the last coin, and a
    reversed shipment takes back exactly what it brought.
    """
    shipped = [line for line in lines if line.shipped]
    goods = (portion(line.gross, line.base_quantity, ZERO, line.shipped, order.currency) for line in shipped)
    freight: Decimal = order.freight_net + order.freight_tax if shipped else ZERO
    return sum(goods, freight)


def claimed(order: Order, lines: Iterable[OrderLine]) -> Decimal:
    """What has left the "ordered" bucket of the customer's credit: what is delivered, at least what is invoiced.

    The two differ by a coin at most, after parts of an invoice were credited.
    """
    invoiced: Decimal = order.invoiced
    return max(delivered(order, lines), invoiced)
