"""Who decides on a change, in which order, and what follows; the customer signs for what is worse for him."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.changes import actions
from shunda.changes.actions import SignSpec
from shunda.changes.models import Change, Voice
from shunda.changes.tests.builders import FREE, LATE, PDF, SYSTEM, agree, ask, codes, differences, line, new
from shunda.core.refusal import NotPermitted
from shunda.customers.tests.builders import customer
from shunda.files.specs import Upload
from shunda.orders.models import Order
from shunda.orders.tests.builders import AT, confirmed_order
from shunda.policies.actions import change_setting
from shunda.policies.specs import SettingSpec
from shunda.work.models import Task, Wait

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return confirmed_order(customer(), [(sku("A-1"), 10, "12.50")])


def waiting(change):
    mine = Task.objects.filter(subject_kind="changes.change", subject_id=change.pk, closed_at__isnull=True)
    return set(mine.values_list("kind", flat=True))


@pytest.mark.req("R166", "R167")
def test_when_everybody_concerned_agreed_the_change_is_made(made):
    change = ask(made, line(1, 8), at=LATE).one()
    assert waiting(change) == {"change.sales", "change.finance", "change.warehouse"}
    change = agree(change, at=LATE)
    assert (change.status, change.effect) == ("applied", change.impact)
    assert waiting(change) == {"change.tell"}
    actions.tell([change.pk], by=SYSTEM, at=LATE).one()
    assert waiting(change) == set()
    assert differences() == {}


@pytest.mark.req("R166")
def test_one_rejection_with_its_reason_ends_it(made):
    change = ask(made, line(1, 8), at=LATE).one()
    first = change.voices.first()
    assert codes(actions.reject([first.pk], " ", by=SYSTEM, at=LATE)) == ["changes.remark-required"]
    actions.reject([first.pk], "too late", by=SYSTEM, at=LATE).one()
    change.refresh_from_db()
    assert (change.status, Order.objects.get(pk=made.pk).gross) == ("rejected", 125)
    assert waiting(change) == set()
    assert ask(made, line(1, 9), at=LATE).done
    assert differences() == {}


@pytest.mark.req("R060", "R166")
def test_nobody_decides_for_another_department_or_on_what_he_asked_for_himself(made):
    sales = actor("orders.view_order", "orders.change_order", "orders.review_sales")
    change = ask(made, line(1, 8), by=sales, at=LATE).one()
    voices = {voice.role: voice.pk for voice in change.voices.all()}
    assert codes(actions.agree([voices["sales"]], by=sales, at=LATE)) == ["changes.own"]
    assert codes(actions.agree([voices["finance"]], by=sales, at=LATE)) == ["changes.not-yours", "changes.own"]
    with pytest.raises(NotPermitted):
        ask(made, line(1, 8), by=actor("orders.view_order"), at=LATE)


@pytest.mark.req("R060", "R166")
def test_what_somebody_asked_for_in_anothers_name_neither_decides(made):
    head, deputy, other = actor("*"), actor("*"), actor("*")
    change = ask(made, line(1, 8), by=replace(deputy, for_id=head.id), at=LATE).one()
    voice = change.voices.get(role="sales").pk
    for by in (head, deputy, replace(other, for_id=head.id), replace(other, for_id=deputy.id)):
        assert codes(actions.agree([voice], by=by, at=LATE)) == ["changes.own"]
        assert codes(actions.reject([voice], "no", by=by, at=LATE)) == ["changes.own"]
    assert actions.agree([voice], by=other, at=LATE).one().status == "agreed"


@pytest.mark.req("R060", "R166")
def test_nobody_decides_on_a_change_of_his_own_order_unless_the_company_allows_it():
    owner, other = actor("*"), actor("*")
    sold = confirmed_order(customer(), [(sku("A-1"), 10, "12.50")], owner_id=owner.id)
    change = ask(sold, line(1, 8), at=LATE).one()
    voice = change.voices.get(role="sales").pk
    for by in (owner, replace(other, for_id=owner.id)):
        assert codes(actions.agree([voice], by=by, at=LATE)) == ["orders.own-sale"]
    change_setting([SettingSpec("orders.review_own", "true", "we are two people")], by=SYSTEM, at=AT).one()
    assert actions.agree([voice], by=owner, at=LATE).one().status == "agreed"


@pytest.mark.req("R060", "R163")
def test_small_things_of_his_own_order_are_decided_by_whoever_is_front_line(made):
    front = actor("orders.view_order", "orders.change_order", "orders.authorise_small_change")
    Order.objects.filter(pk=made.pk).update(owner_id=front.id)
    asked = ask(made, by=actor("orders.view_order", "orders.change_order"), at=LATE, head={"packing": "crate"}).one()
    assert actions.agree([asked.voices.get().pk], by=front, at=LATE).one().status == "agreed"


@pytest.mark.req("R163")
def test_front_line_staff_decides_on_delivery_and_small_gifts_and_others_ask_it(made):
    front = actor("orders.view_order", "orders.change_order", "orders.authorise_small_change")
    small = {"head": {"transport_mode": "express"}}
    assert ask(made, by=front, at=LATE, **small).one().status == "applied"
    other = ask(made, by=actor("orders.view_order", "orders.change_order"), at=LATE, head={"packing": "crate"}).one()
    assert [voice.role for voice in other.voices.all()] == ["frontline"]
    assert agree(other, at=LATE).status == "applied"


@pytest.mark.req("R169")
@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"head": {"promised_date": date(2026, 5, 21)}}, "changes.later"),
        ({"lines": [line(1, unit_price="12.51")]}, "changes.dearer"),
        ({"head": {"freight": Decimal("0.01")}}, "changes.more-freight"),
    ],
)
def test_what_comes_later_or_costs_more_waits_for_the_signed_agreement(made, wanted, code):
    lines = wanted.pop("lines", [])
    change = ask(made, *lines, at=FREE, **wanted).one()
    assert (change.status, [one["code"] for one in change.worse]) == ("agreed", [code])
    assert waiting(change) == {"change.sign"}
    assert [(one.until, one.reason) for one in Wait.objects.all()] == [(None, "work.waits-agreement")]
    assert codes(actions.apply([change.pk], by=SYSTEM, at=FREE)) == ["changes.not-signed"]
    assert actions.sign([SignSpec(change.pk, Upload("x.pdf", b"", 0))], by=SYSTEM, at=FREE).refused
    signed = actions.sign([SignSpec(change.pk, PDF)], by=SYSTEM, at=FREE).one()
    assert (signed.status, signed.agreement.note) == ("applied", change.number)
    assert made.attachments.get().kind == "contract"
    assert Wait.objects.get().until == FREE
    assert differences() == {}


@pytest.mark.req("R169")
@pytest.mark.parametrize(
    "wanted",
    [
        {"head": {"promised_date": date(2026, 5, 20)}},
        {"head": {"promised_date": date(2026, 5, 19)}},
        {"lines": [line(1, 9, unit_price="12.49")]},
    ],
)
def test_what_is_no_worse_needs_no_signature(made, wanted):
    lines = wanted.pop("lines", [line(1, 9)])
    assert ask(made, *lines, at=FREE, **wanted).one().worse == []


@pytest.mark.req("R103", "R104")
def test_a_frozen_configuration_changes_by_a_product_request_with_both_signatures_and_a_day(made):
    wanted = line(1, parameters={"colour": "red"})
    assert codes(ask(made, wanted)) == ["changes.configuration-frozen"]
    assert codes(ask(made, wanted, line(1, 9), kind="product"))[-1] == "changes.line-twice"
    assert "changes.product-only" in codes(ask(made, line(1, 9, parameters={"colour": "red"}), kind="product"))
    change = ask(made, wanted, kind="product").one()
    voices = {voice.role: voice for voice in change.voices.all()}
    assert {role: voice.step for role, voice in voices.items()} == {"sales": 1, "management": 1, "rnd": 2}
    actions.agree([voices["sales"].pk, voices["management"].pk], by=SYSTEM, at=AT)
    rnd = Voice.objects.get(pk=voices["rnd"].pk)
    assert rnd.status == "pending"
    assert codes(actions.agree([rnd.pk], by=SYSTEM, at=AT)) == ["changes.ready-required"]
    past = {rnd.pk: date(2026, 5, 5)}
    assert codes(actions.agree([rnd.pk], by=SYSTEM, at=AT, ready=past)) == ["changes.ready-past"]
    actions.agree([rnd.pk], by=SYSTEM, at=AT, ready={rnd.pk: date(2026, 6, 1)}).one()
    change.refresh_from_db()
    assert [one["code"] for one in change.worse] == ["changes.later"]
    actions.sign([SignSpec(change.pk, PDF)], by=SYSTEM, at=AT).one()
    kept = made.lines.get()
    assert (kept.parameters, Order.objects.get(pk=made.pk).promised_date) == ({"colour": "red"}, date(2026, 6, 1))
    assert differences() == {}


def test_what_can_no_longer_be_made_when_everybody_agreed_waits_and_is_made_later(made):
    from shunda.inventory.tests.builders import stock, warehouse

    seal = sku("S-1")
    stock(seal, warehouse(), 5)
    change = ask(made, added=[new(seal, 5, 2)], at=LATE).one()
    confirmed_order(customer("C2"), [(seal, 5, 2)])
    stock(seal, warehouse(), 1)
    change = agree(change, at=LATE)
    assert (change.status, [one["code"] for one in change.blocked_by]) == ("agreed", ["inventory.short"])
    assert waiting(change) == {"change.apply"}
    assert codes(actions.apply([change.pk], by=SYSTEM, at=LATE)) == ["inventory.short"]
    assert differences() == {}
    stock(seal, warehouse(), 4)
    assert actions.apply([change.pk], by=SYSTEM, at=LATE).one().status == "applied"
    assert differences() == {}


def test_a_change_is_withdrawn_while_it_is_not_made(made):
    change = ask(made, line(1, 8), at=LATE).one()
    actions.withdraw([change.pk], by=SYSTEM, at=LATE).one()
    assert codes(actions.withdraw([change.pk], by=SYSTEM, at=LATE)) == ["wrong-status"]
    assert waiting(change) == set()
    assert Change.objects.get().status == "withdrawn"
    assert differences() == {}


@pytest.mark.req("R042")
def test_how_and_when_the_customer_asked_stays_with_the_change(made):
    from shunda.core.models import Event

    change = ask(made, line(1, 8), at=LATE, asked_by="Mr Li", asked_through="phone", asked_on=AT).one()
    assert (change.asked_by, change.asked_through, change.asked_on) == ("Mr Li", "phone", AT)
    assert Event.objects.get(kind="change.ask").data["asked_by"] == "Mr Li"
    assert codes(ask(made, line(1, 7), at=AT, asked_on=LATE)) == ["changes.asked-later"]
