"""Columns that every capability has: quantities and amounts, the same width everywhere."""

from typing import Any

from django.db import models


def quantity_field(**options: Any) -> "models.DecimalField[Any, Any]":
    """A quantity, four places."""
    return models.DecimalField(max_digits=18, decimal_places=4, **options)


def amount_field(**options: Any) -> "models.DecimalField[Any, Any]":
    """An amount of a document's currency, 0 unless told; four places hold every currency's smallest coin."""
    return models.DecimalField(max_digits=18, decimal_places=4, default=0, **options)
