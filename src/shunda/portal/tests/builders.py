"""Links for tests, made through the actions, and the customer's browser."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.test import Client

from shunda.core.actor import system
from shunda.orders.models import Order
from shunda.orders.tests.builders import AT
from shunda.portal import actions, queries
from shunda.portal.models import Link


def link(order: Order, *, at: datetime = AT) -> Link:
    """The customer's link to an order."""
    return actions.create_links([order.pk], by=system(), at=at).one()


def path(to: Link, page: str = "") -> str:
    """The address of one of its pages."""
    return f"{queries.path(to)}{page}"


def browser(language: str = "en", **more: Any) -> Client:
    """A customer's browser: nobody is signed in."""
    return Client(headers={"accept-language": language}, **more)
