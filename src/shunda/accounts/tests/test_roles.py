"""Roles, regions, and the roles a release brings."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from shunda.accounts import actions, permissions, queries
from shunda.accounts.models import Role
from shunda.accounts.specs import RegionEdit, RegionSpec, RoleEdit, RoleSpec
from shunda.accounts.steps import install_roles
from shunda.accounts.tests import builders
from shunda.core.actor import system
from shunda.core.models import Event

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 6, 1, tzinfo=UTC)
VIEW, EDIT = "accounts.create_user", "accounts.edit_user"


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


def test_a_role_is_made_of_known_permissions():
    made = actions.create_roles([RoleSpec("desk", "前台", "own", [VIEW, VIEW], "Desk")], by=system(), at=AT).one()
    assert (made.permissions, made.reach, made.builtin) == ([VIEW], "own", False)
    assert Event.objects.get(kind="role.create").data == {"code": "desk", "permissions": [VIEW]}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": "Desk!"}, "accounts.bad-code"),
        ({"code": "taken"}, "accounts.code-taken"),
        ({"name": ""}, "accounts.name-missing"),
        ({"name_en": "x" * 81}, "accounts.too-long"),
        ({"reach": "moon"}, "accounts.unknown-reach"),
        ({"permissions": ["orders.fly_order"]}, "accounts.unknown-permission"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(fields, code):
    Role.objects.create(code="taken", name="x")
    spec = RoleSpec(**({"code": "desk", "name": "x", "reach": "own", "permissions": [VIEW]} | fields))
    assert codes(actions.create_roles([spec], by=system(), at=AT)) == [code]
    assert not Role.objects.filter(code="desk").exists()


def test_nobody_makes_or_widens_a_role_beyond_the_own_rights():
    maker = builders.actor("accounts.create_role", "accounts.edit_role", VIEW, reach="own")
    wide = RoleSpec("wide", "x", "region", [VIEW, EDIT])
    assert codes(actions.create_roles([wide], by=maker, at=AT)) == ["accounts.grants-more", "accounts.reaches-further"]
    other = Role.objects.create(code="other", name="x", permissions=[EDIT], reach="all")
    widened = actions.edit_roles([RoleEdit(other.pk, permissions=[EDIT, "accounts.create_region"])], by=maker, at=AT)
    assert codes(widened) == ["accounts.grants-more"]
    assert actions.edit_roles([RoleEdit(other.pk, permissions=[])], by=maker, at=AT).one().permissions == []


def test_a_changed_role_counts_at_once_and_the_event_says_what_came_and_went():
    person = builders.user("li", VIEW)
    role = person.roles.get()
    edit = RoleEdit(role.pk, name="新", reach="own", permissions=[EDIT])
    changed = actions.edit_roles([edit], by=system(), at=AT, versions={role.pk: 1}).one()
    assert (changed.version, changed.edited_at) == (2, AT)
    assert queries.actor_for(person).permissions == {EDIT}
    data = Event.objects.get(kind="role.edit").data
    assert (data["granted"], data["withdrawn"]) == ([EDIT], [VIEW])
    assert data["changes"] == {"name": ["Role of li", "新"], "reach": ["all", "own"]}
    assert codes(actions.edit_roles([edit], by=system(), at=AT, versions={role.pk: 1})) == ["stale"]


def test_a_role_cannot_stop_administering_when_nobody_else_does():
    admin = builders.user("admin", "accounts.administer")
    edit = RoleEdit(admin.roles.get().pk, permissions=[VIEW])
    assert codes(actions.edit_roles([edit], by=system(), at=AT)) == ["accounts.last-administrator"]
    builders.user("second", "accounts.administer")
    assert actions.edit_roles([edit], by=system(), at=AT).one()


def test_installed_roles_come_once_and_keep_what_the_administrator_made_of_them():
    table = [RoleSpec("sales", "销售", "own", [VIEW]), RoleSpec("admin", "管理员", "all", sorted(permissions.known()))]
    assert install_roles(table) == 2
    assert install_roles(table) == 0
    sales = Role.objects.get(code="sales")
    assert install_roles([RoleSpec("sales", "销售", "own", [VIEW, EDIT])]) == 1
    actions.edit_roles([RoleEdit(sales.pk, permissions=[])], by=system(), at=AT).one()
    assert install_roles([RoleSpec("sales", "销售", "own", [VIEW, EDIT])]) == 0
    assert Role.objects.get(code="sales").permissions == []


def test_the_installed_administrator_role_holds_everything_and_stays_so():
    install_roles([RoleSpec("admin", "管理员", "all", ["accounts.administer"])])
    role = Role.objects.get(code="admin")
    assert codes(actions.edit_roles([RoleEdit(role.pk, permissions=[VIEW])], by=system(), at=AT)) == [
        "accounts.full-role"
    ]
    actions.edit_roles([RoleEdit(role.pk, name="超级管理员")], by=system(), at=AT).one()
    assert install_roles([RoleSpec("admin", "管理员", "all", ["accounts.administer", VIEW])]) == 1
    role.refresh_from_db()
    assert (role.name, role.permissions) == ("超级管理员", ["accounts.administer", VIEW])


def test_every_permission_that_code_asks_for_is_known_and_has_words():
    known = permissions.known()
    assert {"accounts.edit_user", "orders.confirm_order", "accounts.administer"} <= known
    assert permissions.label("orders.confirm_order") == "Confirm approved orders"
    assert permissions.label("accounts.edit_user") == "Change people, their roles and passwords"
    assert [s.name for s in permissions.sections(["accounts.create_user", "orders.confirm_order"])] == [
        "orders",
        "accounts",
    ]


def test_regions_are_made_renamed_and_closed():
    east = actions.create_regions([RegionSpec("east", "华东")], by=system(), at=AT).one()
    assert codes(actions.create_regions([RegionSpec("east", "x"), RegionSpec("E!", "")], by=system(), at=AT)) == [
        "accounts.code-taken",
        "accounts.bad-code",
        "accounts.name-missing",
    ]
    assert actions.edit_regions([RegionEdit(east.pk, name="华东区")], by=system(), at=AT).one().name == "华东区"
    assert Event.objects.get(kind="region.edit").data["changes"] == {"name": ["华东", "华东区"]}
    person = builders.user("li", regions=[east])
    close = RegionEdit(east.pk, active=False)
    assert codes(actions.edit_regions([close], by=system(), at=AT)) == ["accounts.region-in-use"]
    person.regions.clear()
    assert actions.edit_regions([close], by=system(), at=AT).one().active is False


def test_every_permission_has_words_in_both_languages():
    ours = [name for name in permissions.known() if not name.startswith("sample.")]  # but for those of other tests
    assert [name for name in ours if permissions.label(name) == name] == []
    with translation.override("zh-hans"):
        assert [name for name in ours if permissions.label(name).isascii()] == []
