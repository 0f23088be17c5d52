"""A small picture of today, for the home page: every figure leads to its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shunda.orders.pulse import Day, pulse
from shunda.web.pages import actor, now, page

HEIGHT, STEP, WIDE = 36, 10, 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the picture, in its own units; it leads to the orders of its day."""

    day: date
    orders: int
    x: int
    y: int
    height: int


def bars(days: Sequence[Day]) -> list[Bar]:
    """The days as bars: the busiest is as high as the picture, a day with any order can be seen."""
    most = max((day.orders for day in days), default=0) or 1
    heights = [max(round(HEIGHT * day.orders / most), 2 if day.orders else 1) for day in days]
    return [
        Bar(day.day, day.orders, n * STEP, HEIGHT - height, height)
        for n, (day, height) in enumerate(zip(days, heights, strict=True))
    ]


@page(None, methods=["GET"])
def today(request: HttpRequest) -> HttpResponse:
    """Orders in, their value, and what is late; nothing for those who see no orders."""
    by, day = actor(request), timezone.localdate(now())
    if not by.may("orders.view_order"):
        return HttpResponse()
    found = pulse(by, day)
    context = {
        "pulse": found,
        "bars": bars(found.days),
        "width": len(found.days) * STEP,
        "height": HEIGHT,
        "wide": WIDE,
    }
    return render(request, "orders/today.html", {**context, "today": day})
