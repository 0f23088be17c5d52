"""Further calendars beside the company's: their week and days, who may change them, on pages and through the API."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.models import User
from shunda.accounts.tests.builders import user
from shunda.core.actor import Actor
from shunda.core.refusal import NotPermitted, Refused
from shunda.policies import actions, days, queries
from shunda.policies.models import SettingChange
from shunda.policies.specs import CalendarSpec, DaySpec, WeekSpec

pytestmark = [pytest.mark.django_db, pytest.mark.req("R189")]
SH = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 5, 8, tzinfo=UTC)
KEEPER = Actor(1, "Keeper", frozenset({"policies.change_setting"}))
HOURS = "08:00-12:00, 13:00-17:00"


def week(usual=HOURS, saturday="08:00-12:00", zone="", holidays="company"):
    return WeekSpec(usual, dict.fromkeys(range(1, 6), usual) | {6: saturday}, zone, holidays)


def kept(code="WH", name="Warehouse East", **more):
    return actions.add_calendar(CalendarSpec(code, name, week(**more)), reason="x", by=KEEPER, at=AT)


def changed(run, *args, **more):
    return run(*args, **{"reason": "x", "by": KEEPER, "at": AT} | more)


def why(run, *args, **more):
    with pytest.raises(Refused) as refused:
        changed(run, *args, **more)
    return [(r.code, r.data.get("where")) for r in refused.value.refusals]


def worked(code, *days_, year=2026):
    calendar = queries.calendar(None, code)
    return [len(calendar.hours_of(date(year, *day))) for day in days_]


def test_a_warehouse_works_on_saturdays_but_not_on_the_companys_holidays():
    kept()
    assert worked("WH", (11, 6), (11, 7), (11, 8)) == [2, 1, 0]
    assert worked("", (11, 6), (11, 7), (11, 8)) == [2, 0, 0]
    assert worked("WH", (10, 3), (10, 10)) == [0, 2]  # a Saturday of National Day, and one that is made up
    changed(actions.change_days, [DaySpec("2026-11-06", "off", "Stocktaking of the company")])
    assert worked("WH", (11, 6)) == [0]
    changed(actions.change_days, [DaySpec("2026-11-06", "work", "not for us")], calendar="wh".upper())
    assert (worked("WH", (11, 6)), worked("", (11, 6))) == ([2], [0])
    changed(actions.change_days, [], removed=[date(2026, 11, 6)], calendar="WH")
    assert worked("WH", (11, 6)) == [0]


def test_a_plant_with_two_shifts_works_through_holidays_and_no_year_is_unknown_to_it():
    kept("PLANT", "Plant", usual="06:00-14:00, 14:00-22:00", saturday="06:00-14:00", holidays="through")
    assert worked("PLANT", (10, 1), (10, 3), (10, 4)) == [2, 1, 0]
    assert worked("PLANT", (10, 1), year=2031) == [2]
    calendar = queries.calendar(None, "PLANT")
    night = datetime(2026, 9, 30, 21, tzinfo=SH)
    assert calendar.add(night, timedelta(hours=2)) == datetime(2026, 10, 1, 7, tzinfo=SH)


def test_a_region_has_its_own_hours_in_its_own_zone_and_imports_its_own_year():
    kept("WEST", "West", usual="10:00-14:00, 15:00-19:00", saturday="", zone="Asia/Dubai")
    calendar = queries.calendar(None, "WEST")
    opens = datetime(2026, 11, 6, 10, tzinfo=ZoneInfo("Asia/Dubai"))
    assert calendar.add(datetime(2026, 11, 5, 22, tzinfo=SH), timedelta(hours=1)) > opens - timedelta(days=1)
    assert calendar.add(opens - timedelta(hours=9), timedelta(hours=1)) == opens + timedelta(hours=1)
    rows = days.pasted("2027-01-01 off New Year\n2027-01-09 work")
    changed(actions.import_days, rows, calendar="WEST")
    assert worked("WEST", (1, 1), (1, 4), (1, 9), year=2027) == [0, 2, 2]
    assert queries.value("calendar.known_years") == ()  # the company does not know that year yet
    changed(actions.import_days, days.pasted("2027-01-04 off"), calendar="WEST")
    assert worked("WEST", (1, 1), (1, 4), year=2027) == [2, 0]


def test_what_no_calendar_can_be_is_refused_beside_its_field():
    kept()
    add = actions.add_calendar
    assert why(add, CalendarSpec("w h", "", week())) == [
        ("policies.no-calendar-code", "code"), ("policies.calendar-title", "name"),
    ]  # fmt: skip
    assert why(add, CalendarSpec("wh", "warehouse EAST", week())) == [
        ("policies.calendar-code-taken", "code"),
    ]  # fmt: skip
    assert why(add, CalendarSpec("W2", "warehouse EAST", week())) == [("policies.calendar-title-taken", "name")]
    free = WeekSpec(HOURS, {}, "", "company")
    assert why(add, CalendarSpec("W2", "x", free)) == [("policies.no-week", "usual")]
    assert why(add, CalendarSpec("W2", "x", week(saturday="noon"))) == [("policies.not-hours", "day6")]
    assert why(add, CalendarSpec("W2", "x", week(zone="Mars"))) == [("policies.not-a-choice", "zone")]
    assert why(add, CalendarSpec("W2", "x", week(holidays="china"))) == [("policies.not-a-choice", "holidays")]
    assert why(add, CalendarSpec("W2", "x", week()), version=0) == [("policies.calendar-stale", None)]
    for run, given in ((actions.change_week, [week()]), (actions.change_days, [[DaySpec("2026-11-06", "off")]])):
        assert why(run, *given, calendar="NO") == [("policies.no-calendar", "calendar")]
    assert why(actions.change_week, week(), calendar="WH") == [("policies.calendar-same", None)]
    with pytest.raises(NotPermitted):
        actions.retire_calendar("WH", reason="x", by=Actor(2, "Li", frozenset()), at=AT)


def test_it_is_renamed_retired_and_used_again_and_each_change_is_kept():
    kept()
    changed(actions.rename_calendar, "WH", "Warehouse West")
    assert queries.calendar_options() == [("WH", "WH Warehouse West")]
    changed(actions.retire_calendar, "WH")
    assert queries.calendar_options() == []
    assert worked("WH", (11, 7)) == [1]  # clocks that run by it go on
    assert why(actions.change_week, week(saturday=""), calendar="WH") == [("policies.no-calendar", "calendar")]
    assert why(actions.retire_calendar, "WH") == [("policies.calendar-same", None)]
    changed(actions.restore_calendar, "WH")
    assert queries.calendar_options() == [("WH", "WH Warehouse West")]
    assert SettingChange.objects.filter(name="calendar.further").count() == 4
    assert worked("NOBODY", (11, 7)) == worked("", (11, 7))


def test_further_calendars_cost_no_query_more():
    def asked():
        with CaptureQueriesContext(connection) as queries_:
            queries.calendar(queries.values(*queries.CALENDAR), "WH")
        return len(queries_)

    before = asked()
    kept()
    assert (before, asked()) == (1, 1)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_chooses_among_the_calendars_and_says_whose_a_day_is(client, language):
    kept()
    changed(actions.change_days, [DaySpec("2026-11-06", "off", "Party")])
    client.force_login(user("reader", "policies.view_setting"))
    User.objects.update(language=language)
    page = client.get(reverse("policies:calendar_year", args=[2026]), {"calendar": "WH"})
    assert "Warehouse East 2026" in page.text
    assert ("公司" if language == "zh-hans" else "of the company") in page.text
    assert "calendar/retire" not in page.text
    saturdays = [one for one in page.context["unusual"] if one.day == date(2026, 11, 7)]
    assert saturdays == []  # its Saturdays are as usual
    assert client.get(reverse("policies:calendar"), {"calendar": "NO"}).status_code == 404


def test_it_is_added_changed_and_retired_on_its_forms(client):
    client.force_login(user("keeper", "policies.view_setting", "policies.change_setting"))
    form = client.get(reverse("policies:calendar_add")).context["form"]
    given = {name: form[name].value() or "" for name in form.fields} | {"version": 0}
    wrong = client.post(reverse("policies:calendar_add"), given | {"code": "?", "name": "Plant", "reason": "x"})
    assert (wrong.status_code, "no code of a calendar" in wrong.text) == (422, True)
    done = client.post(reverse("policies:calendar_add"), given | {"code": "p1", "name": "Plant", "reason": "x"})
    assert done.headers["Location"] == "/settings/calendar/?calendar=P1"

    def post(name, /, **said):
        version = queries.newest(queries.current(*queries.CALENDAR))
        url = reverse(f"policies:calendar_{name}")
        answer = client.post(url, {"calendar": "P1", "version": version, "reason": "x", **said})
        assert (answer.status_code, "calendar=P1" in answer.headers.get("Location", "")) == (302, True), answer.text

    post("day", day="2026-11-08", works="work", name="Rush")
    assert worked("P1", (11, 8)) == [2]
    shown = client.get(reverse("policies:calendar_week"), {"calendar": "P1"}).context["form"]
    post("week", **{name: shown[name].value() or "" for name in shown.fields} | {"day6": "09:00-11:00", "reason": "x"})
    assert worked("P1", (11, 7)) == [1]
    post("import", text="2027-01-01 off")
    assert worked("P1", (1, 1), (1, 4), year=2027) == [0, 2]
    post("rename", name="Plant one")
    post("retire")
    assert "is retired" in client.get(reverse("policies:calendar"), {"calendar": "P1"}).text
    post("retire")
    assert queries.calendar_options() == [("P1", "P1 Plant one")]
    assert (
        client.get(reverse("policies:change", args=["calendar.further"])).headers["Location"] == "/settings/calendar/"
    )
    assert "Plant one" in client.get(reverse("policies:index")).text


def test_the_api_keeps_further_calendars(client):
    client.force_login(user("keeper", "*"))

    def call(method, path, body=None, status=200):
        answer = client.generic(method, f"/api/v1/calendar{path}", json.dumps(body) if body else "", "application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    hours = dict.fromkeys("123456", "08:00-16:00")
    body = {"code": "WH", "name": "Warehouse", "usual_hours": "08:00-16:00", "week": hours, "reason": "x"}
    call("POST", "/further/add", body)
    [refused] = call("POST", "/further/add", body, 409)["refusals"]
    assert refused["code"] == "policies.calendar-code-taken"
    call("POST", "/days", {"days": [{"day": "2026-11-07", "works": "off"}], "reason": "x", "calendar": "WH"})
    year = call("GET", "?year=2026&calendar=WH")
    assert (year["week"]["6"], year["holidays"], year["zone"]) == ("08:00-16:00", "company", "Asia/Shanghai")
    assert [one["day"] for one in year["days"] if one["own"]] == ["2026-11-07"]
    call(
        "POST",
        "/week",
        {"usual_hours": "09:00-17:00", "week": hours, "holidays": "through", "reason": "x", "calendar": "WH"},
    )
    call("POST", "/import", {"days": [{"day": "2027-01-01", "works": "off"}], "reason": "x", "calendar": "WH"})
    assert call("GET", "?year=2027&calendar=WH")["holidays"] == "through"
    call("POST", "/further/rename", {"calendar": "WH", "name": "East", "reason": "x"})
    call("POST", "/further/retire", {"calendar": "WH", "reason": "x"})
    [one] = call("GET", "/further")
    assert (one["code"], one["name"], one["retired"]) == ("WH", "East", True)
    call("POST", "/further/restore", {"calendar": "WH", "reason": "x"})
    call("GET", "?year=2026&calendar=NO", status=404)
    assert call("GET", "?year=2026")["week"]["6"] == ""
