"""What the system finds by itself: late steps and releases, once each, with evidence; and what it leaves alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.models import User
from shunda.accounts.queries import actor_for
from shunda.accounts.tests.builders import user
from shunda.assessments import actions, gathering, jobs
from shunda.assessments.models import Assessment
from shunda.assessments.showing import evidence
from shunda.assessments.tests.builders import AT, DAY, OVER, codes, in_status, people
from shunda.assessments.verify import check
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions as shipping
from shunda.fulfilment.specs import PickSpec
from shunda.fulfilment.tests.builders import shipment
from shunda.orders import actions as orders
from shunda.orders import delivering
from shunda.orders.models import Order
from shunda.orders.tests.builders import confirmed_order
from shunda.work import actions as work
from shunda.work.models import Pulse, Task

pytestmark = pytest.mark.django_db

LIMIT = timedelta(hours=2)  # of picking and packing, on a working morning


@pytest.fixture
def keeper():
    return actor_for(user("keeper", "fulfilment.view_shipment", "fulfilment.pick_shipment"))


@pytest.fixture
def made():
    return shipment(confirmed_order(customer(), [(sku("A-1"), 2, 10)]), "planned")


def picked(made, by, after):
    """Picked so long after its pick step began to wait."""
    due = Task.objects.get(kind="shipment.pick", subject_id=made.pk).due_at
    shipping.pick([PickSpec(made.pk)], by=by, at=due + after).one()
    return due


@pytest.mark.req("R206")
def test_a_step_done_more_than_an_hour_late_becomes_one_case_of_who_did_it(made, keeper):
    due = picked(made, keeper, LIMIT)
    for _twice in range(2):
        jobs.assess(due + DAY)
    [case] = Assessment.objects.filter(source_kind="work.task", facts__step="shipment.pick")
    assert (case.kind, case.person_id, case.status) == ("late_step", keeper.id, "proposed")
    assert (case.consequence, case.recorded_by, case.about_id, case.label) == (
        "warning",
        None,
        made.order_id,
        made.number,
    )
    assert (case.facts["done_by"], case.facts["late_hours"], case.late_hours) == ("Keeper", "1", 1)
    assert list(check()) == []


@pytest.mark.req("R150", "R206")
def test_a_broken_promise_is_a_case_of_the_salesperson_of_the_order_and_without_one_of_the_department():
    owner = user("rep", "orders.submit_order")
    mine = confirmed_order(customer(owner=owner), [(sku("A-1"), 1, 10)])
    nobodys = confirmed_order(customer("C2"), [(sku("A-2"), 1, 10)])
    Order.objects.filter(pk=nobodys.pk).update(owner=None)
    Order.objects.filter(pk__in=[mine.pk, nobodys.pk]).update(promised_date=AT.date())
    delivering.watch(AT)
    assert Task.objects.filter(kind="order.deliver").count() == 2
    jobs.assess(AT + 3 * DAY)
    cases = {case.about_id: case for case in Assessment.objects.filter(facts__step="order.deliver")}
    assert (cases[mine.pk].person_id, "department" in cases[mine.pk].facts) == (owner.pk, False)
    assert (cases[nobodys.pk].person_id, cases[nobodys.pk].facts["department"]) == (None, "sales")
    assert "sales" in [text for _label, text in evidence(cases[nobodys.pk])]


def test_the_search_for_late_steps_looks_at_what_was_late_alone(made, keeper):
    due = picked(made, keeper, LIMIT)
    given = {"since": due, "at": due + DAY, "kind": gathering.TASK, "own": [], "owned": []}
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain " + gathering._LATE, given)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "task_closed_late" in plan


@pytest.mark.req("R206")
@pytest.mark.parametrize(("late", "found"), [(timedelta(minutes=119), 0), (timedelta(minutes=120), 1)])
def test_less_than_a_working_hour_makes_no_case(made, keeper, late, found):  # due at 11:30, and noon is free
    due = picked(made, keeper, late)
    jobs.assess(due + timedelta(hours=3))
    assert Assessment.objects.filter(facts__step="shipment.pick").count() == found


@pytest.mark.req("R206")
def test_a_step_still_open_names_nobody_until_somebody_does(made):
    due = Task.objects.get(kind="shipment.pick", subject_id=made.pk).due_at
    jobs.assess(due + LIMIT)
    case = Assessment.objects.get(facts__step="shipment.pick")
    assert (case.person, case.facts["done_at"]) == (None, None)
    who = people()
    assert codes(actions.notify([case.pk], by=who.hr, at=OVER)) == ["assessments.nobody-named"]
    assert codes(actions.assign({case.pk: who.hr.id}, by=who.hr, at=OVER)) == ["assessments.oneself"]
    assert codes(actions.assign({case.pk: 10**9}, by=who.hr, at=OVER)) == ["assessments.no-person"]
    assert actions.assign({case.pk: who.person.pk}, by=who.hr, at=OVER).one().person_id == who.person.pk
    assert codes(actions.assign({case.pk: who.person.pk}, by=who.hr, at=OVER)) == ["assessments.named-already"]
    jobs.assess(due + LIMIT)
    assert Assessment.objects.filter(source_id=case.source_id).count() == 1


def test_what_is_longer_ago_than_the_setting_says_is_left_alone(made, keeper):
    due = picked(made, keeper, LIMIT)
    jobs.assess(due + LIMIT + 8 * DAY)
    assert not Assessment.objects.filter(facts__step="shipment.pick", person__isnull=False).exists()


@pytest.mark.parametrize(("own", "found"), [(True, 1), (False, 0)])
def test_releasing_a_hold_on_ones_own_order_is_a_case_releasing_another_is_not(own, found):
    by = actor_for(user("rep", "*"))
    owner = User.objects.get(pk=by.id) if own else user("owner")
    order = confirmed_order(customer(owner=owner), [(sku("A-1"), 2, 10)])
    orders.place_hold([order.pk], "look at it", by=system(), at=AT).one()
    hold = order.holds.get(kind="manual")
    orders.release_holds([hold.pk], "looked", by=by, at=AT).one()
    jobs.assess(AT + DAY)
    cases = Assessment.objects.filter(kind="release")
    assert [(case.person_id, case.consequence) for case in cases] == [(by.id, "warning")] * found


def test_finding_costs_as_many_queries_for_many_as_for_one(keeper):
    spent = []
    buyer, bearing = customer(), sku("A-1")
    for n in (1, 6):
        for _each in range(n):
            made = shipment(confirmed_order(buyer, [(bearing, 2, 10)]), "planned")
            due = picked(made, keeper, LIMIT)
        with CaptureQueriesContext(connection) as seen:
            jobs.assess(due + LIMIT)
        spent.append(len(seen))
    assert spent[0] == spent[1]
    assert Assessment.objects.filter(person_id=keeper.id).count() == 7


def test_what_nobody_appealed_is_final_the_day_after():
    who = people()
    made = in_status(who, "decided")
    jobs.settle(made.appeal_until)
    made.refresh_from_db()
    assert made.status == "decided"
    jobs.settle(made.appeal_until + timedelta(seconds=1))
    made.refresh_from_db()
    assert made.status == "final"
    jobs.settle(OVER)


@pytest.mark.req("R206")
def test_a_clock_that_stands_for_the_customer_makes_no_case_and_one_that_stood_counts_from_where_it_went_on(
    made, keeper
):
    task = Task.objects.get(kind="shipment.pick", subject_id=made.pk)
    hour = task.opened_at + timedelta(hours=1)
    work.pause([task.pk], awaited="customer", reason="new address", by=system(), at=hour).one()
    jobs.assess(task.due_at + DAY)
    assert not Assessment.objects.filter(facts__step="shipment.pick").exists()
    work.resume([task.pk], by=system(), at=task.opened_at + DAY).one()
    task.refresh_from_db()
    picked(made, keeper, timedelta(hours=3))
    jobs.assess(task.due_at + DAY)
    case = Assessment.objects.get(facts__step="shipment.pick")
    assert [pause["awaited"] for pause in case.facts["pauses"]] == ["customer"]
    assert "new address" in dict(evidence(case))["Clock stood"]


@pytest.mark.req("R206")
@pytest.mark.parametrize(("again", "found"), [(LIMIT, 0), (timedelta(minutes=1), 1)])
def test_what_was_late_because_the_system_was_down_makes_no_case(made, keeper, again, found):
    due = Task.objects.get(kind="shipment.pick", subject_id=made.pk).due_at
    Pulse.objects.create(since=due - DAY, until=due - timedelta(minutes=1))
    Pulse.objects.create(since=due + again, until=due + DAY)
    picked(made, keeper, LIMIT + timedelta(minutes=2))
    jobs.assess(due + DAY)
    cases = Assessment.objects.filter(facts__step="shipment.pick")
    assert [case.facts["down_hours"] for case in cases] == ["0.03"] * found
