"""Pages made with the kit, for its tests: regions that can be ticked off, a form, lines."""

from typing import ClassVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from shunda.accounts.models import Region
from shunda.core.batch import Outcome
from shunda.core.refusal import STALE, NotPermitted, Reason, Refused
from shunda.web.forms import EditForm, Form, QuantityField, Together
from shunda.web.lines import lines_of
from shunda.web.listing import Filter, Keyset
from shunda.web.pages import act, actor, page, submit, ticked, versions
from shunda.wiring import urls

CLOSED = Reason("sample.closed", "%(name)s is closed: reopen it first.")
BAD_NAME = Reason("sample.bad-name", "Not this name.")
KINDS = {"user.edit": "Particulars changed"}
calls = []


def close(ids, seen=None):
    """Closes regions; refuses closed ones and stale versions."""
    calls.append((ids, seen))
    rows = list(Region.objects.filter(pk__in=ids).order_by("pk"))
    stale = [
        STALE(r.pk, yours=seen[r.pk], now=r.version) for r in rows if seen and seen.get(r.pk, r.version) != r.version
    ]
    refused = stale + [CLOSED(row.pk, name=row.name) for row in rows if not row.active]
    done = [row for row in rows if row.pk not in {r.id for r in refused}]
    Region.objects.filter(pk__in=[row.pk for row in done]).update(active=False)
    return Outcome(done, refused)


@page("sample.close", methods=["POST"])
def close_ticked(request):
    ids, seen = ticked(request)
    names = lambda pks: {pk: f"R{pk}" for pk in pks}  # noqa: E731
    return act(
        request, lambda: close(ids, seen), done="Closed.", to="/sample/", names=names, part=lambda: HttpResponse("part")
    )


@page("sample.close", methods=["POST"])
def close_one(request, pk):
    return act(request, lambda: close([pk], versions(request, pk)), done="Closed.", to=lambda row: f"/sample/{row.pk}/")


@page("sample.close")
def raises(request, what):
    if what == "refused":
        raise Refused(CLOSED(1, name="East"))
    if what == "permission":
        raise NotPermitted("sample.fly")
    if what == "error":
        raise RuntimeError("boom")
    return HttpResponse(actor(request).name)


class NameForm(EditForm):
    name = forms.CharField(label="Name")
    active = forms.BooleanField(label="Active", required=False)


@page("sample.close")
def edit(request, pk):
    row = get_object_or_404(Region, pk=pk)
    form = NameForm(request.POST or None, version=row.version, initial={"name": row.name, "active": row.active})

    def run():
        if form.values["name"] == "bad":
            return Outcome([], [BAD_NAME(pk, where="name")])
        if form.started_from != row.version:
            return Outcome([], [STALE(pk, yours=form.started_from, now=row.version)])
        Region.objects.filter(pk=pk).update(name=form.values["name"])
        return Outcome([row])

    return submit(request, form, run, template="web/form.html", done="Saved.", to="/sample/")


class LineForm(Form):
    article = forms.CharField(label="Article")
    quantity = QuantityField(label="Quantity", min_value=0)


Lines = lines_of(LineForm, blank=2, most=3)


@page("sample.close")
def lines(request):
    form, rows = Form(request.POST or None), Lines(request.POST or None)

    def run():
        wrong = [BAD_NAME(0, where=f"lines.{n}.article") for n, r in enumerate(rows.given()) if r["article"] == "bad"]
        return Outcome([] if wrong else [str(len(rows.given()))], wrong)

    context = {"form": form, "lines": rows}
    template = "web/forms/lines.html"
    return submit(request, Together(form, rows), run, template=template, done="Saved.", to="/sample/", context=context)


class RegionFilter(Filter):
    code = forms.CharField(label="Code", required=False)
    active = forms.ChoiceField(label="State", choices=[("", "All"), ("1", "Open")], required=False)
    lookups: ClassVar = {"code": "code__startswith"}

    def filter_active(self, rows, value):
        return rows.filter(active=True)


@page("sample.close")
def index(request):
    chosen = RegionFilter(request)
    order = {"code": ["code"], "name": ["-name", "id"]}
    rows = Keyset(chosen.apply(Region.objects.all()), request, order=order, per_page=2)
    listed = [row.code for row in rows]
    if "json" in request.GET:
        from django.http import JsonResponse

        chips = [(c.label, c.value, c.url_without) for c in chosen.chips]
        return JsonResponse({"rows": listed, "next": rows.next_url, "previous": rows.previous_url, "chips": chips})
    return render(request, "sample_list.html", {"page": rows, "filter": chosen})


urlpatterns = [
    path("sample/", index),
    path("sample/close/", close_ticked),
    path("sample/lines/", lines),
    path("sample/raises/<str:what>/", raises),
    path("sample/<int:pk>/close/", close_one),
    path("sample/<int:pk>/edit/", edit),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
