"""Rows of a decision table: cells as people type them, what they decide, and what is odd about them as a whole."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from shunda.policies.conditions import Names, Numbers
from shunda.policies.grid import Grid
from shunda.policies.kinds import Invalid
from shunda.policies.tables import Row, read
from shunda.policies.tests.samples import KINDS, facts, table


@pytest.mark.parametrize(
    ("typed", "proper"),
    [
        ("> 50000", "> 50000"),
        (">5万", "> 50000"),
        ("≥ 1,000,000.50", ">= 1000000.5"),
        ("10..20", "10..20"),
        ("10 ～ 2万", "10..20000"),
        ("1至3", "1..3"),
        ("<= 3, > 10，25", "<= 3, > 10, 25"),
        ("-5", "-5"),
        ("  ", None),
    ],
)
def test_a_number_cell_is_read_as_people_type_it_and_kept_in_one_form(typed, proper):
    condition = Numbers().parse(typed)
    assert (condition.text if condition else None) == proper
    if condition:
        assert Numbers().parse(condition.text) == condition


@pytest.mark.parametrize("typed", ["many", "20..10", "> ", "12345678901234567", "1..2..3", "5x"])
def test_a_number_cell_that_says_nothing_clear_is_refused(typed):
    with pytest.raises(Invalid):
        Numbers().parse(typed)


@pytest.mark.parametrize("typed", ["standard", "Standard order", "STANDARD ORDER"])
def test_a_choice_is_understood_by_code_and_by_label(typed):
    assert KINDS.parse(typed).text == "standard"


def test_names_can_be_excluded_and_unknown_ones_are_refused_with_the_choices():
    assert KINDS.parse("not sample").met("standard")
    assert not KINDS.parse("非 sample").met("sample")
    with pytest.raises(Invalid) as refused:
        KINDS.parse("wholesale")
    assert "Standard order" in refused.value.data["choices"]


def test_free_codes_hold_no_quotes():
    assert Names().parse("华东, 华北").met("华东")
    with pytest.raises(Invalid):
        Names().parse('a"b')


def test_labels_are_understood_in_both_languages():
    from shunda.policies.conditions import YES_OR_NO

    with override("en"):
        assert YES_OR_NO.parse("是").text == "yes"
    with override("zh-hans"):
        assert YES_OR_NO.parse("no").text == "no"


def grid(*rows, hit="first"):
    return Grid(table(hit=hit), rows)


@pytest.mark.parametrize(
    ("amount", "row"),
    [("4999.99", 1), ("5000", 0), ("4999.9999999999999999", 1), ("99999999999999.99", 0), ("0", 1)],
)
def test_a_boundary_decides_to_the_last_digit(amount, row):
    assert Grid(table(), table().preset).hits(facts(amount=Decimal(amount))) == (row,)


def test_every_row_that_fits_decides_when_the_table_says_so():
    both = grid(Row({"amount": "> 10"}), Row({"kind": "sample"}), Row({}), hit="every")
    assert both.hits(facts(amount=11, kind="sample")) == (0, 1, 2)
    assert both.hits(facts(amount=5)) == (2,)


def test_a_gap_is_told_in_words():
    [gap] = grid(Row({"amount": "< 10"}), Row({"amount": "> 20"})).remarks()
    assert (gap.kind, gap.where) == ("gap", {"amount": "≥ 10 ≤ 20"})


def test_a_row_that_never_decides_is_found_though_several_hide_it_together():
    hidden = grid(Row({"amount": "< 10"}), Row({"amount": ">= 10"}), Row({"kind": "sample"}))
    assert [(remark.kind, remark.rows) for remark in hidden.remarks()] == [("dead", (2,))]


def test_rows_that_overlap_with_another_outcome_are_shown_with_the_cases_they_share():
    torn = grid(
        Row({"amount": "<= 10"}, {"desk": "sales"}),
        Row({"amount": ">= 10"}, {"desk": "boss"}),
        Row({}, {"desk": "boss"}),
    )
    remarks = [(remark.kind, remark.rows, remark.where) for remark in torn.remarks()]
    assert ("overlap", (0, 1), {"amount": "10"}) in remarks


def test_a_wrong_cell_is_named_by_row_and_column():
    _rows, faults = read(table(), [{"when": {"amount": "?"}, "then": {}}, {"when": {"colour": "red"}, "then": {}}])
    assert [fault.where for fault in faults] == ["rows.0.amount", "rows.0.desk", "rows.1", "rows.1.desk"]


numbers = st.integers(-3, 12)
number_cells = st.one_of(
    st.just(""),
    st.builds("{} {}".format, st.sampled_from([">", ">=", "<", "<="]), numbers),
    st.builds(lambda a, b: f"{min(a, b)}..{max(a, b)}", numbers, numbers),
    st.lists(numbers, min_size=1, max_size=3).map(lambda several: ", ".join(map(str, several))),
)
name_cells = st.sampled_from(["", "standard", "not standard", "standard, sample"])
code_cells = st.sampled_from(["", "east", "not east, west", "west, north"])
rows = st.lists(
    st.builds(
        lambda amount, kind, region: Row(
            {k: v for k, v in {"amount": amount, "kind": kind, "region": region}.items() if v}, {"desk": "sales"}
        ),
        number_cells,
        name_cells,
        code_cells,
    ),
    min_size=1,
    max_size=6,
)
cases = st.builds(
    facts,
    amount=st.decimals(-4, 13, places=1),
    kind=st.sampled_from(["standard", "sample"]),
    region=st.sampled_from(["east", "west", "north", "", "elsewhere"]),
)


@settings(max_examples=60, deadline=None)
@given(rows=rows, cases=st.lists(cases, min_size=1, max_size=8))
def test_the_engine_decides_as_the_cells_say_and_a_gap_is_where_nothing_fits(rows, cases):
    asked = [table().conditions(row) for row in rows]
    ready = Grid(table(hit="every"), rows)
    gaps = any(remark.kind == "gap" for remark in ready.remarks())
    for case in cases:
        fitting = tuple(i for i, row in enumerate(asked) if all(c.met(case[name]) for name, c in row.items()))
        assert ready.hits(case) == fitting
        assert fitting or gaps


def test_a_rule_with_exceptions_above_it_is_no_overlap():
    assert Grid(table(), table().preset).remarks() == []


def test_a_table_that_says_what_holds_otherwise_has_no_gaps():
    assert Grid(replace(table(), otherwise="sales looks"), [Row({"amount": "> 20"})]).remarks() == []


def test_remarks_are_read_as_they_were_kept_in_the_language_of_the_reader_and_anew_when_columns_changed():
    ready = grid(Row({"kind": "sample"}))
    kept = json.loads(json.dumps(ready.kept()))
    assert [one.where for one in ready.read(kept)] == [{"kind": "Standard order"}]
    changed = Grid(replace(table(), inputs=table().inputs[:2]), [Row({"kind": "sample"})])
    assert changed.sign != kept["sign"]
    assert [one.where for one in changed.read({**kept, "found": []})] == [{"kind": "Standard order"}]


def test_what_is_known_of_a_case_says_whether_a_row_could_still_fit():
    ready = grid(Row({"amount": ">= 10", "kind": "sample"}))
    assert [ready.may_hit({"amount": Decimal(amount)}) for amount in (9, 10)] == [False, True]
    assert ready.hits({"amount": 10, "kind": "sample"}) == (0,)
