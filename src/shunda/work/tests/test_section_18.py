"""Each limit of the requirements on both sides of its boundary, over a public holiday and a make-up Saturday."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shunda.accounts.tests.builders import user
from shunda.core.actor import Actor
from shunda.core.refusal import Refused
from shunda.policies import actions as policies
from shunda.policies.declared import SETTINGS
from shunda.policies.models import SettingChange, TableVersion
from shunda.policies.tests.samples import published
from shunda.work import ringing
from shunda.work.kinds import ENTRY, KINDS, Clock, Kind
from shunda.work.limits import LIMITS
from shunda.work.models import Alarm, Task
from shunda.work.specs import TaskSpec
from shunda.work.steps import open_tasks

SH = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=SH)


EVE = at(4, 30, 17)  # Thursday; Labour Day is from 1 to 5 May
BRIDGE = at(5, 8, 17)  # Friday; Saturday the 9th is made up for Labour Day
# where no step of the system is limited by a setting yet, a step that is stands for it
SECTION_18 = [
    ("entry", "import.enter", 1, (4, 30, 18), (5, 8, 18)),
    ("data confirmed", "order.submit", 3, (5, 6, 11), (5, 9, 11)),
    ("review", "review.sales", 2, (5, 6, 10), (5, 9, 10)),
    ("production scheduled", "work.production_scheduled_hours", 1, (4, 30, 18), (5, 8, 18)),
    ("plan approved", "work.plan_approved_hours", 3, (5, 6, 11), (5, 9, 11)),
    ("inspection", "work.inspection_hours", 1, (4, 30, 18), (5, 8, 18)),
    ("packing", "shipment.pack", 2, (5, 6, 10), (5, 9, 10)),
    ("shipping", "shipment.ship", 3, (5, 6, 11), (5, 9, 11)),
    ("tell the customer", "shipment.tell", 24, (5, 1, 17), (5, 9, 17)),
    ("answer after-sales", "work.answer_after_sales_hours", 24, (5, 1, 17), (5, 9, 17)),
    ("call after delivery", "shipment.call", 24, (5, 1, 17), (5, 9, 17)),
]


WHOLE = [
    ("review.sales", "holiday", (5, 6, 12)),  # four working hours: one on Thursday, three after the holiday
    ("order.submit", "make-up Saturday", (5, 9, 12)),
    ("shipment.ship", "holiday", (5, 8, 18)),  # three working days: 6, 7 and 8 May
    ("shipment.ship", "make-up Saturday", (5, 12, 18)),  # the 9th, a Saturday, and the 11th and 12th
]
NO_LIMIT = {"work.remind_hours": "how often a late step is brought to mind", "work.policy": "which limits hold"}


def limited_by(kind: str) -> str:
    """The setting a case of the table is about."""
    return KINDS[kind].limit or "" if kind in KINDS else kind


def test_every_time_limit_that_is_declared_has_a_case_with_its_default():
    declared = {
        name: setting.default
        for name, setting in SETTINGS.items()
        if setting.group == "limits" and setting.rows and name.endswith(("_hours", "_days")) and name not in NO_LIMIT
    }
    cases = {limited_by(kind): hours for _name, kind, hours, *_due in SECTION_18}
    cases |= {KINDS[kind].whole or "": 4 if KINDS[kind].whole == ENTRY else 3 for kind, *_due in WHOLE}
    assert declared == cases


@pytest.mark.parametrize("over", ["holiday", "make-up Saturday"])
def test_every_kind_of_step_is_due_when_the_limit_it_names_ends(over):
    cases = {limited_by(kind): (holiday, saturday) for _name, kind, _hours, holiday, saturday in SECTION_18}
    kinds = [kind for kind in KINDS.values() if kind.limit]
    open_tasks(
        [TaskSpec(kind.name, "x", "orders.order", 1, 1, "SO1") for kind in kinds],
        at=EVE if over == "holiday" else BRIDGE,
    )
    due = dict(Task.objects.values_list("kind", "due_at"))
    expected = {kind.name: at(*cases[kind.limit or ""][over != "holiday"]) for kind in kinds}
    assert due == expected


def test_the_night_when_clocks_are_put_forward_takes_no_hour_of_a_limit():
    berlin = ZoneInfo("Europe/Berlin")
    for name, value in (
        ("zone", "Europe/Berlin"), ("holidays", "none"), ("known_years", ["2026"]), ("working_hours", ["00:00-08:00"]),
        ("weekdays", ["7=00:00-08:00"]),
    ):  # fmt: skip
        SettingChange.objects.create(name=f"calendar.{name}", value=value, changed_by="x", changed_at=at(1, 1))
    night = datetime(2026, 3, 29, 1, tzinfo=berlin)  # two o'clock is three o'clock
    assert not overdue("review.sales", night, datetime(2026, 3, 29, 3, 59, tzinfo=berlin))
    assert overdue("review.sales", night, datetime(2026, 3, 29, 4, tzinfo=berlin))
    open_tasks([TaskSpec("shipment.tell", "x", "orders.order", 2, 2, "SO2")], at=night - timedelta(hours=12))
    assert Task.objects.get(kind="shipment.tell").due_at == datetime(2026, 3, 29, 14, tzinfo=berlin)


def overdue(kind: str, opened: datetime, now: datetime) -> bool:
    """Whether a step that began then is late now, as its clock says."""
    open_tasks([TaskSpec(kind, "orders.review_sales", "orders.order", 1, 1, "SO1")], at=opened)
    ringing.ring(now)
    return Alarm.objects.filter(kind="overdue").exists()


@pytest.mark.req("R189", "R190", "R191", "R192", "R193", "R194", "R195", "R196", "R197", "R180", "R186")
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("over", ["holiday", "make-up Saturday"])
@pytest.mark.parametrize(
    ("name", "kind", "hours", "holiday", "saturday"), SECTION_18, ids=[row[0] for row in SECTION_18]
)
def test_a_step_is_late_in_the_minute_its_limit_ends_and_not_before(
    name, kind, hours, holiday, saturday, over, late, monkeypatch
):
    if kind not in KINDS:
        clock = Clock.WALL if hours == 24 else Clock.WORKING
        monkeypatch.setitem(KINDS, kind, Kind(kind, name, kind, clock))
    opened, due = (EVE, at(*holiday)) if over == "holiday" else (BRIDGE, at(*saturday))
    assert overdue(kind, opened, due if late else due - MINUTE) is late
    task = Task.objects.get()
    assert (task.limit_minutes, task.due_at) == (hours * 60, due), name


@pytest.mark.req("R199", "R200")
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(("kind", "over", "due"), WHOLE)
def test_the_other_policy_gives_four_hours_for_review_creation_and_signature_and_three_days_for_shipping(
    kind, over, due, late
):
    opened, due = EVE if over == "holiday" else BRIDGE, at(*due)
    SettingChange.objects.create(name="work.policy", value="whole", changed_by="x", changed_at=at(1, 1))
    assert overdue(kind, opened, due if late else due - MINUTE) is late


def test_a_step_that_would_be_due_in_a_year_nobody_knows_says_so_and_is_never_late():
    assert not overdue("review.sales", at(12, 31, 17), datetime(2027, 2, 1, 9, tzinfo=SH))
    assert Task.objects.get().clock_note == "unknown-year"


WRITERS = frozenset({"policies.edit_table", "policies.propose_table", "policies.publish_table"})


@pytest.mark.req("R189", "R199", "R200")
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("preset", "kind", "opened", "due"),
    [
        ("stages", "order.submit", EVE, at(5, 6, 11)),
        ("stages", "review.finance", BRIDGE, at(5, 9, 10)),
        ("stages", "shipment.pack", EVE, at(5, 6, 10)),
        ("stages", "shipment.ship", BRIDGE, at(5, 9, 11)),
        ("stages", "shipment.tell", EVE, at(5, 1, 17)),
        ("whole", "review.sales", EVE, at(5, 6, 12)),
        ("whole", "shipment.ship", EVE, at(5, 8, 18)),
        ("whole", "shipment.ship", BRIDGE, at(5, 12, 18)),
        ("whole", "shipment.call", BRIDGE, at(5, 9, 17)),
    ],
)
def test_either_policy_is_a_draft_at_one_click_that_a_second_person_publishes(preset, kind, opened, due, late):
    anna, bo = Actor(1, "Anna", WRITERS), Actor(2, "Bo", WRITERS)
    draft = policies.draft_table([LIMITS.name], by=anna, at=at(1, 5), preset=preset).one()
    assert draft.note
    policies.propose_table([draft.pk], by=anna, at=at(1, 5)).one()
    assert policies.publish_table([draft.pk], by=anna, at=at(1, 5)).refused
    policies.publish_table([draft.pk], by=bo, at=at(1, 5)).one()
    assert overdue(kind, opened, due if late else due - MINUTE) is late


def test_a_preset_nobody_knows_is_refused():
    anna = Actor(1, "Anna", WRITERS)
    [why] = policies.draft_table([LIMITS.name], by=anna, at=at(1, 5), preset="tax").refused
    assert why.code == "policies.unknown-preset"


def test_half_a_day_is_refused_in_its_cell():
    with pytest.raises(Refused) as refused:
        published(LIMITS.name, {"when": {}, "then": {"hours": "1.5", "clock": "days"}}, at=at(1, 5))
    assert refused.value.refusals[0].data["where"] == "rows.0.hours"


def test_the_page_of_the_limits_begins_a_draft_with_a_preset(client):
    client.force_login(user("anna", *WRITERS, "policies.view_table"))
    assert "4 hours for review" in client.get("/settings/tables/work.limits/").content.decode()
    answer = client.post("/settings/tables/work.limits/draft/", {"preset": "whole"})
    assert len(TableVersion.objects.get().rows) == 3
    assert answer.status_code == 302
