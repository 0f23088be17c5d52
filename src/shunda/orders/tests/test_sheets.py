"""What is being typed is kept as typed; lines pasted from a spreadsheet are read."""

from datetime import timedelta

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.core.refusal import Refused
from shunda.customers.tests.builders import customer
from shunda.orders import pasted, sheets
from shunda.orders.models import Sheet
from shunda.orders.sheets import Changes, Typed, Window
from shunda.orders.tests.builders import AT, order

TYPED = Typed.of({"head": {"customer": "C1", "bad": ["x"]}, "lines": [{"sku": "A-1", "quantity": "abc"}], "version": 3})


def kept(by, **options):
    at, content = options.pop("at", AT), options.pop("content", TYPED)
    return sheets.keep(content, Window(**options), by=by, at=at)


@pytest.mark.django_db
def test_what_is_typed_is_kept_word_for_word_and_found_again_by_its_owner_alone():
    mine, other = actor(), actor()
    row = kept(mine)
    [found] = sheets.mine(mine)
    assert found.content == {
        "head": {"customer": "C1"},
        "lines": [{"sku": "A-1", "quantity": "abc"}],
        "version": 3,
    }
    assert sheets.mine(other) == []
    with pytest.raises(Refused):
        kept(other, sheet_id=row.pk)
    sheets.discard(row.pk, by=other)
    assert sheets.mine(mine) == [found]
    sheets.discard(row.pk, by=mine)
    assert sheets.mine(mine) == []


@pytest.mark.django_db
def test_two_windows_on_one_sheet_do_not_overwrite_each_other():
    by = actor()
    row = kept(by)
    assert kept(by, sheet_id=row.pk, version=1).version == 2
    with pytest.raises(Refused) as stopped:
        kept(by, sheet_id=row.pk, version=1)
    assert [refusal.code for refusal in stopped.value.refusals] == ["stale"]


@pytest.mark.django_db
def test_a_window_that_lost_an_answer_goes_on_with_its_own_sheet_by_sending_the_whole():
    by = actor()
    row = kept(by, name="a")
    kept(by, sheet_id=row.pk, version=1, name="a")
    assert kept(by, sheet_id=row.pk, version=1, name="a").version == 3
    for other in ({"name": "b"}, {"name": "a", "content": Changes()}):
        with pytest.raises(Refused):
            kept(by, sheet_id=row.pk, version=1, **other)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"lines": {"1": {"sku": "x"}}}, ["a", "x", "c"]),
        ({"put": {"at": 1, "away": 1, "lines": [{"sku": "x"}, {"sku": "y"}]}}, ["a", "x", "y", "c"]),
        ({"put": {"at": 3, "away": 0, "lines": [{"sku": "x"}]}}, ["a", "b", "c", "x"]),
        ({"put": {"at": 0, "away": 2, "lines": []}}, ["c"]),
        ({"put": {"at": -1, "away": "x"}, "lines": {"9": {"sku": "x"}, "x": 3}}, ["a", "b", "c"]),
    ],
)
def test_what_changed_is_put_into_what_was_kept(changes, lines):
    before = Typed({"customer": "C1", "note": "old"}, [{"sku": name} for name in "abc"], 1)
    now = before.changed(Changes.of({"head": {"note": "", "packing": "crate"}, "version": 2} | changes))
    assert [line["sku"] for line in now.lines] == lines
    assert (now.head, now.version) == ({"customer": "C1", "packing": "crate"}, 2)


@pytest.mark.django_db
def test_each_person_has_one_sheet_of_an_order_and_old_ones_are_given_up():
    by = actor()
    row = order(customer("C1"), [(sku("A-1"), 1, 1)])
    first, second = kept(by, order_id=row.pk), kept(by, order_id=row.pk)
    assert first.pk == second.pk
    kept(by)
    kept(by, at=AT + timedelta(days=sheets.KEPT_DAYS + 1))
    assert Sheet.objects.count() == 1


@pytest.mark.parametrize("junk", [None, 3, [], {"head": 3, "lines": {}}, {"lines": [3, None]}])
def test_nonsense_over_the_wire_is_an_empty_sheet(junk):
    assert not any(Typed.of(junk).lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A-1\t5\nA-2\t7\t12.50\tsoon", [
            {"sku": "A-1", "quantity": "5"},
            {"sku": "A-2", "quantity": "7", "unit_price": "12.50", "note": "soon"},
        ]),
        ("数量\t料号\t单价\n5\tA-1\t￥1,200.5\n\n", [{"quantity": "5", "sku": "A-1", "unit_price": "1,200.5"}]),
        ("Item Code\tDescription\tQty\nA-1\tBearing\t3 pcs", [{"sku": "A-1", "quantity": "3"}]),
        ('A-1\t2\t\t"two\nlines"', [{"sku": "A-1", "quantity": "2", "note": "two lines"}]),
        ("A-1 5\nA-2,7", [{"sku": "A-1", "quantity": "5"}, {"sku": "A-2", "quantity": "7"}]),
        ("A-1\nA-2", [{"sku": "A-1"}, {"sku": "A-2"}]),
        ("\n \n", []),
    ],
)  # fmt: skip
def test_lines_copied_from_a_spreadsheet_are_read(text, lines):
    assert pasted.read(text) == lines
