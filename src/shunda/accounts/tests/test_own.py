"""The own account: preferences, particulars, API tokens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shunda.accounts import actions
from shunda.accounts.models import ApiToken
from shunda.accounts.queries import actor_for, actor_for_token
from shunda.accounts.specs import TokenSpec
from shunda.accounts.steps import sign_in_with_token
from shunda.accounts.tests import builders
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted, Refused

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 6, 1, tzinfo=UTC)
VIEW, EDIT = "accounts.create_user", "accounts.edit_user"
YEAR = timedelta(days=366)


def make(by, scopes=("*",), expires_at=AT + YEAR, name="ERP"):
    return actions.create_token(TokenSpec(name, scopes, expires_at), by=by, at=AT)


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


def test_language_and_theme_are_chosen():
    me = builders.actor()
    user = actions.set_preferences(by=me, at=AT, language="zh-hans", theme="dark")
    assert (user.language, user.theme) == ("zh-hans", "dark")
    for wrong in ({"language": "fr"}, {"theme": "pink"}):
        with pytest.raises(Refused):
            actions.set_preferences(by=me, at=AT, **wrong)
    with pytest.raises(NotPermitted):
        actions.set_preferences(by=system(), at=AT, theme="dark")


def test_the_own_address_and_phone_are_changed():
    me = builders.actor()
    user = actions.edit_profile(by=me, at=AT, email="me@example.com", phone="13800138000", version=1).one()
    assert (user.email, user.phone) == ("me@example.com", "13800138000")
    assert Event.objects.get(kind="user.edit").data["changes"]["email"] == ["", "me@example.com"]
    assert codes(actions.edit_profile(by=me, at=AT, email="me", phone="x", version=2)) == [
        "accounts.bad-email",
        "accounts.bad-phone",
    ]
    assert codes(actions.edit_profile(by=me, at=AT, email="", phone="", version=1)) == ["stale"]


def test_a_token_speaks_for_its_owner_and_only_its_hash_is_kept():
    me = builders.actor(VIEW, EDIT)
    made = make(me).one()
    assert made.raw.startswith("shunda_")
    assert made.raw.split("_")[2] not in str(ApiToken.objects.values().get())
    assert actor_for_token(made.raw, AT) == replace(me, source="api")
    assert made.raw not in str(Event.objects.get(kind="token.create").data)


def test_a_token_may_do_what_is_in_its_scopes_and_what_its_owner_still_may():
    person = builders.user("li", VIEW, EDIT)
    made = make(actor_for(person), scopes=[VIEW]).one()
    assert actor_for_token(made.raw, AT).permissions == {VIEW}
    person.roles.clear()
    assert actor_for_token(made.raw, AT).permissions == frozenset()


def test_the_scopes_of_somebody_who_may_everything_still_limit():
    made = make(builders.actor("*"), scopes=[VIEW]).one()
    assert actor_for_token(made.raw, AT).permissions == {VIEW}


@pytest.mark.parametrize(
    "raw",
    ["", "x", "shunda_1_2", "shunda_zzzzzzzzzzzzzzzzzz_1", "other_a_b", "shunda__", "shunda_a_b_c", "\x00_\x00_\x00"],
)
def test_what_is_no_token_is_nobody(raw):
    make(builders.actor(VIEW))
    assert actor_for_token(raw, AT) is None


def test_a_token_ends_by_time_by_revoking_and_with_its_owner():
    person = builders.user("li", VIEW)
    me = actor_for(person)
    made = make(me, expires_at=AT + timedelta(days=1)).one()
    assert actor_for_token(made.raw[:-1] + ("0" if made.raw[-1] != "0" else "1"), AT) is None
    assert actor_for_token(made.raw, AT + timedelta(days=1)) is None
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert actor_for_token(made.raw, AT) is None
    type(person).objects.filter(pk=person.pk).update(is_active=True)
    assert actions.revoke_tokens([made.pk], by=me, at=AT).one().revoked_at == AT
    assert actor_for_token(made.raw, AT) is None
    assert codes(actions.revoke_tokens([made.pk], by=me, at=AT)) == ["accounts.token-revoked"]


def test_tokens_of_others_are_revoked_by_those_who_edit_users_alone():
    made = make(builders.actor(VIEW)).one()
    assert codes(actions.revoke_tokens([made.pk], by=builders.actor(VIEW), at=AT)) == ["not-found"]
    weaker = builders.actor("accounts.edit_user")
    assert codes(actions.revoke_tokens([made.pk], by=weaker, at=AT)) == ["accounts.above-you"]
    assert actions.revoke_tokens([made.pk], by=builders.actor(VIEW, "accounts.edit_user"), at=AT).one()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, "accounts.name-missing"),
        ({"scopes": []}, "accounts.no-scope"),
        ({"scopes": [EDIT]}, "accounts.scope-lacking"),
        ({"scopes": ["orders.fly_order"]}, "accounts.unknown-permission"),
        ({"expires_at": AT}, "accounts.bad-expiry"),
        ({"expires_at": AT + YEAR + timedelta(seconds=1)}, "accounts.bad-expiry"),
    ],
)
def test_a_token_that_reaches_too_far_is_refused(fields, code):
    assert codes(make(builders.actor(VIEW), **fields)) == [code]
    assert not ApiToken.objects.exists()


def test_a_narrow_token_cannot_make_a_wider_one():
    me = builders.actor(VIEW, EDIT)
    narrow = actor_for_token(make(me, scopes=[VIEW]).one().raw, AT)
    assert codes(make(narrow, scopes=["*"])) == ["accounts.scope-lacking"]
    assert codes(make(narrow, scopes=[EDIT])) == ["accounts.scope-lacking"]
    assert make(narrow, scopes=[VIEW]).one()


def test_the_use_of_a_token_is_noted_now_and_then(django_assert_num_queries):
    made = make(builders.actor(VIEW)).one()
    assert sign_in_with_token(made.raw, AT)
    assert sign_in_with_token(made.raw, AT + timedelta(minutes=5))
    assert ApiToken.objects.get().last_used_at == AT
    assert sign_in_with_token(made.raw, AT + timedelta(minutes=11))
    assert ApiToken.objects.get().last_used_at == AT + timedelta(minutes=11)
    assert sign_in_with_token("x", AT) is None
