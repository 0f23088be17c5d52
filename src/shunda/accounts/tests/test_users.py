"""People: giving access, changing it, ending it."""

from datetime import UTC, datetime
from itertools import count

import pytest

from shunda.accounts import actions, queries
from shunda.accounts.models import Role, User
from shunda.accounts.specs import UserEdit, UserSpec
from shunda.accounts.tests import builders
from shunda.accounts.tests.builders import PASSWORD
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 6, 1, tzinfo=UTC)
serial = count(1)


def role(*permissions, code="clerk", reach="own"):
    return Role.objects.create(code=code, name=code.title(), permissions=list(permissions), reach=reach)


def spec(username="lina", **fields):
    if "role_ids" not in fields:
        fields["role_ids"] = [role("orders.view_order", code=f"role-{next(serial)}").pk]
    return UserSpec(username, fields.pop("name", "Li Na"), password=fields.pop("password", PASSWORD), **fields)


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


def test_a_person_is_given_access_with_roles_and_regions():
    east, clerk = builders.region("east"), role("orders.view_order")
    given = spec(role_ids=[clerk.pk], region_ids=[east.pk], email="li@example.com", phone="+86 21 5555 0000")
    person = actions.create_users([given], by=system(), at=AT).one()
    assert person.check_password(PASSWORD)
    assert person.must_change_password
    assert queries.actor_for(person).permissions == {"orders.view_order"}
    assert queries.actor_for(person).regions == {east.pk}
    event = Event.objects.get(kind="user.create")
    assert (event.subject_id, event.data) == (person.pk, {"roles": ["clerk"], "regions": ["east"]})


def test_a_hundred_people_cost_as_many_queries_as_one(django_assert_max_num_queries):
    clerk = role()
    for many in (1, 100):
        specs = [spec(f"p{many}-{n}", role_ids=[clerk.pk], password=None) for n in range(many)]
        with django_assert_max_num_queries(12):
            assert len(actions.create_users(specs, by=system(), at=AT).done) == many


@pytest.mark.parametrize(
    ("fields", "code", "where"),
    [
        ({"username": "a b"}, "accounts.bad-username", "username"),
        ({"username": "LINA"}, "accounts.username-taken", "username"),
        ({"username": "x" * 61}, "accounts.bad-username", "username"),
        ({"name": " "}, "accounts.name-missing", "name"),
        ({"email": "nobody"}, "accounts.bad-email", "email"),
        ({"phone": "12"}, "accounts.bad-phone", "phone"),
        ({"title": "x" * 81}, "accounts.too-long", "title"),
        ({"language": "fr"}, "accounts.unknown-language", "language"),
        ({"password": "12345"}, "accounts.weak-password", "password"),
        ({"role_ids": []}, "accounts.no-role", "role_ids"),
        ({"role_ids": [987654]}, "accounts.unknown-role", "role_ids"),
        ({"region_ids": [987654]}, "accounts.unknown-region", "region_ids"),
    ],
)
def test_wrong_particulars_are_refused_at_their_field_and_the_rest_goes_through(fields, code, where):
    builders.user("lina")
    wrong = spec(**({"username": "zhou"} | fields))
    outcome = actions.create_users([wrong, spec("fine")], by=system(), at=AT)
    assert [(r.id, r.code, r.data["where"]) for r in outcome.refused] == [(0, code, where)]
    assert outcome.refused[0].message
    assert [person.username for person in outcome.done] == ["fine"]


def test_a_user_name_given_twice_in_one_batch_is_refused_the_second_time():
    outcome = actions.create_users([spec("wang"), spec("Wang")], by=system(), at=AT)
    assert [(r.id, r.code) for r in outcome.refused] == [(1, "accounts.username-taken")]


def test_nobody_gives_a_role_beyond_the_own_rights():
    giver = builders.actor("accounts.create_user", "orders.view_order", reach="region")
    strong = role("orders.view_order", "billing.void_payment", code="strong")
    far = role("orders.view_order", code="far", reach="all")
    equal = role("orders.view_order", code="equal", reach="region")
    outcome = actions.create_users([spec(f"u{r.code}", role_ids=[r.pk]) for r in (strong, far, equal)], by=giver, at=AT)
    assert [(r.id, r.code) for r in outcome.refused] == [(0, "accounts.grants-more"), (1, "accounts.reaches-further")]
    assert "billing.void_payment" in outcome.refused[0].message
    assert len(outcome.done) == 1


def test_an_administrator_gives_what_he_lacks():
    giver = builders.actor("accounts.administer", "accounts.create_user", reach="own")
    assert actions.create_users([spec(role_ids=[role("billing.void_payment", reach="all").pk])], by=giver, at=AT).one()


