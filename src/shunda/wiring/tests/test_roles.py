"""The roles a release brings: no pattern names nothing, nobody sees or does what his work does not need."""

import pytest

from shunda.accounts import permissions
from shunda.wiring.roles import ROLES, expanded


@pytest.fixture
def known():
    return permissions.known()


def test_every_pattern_names_a_permission_that_exists(known):
    dead = {
        (role.code, pattern)
        for role in ROLES
        for pattern in role.permissions
        if not expanded_one(pattern.lstrip("!"), known)
    }
    assert dead == set()


def expanded_one(pattern, known):
    from fnmatch import fnmatchcase

    return [name for name in known if fnmatchcase(name, pattern)]


def test_the_administrator_holds_everything_and_nobody_else_administers(known):
    held = {role.code: set(role.permissions) for role in expanded(known)}
    assert held["administrator"] == known
    assert [code for code, names in held.items() if "accounts.administer" in names] == ["administrator"]


def test_each_department_is_reviewed_by_somebody_and_no_reviewer_records_money(known):
    held = {role.code: set(role.permissions) for role in expanded(known)}
    for department in ("sales", "finance", "warehouse", "production"):
        assert [
            code for code, names in held.items() if f"orders.review_{department}" in names and code != "administrator"
        ]
    assert "billing.create_payment" not in held["sales_manager"] | held["warehouse_head"]


def test_who_only_analyses_or_audits_sees_no_personal_data_and_changes_nothing_but_the_archive(known):
    held = {role.code: set(role.permissions) for role in expanded(known)}
    for code in ("analyst", "auditor"):
        assert "customers.view_private" not in held[code]
        changes = {name for name in held[code] if ".view_" not in name}
        assert changes <= {"orders.complete_order", "orders.archive_order", "lists.create_export", "lists.share_view"}
