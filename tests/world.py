"""A small company with a document in every state, for tests that look at everything there is."""

from dataclasses import replace
from decimal import Decimal

from django.db import connection


def documents(admin, code="1"):
    """Goods, a customer with orders, shipments, invoices and payments on every step of their way, and what waits."""
    from shunda.accounts.actions import create_teams
    from shunda.accounts.specs import MemberSpec, TeamSpec
    from shunda.billing import actions as money
    from shunda.billing.specs import CreditSpec
    from shunda.billing.tests.builders import BUYER, drafted, invoiced, paid, payment
    from shunda.catalog.tests.builders import conversion, sku, unit
    from shunda.changes.tests.builders import LATE, ask, line
    from shunda.core.actor import system
    from shunda.credit.tests.builders import proposed, raise_asked
    from shunda.customers.tests.builders import customer
    from shunda.fulfilment.tests.builders import shipment
    from shunda.inventory import actions as inventory
    from shunda.inventory.specs import SupplyLine, TransferLine
    from shunda.inventory.tests.builders import stock, warehouse
    from shunda.orders.states import OrderStatus
    from shunda.orders.tests.builders import AT, confirmed_order, in_status
    from shunda.pricing.tests.builders import price_list
    from shunda.wiring.reactions import inline
    from tests.fair import cases

    with inline() as drain:
        spec = TeamSpec(
            f"team-{code}", "华东组", "East", (), ["kind:project"], [MemberSpec(admin.pk, 5, ["kind:sample"])]
        )
        create_teams([spec], by=system(), at=AT).one()
        bearing, here, there = sku(f"A-{code}"), warehouse(), warehouse("W2")
        buyer, by = customer(f"C{code}", owner=admin, **(BUYER if code == "1" else {})), system()
        stock(bearing, here, 500, at=AT)
        if code == "1":
            conversion(unit("dozen"), unit("pc"), 12)
        price_list(code=f"L{code}", prices=[(bearing, 10)])
        inventory.transfer([TransferLine(bearing.pk, here.pk, there.pk, Decimal(5))], by=by, at=AT).one()
        inventory.announce([SupplyLine(bearing.pk, here.pk, Decimal(50))], by=by, at=AT).one()
        for status in OrderStatus.values:
            in_status(buyer, [(bearing, 2, 10)], status)
        for status in ("planned", "picked", "packed", "shipped", "signed"):
            made = confirmed_order(buyer, [(bearing, 2, 10)])
            shipment(made, status)
        drafted(made)
        for _settled in range(2):
            made = confirmed_order(buyer, [(bearing, 3, 10)])
            shipment(made, "signed")
            invoice = invoiced(made)
        money.credit([CreditSpec(invoice.pk, "one came back")], by=by, at=AT).one()
        raise_asked(buyer)
        proposed(buyer)
        not_picked_up(buyer, bearing)
        payment(buyer, 60)
        paid(confirmed_order(buyer, [(bearing, 1, 10)]))
        for moment in (AT, LATE):  # one change is made, one waits to be decided
            ask(confirmed_order(buyer, [(bearing, 4, 10)]), line(1, 3), at=moment).one()
        behind_a_link(confirmed_order(buyer, [(bearing, 2, 10)]))
        planned(bearing, code)
        cases(admin, made.number, code)
        drain()


def behind_a_link(order):
    """Its customer has a link and asked for something."""
    from django.utils import timezone

    from shunda.orders.models import Order
    from shunda.portal import visits
    from shunda.portal.tests.builders import link

    at = timezone.now()
    Order.objects.filter(pk=order.pk).update(confirmed_at=at)  # so that it can still be cancelled
    visits.wish(link(order, at=at), "cancel", "no longer needed", at=at)


def planned(article, code):
    """A region's plan of the next month, and a further calendar."""
    from django.utils import timezone

    from shunda.accounts.models import Region
    from shunda.core.actor import system
    from shunda.planning import actions, rules
    from shunda.planning.specs import PlanLineSpec, PlanSpec
    from shunda.policies.actions import add_calendar
    from shunda.policies.specs import CalendarSpec, WeekSpec

    at = timezone.now()
    week = WeekSpec("09:00-17:00", {1: "09:00-17:00"}, "", "company")
    add_calendar(CalendarSpec(f"WH-{code}", f"东仓{code}", week), reason="周六上班", by=system(), at=at)
    region = Region.objects.create(code=f"PLAN-{code}", name=f"华东{code}")
    month = rules.month_after(timezone.localtime(at).date())
    actions.file_plans([PlanSpec(region.code, month, [PlanLineSpec(article.code, "12")])], by=system(), at=at).one()


def not_picked_up(buyer, article):
    """A special order that waits for its customer: its deposit is not set off."""
    from datetime import timedelta

    from shunda.billing.jobs import deduct_late
    from shunda.billing.tests.builders import paid
    from shunda.core.actor import system
    from shunda.orders import actions
    from shunda.orders.tests.builders import AT, order, supplied

    made = order(buyer, [(article, 1, 10)], "approved", kind="special")
    paid(made)
    supplied(made)
    actions.confirm([made.pk], by=system(), at=AT).one()
    deduct_late(AT + timedelta(days=9))


def kept(by, now):
    """A view, a file, a notice of one's own, and a job that was parked."""
    from shunda.channels.mapping import STANDARD
    from shunda.channels.mappings import create_mappings
    from shunda.lists import actions as lists
    from shunda.lists.specs import ExportSpec, ViewSpec
    from shunda.work.models import Notice

    lists.create_views([ViewSpec("orders:index", "To ship", "stage=to_ship")], by=by, at=now).one()
    lists.export(ExportSpec("orders:index", "", "xlsx", "en"), by=by, at=now).one()
    create_mappings([replace(STANDARD, code="acme", name="ACME")], by=by, at=now).one()
    about = {"subject_kind": "orders.order", "subject_id": 1, "label": "SO1", "said_by": "Wang", "said_at": now}
    Notice.objects.create(user_id=by.id, text="have a look", **about)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status, attempts, args) values"
            """ ('reactions', 'react_alone', 'failed', 8, '{"name": "orders.confirm_approved", "ids": [1]}')"""
        )


def papers(by, now, folder):
    """An attachment, an import that ended, a draft of a decision table and a token: what pages show beside documents."""
    from datetime import timedelta

    from shunda.accounts.actions import create_token
    from shunda.accounts.specs import TokenSpec
    from shunda.channels.tests.builders import HEAD, file, run
    from shunda.files.specs import Upload
    from shunda.orders import actions as orders
    from shunda.orders.models import Order
    from shunda.policies import actions as policies

    order = Order.objects.filter(status="draft").earliest("pk")
    letter = Upload("letter.txt", "确认函".encode(), 9)
    orders.attach([orders.AttachmentSpec(order.pk, letter, note="signed")], by=by, at=now).one()
    run(file(folder, HEAD + "E-1,A-1,1,pc,10,0,2026-05-06,C1,2026-05-20,\nE-2,none,1,pc,10,0,2026-05-06,C1,,\n"), by=by)
    policies.draft_table(["orders.review"], by=by, at=now)
    create_token(TokenSpec("ERP", ["*"], now + timedelta(days=30)), by=by, at=now).one()