def test_without_the_permission_nothing_happens():
    nobody = builders.actor()
    for call in (
        lambda: actions.create_users([spec()], by=nobody, at=AT),
        lambda: actions.edit_users([], by=nobody, at=AT),
        lambda: actions.deactivate([], by=nobody, at=AT),
        lambda: actions.reactivate([], by=nobody, at=AT),
        lambda: actions.set_password(nobody.id, PASSWORD, by=nobody, at=AT),
    ):
        with pytest.raises(NotPermitted):
            call()
    assert not Event.objects.exists()


def test_particulars_roles_and_regions_change_and_the_event_says_what_was():
    person = builders.user("li", "orders.view_order", regions=[builders.region("east")])
    north, seller = builders.region("north"), role("orders.edit_order", code="seller")
    edit = UserEdit(person.pk, name="Li Na", email="li@example.com", role_ids=[seller.pk], region_ids=[north.pk])
    changed = actions.edit_users([edit], by=system(), at=AT, versions={person.pk: 1}).one()
    assert (changed.name, changed.version) == ("Li Na", 2)
    assert queries.actor_for(person).permissions == {"orders.edit_order"}
    assert Event.objects.get(kind="user.edit").data["changes"] == {
        "name": ["Li", "Li Na"],
        "email": ["", "li@example.com"],
        "roles": [["role-li"], ["seller"]],
        "regions": [["east"], ["north"]],
    }


def test_a_stale_or_unknown_person_is_refused():
    person = builders.user("li")
    outcome = actions.edit_users(
        [UserEdit(person.pk, name="X"), UserEdit(0, name="Y")], by=system(), at=AT, versions={person.pk: 9}
    )
    assert sorted(codes(outcome)) == ["not-found", "stale"]


def test_roles_and_regions_can_be_given_to_many_at_once(django_assert_max_num_queries):
    people = [builders.user(f"p{n}").pk for n in range(5)]
    seller, north = role("orders.edit_order", code="seller"), builders.region("north")
    with django_assert_max_num_queries(14):
        assert len(actions.set_roles(people, [seller.pk], by=system(), at=AT).done) == 5
    assert len(actions.set_regions(people, [north.pk], by=system(), at=AT).done) == 5
    assert {a.regions for a in queries.actors_for(people).values()} == {frozenset({north.pk})}
    assert codes(actions.set_roles(people[:1], [], by=system(), at=AT)) == ["accounts.no-role"]


def test_an_account_that_may_do_more_is_not_changed():
    boss = builders.user("boss", "accounts.edit_user", "billing.void_payment", is_active=True)
    helper = builders.actor("accounts.edit_user")
    for outcome in (
        actions.edit_users([UserEdit(boss.pk, email="x@example.com")], by=helper, at=AT),
        actions.deactivate([boss.pk], by=helper, at=AT),
        actions.set_password(boss.pk, PASSWORD, by=helper, at=AT),
    ):
        assert codes(outcome) == ["accounts.above-you"]


def test_access_ends_and_comes_back():
    builders.user("admin", "accounts.administer")
    person = builders.user("li", "orders.view_order")
    assert actions.deactivate([person.pk], by=system(), at=AT).one().is_active is False
    assert codes(actions.deactivate([person.pk], by=system(), at=AT)) == ["accounts.already-inactive"]
    assert queries.actor_for(person).permissions == frozenset()
    assert actions.reactivate([person.pk], by=system(), at=AT).one().is_active
    assert codes(actions.reactivate([person.pk], by=system(), at=AT)) == ["accounts.already-active"]
    assert queries.actor_for(person).permissions == {"orders.view_order"}


def test_the_last_administrator_stays():
    first, second = builders.user("first", "accounts.administer"), builders.user("second", "*")
    outcome = actions.deactivate([first.pk, second.pk], by=system(), at=AT)
    assert [(r.id, r.code) for r in outcome.refused] == [(second.pk, "accounts.last-administrator")]
    clerk = role()
    outcome = actions.set_roles([second.pk], [clerk.pk], by=system(), at=AT)
    assert codes(outcome) == ["accounts.last-administrator"]
    assert queries.administrators() == {second.pk}


def test_a_new_password_is_set_and_must_be_changed():
    person = builders.user("li")
    assert codes(actions.set_password(person.pk, "short", by=system(), at=AT)) == ["accounts.weak-password"]
    actions.set_password(person.pk, "another long password", by=system(), at=AT).one()
    person.refresh_from_db()
    assert person.check_password("another long password")
    assert person.must_change_password
    assert "password" not in str(Event.objects.get(kind="user.set_password").data)


def test_nobody_is_deleted():
    person = builders.user("li")
    with pytest.raises(Exception, match="Cannot delete"):
        User.objects.filter(pk=person.pk)._raw_delete("default")
