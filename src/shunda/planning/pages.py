"""The pages of demand plans: the list with the release days, one plan, filing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from shunda.core.models import Event
from shunda.core.money import plain
from shunda.planning import actions, queries, rules
from shunda.planning.forms import PlanFilter, PlanForm
from shunda.planning.models import DemandPlan
from shunda.planning.tasks import SUBJECT
from shunda.web.columns import Column
from shunda.web.pages import actor, now, page, submit
from shunda.web.tables import Table
from shunda.web.timeline import lines

HERE = "planning:index"


def _page_of(plan: DemandPlan) -> str:
    return reverse("planning:detail", args=[plan.pk])


def _standing(plan: DemandPlan) -> Any:
    if plan.in_time is None:
        return _("late, not filed") if plan.due_at < now() else _("awaited")
    return _("filed in time") if plan.in_time else _("filed late")


COLUMNS = (
    Column("month", _("Month"), lambda plan: f"{plan.month:%Y-%m}", url=_page_of, fixed=True),
    Column("region", _("Region"), "region.name"),
    Column("standing", _("Plan"), _standing),
    Column("due_at", _("Due"), kind="moment"),
    Column("filed_at", _("Filed"), kind="moment"),
    Column("filed_by", _("Filed by"), lambda plan: str(plan.filed_by or "")),
    Column("articles", _("Articles"), kind="number"),
    Column("changed_at", _("Last changed"), kind="moment", shown=False),
    Column("note", _("Remark"), shown=False),
)
TABLE = Table(
    HERE,
    _("Demand plans"),
    queries.VIEW,
    COLUMNS,
    queries.rows,
    PlanFilter,
    {"newest": ["-month", "-id"], "oldest": ["month", "id"]},
)


@page(queries.VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Every plan the person may see, with what the company decided and the next release days."""
    decided = queries.settings()
    context = {
        "may_file": actor(request).may(queries.FILE),
        "day": decided["planning.deadline_day"],
        "time": f"{decided['planning.deadline_time']:%H:%M}",
        "releases": queries.releases(decided, localtime(now()).date()),
    }
    return TABLE.page(request, "planning/list.html", context)


@page(queries.VIEW, methods=["GET"])
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan with its articles and what happened to it."""
    by = actor(request)
    plan = get_object_or_404(queries.whole(queries.seen_by(by)), pk=pk)
    events = Event.objects.filter(subject_kind=SUBJECT, subject_id=pk).order_by("-id")[:50]
    begun = plan.month <= localtime(now()).date()
    context = {
        "plan": plan,
        "standing": _standing(plan),
        "may_file": by.may(queries.FILE) and not begun,
        "timeline": lines(events, subject=(SUBJECT, pk)),
    }
    return render(request, "planning/detail.html", context)


@page(queries.FILE)
def file(request: HttpRequest) -> HttpResponse:
    """A plan is filed, or filed again while its month has not begun."""
    by, today = actor(request), localtime(now()).date()
    plan = _named(request)
    initial: dict[str, Any] = {"version": None, "region": "", "month": ""}
    if plan:
        text = "\n".join(f"{line.sku.code}\t{plain(line.quantity)}" for line in plan.lines.all())
        initial = {"version": plan.version, "region": plan.region.code, "month": f"{plan.month:%Y-%m}",
                   "lines": text, "note": plan.note}  # fmt: skip
    form = PlanForm(
        request.POST or None,
        request.FILES or None,
        initial=initial,
        regions=queries.regions_of(by),
        months=_months(today),
    )
    cancel = _page_of(plan) if plan else reverse(HERE)
    return submit(
        request,
        form,
        lambda: actions.file_plans([form.spec], by=by, at=now()),
        template="planning/file.html",
        done=_("The plan is filed."),
        to=_page_of,
        context={"cancel_url": cancel, "save_label": _("File the plan")},
    )


def _named(request: HttpRequest) -> DemandPlan | None:
    """The plan the address is about (``plan=``)."""
    pk = request.GET.get("plan", "")
    if not pk.isdecimal() or len(pk) > 18:
        return None
    return get_object_or_404(queries.whole(queries.seen_by(actor(request))), pk=int(pk))


def _months(today: date) -> list[date]:
    months = [rules.month_after(today)]
    while len(months) < rules.MONTHS_AHEAD:
        months.append(rules.month_after(months[-1]))
    return months
