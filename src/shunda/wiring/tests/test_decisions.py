"""Every decision table of the installation: through Excel and back, tried on what happened, in both languages."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from shunda.catalog.tests.builders import sku
from shunda.changes.tests.builders import ask, line
from shunda.customers.tests.builders import customer
from shunda.orders.tests.builders import AT, confirmed_order
from shunda.policies import sheets
from shunda.policies.grid import Grid
from shunda.policies.tables import TABLES, read
from shunda.wiring.tables import DECISIONS

named = pytest.mark.parametrize("table", DECISIONS, ids=lambda table: table.name)


def test_every_table_that_is_declared_is_listed():
    assert {table.name for table in DECISIONS} == set(TABLES)


@named
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_rows_go_through_a_sheet_and_come_back_as_they_were(table, language):
    with override(language):
        rows, faults = read(table, sheets.read(table, sheets.write(table, table.preset)))
    assert faults == []
    assert rows == list(table.preset)


@named
def test_every_table_and_column_has_a_chinese_name(table):
    with override("en"):
        english = [str(one) for one in (table.label, table.help, *(each.label for each in table.inputs))]
    with override("zh-hans"):
        chinese = [str(one) for one in (table.label, table.help, *(each.label for each in table.inputs))]
    assert all(any("\u4e00" <= c <= "\u9fff" for c in text) for text in chinese), (english, chinese)


@named
def test_rows_that_are_delivered_contradict_each_other_nowhere(table):
    assert Grid(table, table.preset).remarks() == []


@pytest.mark.django_db
def test_every_table_can_be_tried_on_what_happened_and_finds_each_fact_it_looks_at():
    changed = confirmed_order(customer(), [(sku(), 2, 1)])
    assert ask(changed, line(1, 1)).done
    tried = [table for table in DECISIONS if table.history is not None]
    assert "orders.change_authority" in {table.name for table in tried}
    for table in tried:
        span = AT - timedelta(days=1), AT + timedelta(days=1)
        cases = list(table.history.cases(*span))
        assert len(cases) == table.history.count(*span), table.name
        assert cases or not table.name.startswith("orders."), table.name
        names = {one.name for one in table.inputs}
        compute = getattr(table.history, "compute", lambda *_: {})
        computed = compute([case.subject_id for case in cases], names, AT)
        for case in cases:
            assert names <= case.facts.keys() | computed.get(case.subject_id, {}).keys(), table.name
