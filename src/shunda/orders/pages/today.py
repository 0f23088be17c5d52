"""A small picture of today, for the home page: every figure leads to its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shunda.orders.pulse import Day, pulse
from shunda.web.live import mark_of, unless_as_seen
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

    @property
    def address(self) -> str:
        """The list of its orders."""
        return rows_of(self.day)


def rows_of(day: date) -> str:
    """The list of just the orders that a figure of a day counts."""
    return f"{reverse('orders:index')}?since={day}&until={day}&valid=on"


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
        "rows_of_today": rows_of(day),
    }
    mark = mark_of(found)
    if "If-None-Match" in request.headers:
        return unless_as_seen(request, mark, "orders/figures.html", context)
    return render(request, "orders/today.html", {**context, "mark": mark})
