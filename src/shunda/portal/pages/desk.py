"""Our side of the customer's door: the panel on the order page, handing out and revoking links, answering wishes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.changes import queries as changes
from shunda.changes.states import OPEN as UNDECIDED
from shunda.orders import queries as orders
from shunda.orders.states import ORDER
from shunda.portal import actions, queries, rules
from shunda.portal.forms import AnswerForm
from shunda.portal.models import WishKind
from shunda.web.pages import act, actor, now, page, submit, versions

VIEW = "orders.view_order"


@page(VIEW, methods=["GET"])
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The link of an order with how often it was opened, and what its customer asked for."""
    by = actor(request)
    order = get_object_or_404(orders.seen_by(by), pk=pk)
    link = queries.seen_by(by).filter(order=order, revoked_at__isnull=True).first()
    works = link is not None and queries.works(link, order, at=now())
    path = queries.path(link) if link and works else ""
    context = {
        "order": order,
        "link": link if works else None,
        "path": path,
        "address": (settings.SHUNDA_ADDRESS or request.build_absolute_uri("/").rstrip("/")) + path,
        "wishes": list(queries.wishes_of(order)),
        "may_create": not works and rules.why_no_link(order) is None and by.may("portal.create_link"),
    }
    return render(request, "portal/panel.html", context)


@page("portal.create_link", methods=["POST"])
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """A link for the customer of this order."""
    return act(
        request,
        lambda: actions.create_links([pk], by=actor(request), at=now()),
        done=_("The link is made: copy it and send it to the customer."),
        to=reverse("orders:detail", args=[pk]),
        names=orders.numbers,
    )


@page("portal.revoke_link", methods=["POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The link opens nothing any more."""
    return act(
        request,
        lambda: actions.revoke_links([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("The link does not work any more."),
        to=lambda link: reverse("orders:detail", args=[link.order_id]),
    )


@page("portal.answer_wish")
def wish(request: HttpRequest, pk: int) -> HttpResponse:
    """What a customer asks for, the ways to carry it out, and the answer he reads."""
    by = actor(request)
    found = get_object_or_404(queries.wishes(by), pk=pk)
    if found.answered_at:
        return redirect("orders:detail", found.order_id)
    order = found.order
    form = AnswerForm(request.POST or None)
    may = ORDER["cancel" if found.kind == WishKind.CANCEL else "change"]
    busy = changes.seen_by(by).filter(order=order, status__in=UNDECIDED).first()
    context = {
        "wish": found,
        "path": queries.path(found.link) if queries.works(found.link, order, at=now()) else "",
        "order": order,
        "title": _("What the customer asks for"),
        "save_label": _("Answer"),
        "cancel_url": reverse("orders:detail", args=[order.pk]),
        "may_carry_out": order.status in may.sources and by.may(may.permission) and busy is None,
        "change": busy,
    }
    return submit(
        request,
        form,
        lambda: actions.answer_wishes(
            {pk: form.cleaned_data["answer"]}, by=by, at=now(), versions=versions(request, pk)
        ),
        template="portal/answer.html",
        done=_("Answered."),
        to=reverse("orders:detail", args=[order.pk]),
        context=context,
    )
