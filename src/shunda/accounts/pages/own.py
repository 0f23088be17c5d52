"""Everybody's own account: particulars, language and theme, API tokens."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from shunda.accounts import actions, browsers, permissions, queries
from shunda.accounts.rules import EVERYTHING
from shunda.accounts.specs import NewToken, TokenSpec
from shunda.core.batch import Outcome
from shunda.core.refusal import Refusal, Refused
from shunda.web.context import THEMES
from shunda.web.forms import EditForm, Form
from shunda.web.pages import act, actor, back, leave, now, page, run_once, submit, ticked

YEAR = 365 * 24 * 3600
LIVES = (30, 90, 180, 365)
"""The days a token may live, to choose from."""


class ProfileForm(EditForm):
    """What people change about themselves."""

    email = forms.CharField(label=_("Email"), required=False, max_length=254)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=30)


class TokenForm(Form):
    """A new API token."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=80, help_text=_("For example: the ERP system, the online shop.")
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=lambda: [(n, ngettext("%(n)s day", "%(n)s days", n) % {"n": n}) for n in LIVES],
        initial=90,
    )
    everything = forms.BooleanField(
        label=_("It may do whatever I may do"), required=False, help_text=_("Otherwise choose below.")
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: object, held: frozenset[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments
        names = permissions.known() if EVERYTHING in held else permissions.known() & held
        self.sections = permissions.sections(names)
        self.fields["scopes"].choices = [(name, name) for name in sorted(names)]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[str]:
        """The scopes asked for."""
        return [EVERYTHING] if self.cleaned_data["everything"] else list(self.cleaned_data["scopes"])


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language and theme: kept with the person, and in cookies for when nobody is signed in."""
    response = leave(request, back(request))
    language, theme = request.POST.get("language"), request.POST.get("theme")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, str(language), max_age=YEAR, samesite="Lax")
    if theme in THEMES:
        response.set_cookie("theme", str(theme), max_age=YEAR, samesite="Lax")
    if actor(request).id is not None:
        try:
            actions.set_preferences(by=actor(request), at=now(), language=language, theme=theme)
        except Refused:
            return redirect(back(request))  # not one of the buttons was pressed
    return response


@page(None)
def profile(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I may do, how to reach me."""
    user = queries.users().get(pk=actor(request).id or 0)
    form = ProfileForm(request.POST or None, version=user.version, initial={"email": user.email, "phone": user.phone})
    return submit(
        request,
        form,
        lambda: actions.edit_profile(by=actor(request), at=now(), **form.values, version=form.started_from),
        template="accounts/profile.html",
        done=_("Saved."),
        to=reverse("accounts:profile"),
        context={"person": user},
    )


@page(None)
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """My API tokens; a new one is shown once, in the answer that made it."""
    me = actor(request)
    form = TokenForm(request.POST or None, held=me.permissions)
    made: list[NewToken] = []
    status = 422 if request.method == "POST" else 200

    def make() -> Outcome[NewToken]:
        ends = now() + timedelta(days=form.cleaned_data["days"])
        outcome = actions.create_token(TokenSpec(form.cleaned_data["name"], form.chosen, ends), by=me, at=now())
        made.extend(outcome.done)
        return outcome

    if request.method == "POST" and form.is_valid():
        answer = run_once(request, make)
        form.refuse(Refusal(**item) for item in answer["refused"])
        if answer["done"]:
            form, status = TokenForm(held=me.permissions), 200
        if answer["replayed"]:
            messages.info(request, _("This token was made already; its text is shown only once."))
    context = {"form": form, "made": made[0] if made else None, "tokens": queries.tokens_of(me.id or 0), "now": now()}
    return render(request, "accounts/tokens.html", context, status=status)


@page(None, methods=["POST"])
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of my tokens."""
    return act(
        request,
        lambda: actions.revoke_tokens([pk], by=actor(request), at=now()),
        done=_("The token is revoked."),
        to=reverse("accounts:tokens"),
    )


@page(None)
@never_cache
def sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in: which browser, from which address, since when."""
    found = sorted(queries.sessions_of(actor(request).id or 0), key=lambda session: session.created_at, reverse=True)
    rows = [
        {
            "session": session,
            "browser": browsers.name_of(session.user_agent),
            "phone": browsers.is_phone(session.user_agent),
            "this": session.session_key == request.session.session_key,
        }
        for session in found
    ]
    rows.sort(key=lambda row: not row["this"])
    return render(request, "accounts/sessions.html", {"rows": rows, "others": [r for r in rows if not r["this"]]})


@page(None, methods=["POST"])
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign me out in the browsers named; the one I use here goes by "Sign out"."""
    ids, _versions = ticked(request)
    return act(
        request,
        lambda: actions.end_sessions(ids, by=actor(request), at=now()),
        done=_("Signed out there."),
        to=lambda _session: reverse("usersessions_list"),
    )


def forgotten(request: HttpRequest) -> HttpResponse:
    """What to do without one's password: nothing is sent by mail, an administrator sets a new one."""
    return render(request, "account/forgotten.html")
