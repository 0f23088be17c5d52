"""“Why?”: the reasons behind a price, a date, a warehouse, read out where somebody asks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from shunda.orders import explained, queries
from shunda.orders.explained import Said
from shunda.orders.models import Order, OrderLine
from shunda.web.pages import actor, now, page


@page("orders.view_order", methods=["GET"])
def why_price(request: HttpRequest, pk: int, line_no: int) -> HttpResponse:
    """Where the price of a line comes from (R039, R040): the list, the quantity, the discount, the floor."""
    order = get_object_or_404(queries.seen_by(actor(request)), pk=pk)
    rows = OrderLine.objects.select_related("sku", "unit")
    line = get_object_or_404(rows, order=order, line_no=line_no)
    title = _("Why this price? Line %(line)s, %(sku)s") % {"line": line_no, "sku": line.sku.code}
    return _answer(request, order, title, [("", sentence) for sentence in explained.of_price(line)])


@page("orders.view_order", methods=["GET"])
def why_date(request: HttpRequest, pk: int) -> HttpResponse:
    """Why the order is promised for this day, and what could make it late (R041, R042)."""
    order = get_object_or_404(queries.seen_by(actor(request)).select_related("warehouse"), pk=pk)
    return _answer(request, order, _("Why this date?"), explained.of_date(order, now()))


@page("orders.view_order", methods=["GET"])
def why_warehouse(request: HttpRequest, pk: int) -> HttpResponse:
    """Why the order leaves from this warehouse, and how many of its lines every other one could serve now."""
    order = get_object_or_404(queries.seen_by(actor(request)).select_related("warehouse"), pk=pk)
    return _answer(request, order, _("Why this warehouse?"), explained.of_warehouse(order))


@page(explained.MAY_SEE_CREDIT, methods=["GET"])
def why_credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Limit, what is used of it, and the credit score with its inputs (R049)."""
    order = get_object_or_404(queries.seen_by(actor(request)).select_related("term"), pk=pk)
    return _answer(request, order, _("Why this credit?"), explained.of_credit(order, now()))


@page("orders.view_order", methods=["GET"])
def why_owner(request: HttpRequest, pk: int) -> HttpResponse:
    """Why this salesperson looks after the order: the candidates, their workload, territory and ability (R112)."""
    order = get_object_or_404(queries.seen_by(actor(request)).select_related("owner"), pk=pk)
    return _answer(request, order, _("Why this salesperson?"), explained.of_owner(order))


def _answer(request: HttpRequest, order: Order, title: str, said: list[Said]) -> HttpResponse:
    return render(request, "orders/why.html", {"order": order, "title": title, "said": said})
