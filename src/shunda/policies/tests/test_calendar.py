"""The calendar: single days, whole years from a file, the week; on pages and through the API."""

import io
import json
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from django.urls import reverse

from shunda.accounts.models import User
from shunda.accounts.tests.builders import user
from shunda.core.actor import Actor
from shunda.core.refusal import NotPermitted, Refused
from shunda.policies import actions, days, queries
from shunda.policies.models import SettingChange
from shunda.policies.specs import DaySpec, WeekSpec

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 5, 8, tzinfo=UTC)
KEEPER = Actor(1, "Keeper", frozenset({"policies.change_setting"}))
YEAR = """日期\t休/班\t名称
2027-01-01\t休\t元旦
2027/2/5\t休\t除夕
2027年2月6日\t放假\t春节
20270220\t班\t春节调休
"""


def imported(text=YEAR, **more):
    return actions.import_days(days.pasted(text), reason="notice", by=KEEPER, at=AT, **more)


def why(run):
    with pytest.raises(Refused) as refused:
        run()
    return [(r.id, r.code, r.data.get("where")) for r in refused.value.refusals]


@pytest.mark.req("R189", "R200")
def test_a_year_nobody_knew_is_known_with_the_days_of_its_list():
    imported()
    calendar = queries.calendar()
    worked = {
        (1, 1): False, (1, 4): True, (2, 5): False, (2, 6): False, (2, 20): True, (2, 27): False, (5, 3): True,
    }  # fmt: skip  # 3 May 2027 is only what a package would guess
    assert {day: calendar.is_working_day(date(2027, *day)) for day in worked} == worked
    assert queries.value("calendar.extra_free_days")[0] == (date(2027, 1, 1), "元旦")
    assert queries.value("calendar.known_years") == (2027,)


def test_a_list_takes_the_place_of_what_was_entered_for_its_years_and_of_no_other():
    imported()
    actions.change_days([DaySpec("2026-11-09", "off", "Moving")], reason="x", by=KEEPER, at=AT)
    imported("2027-01-01 off\n2027-03-08 off Our day")
    free = queries.value("calendar.extra_free_days")
    assert free == ((date(2026, 11, 9), "Moving"), (date(2027, 1, 1), ""), (date(2027, 3, 8), "Our day"))
    assert queries.value("calendar.extra_working_days") == ()


def test_an_announced_year_can_be_entered_otherwise_and_taken_back():
    actions.change_days(
        [DaySpec("2026-05-09", "休", ""), DaySpec("2026-05-04", "班", "")], reason="x", by=KEEPER, at=AT
    )
    calendar = queries.calendar()
    assert [calendar.is_working_day(date(2026, 5, day)) for day in (4, 5, 9)] == [True, False, False]
    actions.change_days([], removed=[date(2026, 5, 9)], reason="x", by=KEEPER, at=AT)
    calendar = queries.calendar()
    assert [calendar.is_working_day(date(2026, 5, day)) for day in (4, 5, 9)] == [True, False, True]


def test_every_row_that_says_nothing_is_named_and_nothing_is_changed():
    text = (
        "2027-13-01,off,x\n2027-01-01,调休,\n2027-01-02,off,\n2027-01-02,work,\n2027-01-03,off,12 days\n1999-01-01,off,"
    )
    assert why(lambda: imported(text)) == [
        (0, "policies.no-day", "day"),
        (1, "policies.not-off-or-work", "works"),
        (3, "policies.day-twice", "day"),
        (4, "policies.day-name", "name"),
        (5, "policies.no-day", "day"),
    ]
    assert not SettingChange.objects.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "policies.no-days"),
        ("日期,休/班\n".encode(), "policies.no-days"),
        (b"PK no sheet", "policies.no-day-file"),
        (b"\xff\xff\xff", "policies.no-day-file"),
        (b"x" * (days.MOST_BYTES + 1), "policies.no-day-file"),
        (b"2027-01-01 off\n" * (days.MOST_ROWS + 1), "policies.too-many-days"),
    ],
)
def test_a_file_without_days_is_refused(data, code):
    assert why(lambda: days.read(data)) == [(None, code, "file")]


def test_a_sheet_and_texts_of_chinese_programs_are_read():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Date", "off/work", "name"])
        sheet.write_datetime(1, 0, datetime(2027, 1, 1), form)  # noqa: DTZ001  # cells have no zone
        sheet.write_row(1, 1, ["休", "元旦"])
        sheet.write_row(2, 0, [20270220, 1, "春节"])
    expected = [DaySpec("2027-01-01", "休", "元旦"), DaySpec("20270220", "1", "春节")]
    assert days.read(out.getvalue()) == expected
    text = "日期，休/班，名称\n2027-01-01，休，元旦\n20270220，1，春节\n"
    assert days.read(text.encode("gb18030")) == days.read(text.replace("，", ",").encode("utf-8-sig")) == expected


def test_who_started_from_another_calendar_who_changes_nothing_and_who_may_not():
    imported(version=0)
    assert why(lambda: imported("2027-01-01 off", version=0)) == [(None, "policies.calendar-stale", None)]
    assert why(imported) == [(None, "policies.calendar-same", None)]
    assert why(lambda: actions.change_days([DaySpec("2027-01-04", "off")], reason=" ", by=KEEPER, at=AT)) == [
        (0, "policies.no-reason", "reason")
    ]
    with pytest.raises(NotPermitted):
        actions.import_days([], reason="x", by=Actor(2, "Li", frozenset()), at=AT)


