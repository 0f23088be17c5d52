"""Demand plans of regions: asked for, filed in time or not, assessed by themselves; release days past holidays."""

import io
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.models import Region, User
from shunda.accounts.queries import actor_for
from shunda.accounts.tests.builders import actor, user
from shunda.assessments import jobs as assessing
from shunda.assessments.models import Assessment
from shunda.catalog.tests.builders import sku
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.planning import actions, jobs, queries, rules, verify
from shunda.planning.models import DemandPlan
from shunda.planning.specs import PlanLineSpec, PlanSpec
from shunda.policies.calendar import Calendar
from shunda.policies.models import SettingChange
from shunda.work import ringing
from shunda.work.models import Alarm, Task

pytestmark = pytest.mark.django_db
SH = ZoneInfo("Asia/Shanghai")
MAY = date(2026, 5, 1)


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=SH)


ASKED, EARLY, DUE = at(4, 15, 15), at(4, 18, 10), at(4, 20, 15)


@pytest.fixture
def east():
    return Region.objects.create(code="EAST", name="华东")


@pytest.fixture
def manager(east):
    return person("manager", east)


def person(name, *regions):
    return user(name, queries.FILE, queries.VIEW, "work.view_task", reach="region", regions=regions)


def spec(*lines, region="EAST", month=MAY, **more):
    return PlanSpec(region, month, [PlanLineSpec(*line) for line in lines], **more)


def file(*specs, by, when=EARLY):
    return actions.file_plans(specs, by=actor_for(by), at=when)


@pytest.mark.req("R083", "R086")
def test_a_region_somebody_files_for_is_asked_five_days_ahead_once_and_reminded_until_it_files(manager, east):
    Region.objects.create(code="WEST", name="华西")  # nobody files for it
    assert jobs.ask(ASKED - timedelta(minutes=1)) == 0
    assert (jobs.ask(ASKED), jobs.ask(ASKED)) == (1, 0)
    task = Task.objects.get(kind="plan.file")
    assert (task.label, task.owner_id, task.due_at) == ("EAST 2026-05", manager.pk, DUE)
    ringing.ring(at(4, 19, 15))
    ringing.ring(DUE)
    assert list(Alarm.objects.order_by("pk").values_list("kind", flat=True))[:2] == ["warning", "overdue"]
    sku("A-1")
    file(spec(("A-1", "5")), by=manager, when=at(4, 20, 16)).one()
    assert Task.objects.get().closed_at == at(4, 20, 16)
    assert DemandPlan.objects.get().in_time is False


@pytest.mark.req("R083")
@pytest.mark.parametrize(("minute", "cases"), [(0, 0), (1, 1)])
def test_a_plan_filed_a_minute_late_is_an_assessment_of_a_hundred_yuan_by_itself_once(manager, minute, cases):
    sku("A-1")
    jobs.ask(ASKED)
    file(spec(("A-1", "5")), by=manager, when=DUE + timedelta(minutes=minute)).one()
    for _twice in range(2):
        assessing.assess(at(4, 21, 2))
    found = list(Assessment.objects.filter(kind="missed_plan"))
    assert len(found) == cases
    if found:
        [case] = found
        assert (case.person_id, case.amount, case.label) == (manager.pk, Decimal(100), "EAST 2026-05")


@pytest.mark.req("R083")
def test_one_never_filed_is_the_case_of_who_files_for_the_region_whoever_helps_out_later(manager, east):
    clerk = user("clerk", queries.FILE, reach="all")
    sku("A-1")
    jobs.ask(ASKED)
    assessing.assess(at(4, 21, 2))
    file(spec(("A-1", "5")), by=clerk, when=at(4, 21, 9)).one()
    assessing.assess(at(4, 22, 2))
    assert [case.person_id for case in Assessment.objects.filter(kind="missed_plan")] == [manager.pk]


