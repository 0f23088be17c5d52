"""The deposit of a special order not picked up in time: held, deducted, set off, given back; each day on both sides."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.queries import actor_for
from shunda.accounts.tests.builders import actor, user
from shunda.billing import actions, jobs
from shunda.billing.models import Deduction
from shunda.billing.specs import MatchSpec
from shunda.billing.tests.builders import paid, payment
from shunda.catalog.tests.builders import sku
from shunda.changes.tests.builders import agree, ask, differences
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import advance, shipment
from shunda.orders import actions as order_actions
from shunda.orders.models import Hold, Order
from shunda.orders.tests.builders import AT, approve, order, supplied
from shunda.wiring.reactions import inline

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Asia/Shanghai")


def special(code="P1", at=AT):
    """A special order of 125 yuan with a deposit of 37.50, all paid, all of it in stock since ``at``."""
    wanted = {"wanted_date": at.date() + timedelta(days=60)}
    made = order(customer(code, term="prepaid"), [(sku(f"A-{code}"), 10, "12.50")], kind="special", at=at, **wanted)
    made.lines.update(parameters={"colour": "red"})
    order_actions.submit([made.pk], by=system(), at=at).one()
    approve(made, at=at)
    paid(made, at=at)
    supplied(made, at=at)
    return order_actions.confirm([made.pk], by=system(), at=at).one()


def moment(days, ready=AT, *, last=False):
    """The first or the last moment of a day so many days after the stock-in."""
    day = datetime.combine(ready.date() + timedelta(days=days), datetime.min.time(), HERE)
    return day + timedelta(days=1, microseconds=-1) if last else day


def now_of(made):
    made = Order.objects.get(pk=made.pk)
    row = Deduction.objects.filter(order=made).first()
    return made.paid, row and (row.status, row.standing, row.held, row.kept)


def held(made):
    return Hold.objects.filter(order=made, stops="ship", released_at=None).exists()


D = Decimal


@pytest.mark.req("R106", "R107", "R108")
def test_each_day_books_what_it_says_and_once():
    made = special()
    for days, expected in (
        (7, (D("125.00"), None)),
        (8, (D("87.50"), ("held", "late", D("37.50"), D("3.75")))),
        (15, (D("87.50"), ("held", "late", D("37.50"), D("3.75")))),
        (16, (D("87.50"), ("held", "missed", D("37.50"), D("11.25")))),
    ):
        for last in (False, True):
            jobs.deduct_late(moment(days, last=last))
            assert now_of(made) == expected, days
    assert held(made)  # the price is to be paid without the deposit before it is shipped
    kinds = list(Event.objects.filter(kind__startswith="deduction.").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["deduction.make", "deduction.raise"]
    assert made.allocations.get(amount__gt=100).payment.matched == D("125.00")
    assert differences() == {}


@pytest.mark.req("R106", "R107")
def test_public_holidays_do_not_lengthen_the_days():
    ready = datetime(2026, 4, 28, 10, 0, tzinfo=HERE)  # 1 to 5 May are free, 9 May is worked for it
    made = special("H1", ready)
    jobs.deduct_late(moment(7, ready, last=True))
    assert (moment(7, ready).date(), now_of(made)[1]) == (date(2026, 5, 5), None)
    jobs.deduct_late(moment(8, ready))
    assert now_of(made)[1][1] == "late"
    assert Deduction.objects.get().until == date(2026, 5, 5)


@pytest.mark.req("R106", "R107", "R108")
@pytest.mark.parametrize(("days", "kept"), [(7, None), (8, D("3.75")), (15, D("3.75")), (16, D("11.25"))])
def test_picked_up_the_rest_is_set_off_and_what_is_too_much_is_free(days, kept):
    made = special()
    with inline() as drain:
        jobs.deduct_late(moment(days))
        if kept:  # the goods go when the price is paid without the deposit
            assert held(made)
            more = payment(made.customer, "37.50", at=moment(days))
            actions.match([MatchSpec(more.pk)], by=system(), at=moment(days)).one()
        assert not held(made)
        advance(shipment(made), "shipped", at=moment(days, last=True))
        drain()
    if kept is None:
        assert now_of(made) == (D("125.00"), None)
    else:
        standing = "late" if days < 16 else "missed"
        assert now_of(made) == (D("125.00"), ("settled", standing, kept, kept))
        freed = sum(p.amount - p.matched for p in made.customer.payment_set.all())
        assert freed == D("37.50") - kept
    jobs.deduct_late(moment(60))  # the day it was picked up counts, no later one
    assert now_of(made)[1] is None or now_of(made)[1][3] == kept
    assert differences() == {}


@pytest.mark.req("R107")
def test_what_left_late_while_nothing_looked_is_deducted_when_it_leaves():
    made = special()
    with inline() as drain:
        advance(shipment(made), "shipped", at=moment(9))
        drain()
    assert now_of(made) == (D("121.25"), ("settled", "late", D("3.75"), D("3.75")))
    assert differences() == {}


@pytest.mark.req("R107", "R108")
@pytest.mark.parametrize("days", [8, 16])
def test_waiving_takes_authority_and_a_reason_and_stays(days):
    made = special()
    jobs.deduct_late(moment(days))
    row = Deduction.objects.get()
    with pytest.raises(NotPermitted):
        actions.waive_deductions([row.pk], "rain", by=actor("orders.view_order"), at=moment(days))
    finance = actor("billing.waive_deduction")

    def waive(reason, by=finance, **more):
        return actions.waive_deductions([row.pk], reason, by=by, at=moment(days), **more)

    owner = actor_for(user("owner", "billing.waive_deduction"))
    Order.objects.filter(pk=made.pk).update(owner=owner.id)
    assert [r.code for r in waive("rain", by=owner).refused] == ["billing.own-order"]
    assert [r.code for r in waive(" ").refused] == ["billing.reason-needed"]
    assert [r.code for r in waive("rain", versions={row.pk: 9}).refused] == ["stale"]
    done = waive("the flood closed the road").one()
    assert (done.waived_by, done.reason) == (finance.name, "the flood closed the road")
    assert now_of(made) == (D("125.00"), ("waived", done.standing, 0, 0))
    assert not held(made)
    jobs.deduct_late(moment(60))
    assert now_of(made)[1][0] == "waived"
    assert [r.code for r in waive("again").refused] == ["wrong-status"]
    assert differences() == {}


@pytest.mark.req("R108", "R170")
@pytest.mark.parametrize(("days", "kept"), [(8, D("3.75")), (16, D("11.25"))])
def test_cancelled_afterwards_it_keeps_as_much_and_not_twice_and_that_is_what_was_shown(days, kept):
    made = special()
    jobs.deduct_late(moment(days))
    with inline() as drain:
        change = agree(ask(made, kind="cancel", at=moment(days)).one(), at=moment(days))
        drain()
    assert change.impact["money"]["to_refund"] == ["0", f"{(125 - kept).normalize():f}"]
    assert change.effect == change.impact
    assert now_of(made)[1][0] == "cancelled"
    assert Order.objects.get(pk=made.pk).paid == kept
    assert differences() == {}


def test_many_take_as_many_queries_as_one():
    def asked(codes):
        for code in codes:
            special(code)
        with CaptureQueriesContext(connection) as captured:
            jobs.deduct_late(moment(8))
        return len(captured)

    assert asked(["Q1"]) == asked(["Q2", "Q3", "Q4"])
    assert Deduction.objects.filter(status="held").count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_deduct_once():
    made = special()

    def run():
        try:
            jobs.deduct_late(moment(8))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(run), pool.submit(run)]:
            future.result(timeout=60)
    assert now_of(made) == (D("87.50"), ("held", "late", D("37.50"), D("3.75")))
    assert differences() == {}


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Not set off before the pick-up"), ("zh-hans", "提货前暂不冲抵")]
)
def test_pages_and_api_show_it_and_waive_it(client, language, words):
    made = special()
    jobs.deduct_late(moment(8))
    row = Deduction.objects.get()
    boss = user("boss", "*")
    boss.language = language
    boss.save()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    assert row.number in client.get(reverse("billing:panel", args=[made.pk])).content.decode()
    assert words in client.get(reverse("billing:deduction", args=[row.pk])).content.decode()
    payer = made.allocations.first().payment_id
    assert row.number in client.get(reverse("billing:payment", args=[payer])).content.decode()
    said = client.get(f"/api/v1/deductions?order_id={made.pk}").json()["items"][0]
    assert (said["kept"], said["held"], said["status"]) == ("3.75", "37.50", "held")
    waive = reverse("billing:waive", args=[row.pk])
    assert client.post(waive, {"reason": ""}).status_code == 422
    assert client.post(waive, {"reason": "flood", "version": str(row.version)}).status_code == 302
    assert client.get(f"/api/v1/deductions/{row.pk}").json()["status"] == "waived"
