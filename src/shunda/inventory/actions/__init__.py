"""What people and programs may do with stock."""

from shunda.inventory.actions.adjust import adjust, count
from shunda.inventory.actions.locate import locate
from shunda.inventory.actions.receive import receive, receive_supply
from shunda.inventory.actions.supply import announce, cancel_supply, lose_supply, transfer
from shunda.inventory.actions.warehouses import create_warehouses, edit_warehouses

__all__ = [
    "adjust",
    "announce",
    "cancel_supply",
    "count",
    "create_warehouses",
    "edit_warehouses",
    "locate",
    "lose_supply",
    "receive",
    "receive_supply",
    "transfer",
]
