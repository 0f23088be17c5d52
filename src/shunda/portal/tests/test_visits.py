"""What customers may do behind their link: the window on both sides, every status, every way a link ends."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor, user
from shunda.billing.tests.builders import paid
from shunda.catalog.tests.builders import sku
from shunda.changes.models import Change
from shunda.changes.tests.builders import FREE, LATE, differences
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted, Refused
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import shipment
from shunda.inventory.tests.builders import figures, warehouse
from shunda.orders import actions as order_actions
from shunda.orders.models import Order
from shunda.orders.states import OrderStatus
from shunda.orders.tests.builders import AT, confirmed_order, in_status
from shunda.portal import actions, queries, rules, visits
from shunda.portal.models import Link, Wish
from shunda.portal.tests.builders import link
from shunda.wiring.reactions import inline
from shunda.work.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return confirmed_order(customer(), [(sku("A-1"), 10, "12.50")])


def status(order):
    return Order.objects.get(pk=order.pk).status


def why(run, *args, **named):
    with pytest.raises(Refused) as stopped:
        run(*args, **named)
    return [refusal.code for refusal in stopped.value.refusals]


@pytest.mark.req("R161", "R170")
def test_in_the_free_window_a_customer_cancels_with_everything_that_follows_as_it_was_shown(made):
    planned = shipment(made)
    with inline() as drain:
        way = link(made)
        shown = visits.weighed(way, at=FREE)
        assert (shown.refused, shown.until) == (None, FREE)
        change = visits.cancel(way, "", at=FREE)
        drain()
    assert (change.status, change.effect, status(made)) == ("applied", shown.weighed.impact, "cancelled")
    planned.refresh_from_db()
    assert (planned.status, figures(made.lines.get().sku, warehouse())[1]) == ("cancelled", 0)
    event = Event.objects.get(kind="link.cancel")
    assert (event.actor, event.actor_id, event.source) == (f"{made.customer_name} (link {way.pk})", None, "portal")
    assert event.data == {"change": change.number, "reason": "客户在自由变更期内自行取消"}
    assert Event.objects.get(kind="order.cancel").actor == event.actor
    assert differences() == {}


@pytest.mark.req("R161")
def test_after_the_last_moment_of_the_window_he_is_refused_and_nothing_happened(made):
    way = link(made)
    assert visits.may_cancel(way, at=FREE).refused is None
    assert visits.weighed(way, at=LATE).refused.code == "portal.window-over"
    assert why(visits.cancel, way, "", at=LATE) == ["portal.window-over"]
    assert (status(made), Change.objects.count()) == ("confirmed", 0)


@pytest.mark.req("R161")
def test_paid_in_advance_the_window_counts_from_the_payment_and_the_money_is_to_be_given_back():
    made = confirmed_order(customer("P1", term="prepaid"), [(sku("A-1"), 10, "12.50")])
    later = AT + timedelta(days=3)
    way = link(made)
    assert visits.may_cancel(way, at=later).until is None
    payment = paid(made, at=later)
    ends = later + timedelta(hours=2)
    assert visits.may_cancel(way, at=ends + timedelta(seconds=1)).refused.code == "portal.window-over"
    assert visits.weighed(way, at=ends).weighed.impact["money"]["to_refund"] == ["0", "125"]
    with inline() as drain:
        visits.cancel(way, "too slow", at=ends)
        drain()
    payment.refresh_from_db()
    assert (status(made), payment.matched) == ("cancelled", 0)


@pytest.mark.parametrize("stage", [s for s in OrderStatus.values if s not in ("draft", "archived", "cancelled")])
def test_in_every_status_he_may_or_may_not(stage):
    made = in_status(customer(), [(sku("A-1"), 2, 5)], stage)
    way = link(made)
    if stage == OrderStatus.COMPLETED:
        assert why(visits.cancel, way, "", at=FREE) == ["portal.cancel-not-now"]
        assert why(visits.wish, way, "change", "two more", at=FREE) == ["portal.wish-too-late"]
        assert visits.wish(way, "question", "where is the invoice?", at=FREE).pk
    else:
        visits.cancel(way, "", at=FREE)
        assert status(made) == "cancelled"
        assert why(visits.cancel, way, "", at=FREE) == ["portal.cancel-not-now"]


@pytest.mark.parametrize("stage", ["draft", "archived", "cancelled"])
def test_a_draft_and_what_is_over_get_no_link(stage):
    made = in_status(customer(), [(sku("A-1"), 2, 5)], stage)
    outcome = actions.create_links([made.pk], by=system(), at=AT)
    assert [r.code for r in outcome.refused] == [
        "portal.not-handed-in" if stage == "draft" else "portal.order-over",
    ]


@pytest.mark.parametrize("how", ["packed", "shipped"])
def test_what_is_packed_or_gone_is_cancelled_by_nobody_alone(made, how):
    shipment(made, how, {made.lines.get(): 4})
    way = link(made)
    assert visits.weighed(way, at=FREE).refused.code == "portal.cancel-not-now"
    assert why(visits.cancel, way, "", at=FREE) == ["portal.cancel-not-now"]
    assert (status(made), Change.objects.count()) == ("confirmed", 0)


def test_a_link_opens_one_order_until_it_ends_or_is_revoked_or_the_order_is_archived(made):
    way = link(made)
    raw = rules.token(way.word)
    days = timedelta(days=90)
    assert queries.behind(raw, at=AT + days) == way
    assert queries.behind(raw, at=AT + days + timedelta(microseconds=1)) is None
    assert link(made) == way  # given again
    assert actions.revoke_links([way.pk], by=system(), at=AT).one().revoked_at == AT
    assert queries.behind(raw, at=AT) is None
    assert why(visits.cancel, way, "", at=AT) == ["portal.link-closed"]
    assert [r.code for r in actions.revoke_links([way.pk], by=system(), at=AT).refused] == ["portal.link-revoked"]
    newer = link(made)
    assert newer != way
    latest = link(made, at=AT + days + timedelta(days=1))
    assert (latest != newer, Link.objects.filter(revoked_at__isnull=True).count()) == (True, 1)
    done = in_status(customer("C2"), [(sku("A-2"), 1, 5)], "completed")
    last = link(done)
    assert queries.behind(rules.token(last.word), at=AT) == last
    order_actions.archive([done.pk], by=system(), at=AT).one()
    assert queries.behind(rules.token(last.word), at=AT) is None


def test_what_we_did_not_sign_asks_the_database_nothing(made, django_assert_num_queries):
    way = link(made)
    good = rules.token(way.word)
    with django_assert_num_queries(0):
        for raw in ("", way.word, f"{way.word}.", good[:-1], f"{good}x", f"x{good}", good.replace(".", ":"), "好"):
            assert queries.behind(raw, at=AT) is None
    assert rules.token(way.word) != rules.token(rules.word())


def test_what_he_asks_for_waits_for_the_owner_with_a_clock_and_is_answered():
    seller = user("seller")
    made = confirmed_order(customer(owner=seller), [(sku("A-1"), 10, "12.50")])
    way = link(made)
    wish = visits.wish(way, "change", " two more, please ", at=LATE)
    task = Task.objects.get(kind="customer.wish")
    assert (task.owner_id, task.label, task.permission) == (seller.pk, made.number, "portal.answer_wish")
    assert task.due_at - LATE == timedelta(hours=3)  # two working hours, with lunch between
    assert wish.text == "two more, please"
    clerk = actor("portal.answer_wish")
    assert [r.code for r in actions.answer_wishes({wish.pk: " "}, by=clerk, at=LATE).refused] == [
        "portal.answer-missing"
    ]
    done = actions.answer_wishes({wish.pk: "Done, see revision 1."}, by=clerk, at=LATE).one()
    assert (done.answer, done.answered_by_id) == ("Done, see revision 1.", clerk.id)
    assert [r.code for r in actions.answer_wishes({wish.pk: "again"}, by=clerk, at=LATE).refused] == [
        "portal.wish-answered"
    ]
    task.refresh_from_db()
    assert task.closed_at == LATE


def test_what_he_asks_for_has_its_bounds(made):
    way = link(made)
    assert why(visits.wish, way, "refund", " ", at=AT) == ["portal.wish-kind", "portal.text-missing"]
    assert why(visits.wish, way, "change", "x" * 1001, at=AT) == ["portal.text-too-long"]
    for n in range(5):
        visits.wish(way, "question", f"question {n}", at=AT)
    assert why(visits.wish, way, "question", "one more", at=AT) == ["portal.enough-asked"]


def test_a_wish_to_cancel_is_fulfilled_when_the_order_is_cancelled_and_a_question_stays(made):
    way = link(made)
    with inline() as drain:
        wanted, question = (visits.wish(way, kind, "please", at=AT) for kind in ("cancel", "question"))
        order_actions.cancel([made.pk], "as the customer wishes", by=system(), at=AT).one()
        drain()
    for one in (wanted, question):
        one.refresh_from_db()
    assert (wanted.answered_at, question.answered_at) == (AT, None)
    assert list(Task.objects.filter(kind="customer.wish", closed_at=None).values_list("subject_id", flat=True)) == [
        question.pk
    ]


def test_links_take_their_permissions_and_only_orders_one_sees(made):
    for run in (
        lambda by: actions.create_links([made.pk], by=by, at=AT),
        lambda by: actions.revoke_links([link(made).pk], by=by, at=AT),
        lambda by: actions.answer_wishes({1: "x"}, by=by, at=AT),
    ):
        with pytest.raises(NotPermitted):
            run(actor("orders.view_order"))
    stranger = actor("portal.create_link", "portal.revoke_link", "portal.answer_wish", reach="own")
    wish = visits.wish(link(made), "question", "when?", at=AT)
    assert [r.code for r in actions.create_links([made.pk], by=stranger, at=AT).refused] == ["not-found"]
    assert [r.code for r in actions.revoke_links([link(made).pk], by=stranger, at=AT).refused] == ["not-found"]
    assert [r.code for r in actions.answer_wishes({wish.pk: "x"}, by=stranger, at=AT).refused] == ["not-found"]


def test_many_links_and_answers_take_as_many_queries_as_one():
    def asked(numbers):
        orders = [confirmed_order(customer(f"C{n}"), [(sku(f"A-{n}"), 1, 5)]) for n in numbers]
        with CaptureQueriesContext(connection) as made:
            links = actions.create_links([order.pk for order in orders], by=system(), at=AT).done
        wishes = [visits.wish(one, "question", "when?", at=AT) for one in links]
        with CaptureQueriesContext(connection) as answered:
            actions.answer_wishes({wish.pk: "soon" for wish in wishes}, by=system(), at=AT)
        with CaptureQueriesContext(connection) as revoked:
            actions.revoke_links([one.pk for one in links], by=system(), at=AT)
        return len(made), len(answered), len(revoked)

    assert asked([1]) == asked([2, 3, 4])
    assert Wish.objects.filter(answer="soon").count() == 4
