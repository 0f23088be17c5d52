"""The list of cases, one's own, and one case with its evidence and everything that was said."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.assessments import actions, queries, rules, showing
from shunda.assessments.forms import AssessmentFilter, CaseForm, today
from shunda.assessments.models import Assessment, AssessmentKind, Consequence, Verdict
from shunda.assessments.states import ASSESSMENT, AssessmentStatus
from shunda.core.actor import Actor
from shunda.core.models import Event
from shunda.orders import mentions
from shunda.policies.decisions import explain
from shunda.web.columns import Column
from shunda.web.listing import Keyset, suggestions
from shunda.web.moves import Button, buttons
from shunda.web.pages import act, actor, back, now, page, submit, ticked
from shunda.web.tables import Table
from shunda.web.timeline import lines
from shunda.work.kinds import label_of

OWN = frozenset({ASSESSMENT["state"].permission, ASSESSMENT["appeal"].permission})
ANSWERS = ("state", "appeal")
MOVES = ("assign", "notify", "state", "decide", "appeal", "review", "cancel")


def _page_of(case: Assessment) -> str:
    return reverse("assessments:detail", args=[case.pk])


def _what(case: Assessment) -> str:
    step = case.facts.get("step")
    return label_of(step) if step else case.what


COLUMNS = (
    Column("number", pgettext_lazy("assessment", "Case"), url=_page_of, fixed=True),
    Column("kind", _("What went wrong"), lambda case: AssessmentKind(case.kind).label),
    Column("what", _("Step or text"), _what, shown=False),
    Column("label", _("Evidence")),
    Column("person", _("Person answerable"), lambda case: case.person or _("nobody named yet")),
    Column("happened_on", _("Happened on"), kind="day"),
    Column("late_hours", _("Hours late"), kind="number", shown=False),
    Column("consequence", _("By the rules"), lambda case: Consequence(case.consequence).label),
    Column("verdict", _("Decision"), lambda case: Verdict(case.verdict).label if case.verdict else ""),
    Column("outcome_amount", _("Amount"), lambda case: case.outcome_amount if case.verdict else case.amount, "money"),
    Column("status", _("Status"), lambda case: AssessmentStatus(case.status), kind="badge"),
    Column("month", _("On the sheet of"), kind="day", shown=False),
    Column("final_at", _("Final"), kind="moment", shown=False),
)

TABLE = Table(
    "assessments:index",
    _("Cases"),
    queries.VIEW,
    COLUMNS,
    queries.rows,
    AssessmentFilter,
    {"newest": ["-id"], "oldest": ["id"]},
)


@page(queries.VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Every case the person may see, newest first."""
    by = actor(request)
    context = {
        "tickable": by.may(ASSESSMENT["notify"].permission),
        "may_record": by.may("assessments.record_assessment"),
    }
    return TABLE.page(request, "assessments/list.html", context)


@page(None, methods=["GET"])
def mine(request: HttpRequest) -> HttpResponse:
    """The cases about the person himself: everybody sees his own."""
    found = Keyset(queries.with_names(queries.of_person(actor(request))), request)
    return render(request, "assessments/mine.html", {"page": found})


@page(None, methods=["GET"])
def people(request: HttpRequest) -> HttpResponse:
    """Colleagues whose name begins so, for forms."""
    by = actor(request)
    if not by.may("assessments.record_assessment") and not by.may("assessments.create_meeting"):
        return suggestions([])
    found = mentions.suggestions(request.GET.get("q", "")[:40])
    return suggestions([(user.username, user.name, user.title) for user in found])


@page(None, methods=["GET"])
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: evidence, who is in it, statement, decisions, appeal, timeline, and what the person may do now."""
    by = actor(request)
    visible = queries.seen_by(by) | queries.of_person(by)
    case = get_object_or_404(queries.whole(visible), pk=pk)
    events = Event.objects.filter(subject_kind="assessments.assessment", subject_id=pk).order_by("-id")[:50]
    named = {row.person_id for row in case.named.all()}
    context = {
        "case": case,
        "about_me": case.person_id == by.id,
        "evidence": showing.evidence(case),
        "why": explain(case.decided),
        "buttons": _buttons(case, named, by),
        "timeline": lines(events, subject=("assessments.assessment", pk)),
        "shipment": case.source_id if case.source_kind == "fulfilment.shipment" else None,
    }
    return render(request, "assessments/detail.html", context)


def _buttons(case: Assessment, named: set[int], by: Actor) -> list[Button]:
    """The moves of the machine that are open; one this person may not make says why."""
    about_me = case.person_id == by.id
    moves = ANSWERS if about_me else [m for m in MOVES if m not in ANSWERS and (m != "assign" or not case.person_id)]
    acting = Actor(by.id, by.name, by.permissions | OWN, by.reach, by.regions, by.source, by.for_id) if about_me else by
    urls = {name: reverse(f"assessments:{name}", args=[case.pk]) for name in moves}
    asks = set(moves) - {"notify"}
    return buttons(ASSESSMENT, case, acting, urls, asks=asks, why_not=_why_not(case, named, by))


def _why_not(case: Assessment, named: set[int], by: Actor) -> dict[str, str | Promise]:
    found: dict[str, str | Promise] = {}
    meetings = {case.meeting_id: case.meeting.number} if case.meeting_id and case.meeting else {}
    first, brought = queries.first_deciders([case.pk])[case.pk], queries.brought_by([case.pk])[case.pk]
    not_second = rules.why_not_second(case, brought, by)
    second = not_second or rules.why_before_meeting(case, meetings)
    awaited = case.status == AssessmentStatus.NOTIFIED and case.statement_until and case.statement_until >= now()
    if awaited:
        found["decide"] = _("The person may still make a statement, until %(until)s.") % {
            "until": rules.moment_said(case.statement_until)
        }
    if second:
        found["decide"] = second[0].message
    if not_second or by.persons & first:
        found["review"] = _("You had to do with this case already; a third person decides.")
    if case.person_id is None:
        found["notify"] = _("Name the person answerable first.")
    if case.meeting_id:
        found["cancel"] = _("It is before a review meeting.")
    over = case.verdict == Verdict.WAIVED or (case.appeal_until is not None and case.appeal_until < now())
    if over:
        found["appeal"] = _("The time for an appeal is over.")
    for refusal in rules.why_involved(case, named, by):
        found |= dict.fromkeys(("assign", "notify", "decide", "review", "cancel"), refusal.message)
    return found


@page("assessments.record_assessment")
def record(request: HttpRequest) -> HttpResponse:
    """Record what went wrong."""
    form = CaseForm(request.POST or None, initial={"happened_on": today()})
    context: dict[str, Any] = {"cancel_url": reverse("assessments:index"), "title": _("Record a case")}
    return submit(
        request,
        form,
        lambda: actions.record([form.spec()], by=actor(request), at=now()),
        template="assessments/record.html",
        done=_("The case is recorded."),
        to=lambda case: reverse("assessments:detail", args=[case.pk]),
        context=context,
    )


@page(ASSESSMENT["notify"].permission, methods=["POST"])
def notify_ticked(request: HttpRequest) -> HttpResponse:
    """Tell everybody of the ticked cases about him."""
    ids, seen = ticked(request)
    return act(
        request,
        lambda: actions.notify(ids, by=actor(request), at=now(), versions=seen),
        done=_("Told."),
        to=back(request),
        names=queries.numbers,
    )
