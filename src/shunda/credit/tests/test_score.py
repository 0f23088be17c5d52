"""The score: readable, and moving only the way it should."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shunda.credit.rules import Inputs, Model, score

D = Decimal
money = st.decimals("0", "1000000", places=2)
inputs = st.builds(Inputs, money, money, money, money, money, st.integers(0, 400))
weights = st.integers(0, 100)
models = st.builds(Model, weights, weights, weights, weights, st.decimals("0", "1", places=2),
                   st.decimals("0", "1", places=2), st.integers(1, 365))  # fmt: skip

calmly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.req("R049")
def test_each_input_has_its_share_of_the_score():
    found = score(Inputs(D(1000), D(750), D(6000), D(10000), D(500), 15), Model())
    assert [(part.name, part.weight, part.points) for part in found.parts] == [
        ("repayment", D("40.0"), D("30.0")),
        ("debt", D("20.0"), D("8.0")),
        ("overdue", D("20.0"), D("15.0")),
        ("age", D("20.0"), D("15.0")),
    ]
    assert (found.points, found.rate, found.used) == (68, D("0.75"), 60)


@pytest.mark.parametrize(
    ("figures", "points"),
    [
        ({}, 80),  # nothing is known: half the points for repayment
        ({"due": D(10), "paid": D(10), "limit": D(100)}, 100),
        ({"due": D(10), "paid": D(12), "limit": D(100)}, 100),
        ({"due": D(10), "debt": D(100), "limit": D(100), "overdue": D(20), "days": 60}, 0),
        ({"due": D(10), "debt": D(1), "overdue": D(1), "days": 1}, 20),  # without a limit every debt is too much
        ({"due": D(10), "paid": D(10), "limit": D(100), "overdue": D("20"), "days": 30}, 70),
    ],
)
def test_the_ends_of_the_scale(figures, points):
    assert score(Inputs(**figures), Model()).points == points


def test_a_weight_of_nought_leaves_its_input_out():
    found = score(Inputs(debt=D(100), limit=D(100)), Model(debt=0))
    assert [part.name for part in found.parts] == ["repayment", "overdue", "age"]
    assert score(Inputs(debt=D(5)), Model(0, 0, 0, 0)).points == 100


@calmly
@given(inputs, models)
def test_the_score_is_the_sum_of_its_parts_and_between_0_and_100(given_inputs, model):
    found = score(given_inputs, model)
    assert 0 <= found.points <= 100
    assert all(0 <= part.points <= part.weight for part in found.parts)
    if found.parts:
        assert abs(sum(part.points for part in found.parts) - found.points) <= D("0.5")


@calmly
@given(inputs, models, money, st.integers(0, 100))
def test_paying_more_never_lowers_it_and_owing_more_or_longer_never_raises_it(now, model, more, days):
    before = score(now, model).points
    better = [replace(now, paid=now.paid + more), replace(now, limit=now.limit + more)]
    worse = [
        replace(now, debt=now.debt + more),
        replace(now, overdue=now.overdue + more),
        replace(now, days=now.days + days),
        *([replace(now, due=now.due + more)] if now.due else []),
    ]
    assert all(score(one, model).points >= before for one in better)
    assert all(score(one, model).points <= before for one in worse)
