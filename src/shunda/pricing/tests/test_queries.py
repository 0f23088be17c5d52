"""What a price is, and why."""

from datetime import date
from decimal import Decimal

import pytest

from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.pricing.queries import Ask, quote, sentences
from shunda.pricing.tests.builders import price_list

D = Decimal
pytestmark = pytest.mark.django_db


def ask(who, article, quantity=1, on=date(2024, 5, 6), **fields):
    return Ask(who.pk, who.grade, article.pk, D(quantity), on, **fields)


def one(*args, **kwargs):
    [answer] = quote([ask(*args, **kwargs)])
    return answer


@pytest.mark.req("R039", "R040")
def test_the_customers_own_list_wins_over_its_grades_and_that_over_the_general_one():
    article, own, graded, other = sku("A-1"), customer("C1", grade="A"), customer("C2", grade="A"), customer("C3")
    price_list("G", [(article, 10)])
    price_list("A", [(article, 9)], grade="A")
    price_list("C", [(article, 8)], customer=own)
    asks = [ask(own, article), ask(graded, article), ask(other, article)]
    assert [q.unit_price for q in quote(asks)] == [8, 9, 10]
    codes = [q.reasons[0]["code"] for q in quote(asks)]
    assert codes == ["price.customer-list", "price.grade-list", "price.general-list"]


def test_a_list_that_does_not_have_the_quantity_leaves_it_to_the_next():
    article, who = sku("A-1"), customer("C1")
    price_list("G", [(article, 10)])
    price_list("C", [(article, 8, 100)], customer=who)
    assert [one(who, article, q).unit_price for q in ("99.9999", 100)] == [10, 8]


def test_the_highest_quantity_break_that_is_reached_counts():
    article, who = sku("A-1"), customer("C1")
    price_list("G", [(article, 10), (article, 9, 10), (article, 8, 100)])
    assert [one(who, article, q).unit_price for q in (1, 9, 10, 99, 100, 5000)] == [10, 10, 9, 9, 8, 8]
    assert "Price from a quantity of 10 on." in sentences(one(who, article, 50).reasons)


def test_validity_dates_count_both_days_and_the_later_start_wins():
    article, who = sku("A-1"), customer("C1")
    price_list("OLD", [(article, 10)], valid_from=date(2024, 1, 1), valid_until=date(2024, 12, 31))
    price_list("MAY", [(article, 7)], valid_from=date(2024, 5, 1), valid_until=date(2024, 5, 31))
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 5, 1), date(2024, 5, 31), date(2024, 6, 1)]
    assert [one(who, article, on=day).unit_price for day in days] == [None, 10, 7, 7, 10]


def test_inactive_lists_and_other_currencies_do_not_count():
    article, who = sku("A-1"), customer("C1")
    price_list("OFF", [(article, 1)], active=False)
    price_list("USD", [(article, 2)], currency="USD")
    assert one(who, article).unit_price is None
    assert one(who, article, currency="USD").unit_price == 2


def test_no_price_says_why():
    answer = one(customer("C1"), sku("A-1"))
    assert answer.floor is None
    assert sentences(answer.reasons) == ["No valid price list has a price in CNY for this quantity on 2024-05-06."]


@pytest.mark.req("R026")
def test_a_price_is_turned_into_the_tax_mode_of_the_document_with_its_floor():
    article, who = sku("A-1"), customer("C1")
    price_list("G", [(article, "113", 0, "90.4")])
    rate = D("0.13")
    with_tax, without = (one(who, article, includes_tax=mode, tax_rate=rate) for mode in (True, False))
    assert (with_tax.unit_price, with_tax.floor) == (113, D("90.4"))
    assert (without.unit_price, without.floor) == (D("100.000000"), D("80.000000"))
    assert "List price 113 with tax, 13% tax taken off." in sentences(without.reasons)
    assert "Not sold under 80." in sentences(without.reasons)


@pytest.mark.parametrize("size", [1, 200])
def test_one_query_prices_any_number_of_lines(size, django_assert_num_queries):
    article, who = sku("A-1"), customer("C1")
    price_list("G", [(article, 10)])
    with django_assert_num_queries(1):
        assert len(quote([ask(who, article)] * size)) == size
    assert quote([]) == []