@pytest.mark.req("R083")
def test_where_two_file_for_a_region_nobody_is_guessed(manager, east):
    person("second", east)
    jobs.ask(ASKED)
    assessing.assess(at(4, 21, 2))
    case = Assessment.objects.get(kind="missed_plan")
    assert (case.person, case.facts["department"]) == (None, "sales")


def test_a_plan_filed_early_is_not_asked_for_and_what_has_passed_is_not_asked_for_afterwards(manager):
    sku("A-1")
    file(spec(("A-1", "5")), by=manager, when=at(4, 10, 9)).one()
    assert jobs.ask(ASKED) == 0
    assert jobs.ask(DUE + timedelta(days=1)) == 0  # June's is due in May
    assert rules.asked_for(DUE, 20, DUE.time(), SH)[0] == date(2026, 6, 1)
    SettingChange.objects.create(name="planning.ask_days", value=0, changed_by="x", changed_at=ASKED)
    assert jobs.ask(at(5, 16)) == 0


def test_it_is_filed_again_until_its_month_begins_and_the_first_filing_counts(manager):
    sku("A-1")
    sku("B-1")
    first = file(spec(("A-1", "5"), ("b-1", "1,000.5")), by=manager).one()
    again = file(spec(("B-1", "7"), version=first.version), by=manager, when=at(4, 21, 9)).one()
    assert (again.pk, again.version, again.filed_at, again.changed_at) == (first.pk, 2, at(4, 18, 10), at(4, 21, 9))
    [line] = queries.whole(DemandPlan.objects.all()).get().lines.all()
    assert (line.sku.code, line.quantity) == ("B-1", 7)
    [stale] = file(spec(("B-1", "8"), version=1), by=manager).refused
    assert stale.code == "stale"
    assert [file(spec(("B-1", "8")), by=manager, when=at(5, 1)).refused[0].code] == ["planning.month-begun"]
    assert Event.objects.filter(kind="plan.file").count() == 2
    assert list(verify.check()) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"region": "NORTH"}, "planning.no-region"),
        ({"month": date(2026, 4, 30)}, "planning.month-begun"),
        ({"month": date(2026, 8, 1)}, "planning.month-far"),
        ({"lines": []}, "planning.no-lines"),
        ({"lines": [PlanLineSpec("A-1", "1")] * 2001}, "planning.too-many-lines"),
        ({"lines": [PlanLineSpec("X-9", "1")]}, "planning.no-article"),
        ({"lines": [PlanLineSpec("A-1", "0")]}, "planning.no-quantity"),
        ({"lines": [PlanLineSpec("A-1", "NaN")]}, "planning.no-quantity"),
        ({"lines": [PlanLineSpec("A-1", "0.00001")]}, "planning.no-quantity"),
        ({"lines": [PlanLineSpec("A-1", "1"), PlanLineSpec("a-1", "2")]}, "planning.article-twice"),
        ({"note": "x" * 501}, "planning.note-too-long"),
    ],
)
def test_what_is_no_plan_is_refused_and_the_others_of_the_batch_are_filed(manager, change, code):
    sku("A-1")
    good = spec(("A-1", "5"), month=date(2026, 6, 1))
    outcome = file(replace(spec(("A-1", "5")), **change), good, by=manager)
    assert [(one.id, one.code) for one in outcome.refused] == [(0, code)]
    assert [plan.month for plan in outcome.done] == [date(2026, 6, 1)]


def test_only_who_files_for_a_region_does_and_sees_its_plans(manager, east):
    sku("A-1")
    file(spec(("A-1", "5")), by=manager).one()
    other = person("other", Region.objects.create(code="WEST", name="华西"))
    assert file(spec(("A-1", "5")), by=other).refused[0].code == "planning.no-region"
    assert not queries.seen_by(actor_for(other)).exists()
    assert [one.id for one in file(spec(("A-1", "5")), spec(("A-1", "6")), by=manager).refused] == [1]
    with pytest.raises(NotPermitted):
        actions.file_plans([], by=actor(queries.VIEW), at=ASKED)


