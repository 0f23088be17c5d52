"""Views and columns: everybody's own, shared by permission."""

import pytest
from django.utils import timezone

from shunda.accounts.tests.builders import actor
from shunda.core.actor import system
from shunda.core.refusal import NotPermitted
from shunda.lists import actions, queries
from shunda.lists.models import SavedView
from shunda.lists.specs import ViewEdit, ViewSpec

pytestmark = pytest.mark.django_db
AT = timezone.now()
PAGE = "orders:index"


@pytest.fixture
def clerk():
    return actor("orders.view_order")


@pytest.fixture
def manager():
    return actor("orders.view_order", "lists.share_view")


def keep(by, name="Late", query="late=on", **more):
    return actions.create_views([ViewSpec(PAGE, name, query, **more)], by=by, at=AT)


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


def test_a_view_keeps_filters_and_order_but_not_where_one_was(clerk):
    row = keep(clerk, query="q=&stage=to_ship&sort=oldest&after=abc&view=3").one()
    assert row.query == "stage=to_ship&sort=oldest"
    [view] = queries.kept(clerk, PAGE).views
    assert (view.name, view.pinned, view.own, view.default) == ("Late", True, True, False)


def test_a_view_needs_a_name_of_its_own_and_a_list_one_may_see(clerk):
    keep(clerk)
    assert codes(keep(clerk)) == ["lists.name-taken"]
    assert codes(keep(clerk, name="  ")) == ["lists.no-name"]
    assert codes(actions.create_views([ViewSpec("orders:nothing", "x", "")], by=clerk, at=AT)) == ["lists.no-list"]
    assert codes(keep(actor("work.view_task"))) == ["lists.no-list"]
    assert SavedView.objects.count() == 1


def test_one_has_so_many_views_of_a_list_and_no_more(clerk, monkeypatch):
    monkeypatch.setattr("shunda.lists.actions.views.MOST", 2)
    outcome = actions.create_views([ViewSpec(PAGE, str(n), "") for n in range(3)], by=clerk, at=AT)
    assert (len(outcome.done), codes(outcome)) == (2, ["lists.too-many"])


def test_sharing_takes_a_permission_and_what_is_shared_is_everybodys_to_use(clerk, manager):
    assert codes(keep(clerk, shared=True)) == ["lists.may-not-share"]
    row = keep(manager, shared=True).one()
    [view] = queries.kept(clerk, PAGE).views
    assert (view.id, view.own, view.shared, view.pinned) == (row.pk, False, True, False)


def test_what_is_not_shared_nobody_else_sees_or_changes(clerk, manager):
    row = keep(manager).one()
    assert queries.kept(clerk, PAGE).views == ()
    assert codes(actions.edit_views([ViewEdit(row.pk, name="x")], by=clerk, at=AT)) == ["not-found"]
    assert codes(actions.delete_views([row.pk], by=clerk, at=AT)) == ["not-found"]


def test_others_pin_a_shared_view_for_themselves_but_do_not_change_it(clerk, manager):
    row = keep(manager, shared=True).one()
    actions.edit_views([ViewEdit(row.pk, pinned=True, default=True)], by=clerk, at=AT).one()
    [view] = queries.kept(clerk, PAGE).views
    assert (view.pinned, view.default) == (True, True)
    assert not queries.kept(manager, PAGE).views[0].default
    assert codes(actions.edit_views([ViewEdit(row.pk, name="Mine")], by=clerk, at=AT)) == ["lists.not-yours"]
    assert codes(actions.delete_views([row.pk], by=clerk, at=AT)) == ["lists.not-yours"]
    assert SavedView.objects.get().version == 1


def test_a_view_is_renamed_from_the_version_one_saw(clerk):
    row = keep(clerk).one()
    other = keep(clerk, name="Other").one()
    edit = ViewEdit(row.pk, name="Overdue", query="late=on&urgent=on")
    assert actions.edit_views([edit], by=clerk, at=AT, versions={row.pk: 1}).one().query == "late=on&urgent=on"
    assert codes(actions.edit_views([edit], by=clerk, at=AT, versions={row.pk: 1})) == ["stale"]
    assert codes(actions.edit_views([ViewEdit(other.pk, name="Overdue")], by=clerk, at=AT)) == ["lists.name-taken"]
    assert codes(actions.edit_views([ViewEdit(row.pk, shared=True)], by=clerk, at=AT)) == ["lists.may-not-share"]


def test_a_deleted_default_view_leaves_the_plain_list(clerk):
    row = keep(clerk, default=True).one()
    actions.delete_views([row.pk], by=clerk, at=AT).one()
    assert queries.layout_of(clerk, PAGE).default is None


def test_columns_are_kept_in_their_order_for_one_person(clerk, manager):
    actions.set_layout(PAGE, by=clerk, at=AT, columns=["gross", "stage", "gross"], dense=True).one()
    kept = queries.kept(clerk, PAGE)
    assert (kept.columns, kept.dense) == (("gross", "stage"), True)
    assert queries.kept(manager, PAGE).columns == ()
    assert codes(actions.set_layout(PAGE, by=clerk, at=AT, columns=["nothing"])) == ["lists.unknown-column"]
    assert codes(actions.set_layout("nothing", by=clerk, at=AT)) == ["lists.no-list"]


def test_keeping_many_views_takes_as_many_queries_as_one(clerk, django_assert_num_queries):
    for n in (1, 20):
        specs = [ViewSpec(PAGE, f"{n}-{k}", "late=on") for k in range(n)]
        with django_assert_num_queries(7):
            assert not actions.create_views(specs, by=clerk, at=AT).refused


def test_the_system_keeps_no_views():
    with pytest.raises(NotPermitted):
        keep(system())
