"""The customer's page: what it shows and hides, in both languages; what it says when it stays shut."""

import json
import logging
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from shunda.accounts.tests.builders import user
from shunda.billing.tests.builders import paid
from shunda.catalog.tests.builders import sku
from shunda.changes.tests.builders import FREE, LATE
from shunda.core.models import Answer, Event
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import carrier, shipment
from shunda.orders.documents import order_confirmation
from shunda.orders.models import Order
from shunda.orders.tests.builders import AT, confirmed_order, in_status
from shunda.portal import actions, guard, rules
from shunda.portal.models import Wish
from shunda.portal.pages import door
from shunda.portal.tests.builders import browser, link, path
from shunda.work.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return confirmed_order(
        customer(), [(sku("A-1"), 10, "12.50")], customer_reference="PO-77", note="margin 40 %, internal"
    )


@pytest.fixture
def clock(monkeypatch):
    """The moment of every request."""

    def at(moment):
        monkeypatch.setattr(door, "now", lambda: moment)

    at(FREE)
    return at


def test_it_shows_what_is_his_and_nothing_of_ours(made, clock):
    way = link(made)
    body = browser().get(path(way)).content.decode()
    for text in (made.number, "PO-77", "¥125.00", "being prepared", "You can cancel this order by yourself until"):
        assert text in body, text
    assert "internal" not in body
    for private in filter(None, (made.receiver_phone, made.contact_phone, made.ship_street, made.bank_account)):
        assert private not in body
    said = browser("zh-hans").get(path(way)).content.decode()
    for text in ("备货中", "您可以在", "取消订单"):
        assert text in said, text


def test_nothing_keeps_it_on_the_way_and_each_visit_of_a_stranger_counts(made, clock):
    way = link(made)
    answer = browser().get(path(way))
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert (answer["X-Frame-Options"], answer["Referrer-Policy"]) == ("DENY", "same-origin")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert 'content="noindex, nofollow, noarchive"' in answer.content.decode()
    assert "Disallow: /" in browser().get("/robots.txt").content.decode()
    boss = browser()
    boss.force_login(user("boss", "*"), backend="django.contrib.auth.backends.ModelBackend")
    assert "what the customer sees" in boss.get(path(way)).content.decode()
    way.refresh_from_db()
    assert (way.opened, way.opened_at) == (1, FREE)


def test_a_forged_an_ended_and_a_revoked_link_are_one_and_the_same_closed_door(made, clock):
    way = link(made)
    forged = path(way).replace(way.word, rules.word())
    said = {browser().get(forged).content}
    clock(AT + timedelta(days=91))
    said.add(browser().get(path(way)).content)
    clock(AT)
    actions.revoke_links([way.pk], by=door_system(), at=AT)
    for page in ("", "cancel/", "ask/"):
        answer = browser().get(path(way, page))
        assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store, private")
        assert "This link does not work" in answer.content.decode()
        assert made.number not in answer.content.decode()
    assert len({body.split(b"csrfmiddlewaretoken")[0] for body in said}) == 1


def door_system():
    from shunda.core.actor import system

    return system()


@pytest.mark.req("R161", "R170")
def test_he_cancels_after_he_saw_what_it_does_and_sending_it_twice_does_it_once(clock):
    made = confirmed_order(customer("P1", term="prepaid"), [(sku("A-1"), 10, "12.50")])
    paid(made)
    way, me = link(made), browser()
    shown = me.get(path(way, "cancel/")).content.decode()
    assert "Of what you paid we give back ¥125.00." in shown
    for _twice in range(2):
        answer = me.post(path(way, "cancel/"), {"reason": "wrong size", "once": "k1"})
        assert (answer.status_code, answer["Location"]) == (302, path(way))
    assert Order.objects.get(pk=made.pk).status == "cancelled"
    assert Event.objects.filter(kind="link.cancel").count() == 1
    assert "This order is cancelled" in me.get(path(way)).content.decode()
    assert not Answer.objects.filter(scope__contains=way.word).exists()


@pytest.mark.req("R161")
def test_a_moment_too_late_he_is_told_so_and_asks_instead(made, clock):
    way, me = link(made), browser()
    clock(LATE)
    assert "The time in which you can cancel by yourself has ended" in me.get(path(way, "cancel/")).content.decode()
    late = me.post(path(way, "cancel/"), {"reason": ""})
    assert (late.status_code, Order.objects.get(pk=made.pk).status) == (422, "confirmed")
    assert "cancel/" not in me.get(path(way)).content.decode()
    assert me.post(path(way, "ask/"), {"kind": "cancel", "text": ""}).status_code == 422
    assert me.post(path(way, "ask/"), {"kind": "cancel", "text": "no longer needed"}).status_code == 302
    assert Task.objects.filter(kind="customer.wish", order_id=made.pk).exists()
    assert "We are at it and answer here." in me.get(path(way)).content.decode()


def test_whoever_is_signed_in_sends_nothing_in_the_customers_name(made, clock):
    way, boss = link(made), browser()
    boss.force_login(user("boss", "*"), backend="django.contrib.auth.backends.ModelBackend")
    for page, data in (("cancel/", {"reason": ""}), ("ask/", {"kind": "question", "text": "x"})):
        assert boss.post(path(way, page), data).status_code == 409
    assert (Order.objects.get(pk=made.pk).status, Wish.objects.count()) == ("confirmed", 0)


