"""Who a request comes from."""

import pytest

from shunda.accounts.models import Role
from shunda.accounts.queries import actor_for
from shunda.accounts.tests import builders

pytestmark = pytest.mark.django_db


def test_an_actor_holds_the_permissions_of_all_roles_and_the_widest_reach(django_assert_num_queries):
    east = builders.region("east")
    person = builders.user("li", "orders.view_order", reach="own", regions=[east])
    person.roles.add(Role.objects.create(code="more", name="More", permissions=["orders.edit_order"], reach="region"))
    with django_assert_num_queries(1):
        actor = actor_for(person)
    assert actor.permissions == {"orders.view_order", "orders.edit_order"}
    assert (actor.id, actor.name, actor.reach, actor.regions) == (person.pk, "Li", "region", {east.pk})


def test_a_user_who_is_not_active_may_do_nothing():
    person = builders.user("gone", "orders.view_order", is_active=False)
    assert actor_for(person).permissions == frozenset()
    assert actor_for(person).reach == "own"


def test_a_region_that_was_closed_is_not_seen():
    closed = builders.region("old", active=False)
    assert builders.actor(regions=[closed]).regions == frozenset()
