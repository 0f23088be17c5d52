"""The kernel's small parts."""

from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from shunda.core import actor, event, once, sequence
from shunda.core.models import Answer, Event
from shunda.core.money import Money, portion, rounded, share
from shunda.core.refusal import Reason, Refused
from shunda.core.search import Matching, search_text

SH = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 5, 6, 9, tzinfo=SH)
SYSTEM = actor.system()
NAMED = Reason("kernel.named", "%(term)s, not %(own)s")


def test_shared_parts_add_up_to_the_total():
    assert share(Decimal("10"), [Decimal(1)] * 3) == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]
    assert share(Decimal("0.01"), [Decimal(0)] * 2) == [Decimal("0.00"), Decimal("0.01")]


def test_portions_of_a_line_add_up_to_the_line():
    steps = [Decimal(n) for n in range(8)]
    parts = [portion(Decimal("100"), Decimal(7), a, b) for a, b in pairwise(steps)]
    assert sum(parts) == Decimal("100.00")


def test_rounding_is_half_to_even_to_the_currency():
    assert [rounded(Decimal(amount)) for amount in ("2.345", "2.355", "2.3451")] == [
        Decimal("2.34"), Decimal("2.36"), Decimal("2.35")
    ]  # fmt: skip
    assert rounded(Decimal("2.5"), "JPY") == Decimal("2")


def test_a_refusal_names_things_in_the_language_of_its_reader():
    refusal = NAMED(term="预付款", term_en="Prepaid", own="货到付款", own_en="")
    assert refusal.message == "Prepaid, not 货到付款"
    with translation.override("zh-hans"):
        assert refusal.message == "预付款, not 货到付款"


def test_two_currencies_do_not_mix():
    with pytest.raises(ValueError, match="do not mix"):
        Money(Decimal(1), "CNY") + Money(Decimal(1), "EUR")


@pytest.mark.req("R019")
@pytest.mark.django_db
def test_numbers_are_prefix_day_and_serial_and_widen_past_999():
    assert sequence.numbers("SO", "20240501", 2) == ["SO20240501001", "SO20240501002"]
    sequence.take("SO20240501", 997)
    assert sequence.numbers("SO", "20240501", 1) == ["SO202405011000"]


@pytest.mark.django_db
def test_events_are_numbered_within_their_order():
    happenings = [event.Happening("x.y", "orders.order", 1, order_id=o) for o in (7, 8, 7)]
    event.record(happenings, by=SYSTEM, at=AT)
    event.record(happenings[:1], by=SYSTEM, at=AT)
    assert list(Event.objects.filter(order_id=7).order_by("pk").values_list("sequence", flat=True)) == [1, 2, 3]


@pytest.mark.django_db
def test_the_same_key_gives_the_same_answer_and_runs_once():
    runs = []

    def run():
        runs.append(1)
        return {"n": len(runs)}, True

    assert once.once("u", "k", {"a": 1}, AT, run) == ({"n": 1}, False)
    assert once.once("u", "k", {"a": 1}, AT, run) == ({"n": 1}, True)
    with pytest.raises(Refused) as refused:
        once.once("u", "k", {"a": 2}, AT, run)
    assert refused.value.refusals[0].code == "key-reused"
    assert len(runs) == 1


@pytest.mark.django_db
def test_an_answer_that_did_nothing_is_not_kept():
    once.once("u", "k", {}, AT, lambda: ("refused", False))
    assert not Answer.objects.exists()


def test_search_text_knows_pinyin_initials():
    assert search_text("深沟球轴承", "6204-2RS").split("\n") == [
        "深沟球轴承",
        "6204-2RS",
        "sgqzc",
        "shengouqiuzhoucheng",
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [("轴承", True), ("sgq", True), ("6204", True), ("轴承 2rs", True), ("承轴", False), ("承62", False), ("轴", True)],
)
@pytest.mark.django_db
def test_search_finds_what_a_substring_search_finds(query, found):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select to_tsvector('simple', bigrams(%s)) @@ bigram_query(%s)",
            [search_text("深沟球轴承", "6204-2RS"), query],
        )
        assert cursor.fetchone() == (found,)
    assert Matching(query).function == "bigram_query"
