"""What people and programs may do with stock."""

from shunda.inventory.actions.receive import receive

__all__ = ["receive"]
