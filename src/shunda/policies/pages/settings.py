"""The settings: what holds, what was the default, who changed it and why."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.policies import actions, queries
from shunda.policies.declared import GROUPS, SETTINGS
from shunda.policies.forms import SettingForm
from shunda.policies.specs import SettingSpec
from shunda.web.pages import actor, now, page, submit

SHOWN = 100


@page("policies.view_setting", methods=["GET"])
def index(request: HttpRequest) -> HttpResponse:
    """All settings by group, with the value in force."""
    found = queries.current()
    groups = [
        (code, label, [one for one in found.values() if one.setting.group == code]) for code, label in GROUPS.items()
    ]
    context = {"groups": groups, "may_change": actor(request).may("policies.change_setting")}
    return render(request, "policies/list.html", context)


@page("policies.view_setting", methods=["GET"])
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """One setting with its history."""
    one = _current(name)
    kind = one.setting.kind
    changes = [(change, kind.show(kind.read(change.value))) for change in queries.history(name)[:SHOWN]]
    return render(request, "policies/detail.html", {"one": one, "changes": changes})


@page("policies.change_setting")
def change(request: HttpRequest, name: str) -> HttpResponse:
    """A setting takes another value, with the reason."""
    one = _current(name)
    if one.setting.page:
        return redirect(one.setting.page)
    form = SettingForm(request.POST or None, current=one)
    here = reverse("policies:detail", args=[name])
    return submit(
        request,
        form,
        lambda: actions.change_setting(
            [SettingSpec(name, form.cleaned_data["value"], form.cleaned_data["reason"])],
            by=actor(request),
            at=now(),
            versions={name: form.cleaned_data["version"]},
        ),
        template="policies/form.html",
        done=_("The setting holds from now on."),
        to=here,
        context={"one": one, "cancel_url": here},
    )


def _current(name: str) -> queries.Current:
    if name not in SETTINGS:
        raise Http404
    return queries.current(name)[name]