def test_a_form_from_elsewhere_and_another_method_are_refused(made, clock):
    way = link(made)
    assert browser(enforce_csrf_checks=True).post(path(way, "cancel/"), {"reason": ""}).status_code == 403
    assert browser().put(path(way)).status_code == 405
    assert Order.objects.get(pk=made.pk).status == "confirmed"


def test_a_link_and_an_address_are_heard_only_so_often(made, clock, monkeypatch, settings):
    settings.PORTAL_RATE_PER_SECOND = 0.3  # three at once for a link, fifteen for an address
    monkeypatch.setattr(guard, "_links", guard.RateLimit(guard._rate))
    monkeypatch.setattr(guard, "_addresses", guard.RateLimit(lambda: guard._rate() * 5))
    way = link(made)
    answers = [browser().get(path(way)).status_code for _ in range(5)]
    assert (answers[:3], answers[-1]) == ([200] * 3, 429)
    assert browser().get(path(link(in_status(customer("C2"), [(sku("A-2"), 1, 5)], "approved")))).status_code == 200
    guesses = [browser().get(f"/o/{n}/").status_code for n in range(15)]
    assert (guesses[0], guesses[-1]) == (404, 429)


def test_what_is_on_the_way_can_be_followed_and_what_is_planned_is_not_told(made, clock):
    sent = shipment(made, "shipped", {made.lines.get(): 4})
    sent.carrier = carrier("YTO", tracking_url="https://sf.example/{number}")
    sent.tracking_number = "SF 1/2"
    sent.save()
    planned = shipment(made, "planned", {made.lines.get(): 2})
    body = browser().get(path(link(made))).content.decode()
    assert 'href="https://sf.example/SF%201%2F2"' in body
    assert planned.number not in body
    assert "4 sent" in body
    assert "partly on the way" in body
    assert "by yourself" not in body


def test_a_long_order_asks_the_database_as_often_as_a_short_one(clock):
    def asked(code, count):
        articles = [sku(f"{code}-{n}") for n in range(count)]
        made = confirmed_order(customer(code), [(article, 2, 5) for article in articles])
        shipment(made, "shipped", dict.fromkeys(made.lines.all(), 1))
        way, me = link(made), browser()
        with CaptureQueriesContext(connection) as captured:
            assert me.get(path(way)).status_code == 200
        return len(captured)

    asked("W", 1)  # what is asked once
    assert asked("S", 1) == asked("L", 12) <= 25


@pytest.mark.parametrize(("language", "label"), [("en", "Follow your order at"), ("zh-hans", "跟踪订单")])
def test_the_order_confirmation_leads_to_it_where_our_address_is_known(settings, language, label):
    made = confirmed_order(customer(), [(sku("A-1"), 10, "12.50")])
    now = timezone.now()

    def told():
        with translation.override(language):
            return order_confirmation.papers([made.pk], private=False)[0]

    plain = told()
    way = link(made, at=now)
    assert told() == plain
    settings.SHUNDA_ADDRESS = "https://orders.example"
    said = told()
    assert label in said["declaration"]
    assert f"https://orders.example{path(way)}" in said["declaration"]
    assert said["qr"] != plain["qr"]
    actions.revoke_links([way.pk], by=door_system(), at=now)
    assert told()["qr"] == plain["qr"]


def test_no_log_has_the_key_of_a_link(made, capsys):
    raw = rules.token(link(made).word)
    formatter = settings.LOGGING["formatters"]["json"]
    made_of = {name: value for name, value in formatter.items() if name != "()"}
    record = logging.LogRecord("django.request", 30, "", 0, "Not Found: %s", (f"/o/{raw}/cancel/",), None)
    said = json.loads(formatter["()"](**made_of).format(record))["event"]
    assert said == "Not Found: /o/…/cancel/"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_our_side_shows_the_link_and_what_is_asked_for(client, made, language):
    boss = user("boss", "*")
    boss.language = language
    boss.save()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    panel = reverse("portal:panel", args=[made.pk])
    assert reverse("portal:create", args=[made.pk]) in client.get(panel).content.decode()
    client.post(reverse("portal:create", args=[made.pk]))
    way = made.links.get()
    assert f"http://testserver{path(way)}" in client.get(panel).content.decode()
    wish = Wish.objects.create(order=made, link=way, kind="cancel", text="no longer needed", asked_at=timezone.now())
    page = reverse("portal:answer", args=[wish.pk])
    assert "no longer needed" in client.get(page).content.decode()
    assert reverse("changes:cancel", args=[made.pk]) in client.get(page).content.decode()
    assert client.post(page, {"answer": ""}).status_code == 422
    assert client.post(page, {"answer": "We cancel it.", "version": "1"}).status_code == 302
    assert "We cancel it." in client.get(panel).content.decode()
    assert client.get(page).status_code == 302
    client.post(reverse("portal:revoke", args=[way.pk]), {"version": str(way.version)})
    assert path(way) not in client.get(panel).content.decode()
