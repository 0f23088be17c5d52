"""The pages of stock."""

from shunda.inventory.pages.documents import (
    adjust,
    adjust_ticked,
    count,
    count_ticked,
    receive,
    transfer,
    transfer_ticked,
)
from shunda.inventory.pages.stock import detail, index, locate, moves, of_product
from shunda.inventory.pages.supplies import announce, arrive, cancel, coming, lose, receive_ticked, supply
from shunda.inventory.pages.warehouses import create_warehouse, edit_warehouse, warehouses

__all__ = [
    "adjust",
    "adjust_ticked",
    "announce",
    "arrive",
    "cancel",
    "coming",
    "count",
    "count_ticked",
    "create_warehouse",
    "detail",
    "edit_warehouse",
    "index",
    "locate",
    "lose",
    "moves",
    "of_product",
    "receive",
    "receive_ticked",
    "supply",
    "transfer",
    "transfer_ticked",
    "warehouses",
]
