"""While somebody is away another does the steps: with those rights and no others, and never for himself."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from shunda.accounts import actions, queries
from shunda.accounts.models import Delegation
from shunda.accounts.queries import actor_for
from shunda.accounts.specs import DelegationSpec
from shunda.accounts.tests.builders import region, user
from shunda.catalog.tests.builders import sku
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted, Refused
from shunda.customers.tests.builders import customer
from shunda.orders import actions as orders
from shunda.orders.models import Order, Review
from shunda.orders.queries import seen_by
from shunda.orders.tests.builders import order
from shunda.work import queries as work
from shunda.work import ringing
from shunda.work.models import Notice, Task

AT = datetime(2026, 5, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
REVIEW = "orders.review_finance"
pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return user("anna", REVIEW, "orders.view_order", "work.view_task"), user("bo", "work.view_task")


def away(giver, deputy, since=AT, days=3, by=None, at=AT):
    spec = DelegationSpec(deputy.pk, since, since + days * DAY, giver_id=giver.pk if by else None)
    return actions.delegate(spec, by=by or actor_for(giver), at=at)


def codes(outcome):
    return [refusal.code.partition(".")[2] for refusal in outcome.refused]


def test_the_deputy_sees_the_steps_of_whoever_is_away_and_does_them_under_both_names(people):
    anna, bo = people
    made = order(customer(), [(sku(), 1, 1)], "in_review")
    given = away(anna, bo).one()
    me = queries.standing(actor_for(bo), given.pk, AT + DAY)
    assert (me.id, me.for_id, me.name) == (bo.pk, anna.pk, "Bo for Anna")
    assert [step.kind.name for step in work.worklist(me, at=AT)] == ["review.finance"]
    assert work.worklist(actor_for(bo), at=AT) == []
    review = Review.objects.get(order=made, department="finance")
    orders.approve([review.pk], "", by=me, at=AT + DAY).one()
    event = Event.objects.filter(kind="review.approve").latest("pk")
    assert (event.actor_id, event.actor) == (bo.pk, "Bo for Anna")


@pytest.mark.parametrize("column", ["owner", "created_by"])
def test_nobody_stands_in_for_an_order_of_his_own(people, column):
    anna, bo = people
    made = order(customer(), [(sku(), 1, 1)], "in_review")
    Order.objects.filter(pk=made.pk).update(**{column: bo})
    Task.objects.update(owner=bo if column == "owner" else None)
    me = queries.standing(actor_for(bo), away(anna, bo).one().pk, AT)
    assert not seen_by(me).exists()
    review = Review.objects.get(order=made, department="finance")
    with pytest.raises(Refused):
        orders.approve([review.pk], "", by=me, at=AT).one()
    if column == "owner":
        assert work.worklist(me, at=AT) == []


@pytest.mark.parametrize("column", ["owner", "created_by"])
def test_nor_for_an_order_whoever_is_away_could_not_review_himself(people, column):
    anna, bo = people
    made = order(customer(), [(sku(), 1, 1)], "in_review")
    Order.objects.filter(pk=made.pk).update(**{column: anna})
    me = queries.standing(actor_for(bo), away(anna, bo).one().pk, AT)
    review = Review.objects.get(order=made, department="finance")
    assert orders.approve([review.pk], "", by=me, at=AT).refused


def test_a_deputy_has_the_rights_and_the_sight_of_whoever_is_away_and_administers_nothing():
    east = region("east")
    anna = user("anna", REVIEW, "accounts.edit_user", "policies.publish_table", reach="region", regions=[east])
    bo = user("bo", "billing.issue_invoice", reach="all")
    me = queries.standing(actor_for(bo), away(anna, bo).one().pk, AT)
    assert (me.permissions, me.reach, me.regions) == (frozenset({REVIEW}), "region", frozenset({east.pk}))
    own = user("rep", REVIEW, reach="own")
    me = queries.standing(actor_for(bo), away(own, bo).one().pk, AT)
    assert (me.own, me.persons) == (own.pk, {own.pk, bo.pk})


def test_it_counts_from_the_first_moment_to_the_last_and_until_it_is_ended(people):
    anna, bo = people
    given = away(anna, bo, AT + DAY).one()
    me = actor_for(bo)

    def stands(at):
        return queries.standing(me, given.pk, at) is not None

    moments = [AT + DAY - timedelta(seconds=1), AT + DAY, AT + 4 * DAY - timedelta(seconds=1), AT + 4 * DAY]
    assert [stands(at) for at in moments] == [False, True, True, False]
    assert queries.standing(actor_for(user("eve")), given.pk, AT + DAY) is None
    assert codes(actions.end_delegations([given.pk], by=actor_for(user("zoe")), at=AT)) == [""]  # not found
    actions.end_delegations([given.pk], by=me, at=AT + 2 * DAY).one()
    assert not stands(AT + 2 * DAY)
    assert codes(actions.end_delegations([given.pk], by=me, at=AT + 2 * DAY)) == ["standing-ended"]
    anna.is_active = False
    anna.save()
    assert not stands(AT + DAY)


def test_chains_loops_and_days_that_cannot_be_are_refused(people):
    anna, bo = people
    eve = user("eve")
    away(anna, bo).one()
    assert codes(away(anna, eve, AT + DAY)) == ["away-already"]
    assert codes(away(bo, eve, AT + DAY)) == ["is-deputy"]  # bo would pass on what anna gave
    assert codes(away(eve, anna, AT + DAY)) == ["deputy-away"]
    assert codes(away(bo, anna, AT + DAY)) == ["deputy-away"]  # a loop
    assert codes(away(anna, anna, AT + 9 * DAY)) == ["no-deputy"]
    assert codes(away(eve, bo, AT - 9 * DAY, 3)) == ["bad-absence"]
    assert codes(away(eve, bo, AT, 400)) == ["bad-absence"]
    assert away(bo, eve, AT + 3 * DAY).done  # the next day is free
    assert Delegation.objects.count() == 2


def test_who_stands_in_passes_nothing_on_and_only_an_administrator_names_deputies_of_others(people):
    anna, bo = people
    me = queries.standing(actor_for(bo), away(anna, bo).one().pk, AT)
    eve = user("eve")
    for by in (me, actor_for(eve)):
        with pytest.raises(NotPermitted):
            actions.delegate(DelegationSpec(eve.pk, AT, AT + DAY, giver_id=anna.pk), by=by, at=AT)
    chief = actor_for(user("chief", "accounts.edit_user"))
    assert away(eve, user("finn"), by=chief).done


def test_clocks_tell_the_deputy_too(people):
    anna, bo = people
    order(customer(), [(sku(), 1, 1)], "in_review")
    Task.objects.filter(kind="review.finance").update(due_at=AT, next_at=AT)
    away(anna, bo).one()
    ringing.ring(AT)
    assert set(Notice.objects.filter(kind="overdue").values_list("user", flat=True)) >= {anna.pk, bo.pk}


def test_in_the_browser_one_names_a_deputy_who_stands_in_and_leaves_it_again(client, people):
    anna, bo = people
    order(customer(), [(sku(), 1, 1)], "in_review")
    today = timezone.localdate()
    client.force_login(anna)
    client.post("/accounts/away/", {"since": f"{today}", "until": f"{today + DAY}", "deputy_id": bo.pk})
    given = Delegation.objects.get()
    assert "Bo stands in for me" in client.get("/accounts/away/").content.decode()
    client.force_login(bo)
    assert "Anna is away until" in client.get("/accounts/away/panel/", headers={"HX-Request": "true"}).content.decode()
    assert "Finance review" not in client.get("/").content.decode()
    client.post(f"/accounts/away/{given.pk}/stand/")
    page = client.get("/").content.decode()
    assert "You act as Bo for Anna." in page
    assert "Finance review" in page
    client.post("/accounts/away/leave/")
    assert "Finance review" not in client.get("/").content.decode()
    client.post(f"/accounts/away/{given.pk}/stand/")
    client.post(f"/accounts/away/{given.pk}/end/")
    assert "Finance review" not in client.get("/").content.decode()


def test_the_api_names_and_ends_deputies(client, people):
    anna, bo = people
    client.force_login(anna)
    body = {"deputy_id": bo.pk, "since": timezone.now().isoformat(), "until": (timezone.now() + DAY).isoformat()}
    made = client.post("/api/v1/me/delegations", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert [row["deputy_id"] for row in client.get("/api/v1/me/delegations").json()["items"]] == [bo.pk]
    ended = {"items": [{"id": made.json()["id"]}]}
    answer = client.post("/api/v1/me/delegations/end", ended, content_type="application/json")
    assert answer.json()["done"][0]["ended_by"] == "Anna"


@pytest.mark.django_db(transaction=True)
def test_two_who_name_each_other_at_once_do_not_both_succeed():
    anna, bo = user("anna"), user("bo")
    barrier, done = threading.Barrier(2), []

    def name(giver, deputy):
        barrier.wait()
        try:
            done.append(len(away(giver, deputy).done))
        finally:
            connection.close()

    threads = [threading.Thread(target=name, args=pair) for pair in ((anna, bo), (bo, anna))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 1]
