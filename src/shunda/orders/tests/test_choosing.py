"""Who gets an order: territory, ability, then the least to do; a batch is shared as one after the other would be."""

import pytest

from shunda.orders.choosing import ABILITY, FREE, FULL, TERRITORY, Person, Wish, articles, choose, why_not

pytestmark = pytest.mark.req("R112", "R114")
VALVES, PUMPS = frozenset({"category:valves"}), frozenset({"category:pumps"})


def person(number, capacity=10, **fields):
    return Person(number, f"P{number}", capacity, **{name: frozenset(value) for name, value in fields.items()})


@pytest.mark.parametrize(
    ("who", "wish", "load", "expected"),
    [
        (person(1), Wish(None, "standard"), 9, FREE),
        (person(1), Wish(None, "standard"), 10, FULL),
        (person(1, regions={7}), Wish(7, "standard"), 0, FREE),
        (person(1, regions={7}), Wish(8, "standard"), 0, TERRITORY),
        (person(1, regions={7}), Wish(None, "standard"), 0, TERRITORY),
        (person(1, abilities={"kind:project"}), Wish(None, "standard"), 0, ABILITY),
        (person(1, abilities={"kind:project"}), Wish(None, "project", [VALVES]), 0, FREE),
        (person(1, abilities={"category:valves"}), Wish(None, "project", [VALVES]), 0, FREE),
        (person(1, abilities={"category:valves"}), Wish(None, "project", [VALVES, PUMPS]), 0, ABILITY),
        (person(1, abilities={"category:valves"}), Wish(None, "project"), 0, FREE),
    ],
)
def test_somebody_fits_by_territory_and_ability_and_is_free_until_he_has_what_he_looks_after(who, wish, load, expected):
    assert why_not(who, wish, load) == expected


def test_the_share_of_what_somebody_looks_after_counts_not_the_number():
    chosen, told = choose([person(1, 4), person(2, 20)], Wish(None, "standard"), {1: 2, 2: 5})
    assert (chosen.id, [one["load"] for one in told]) == (2, [5, 2])


def test_where_all_are_full_the_least_loaded_gets_it_and_where_nobody_fits_nobody():
    full = [person(1, 1), person(2, 2)]
    assert choose(full, Wish(None, "standard"), {1: 3, 2: 4})[0].id == 2
    assert choose([person(1, regions={1})], Wish(2, "standard"), {})[0] is None


def test_a_category_is_done_by_whoever_does_one_above_it():
    parents = {1: ("valves", None), 2: ("ball", 1), 3: ("loop", 3)}
    assert articles([2, 3], parents) == {frozenset({"category:ball", "category:valves"}), frozenset({"category:loop"})}


@pytest.mark.parametrize("capacities", [[1], [5, 1], [2, 3, 4], [1, 1, 1, 7]])
@pytest.mark.parametrize("orders", [0, 1, 5, 8, 30])
def test_orders_are_shared_by_what_each_looks_after(capacities, orders):
    people, load = [person(n, capacity) for n, capacity in enumerate(capacities)], {}
    for _ in range(orders):
        assert choose(people, Wish(None, "standard"), load)[0] is not None
    assert sum(load.values()) == orders
    if orders <= sum(capacities):
        assert all(load.get(one.id, 0) <= one.capacity for one in people)