def test_many_plans_and_rows_cost_as_many_queries_as_one(manager):
    boss = user("boss", queries.FILE, reach="all")
    for n in range(20):
        sku(f"A-{n}")
        Region.objects.create(code=f"R{n}", name=f"R{n}")
    counts = []
    for regions in (range(1), range(1, 20)):
        specs = [spec(*[(f"A-{n}", "1") for n in range(len(regions))], region=f"R{one}") for one in regions]
        with CaptureQueriesContext(connection) as asked:
            assert len(file(*specs, by=boss).done) == len(regions)
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.req("R084")
def test_release_days_are_mondays_and_thursdays_moved_past_holidays():
    found = rules.releases(Calendar(), (1, 4), date(2026, 9, 28), 5, move=True)
    assert [(one.day, one.moved) for one in found] == [
        (date(2026, 9, 28), False), (date(2026, 10, 8), False), (date(2026, 10, 12), False),
        (date(2026, 10, 15), False), (date(2026, 10, 19), False),
    ]  # fmt: skip  # Thursday 1 October and Monday the 5th fall on the 8th, a release day anyway
    [first, *_rest] = rules.releases(Calendar(), (1, 4), date(2026, 5, 4), 2, move=True)
    assert (first.day, first.meant) == (date(2026, 5, 6), date(2026, 5, 4))
    left = rules.releases(Calendar(), (1, 4), date(2026, 5, 4), 1, move=False)
    assert [one.day for one in left] == [date(2026, 5, 7)]
    assert len(rules.releases(Calendar(), (1, 4), date(2026, 12, 28), 5, move=True)) == 2  # 2027 is not known


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_plan_is_filed_from_a_sheet_on_its_page_and_shown(client, manager, language):
    article = sku("A-1")
    User.objects.update(language=language)
    client.force_login(manager)
    form = client.get(reverse("planning:file"))
    month = form.context["form"].fields["month"].choices[0][0]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编码", "数量"])
        sheet.write_row(1, 0, ["A-1", 250])
    upload = io.BytesIO(out.getvalue())
    upload.name = "plan.xlsx"
    answer = client.post(reverse("planning:file"), {"region": "EAST", "month": month, "file": upload})
    plan = DemandPlan.objects.get()
    assert answer.headers["Location"] == reverse("planning:detail", args=[plan.pk])
    page = client.get(answer.headers["Location"]).text
    assert (str(article.code) in page, "250" in page) == (True, True)
    again = client.get(reverse("planning:file"), {"plan": plan.pk}).context["form"]
    assert again["lines"].value() == "A-1\t250"
    wrong = client.post(reverse("planning:file"), {"region": "EAST", "month": month, "lines": "A-1 x\nB-9 2"})
    assert (wrong.status_code, "B-9" in wrong.text) == (422, True)
    listed = client.get(reverse("planning:index")).text
    assert ("按时上报" if language == "zh-hans" else "filed in time") in listed


def test_programs_file_and_read_plans_and_release_days(client, manager):
    sku("A-1")
    client.force_login(manager)
    month = rules.month_after(datetime.now(SH).date())
    plan = {"region": "EAST", "month": f"{month:%Y-%m}", "lines": [{"sku": "A-1", "quantity": "2.5"}]}
    body = {"plans": [plan, plan | {"region": "NO"}]}
    answer = client.post("/api/v1/demand-plans/file", json.dumps(body), "application/json").json()
    assert ([one["id"] for one in answer["refused"]], len(answer["done"])) == ([1], 1)
    [row] = client.get("/api/v1/demand-plans").json()["items"]
    whole = client.get(f"/api/v1/demand-plans/{row['id']}").json()
    assert [(line["sku"], line["quantity"]) for line in whole["lines"]] == [("A-1", "2.5")]
    assert client.get("/api/v1/demand-plans/release-days").status_code == 200
