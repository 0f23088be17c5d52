"""Every move from every status: possible exactly where the machine says so."""

import pytest
from django.db import ProgrammingError, connection, transaction

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.customers.tests.builders import customer
from shunda.orders import actions
from shunda.orders.assembly import spec_of
from shunda.orders.models import Order
from shunda.orders.queries import lines_of
from shunda.orders.specs import PrioritySpec
from shunda.orders.states import ORDER, OrderStatus
from shunda.orders.tests.builders import AT, in_status

pytestmark = pytest.mark.django_db
SYSTEM = system()


def call(move, order, by=SYSTEM, **more):
    """The action of a move of the machine, for one order."""
    with_ids = {"hold": actions.place_hold, "release": actions.release_hold}
    more |= {"by": by, "at": AT}
    if move == "edit":
        return actions.edit({order.pk: spec_of(order, lines_of([order.pk])[order.pk])}, **more)
    if move == "prioritise":
        return actions.prioritise({order.pk: PrioritySpec(urgent=True)}, **more)
    said = ("why",) if move in {"cancel", "hold", "comment"} else ()
    return (with_ids.get(move) or getattr(actions, move))([order.pk], *said, **more)


ELSEWHERE = {"approve", "send_back", "attach", "change"}  # of reviews, papers and changes: their own tests
MOVES = sorted(set(ORDER.moves) - ELSEWHERE)


@pytest.mark.parametrize("status", OrderStatus.values)
def test_a_move_from_a_wrong_status_is_refused_and_changes_nothing(status):
    order = in_status(customer(), [(sku(), 2, 5)], status)
    events = Event.objects.count()
    for move in MOVES:
        if status in ORDER[move].sources:
            continue
        [refusal] = call(move, order).refused
        assert (refusal.id, refusal.code, refusal.data["status_code"]) == (order.pk, "wrong-status", status)
    again = Order.objects.get(pk=order.pk)
    assert (again.status, again.version) == (status, order.version)
    assert Event.objects.count() == events


@pytest.mark.parametrize("move", MOVES)
def test_a_move_needs_its_permission(move):
    order = in_status(customer(), [], "draft")
    with pytest.raises(NotPermitted, match=f"orders.{move}_order"):
        call(move, order, actor("orders.view_order"))


@pytest.mark.parametrize("move", MOVES)
def test_what_is_outside_the_actors_area_is_not_found(move):
    order = in_status(customer(), [], "draft")
    [refusal] = call(move, order, actor(f"orders.{move}_order", reach="own")).refused
    assert (refusal.id, refusal.code) == (order.pk, "not-found")


@pytest.mark.parametrize("move", ["submit", "cancel", "edit", "prioritise"])
def test_a_stale_version_is_refused_and_says_both(move):
    order = in_status(customer(), [(sku(), 2, 5)], "draft")
    [refusal] = call(move, order, versions={order.pk: order.version - 1}).refused
    assert refusal.code == "stale"
    assert (refusal.data["yours"], refusal.data["now"]) == (order.version - 1, order.version)


@pytest.mark.req("R222")
def test_nobody_deletes_a_line_of_a_confirmed_order():
    order = in_status(customer(), [(sku(), 2, 5)], "confirmed")
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        order.lines.all().delete()


@pytest.mark.req("R222")
def test_nobody_deletes_an_order():
    order = in_status(customer(), [], "draft")
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from orders_order where id = %s", [order.pk])
