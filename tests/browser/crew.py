"""A company at work: one person for each role, and something on everybody's desk, once for each language.

Made once for a whole module and served by a server of its own, so that the stories of all roles together take little
more than the pages they open. A story touches only the rows of its own language; what several people do side by side
(the departments that review one order) may be done in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count

from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from shunda.accounts import permissions
from shunda.accounts.models import Region, Role, User
from shunda.accounts.queries import actor_for
from shunda.accounts.steps import install_roles
from shunda.assessments import actions as fairness
from shunda.assessments.specs import CaseSpec
from shunda.billing.tests.builders import payment
from shunda.catalog.models import Sku, SupplyMode
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.sql import Statement, nothing
from shunda.credit.tests.builders import account, raise_asked
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import carrier, shipment
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions as ordering
from shunda.orders.models import Order, Priority
from shunda.orders.tests.builders import order
from shunda.pricing.tests.builders import price_list
from shunda.wiring import reactions
from shunda.wiring.roles import ROLES, expanded
from shunda.work.models import Task

LANGUAGES = {"en": "E", "zh-hans": "Z"}
MACHINES = {"api_client"}
"""Roles that no person has."""

STEP = re.compile(
    r'data-step="([^"]+)".*?<a class="text-reset" href="([^"]+)".*?<span class="badge[^>]*>(\d+)</span>', re.S
)
LATE = re.compile(r'<a class="[^"]*red[^"]*" href="([^"]+late=on)">(\d+)')
CARD = re.compile(r'<a class="card card-link h-100" href="([^"]+)">(.*?)</a>', re.S)
FIGURE = re.compile(r"figures[^>]*>([^<]+)<")
BAR = re.compile(r'<a href="([^"]+)" aria-label="[\d-]+\D+(\d+)')


@dataclass
class Desk:
    """What waits, in one language: people by role, and rows by what they are there for."""

    code: str
    people: dict[str, User] = field(default_factory=dict)
    rows: dict[str, object] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: timezone.now() - timedelta(hours=2))

    def __getattr__(self, name: str):
        try:
            return self.rows[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def soon(self) -> date:
        """A day customers can wish for."""
        return timezone.localdate(self.now) + timedelta(days=20)


def promptly(patch) -> None:
    """Reactions run as soon as the transaction that caused them is committed, without a worker."""

    def deferring(wanted: Iterable[tuple[str, list[int], str | None]], at: datetime) -> Statement[None]:
        for name, ids, _lane in wanted:
            transaction.on_commit(partial(reactions.run, name, ids, at))
        return Statement("", {}, nothing)

    patch.setattr("shunda.wiring.jobs.deferring", deferring)


@contextmanager
def company() -> Iterator[dict[str, Desk]]:
    """The company, by language; nothing of it is left behind."""
    try:
        with reactions.inline() as drain:
            install_roles(expanded(permissions.known()))
            region = Region.objects.create(code="east", name="华东")
            goods = Goods()
            desks = {language: desk(code, region, goods, drain) for language, code in LANGUAGES.items()}
        yield desks
    finally:
        call_command("flush", verbosity=0, interactive=False, allow_cascade=True, inhibit_post_migrate=False)
        connections.close_all()


class Goods:
    """What everybody sells: something on stock, something made to order, and a carrier who brings it."""

    def __init__(self) -> None:
        self.place = warehouse("SH", name="上海仓")
        self.bearing = sku("A-1", name="深沟球轴承", barcode="6901234567892")
        self.motor = sku("M-1", name="电机", supply_mode=SupplyMode.ORDER)
        stock(self.bearing, self.place, 5_000)
        price_list(prices=[(self.bearing, "12.50"), (self.motor, "800")])
        carrier("SF", name="顺丰")


def hire(made: Desk, region: Region) -> None:
    """One person for each role, with just what the role brings."""
    roles = {role.code: role for role in Role.objects.all()}
    for role in ROLES:
        if role.code in MACHINES:
            continue
        person = User.objects.create(username=f"{role.code}-{made.code}", name=f"{role.name_en} {made.code}")
        person.roles.add(roles[role.code])
        person.regions.add(region)
        made.people[role.code] = person


def desk(code: str, region: Region, goods: Goods, drain: reactions.Drain) -> Desk:
    """Something for everybody to do."""
    made = Desk(code)
    hire(made, region)
    rep, manager = made.people["sales_rep"], made.people["project_manager"]
    buyer = customer(f"C-{code}", owner=rep, region=region, name=f"上海华东{code}有限公司")
    projects = customer(f"P-{code}", owner=manager, name=f"北京工程{code}有限公司")
    payer = customer(f"F-{code}", owner=rep, name=f"广州支付{code}有限公司")
    for one in (buyer, projects, payer):
        account(one, 1_000_000)
    made.rows |= {"buyer": buyer, "payer": payer, "goods": goods}

    quantities = count(2)  # no two orders look like the same one

    def one(status: str, who=buyer, article: Sku = goods.bearing, **fields) -> Order:
        given = {"warehouse_id": goods.place.pk, "wanted_date": made.soon, **fields}
        return order(who, [(article, next(quantities), None)], status, at=made.now, **given)

    made.rows["returned"] = sent_back(one("in_review"), made)
    made.rows |= {"ready": one("draft"), "dateless": one("draft", wanted_date=None), "regional": one("in_review")}
    made.rows |= {
        "dear": one("in_review"),
        "judged": one("in_review", article=goods.motor, contract_number=f"HT-{code}"),
    }
    made.rows["weighty"] = weighty(one("in_review", priority=Priority.TOP), made)
    made.rows |= {"project": one("confirmed", projects), "plain": one("confirmed")}
    Order.objects.filter(pk=made.plain.pk).update(promised_date=made.soon - timedelta(days=30))
    ordering.cancel([one("draft").pk], "不要了", by=system(), at=made.now).one()
    drain()
    made.rows |= {"to_plan": one("confirmed"), "to_change": one("confirmed")}
    for name, status in (("to_pick", "planned"), ("to_ship", "packed"), ("to_sign", "shipped"), ("signed", "signed")):
        made.rows[name] = shipment(one("confirmed"), status, at=made.now)
    made.rows["payers"] = one("confirmed", payer)
    shipment(made.rows["payers"], "shipped", at=made.now)
    drain()
    late, paused = (Task.objects.filter(order_id=made.rows[name].pk) for name in ("to_plan", "to_change"))
    late.update(due_at=made.now + timedelta(hours=1))
    paused.update(due_at=made.now + timedelta(hours=1), paused_at=made.now, awaited="customer")
    made.rows["paid"] = payment(payer, made.payers.gross, at=made.now)
    made.rows["raise_"] = raise_asked(buyer, at=made.now)
    spec = CaseSpec("missed_plan", rep.pk, made.now.date(), "没有提报计划")
    made.rows["case"] = fairness.record([spec], by=actor_for(made.people["sales_manager"]), at=made.now).one()
    drain()
    return made


def sent_back(row: Order, made: Desk) -> Order:
    """Sales did not like it."""
    ordering.send_back([row.reviews.get(department="sales").pk], "价格太低", by=system(), at=made.now).one()
    return row


def weighty(row: Order, made: Desk) -> Order:
    """An important order that only top management has still to approve."""
    while waiting := list(row.reviews.filter(status="pending").exclude(department="management")):
        ordering.approve([review.pk for review in waiting], by=system(), at=made.now)
    return row


class Reader:
    """Somebody who looks at a page and counts the rows behind its figures."""

    def __init__(self, person):
        self.web = Client(headers={"Accept-Language": "en"})
        self.web.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    def read(self, address):
        return self.web.get(address, headers={"HX-Request": "true"} if "today" in address else {}).content.decode()

    def rows(self, address):
        page = self.web.get(address.replace("&amp;", "&")).context["page"]
        assert not page.has_next, address
        return page.rows

    def figures(self):
        """(what, address, how many) of every count on the person's home, and (address, value) of today's orders."""
        home, today = self.read("/"), self.read("/orders/today/")
        counted = [(kind, address, int(n)) for kind, address, n in STEP.findall(home)]
        counted += [("late", address, int(n)) for address, n in LATE.findall(home)]
        if not today:
            return counted, None
        (orders, n), worth, (late, many) = [(a, FIGURE.search(text)[1]) for a, text in CARD.findall(today)]
        bars = [(address, int(n)) for address, n in BAR.findall(today)]
        days = [("day", *bars[0]), *(("day", address, n) for address, n in bars if n)]
        return [*counted, *days, ("today", orders, int(n)), ("late orders", late, int(many))], worth