def test_the_week_is_kept_as_what_differs():
    usual = "08:30-12:00, 13:00-17:30"
    week = dict.fromkeys(range(1, 5), usual) | {5: "08:30-12:00", 6: "", 7: ""}
    actions.change_week(WeekSpec(usual, week, "Asia/Shanghai", "china"), reason="x", by=KEEPER, at=AT)
    assert set(SettingChange.objects.values_list("name", flat=True)) == {"calendar.working_hours", "calendar.weekdays"}
    calendar = queries.calendar()
    hours = [len(calendar.hours_of(date(2026, 11, day))) for day in (5, 6, 7)]
    assert hours == [2, 1, 0]
    wrong = WeekSpec("9 to 5", week | {3: "18:00-09:00"}, "Asia/Shanghai", "china")
    refused = why(lambda: actions.change_week(wrong, reason="x", by=KEEPER, at=AT))
    assert [where for _id, _code, where in refused] == ["usual", "day3"]
    for field, strange in (("zone", ("Mars", "china")), ("holidays", ("Asia/Shanghai", "never"))):
        spec = WeekSpec(usual, week, *strange)
        refused = why(lambda spec=spec: actions.change_week(spec, reason="x", by=KEEPER, at=AT))
        assert refused == [(None, "policies.not-a-choice", field)]


@pytest.mark.parametrize(("language", "words"), [
    ("zh-hans", ("国庆节", "春节", "日历", "十月")), ("en", ("National Day", "made up for a holiday", "October")),
])  # fmt: skip
def test_the_page_of_a_year_names_its_holidays(client, language, words):
    client.force_login(user("reader", "policies.view_setting"))
    User.objects.update(language=language)
    page = client.get(reverse("policies:calendar_year", args=[2026])).text
    assert [word for word in words if word not in page] == []
    assert "calendar/day" not in page
    unknown = client.get(reverse("policies:calendar_year", args=[2027])).text
    assert ("还不知道" in unknown) if language == "zh-hans" else ("are not known" in unknown)


def test_a_file_is_looked_at_row_by_row_corrected_and_taken_over(client):
    client.force_login(user("keeper", "policies.view_setting", "policies.change_setting"))
    url = reverse("policies:calendar_import")
    file = io.BytesIO(YEAR.replace("20270220\t班", "20270220\t?").encode())
    file.name = "2027.csv"
    page = client.post(url, {"file": file, "version": 0, "check": 1, "reason": ""})
    assert page.status_code == 422
    assert "1 row cannot be taken over" in page.text
    assert "says neither that the day is free" in page.text
    assert "Take over" not in page.text
    checked = client.post(url, {"text": YEAR, "version": 0, "check": 1, "reason": ""})
    assert (checked.status_code, "4 days of 2027 can be taken over" in checked.text) == (200, True)
    assert not SettingChange.objects.exists()
    answer = client.post(url, {"text": YEAR, "version": 0, "reason": "Notice of the State Council"})
    assert answer.headers["Location"] == reverse("policies:calendar_year", args=[2027])
    assert queries.value("calendar.known_years") == (2027,)
    assert client.post(url, {"text": "", "version": 0, "check": 1}).status_code == 422


def test_a_day_and_the_week_are_changed_on_their_forms(client):
    client.force_login(user("keeper", "policies.view_setting", "policies.change_setting"))
    url = reverse("policies:calendar_day")
    assert 'value="2026-05-09"' in client.get(url, {"day": "2026-05-09"}).text
    client.post(url, {"day": "2026-05-09", "works": "off", "name": "Trip", "reason": "x", "version": 0})
    assert not queries.calendar().is_working_day(date(2026, 5, 9))
    stale = client.post(url, {"day": "2026-05-09", "works": "", "reason": "x", "version": 0})
    assert (stale.status_code, "in the meantime" in stale.text) == (422, True)
    version = queries.newest(queries.current(*queries.CALENDAR))
    client.post(url, {"day": "2026-05-09", "works": "", "reason": "x", "version": version})
    assert queries.calendar().is_working_day(date(2026, 5, 9))
    url = reverse("policies:calendar_week")
    form = client.get(url).context["form"]
    given = {name: form[name].value() or "" for name in form.fields} | {"day6": "09:00-11:00", "reason": "x"}
    assert client.post(url, given).status_code == 302
    assert queries.value("calendar.weekdays")[0][0] == 6


def test_the_api_reads_checks_and_changes_the_calendar(client):
    client.force_login(user("keeper", "*"))

    def call(method, path, body=None, status=200):
        answer = client.generic(method, f"/api/v1/calendar{path}", json.dumps(body) if body else "", "application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    year = call("GET", "?year=2026")
    assert (year["known"], year["announced"], year["week"]["6"], year["version"]) == (True, True, "", 0)
    assert {"day": "2026-05-09", "works": True, "own": False}.items() <= next(
        one for one in year["days"] if one["day"] == "2026-05-09"
    ).items()
    rows = [{"day": "2027-01-01", "works": "休", "name": "元旦"}, {"day": "x", "works": "?"}]
    assert [len(row["refusals"]) for row in call("POST", "/check", {"days": rows})] == [0, 2]
    refused = call("POST", "/import", {"days": rows, "reason": "x"}, 409)["refusals"]
    assert {one["id"] for one in refused} == {1}
    call("POST", "/import", {"days": rows[:1], "reason": "x", "version": 0})
    call("POST", "/days", {"days": [{"day": "2027-01-04", "works": "off"}], "reason": "x"})
    call("POST", "/days", {"removed": ["2027-01-04"], "reason": "x"})
    week = dict.fromkeys("12345", "09:00-17:00")
    call("POST", "/week", {"usual_hours": "09:00-17:00", "week": week, "reason": "x"})
    after = call("GET", "?year=2027")
    assert (after["known"], after["announced"], [one["name"] for one in after["days"]]) == (True, False, ["元旦"])
    assert after["week"] == week | {"6": "", "7": ""}
