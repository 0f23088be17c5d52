"""The pick-up of special orders: each day on both sides of its boundary, and what follows for the deposit."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from shunda.accounts.tests.builders import user
from shunda.assessments.jobs import assess
from shunda.assessments.models import Assessment
from shunda.billing.tests.builders import paid
from shunda.catalog.tests.builders import sku
from shunda.changes.content import plain
from shunda.changes.tests.builders import agree, ask, differences
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import advance, shipment
from shunda.orders import actions, explained, pickup
from shunda.orders.models import Order
from shunda.orders.pickup import SETTINGS, Standing, judge
from shunda.orders.tests.builders import AT, approve, order, supplied
from shunda.policies.queries import values
from shunda.wiring.reactions import inline

pytestmark = pytest.mark.django_db
READY = AT.date()


def moment(days, *, last=False):
    """The first or the last moment of a day so many days after the stock-in."""
    day = datetime.combine(READY + timedelta(days=days), datetime.min.time(), ZoneInfo("Asia/Shanghai"))
    return day + timedelta(days=1, microseconds=-1) if last else day


def special(lines=None):
    """A special order of 125 yuan, all paid and all of it that comes from stock in stock since ``AT``."""
    lines = lines or [(sku("A-1"), 10, "12.50")]
    made = order(customer("P1", term="prepaid"), lines, kind="special")
    made.lines.update(parameters={"colour": "red"})
    actions.submit([made.pk], by=system(), at=AT).one()
    approve(made)
    paid(made)
    supplied(made)
    return actions.confirm([made.pk], by=system(), at=AT).one()


BOUNDARIES = [
    (7, Standing.IN_TIME, Decimal(0)),
    (8, Standing.LATE, Decimal("3.75")),
    (15, Standing.LATE, Decimal("3.75")),
    (16, Standing.MISSED, Decimal("11.25")),
]
LEVELS = {Standing.IN_TIME: "ok", Standing.LATE: "warn", Standing.MISSED: "block"}


@pytest.mark.req("R106", "R107", "R108")
def test_each_day_of_the_pick_up_counts_to_its_end():
    made = special()
    for days, standing, deducted in BOUNDARIES:
        for at in (moment(days), moment(days, last=True)):
            found = pickup.of([made], at=at)[made.pk]
            assert (found.standing, found.deducted, found.deposit) == (standing, deducted, Decimal("37.50"))
            assert (found.until, found.late_until) == (READY + timedelta(days=7), READY + timedelta(days=15))
        assert explained.of_pickup(made, moment(days))[-1][0] == LEVELS[standing]


@pytest.mark.req("R106", "R107")
@pytest.mark.parametrize("days", [7, 8])
def test_the_day_it_was_picked_up_counts_and_no_later_one(days):
    made = special()
    advance(shipment(made), "shipped", at=moment(days))
    found = pickup.of([Order.objects.get(pk=made.pk)], at=moment(60))[made.pk]
    picked = READY + timedelta(days=days)
    assert (found.picked_on, found.standing) == (picked, Standing.IN_TIME if days == 7 else Standing.LATE)


@pytest.mark.req("R106")
def test_the_days_begin_when_the_last_article_is_in_stock():
    made = special([(sku("A-1"), 1, 10), (sku("B-1", supply_mode="order"), 2, 10)])
    assert pickup.of([made], at=moment(20)) == {}
    assert "Not everything is in stock" in explained.of_pickup(made, moment(20))[0][1]
    usual = order(made.customer, [(sku("C-1"), 1, 10)])
    assert explained.of_pickup(usual, AT) == []


def test_the_days_and_shares_are_settings():
    made = special()
    decided = {**values(*SETTINGS), "orders.pickup_days": 0, "orders.pickup_late_days": 1}
    found = [judge(made, READY, None, READY + timedelta(days=days), decided).standing for days in (0, 1, 2)]
    assert found == [Standing.IN_TIME, Standing.LATE, Standing.MISSED]
    decided["orders.pickup_missed_share"] = Decimal(1)
    assert judge(made, READY, None, date(2026, 6, 1), decided).deducted == Decimal("37.50")


@pytest.mark.req("R107", "R108", "R170")
@pytest.mark.parametrize(("days", "_standing", "kept"), BOUNDARIES)
def test_who_cancels_what_he_did_not_pick_up_leaves_what_is_deducted(days, _standing, kept):
    made = special()
    with inline() as drain:
        change = agree(ask(made, kind="cancel", at=moment(days)).one(), at=moment(days))
        drain()
    money = change.impact["money"]
    assert money["to_refund"] == ["0", plain(Decimal("125.00") - kept)]
    assert money.get("deposit_kept", ["0", "0"]) == ["0", plain(kept)]
    assert change.effect == change.impact
    assert Order.objects.get(pk=made.pk).paid == kept
    assert differences() == {}


@pytest.mark.req("R108")
def test_what_was_not_picked_up_becomes_a_case_once_with_the_amount_of_the_setting(client):
    made = special()
    for days, cases in ((15, 0), (16, 1), (17, 1)):
        assess(moment(days))
        assert Assessment.objects.filter(kind="not_picked_up").count() == cases
    case = Assessment.objects.get(kind="not_picked_up")
    assert (case.person, case.consequence, case.amount) == (None, "amount", 200)
    assert (case.happened_on, case.label) == (READY + timedelta(days=16), made.number)
    client.force_login(user("boss", "*"), backend="django.contrib.auth.backends.ModelBackend")
    assert "11.25" in client.get(f"/assessments/{case.pk}/").content.decode()
    assert "are deducted" in client.get(f"/orders/{made.pk}/").content.decode()
    assert client.get(f"/api/v1/orders/{made.pk}/why").json()["pickup"][-1]["level"] == "block"
