"""The page kit's parts: lists, lines, fields, buttons, figures, timelines."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from shunda.accounts.models import Region
from shunda.accounts.tests import builders
from shunda.core.actor import Actor
from shunda.core.machine import MACHINES
from shunda.core.models import Event
from shunda.orders.states import ORDER
from shunda.web import formats, timeline
from shunda.web.forms import AmountField, DayField, PercentField, PickField, QuantityField
from shunda.web.moves import buttons
from shunda.web.templatetags.kit import clock

AT = datetime(2026, 5, 6, 1, 30, tzinfo=UTC)


@pytest.fixture
def browser(client, db, settings):
    settings.ROOT_URLCONF = "tests.pages.sample"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [Path(__file__).parent / "templates"]}]
    client.force_login(builders.user("li", "sample.close"))
    return client


def walk(browser, query, link="next"):
    pages = []
    url = f"/sample/?json&{query}"
    while url:
        found = browser.get(url).json()
        pages.append(found["rows"])
        url = f"/sample/{found[link]}" if found[link] else ""
    return pages, found


def test_a_list_is_paged_by_key_there_and_back(browser):
    Region.objects.bulk_create(Region(code=f"r{n}", name=f"N{n // 2}") for n in range(5))
    pages, last = walk(browser, "")
    assert pages == [["r0", "r1"], ["r2", "r3"], ["r4"]]
    back, _first = walk(browser, last["previous"].removeprefix("?"), "previous")
    assert back == [["r2", "r3"], ["r0", "r1"]]


def test_a_list_is_sorted_by_several_columns_in_mixed_directions(browser):
    Region.objects.bulk_create(Region(code=f"r{n}", name=f"N{n // 2}") for n in range(5))
    pages, _last = walk(browser, "sort=name")
    assert pages == [["r4", "r2"], ["r3", "r0"], ["r1"]]


@pytest.mark.parametrize("key", ["x", "bnVsbA", "W10", "WzEsMl0", "%00", "eyJhIjoxfQ"])
def test_a_key_nobody_can_read_starts_at_the_beginning(browser, key):
    Region.objects.create(code="a", name="A")
    assert browser.get(f"/sample/?json&after={key}").json()["rows"] == ["a"]


def test_filters_live_in_the_address_and_each_can_be_taken_away(browser):
    Region.objects.bulk_create(
        [Region(code="a1", name="A"), Region(code="a2", name="B", active=False), Region(code="b", name="C")]
    )
    found = browser.get("/sample/?json=1&code=a&active=1").json()
    assert found["rows"] == ["a1"]
    assert found["chips"] == [["Code", "a", "?json=1&active=1"], ["State", "Open", "?json=1&code=a"]]
    assert '<input type="hidden" name="sort" value="name">' in browser.get("/sample/?sort=name&code=a").content.decode()
    assert browser.get("/sample/?json&active=nonsense").json()["rows"] == ["a1", "a2"]


def lines(browser, *rows, total=None, **extra):
    data = {"lines-TOTAL_FORMS": total or len(rows), "lines-INITIAL_FORMS": 0, **extra}
    for n, row in enumerate(rows):
        data |= {f"lines-{n}-{name}": value for name, value in row.items()}
    return browser.post("/sample/lines/", data)


def row(article="", quantity="", **more):
    return {"article": article, "quantity": quantity, **more}


def test_blank_and_removed_lines_do_not_count(browser):
    answer = lines(browser, row("A", "1"), row(), row("B", "２,000.5", DELETE="on"))
    assert answer.status_code == 302


def test_a_refusal_lands_at_the_line_it_names(browser):
    page = lines(browser, row("A", "1"), row(), row("bad", "1")).content.decode()
    assert "Not this name." in page.split('name="lines-2-article"')[1]
    assert "Not this name." not in page.split('name="lines-2-article"')[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([row()], "Enter at least one line."),
        ([row("A", "1")] * 4, "At most 3 lines."),
        ([row("A", "x")], "Enter a number."),
        ([row("A", "-1")], "greater than or equal to 0"),
        ([row("A", "1e99")], "no more than 18 digits"),
        ([row("A", "NaN")], "Enter a number."),
        ([row("A", "0.00001")], "no more than 4 decimal places"),
    ],
)
def test_lines_that_make_no_sense_say_why(browser, given, words):
    answer = lines(browser, *given)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_more_lines_come_without_javascript(browser):
    answer = lines(browser, row("A", "1"), **{"lines-more": "1"})
    assert answer.status_code == 422
    assert 'name="lines-5-article"' in answer.content.decode()


def test_numbers_are_read_as_people_type_them():
    assert QuantityField().clean("１，２００．５") == Decimal("1200.5")
    assert AmountField().clean("1 234.50") == Decimal("1234.50")
    assert PercentField().clean("13%") == Decimal("0.13")
    assert PercentField().prepare_value(Decimal("0.1300")) == "13"
    assert QuantityField().prepare_value(Decimal("12.5000")) == "12.5"
    assert QuantityField().prepare_value(Decimal("1E+3")) == "1000"


@pytest.mark.parametrize("text", ["2026-05-06", "2026/5/6", "2026.5.6", "20260506", "2026年5月6日", "２０２６-５-６"])
def test_days_are_read_as_people_write_them(text):
    assert DayField().clean(text) == date(2026, 5, 6)


@pytest.mark.parametrize("text", ["2026-02-30", "yesterday", "0000-01-01"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValidationError):
        DayField().clean(text)


def test_a_row_is_picked_by_its_code(db):
    east = builders.region("east")
    field = PickField(
        url_name="web:style-suggest",
        resolve=lambda text: Region.objects.filter(code=text).first(),
        code=lambda region: region.code,
    )
    assert field.clean("east") == east
    assert field.prepare_value(east) == "east"
    with pytest.raises(ValidationError, match="is not known"):
        field.clean("west")


def test_buttons_are_the_moves_open_now_and_a_closed_one_says_why():
    who = Actor(1, "Li", frozenset({"orders.cancel_order", "orders.approve_order"}))
    order = SimpleNamespace(pk=7, status="in_review", version=3)
    urls = {name: f"/orders/7/{name}/" for name in ("submit", "approve", "send_back", "cancel")}
    drawn = buttons(ORDER, order, who, urls, asks={"cancel"}, why_not={"approve": "Two reviews are waiting."})
    assert [(b.name, b.asks, b.why_not) for b in drawn] == [
        ("approve", False, "Two reviews are waiting."),
        ("send_back", False, "You lack the permission “orders.send_back_order”."),
        ("cancel", True, ""),
    ]
    assert [b.tone for b in drawn] == ["", "", "ghost-danger"]


def test_figures_are_written_as_people_read_them():
    assert formats.money(Decimal("-1234.5")) == "-¥1,234.50"
    assert formats.money(Decimal("1234.5"), "JPY") == "JPY 1,234"
    assert formats.quantity(Decimal("1200.5000")) == "1,200.5"
    assert formats.quantity(Decimal("1E+3")) == "1,000"
    assert formats.price(Decimal("0.125000")) == "0.125"
    assert formats.price(Decimal("12")) == "12.00"
    assert formats.percent(Decimal("0.1300")) == "13%"
    assert formats.money(None) == formats.quantity(None) == formats.day(None) == "–"


def test_times_are_written_in_the_companys_zone_and_the_readers_language():
    assert formats.moment(AT) == "6 May 2026 09:30"
    with translation.override("zh-hans"):
        assert formats.moment(AT) == "2026-05-06 09:30"
        assert formats.length(90_000) == "1 天 1 小时"


def test_a_clock_says_what_is_left_or_how_late_it_is():
    assert clock(AT + timedelta(hours=3), AT) == {"text": "3 h", "tone": "green"}
    assert clock(AT + timedelta(minutes=30), AT)["tone"] == "orange"
    assert clock(AT - timedelta(days=2), AT) == {"text": "2 days", "tone": "red", "late": "1"}


def test_a_timeline_says_what_who_why_and_what_changed(settings):
    settings.SHUNDA_EVENTS = "tests.pages.sample.KINDS"
    event = Event(
        kind="user.edit",
        subject_kind="accounts.user",
        subject_id=1,
        actor="system",
        source="api",
        at=AT,
        data={"changes": {"roles": [["a"], ["a", "b"]], "email": [None, "x@y.z"]}, "reason": "promoted"},
    )
    (line,) = timeline.lines([event], fields={"roles": "Roles"}, values={"roles": {"a": "Clerk"}})
    assert (line.label, line.actor, line.text) == ("Particulars changed", "the system", "promoted")
    assert line.changes == [("Roles", "Clerk", "Clerk, b"), ("email", "", "x@y.z")]
    assert timeline.label("order.confirm") == str(MACHINES["order"]["confirm"].label)
    assert timeline.label("no.such") == "no.such"
