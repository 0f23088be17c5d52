"""Settings: their defaults are the requirements' numbers, people change them, the history stays."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from shunda.core.actor import Actor, system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.policies.actions import change_setting
from shunda.policies.declared import GROUPS, SETTINGS
from shunda.policies.models import SettingChange
from shunda.policies.queries import calendar, current, history, value, values
from shunda.policies.specs import SettingSpec

AT = datetime(2026, 5, 6, 9, tzinfo=UTC)
ADMIN = Actor(None, "anna", frozenset({"policies.change_setting"}))

pytestmark = pytest.mark.django_db


def change(name, new, reason="agreed", **options):
    return change_setting([SettingSpec(name, new, reason)], by=ADMIN, at=AT, **options)


@pytest.mark.req(
    "R019", "R049", "R080", "R081", "R083", "R084", "R085", "R098", "R105", "R106", "R107", "R108", "R150", "R161",
    "R180", "R186", "R189", "R190", "R191", "R192", "R193", "R194", "R195", "R196", "R197", "R199", "R200", "R211",
    "R212", "R222",
)  # fmt: skip
def test_the_defaults_are_the_numbers_of_the_requirements():
    expected = {
        "orders.number_prefix": "SO",
        "work.entry_hours": 1,
        "work.data_confirmed_hours": 3,
        "work.review_hours": 2,
        "work.production_scheduled_hours": 1,
        "work.plan_approved_hours": 3,
        "work.inspection_hours": 1,
        "work.packing_hours": 2,
        "work.shipping_hours": 3,
        "work.tell_customer_hours": 24,
        "work.answer_after_sales_hours": 24,
        "work.call_after_delivery_hours": 24,
        "work.entry_to_signature_hours": 4,
        "work.ship_after_receipt_days": 3,
        "orders.free_change_hours": 2,
        "fulfilment.risk_warning_hours": 48,
        "orders.special_deposit_share": Decimal("0.3"),
        "orders.pickup_days": 7,
        "orders.pickup_late_days": 15,
        "orders.pickup_late_share": Decimal("0.1"),
        "orders.pickup_missed_share": Decimal("0.3"),
        "assessments.regional_manager_amount": 200,
        "assessments.plan_not_filed_amount": 100,
        "assessments.clerk_amount": 50,
        "planning.deadline_day": 20,
        "planning.deadline_time": time(15),
        "planning.release_weekdays": (1, 4),
        "planning.release_after_holidays": True,
        "planning.expected_sales_weeks": 1,
        "planning.stocking_months": 6,
        "planning.stocking_seasonal": True,
        "credit.repayment_months": 3,
        "credit.heeds_present_debt": True,
        "archive.keep_years": 3,
        "archive.order_review": "monthly",
        "archive.department_review": "weekly",
    }
    assert values(*expected) == expected


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_a_group_and_survives_being_stored_shown_and_typed_again(name):
    setting = SETTINGS[name]
    assert setting.group in GROUPS
    assert setting.kind.read(setting.kind.store(setting.default)) == setting.default
    assert setting.kind.parse(setting.kind.edit(setting.default)) == setting.default
    assert setting.kind.show(setting.default)


@pytest.mark.parametrize(
    ("name", "entered", "taken"),
    [
        ("work.review_hours", "1.5", Decimal("1.5")),
        ("orders.special_deposit_share", "25%", Decimal("0.25")),
        ("planning.release_weekdays", "2, 5", (2, 5)),
        ("planning.release_weekdays", [2, 5], (2, 5)),
        ("planning.deadline_time", "9:30", time(9, 30)),
        ("planning.stocking_seasonal", "off", False),
        ("archive.order_review", "weekly", "weekly"),
        ("archive.keep_years", 10, 10),
        ("calendar.extra_free_days", "2026-05-06，2026-05-07", ((date(2026, 5, 6), ""), (date(2026, 5, 7), ""))),
    ],
)
def test_a_change_counts_from_then_on_and_the_history_keeps_it(name, entered, taken):
    [row] = change(name, entered).done
    assert value(name) == taken
    assert (row.changed_by, row.changed_at, row.reason) == ("anna", AT, "agreed")
    change(name, SETTINGS[name].kind.edit(SETTINGS[name].default))
    assert value(name) == SETTINGS[name].default
    assert [r.pk for r in history(name)][-1] == row.pk
    event = Event.objects.filter(kind="setting.change").order_by("id")[0]
    assert (event.data["name"], event.data["changes"]["value"][1]) == (name, row.value)


@pytest.mark.parametrize(
    ("name", "entered", "code"),
    [
        ("no.such", "1", "policies.unknown"),
        ("work.review_hours", "soon", "policies.not-a-number"),
        ("work.review_hours", "NaN", "policies.not-a-number"),
        ("work.review_hours", "-1", "policies.out-of-range"),
        ("work.review_hours", "0.123", "policies.too-precise"),
        ("orders.most_lines", "1.5", "policies.not-whole"),
        ("orders.most_lines", "99999999", "policies.out-of-range"),
        ("archive.keep_years", "2", "policies.out-of-range"),
        ("orders.special_deposit_share", "101", "policies.out-of-range"),
        ("planning.release_weekdays", "8", "policies.not-weekdays"),
        ("planning.release_weekdays", "1,1", "policies.not-weekdays"),
        ("planning.deadline_time", "25:00", "policies.not-a-time"),
        ("planning.stocking_seasonal", "perhaps", "policies.not-yes-or-no"),
        ("archive.order_review", "daily", "policies.not-a-choice"),
        ("orders.number_prefix", "so 1", "policies.not-text"),
        ("calendar.working_hours", "13:00-12:00", "policies.not-hours"),
        ("calendar.working_hours", "", "policies.not-hours"),
        ("calendar.extra_free_days", "1 May", "policies.not-days"),
        ("work.review_hours", "2", "policies.unchanged"),
    ],
)
def test_what_is_no_value_of_the_setting_is_refused_with_its_reason(name, entered, code):
    outcome = change(name, entered)
    assert [(r.id, r.code) for r in outcome.refused] == [(0, code)]
    assert "%(" not in outcome.refused[0].message
    assert not SettingChange.objects.exists()


def test_a_change_needs_a_reason_and_is_told_every_fault():
    assert [r.code for r in change("work.review_hours", "x", " ").refused] == [
        "policies.no-reason", "policies.not-a-number",
    ]  # fmt: skip
    assert [r.code for r in change("work.review_hours", "3", "x" * 201).refused] == ["policies.reason-too-long"]


def test_a_setting_that_was_changed_meanwhile_is_refused():
    seen = current("work.review_hours")["work.review_hours"].version
    change("work.review_hours", "3", versions={"work.review_hours": seen})
    again = change("work.review_hours", "4", versions={"work.review_hours": seen})
    assert [r.code for r in again.refused] == ["policies.stale"]
    assert value("work.review_hours") == 3


def test_good_changes_of_a_batch_go_through_beside_refused_ones():
    specs = [
        SettingSpec("work.review_hours", "3", "r"),
        SettingSpec("work.review_hours", "4", "r"),
        SettingSpec("archive.keep_years", "5", "r"),
    ]
    outcome = change_setting(specs, by=system(), at=AT)
    assert [row.name for row in outcome.done] == ["work.review_hours", "archive.keep_years"]
    assert [(r.id, r.code) for r in outcome.refused] == [(1, "policies.twice")]


def test_nobody_changes_settings_without_the_permission():
    with pytest.raises(NotPermitted, match="change_setting"):
        change_setting([], by=Actor(None, "x", frozenset()), at=AT)


def test_reading_or_changing_many_settings_takes_no_more_queries_than_one(django_assert_num_queries):
    with django_assert_num_queries(1):
        values(*SETTINGS)
    few, many = (["archive.keep_years"], [n for n in SETTINGS if n.startswith("work.") and n.endswith("_hours")])
    for names in (few, many):
        with django_assert_num_queries(7):  # savepoint, lock, read, write, event, what follows from it, release
            done = change_setting([SettingSpec(n, "7", "r") for n in names], by=ADMIN, at=AT).done
        assert len(done) == len(names)


def test_history_cannot_be_rewritten():
    change("work.review_hours", "3")
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        SettingChange.objects.update(value="1")


@pytest.mark.req("R189")
def test_the_calendar_follows_the_settings():
    assert calendar().is_working_day(date(2026, 5, 6))
    change("calendar.extra_free_days", "2026-05-06")
    change("calendar.known_years", "2030")
    change("calendar.working_hours", "08:00-16:00")
    assert not calendar().is_working_day(date(2026, 5, 6))
    assert calendar().is_working_day(date(2030, 1, 7))
    assert calendar().hours == ((time(8), time(16)),)


def test_an_unknown_name_is_a_mistake_of_the_program():
    with pytest.raises(LookupError, match=r"no\.such"):
        value("no.such")
