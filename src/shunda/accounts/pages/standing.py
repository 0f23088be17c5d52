"""Being away and standing in: who does my steps, and for whom I do them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shunda.accounts import actions, queries
from shunda.accounts.middleware import STANDING
from shunda.accounts.models import User
from shunda.accounts.specs import DelegationSpec
from shunda.web.forms import DayField, Form
from shunda.web.pages import act, actor, now, page, submit

SHOWN = 50


class AwayForm(Form):
    """From which day to which one is away, and who stands in."""

    since = DayField(label=_("Away from"))
    until = DayField(label=_("Until (that day too)"))
    deputy_id = forms.TypedChoiceField(label=_("My steps go to"), coerce=int)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)

    def __init__(self, *args: Any, me: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.filter(is_active=True).exclude(pk=me).order_by("name", "pk")
        field = self.fields["deputy_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *((person.pk, str(person)) for person in others)]


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@page(None)
def away(request: HttpRequest) -> HttpResponse:
    """When I am away and who does my steps; for whom I stand in."""
    by = actor(request)
    me, at = by.id or 0, now()
    form = AwayForm(request.POST or None, me=me)

    def run() -> Any:
        typed = form.cleaned_data
        since = max(_midnight(typed["since"]), at)
        until = _midnight(typed["until"]) + timedelta(days=1)
        spec = DelegationSpec(typed["deputy_id"], since, until, typed["reason"])
        return actions.delegate(spec, by=by, at=at)

    rows = [
        {
            "row": row,
            "mine": row.giver_id == me,
            "over": row.ended_at is not None or row.until <= at,
            "begun": row.since <= at,
        }
        for row in queries.delegations_of(me)[:SHOWN]
    ]
    return submit(
        request,
        form,
        run,
        template="accounts/away.html",
        done=_("Saved. Your steps are shown to your deputy on these days."),
        to=reverse("accounts:away"),
        context={"rows": rows},
    )


@page(None, methods=["POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """I am back, or do not stand in any longer."""
    return act(
        request,
        lambda: actions.end_delegations([pk], by=actor(request), at=now()),
        done=_("Ended."),
        to=reverse("accounts:away"),
    )


@page(None, methods=["POST"])
def stand(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on I see and do what somebody else would who is away, until I leave it."""
    given = get_object_or_404(queries.delegations(now()), pk=pk, deputy=actor(request).id, since__lte=now())
    request.session[STANDING] = given.pk
    return redirect("/")


@page(None, methods=["POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """I act for myself again."""
    request.session.pop(STANDING, None)
    return redirect("/")


@page(None, methods=["GET"])
def panel(request: HttpRequest) -> HttpResponse:
    """For whom I stand in now, on the home page; nothing when for nobody."""
    by, at = actor(request), now()
    rows = [] if by.for_id else list(queries.delegations(at).filter(deputy=by.id, since__lte=at)[:SHOWN])
    return render(request, "accounts/standing.html", {"rows": rows})
