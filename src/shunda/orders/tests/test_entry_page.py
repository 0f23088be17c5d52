"""The entry page's endpoints: prices while typing, pasted lines, checks, keeping, saving, clashes."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, queries
from shunda.orders.models import Order, Sheet
from shunda.orders.tests.builders import AT, order, spec
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
HEAD = {
    "customer": "C1", "kind": "standard", "channel": "phone", "priority": "1", "payment_method": "transfer",
    "invoice_kind": "ordinary", "prices_include_tax": "on", "wanted_date": "2099-05-20",
}  # fmt: skip
SHORT = "orders.check-short-no-date"


def signed_in(person):
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def web():
    return signed_in(user("boss", "*"))


@pytest.fixture
def buyer():
    warehouse()
    return customer("C1", credit_code="")


@pytest.fixture
def article():
    return sku("A-1")


def ask(web, name, **body):
    return web.post(
        reverse(f"orders:sheet_{name}"), json.dumps(body), content_type="application/json",
        headers={"HX-Request": "true"},
    )  # fmt: skip


def typed(*rows, **head):
    names = ("sku", "quantity", "unit_price")
    return {"head": HEAD | head, "lines": [dict(zip(names, row, strict=False)) for row in rows], "version": None}


def test_choosing_a_customer_brings_its_file_and_hides_phones_from_who_may_not_see_them(web, buyer, article):
    order(buyer, [(article, 1, 10)])
    url = reverse("orders:sheet_customer")
    found = web.get(url, {"code": "c1"}).json()
    [address] = found["addresses"]
    assert address["fields"]["receiver_phone"]
    assert found["recent"][0]["number"].startswith("SO")
    plain = signed_in(user("li", "orders.create_order")).get(url, {"code": "C1"}).json()
    assert plain["fields"]["contact_phone"] == plain["addresses"][0]["fields"]["receiver_phone"] == ""
    assert web.get(url, {"code": "WHO"}).status_code == 404


@pytest.mark.req("R026", "R027", "R039")
def test_a_line_is_priced_with_its_reasons_and_the_page_is_told_how_to_add_up(web, buyer, article):
    answer = ask(web, "quote", **typed(("A-1", "3", "12.50"), freight="8", discount="1.5"), gross="44").json()
    [line] = answer["results"]
    assert (line["sku"], line["source"], line["short"], bool(line["reasons"])) == ("A-1", "overridden", True, True)
    assert line["figures"] == ["3", "12.5", "0", "0.13"]
    assert answer["document"] == {
        "digits": 2, "symbol": "¥", "includes_tax": True, "discount": "1.50", "freight": "8.00", "freight_tax": "0.09",
    }  # fmt: skip
    assert answer["words"] == "Chinese yuan forty-four only"


@pytest.mark.req("R054")
def test_an_order_discount_is_judged_by_all_lines_however_many_were_asked_about(web, buyer, article):
    one = typed(("A-1", "2", "1"), discount="5")
    assert "more than the goods" in ask(web, "quote", **one).json()["errors"][0]
    assert ask(web, "quote", **one, beside="37.50").json()["errors"] == []
    for nonsense in ("x", None, 3, "Infinity"):
        assert ask(web, "quote", **one, beside=nonsense, gross=nonsense).json()["errors"]


@pytest.mark.req("R039")
def test_of_many_lines_the_reasons_are_asked_for_one_by_one(web, buyer, article):
    many = ask(web, "quote", **typed(*[("A-1", "1", "1")] * 21)).json()["results"]
    assert {line["reasons"] for line in many} == {None}


def test_what_is_wrong_with_a_line_is_told_beside_its_fields_and_the_others_go_on(web, buyer, article):
    answer = ask(web, "quote", **typed(("A-1", "x"), ("NOPE", "1"), ("A-1", "1.5", "1"), ("A-1", "1", "1"))).json()
    by_place = {line["place"]: line for line in answer["results"]}
    assert "quantity" in by_place[1]["fields"]
    assert by_place[2]["unknown"]
    assert "decimal places" in by_place[3]["errors"][0]
    assert [place for place, line in by_place.items() if line.get("figures")] == [4]


def test_pasted_lines_are_resolved_in_one_call_and_unknown_codes_get_suggestions(web, buyer):
    for n in range(3):
        sku(f"BRG-620{n}")
    text = "Code\tQty\tPrice\nBRG-6200\t5\t\nBRG-620X\t2\t\nbrg-6202\t\t3"
    answer = ask(web, "paste", head=HEAD, text=text, first=4).json()
    assert answer["places"] == [4, 5, 6]
    known, unknown, no_quantity = sorted(answer["results"], key=lambda line: line["place"])
    assert known["sku"] == "BRG-6200"
    assert unknown["unknown"]
    assert {each["value"] for each in unknown["like"]} == {"BRG-6200", "BRG-6201", "BRG-6202"}
    assert "quantity" in no_quantity["fields"]


def test_the_endpoints_take_the_same_queries_for_one_line_and_for_many(web, buyer):
    codes = [sku(f"A-{n}").code for n in range(30)]
    counts = {}
    for rows in ([(codes[0], "1", "5")], [(code, "1", "5") for code in codes]):
        text = "\n".join("\t".join(row) for row in rows)
        for name, body in (
            ("quote", typed(*rows)),
            ("check", typed(*rows)),
            ("paste", {"head": HEAD, "text": text}),
            ("keep", {"content": typed(*rows)}),
            ("quote", typed(rows[0]) | {"beside": "145.00", "gross": "150.00"}),
        ):
            with CaptureQueriesContext(connection) as seen:
                assert ask(web, name, **body).status_code == 200
            counts.setdefault(name, set()).add(len(seen))
    assert all(len(found) == 1 for found in counts.values()), counts
    most = {"quote": 14, "check": 36, "paste": 14, "keep": 10}
    assert {name: max(found) for name, found in counts.items() if max(found) > most[name]} == {}


def save(web, content, **body):
    return ask(web, "save", **{"content": content, "once": f"k{Order.objects.count()}{len(json.dumps(body))}"} | body)


@pytest.mark.req("R034", "R054")
def test_the_checks_point_to_the_order_that_looks_the_same(web, buyer, article):
    there = save(web, typed(("A-1", "2", "10"))).json()
    answer = ask(web, "check", **typed(("A-1", "2", "10"))).json()
    twin = next(found for found in answer["findings"] if found["code"] == "orders.check-duplicate")
    assert (twin["number"], twin["url"], twin["asks"]) == (there["number"], there["to"], True)
    own = ask(web, "check", order=there["order"], **typed(("A-1", "2", "10"))).json()
    assert "orders.check-duplicate" not in {found["code"] for found in own["findings"]}


def test_the_checks_tell_what_is_missing_and_where(web, buyer, article):
    answer = ask(web, "check", **typed(("A-1", "2", "10"), ("NOPE", "1"), wanted_date="2001-01-01")).json()
    assert {"wanted_date", "lines.2"} <= {missing["where"] for missing in answer["missing"]}
    wrong = ask(web, "check", **typed(("A-1", "2", "10"), discount="abc", customer="")).json()
    assert list(wrong["fields"]) == ["discount"]


@pytest.mark.req("R019", "R026")
def test_what_was_typed_is_saved_once_and_its_sheet_goes(web, buyer, article):
    content = typed(("A-1", "3", "12.50"))
    sheet = ask(web, "keep", content=content).json()["sheet"]
    first, again = (ask(web, "save", content=content, sheet=sheet, once="k").json() for _ in range(2))
    assert first == again
    made = Order.objects.get()
    assert (made.gross, made.status, made.number) == (Decimal("37.50"), "draft", first["number"])
    assert not Sheet.objects.exists()


def test_what_is_wrong_is_told_by_field_and_line_and_nothing_is_saved(web, buyer, article):
    faulty = save(web, typed(("A-1", "x"), wanted_date="someday"))
    assert faulty.status_code == 422
    assert (list(faulty.json()["head"]), list(faulty.json()["fields"])) == (["wanted_date"], ["1"])
    unknown = save(web, typed(("A-1", "1", "1"), ("NOPE", "1")))
    assert unknown.status_code == 422
    assert list(unknown.json()["lines"]) == ["2"]
    too_much = save(web, typed(("A-1", "1", "1"), discount="5"))
    assert list(too_much.json()["head"]) == ["discount"]
    assert not Order.objects.exists()


@pytest.mark.req("R054", "R043")
def test_warnings_ask_for_a_reason_before_the_order_is_handed_in(web, buyer, article):
    content = typed(("A-1", "3", "12.50"))
    held = save(web, content, then="submit").json()
    asked = {group["code"] for group in held["asking"]}
    assert (held["submitted"], SHORT in asked) == (False, True)
    reasons = dict.fromkeys(asked, "agreed by phone")
    given = save(web, content | {"version": held["version"]}, order=held["order"], then="submit", overrides=reasons)
    assert given.json()["submitted"], given.json()
    assert Order.objects.get().status == "in_review"
    told = [e.data["reason"] for e in queries.timeline(held["order"]) if e.kind == "order.override"]
    assert told == ["agreed by phone"] * len(asked)


def test_an_order_without_warnings_is_saved_and_handed_in_at_once(web, buyer, article):
    stock(article, warehouse(), 10)
    account(buyer, 1000)
    price_list(prices=[(article, "12.50")])
    answer = save(web, typed(("A-1", "3")), then="submit").json()
    assert answer["submitted"], answer
    assert Order.objects.get().status == "in_review"


def test_a_draft_that_somebody_else_changed_shows_both_sides(web, buyer, article):
    row = order(buyer, [(article, 2, 10)], by=system())
    actions.edit({row.pk: spec(buyer, [(article, 5, 10)], packing="crate")}, by=system(), at=AT).one()
    answer = save(web, typed(("A-1", "3", "10")) | {"version": row.version}, order=row.pk)
    assert answer.status_code == 409
    theirs = answer.json()["conflict"]
    assert (theirs["head"]["packing"], theirs["head"]["customer"], theirs["version"]) == (
        "crate",
        "C1",
        row.version + 1,
    )
    assert theirs["lines"] == [{"sku": "A-1", "quantity": "5", "unit": theirs["lines"][0]["unit"], "unit_price": "10"}]
    assert row.lines.get().quantity == 5
    again = save(web, typed(("A-1", "3", "10")) | {"version": theirs["version"]}, order=row.pk)
    assert again.status_code == 200
    assert row.lines.get().quantity == 3


def test_what_is_typed_is_kept_offered_and_gone_on_with(web, buyer, article):
    content = typed(("A-1", "oops"), note="call back")
    kept = ask(web, "keep", content=content).json()
    stale = ask(web, "keep", content=content, sheet=kept["sheet"], version=99)
    assert (stale.status_code, ask(web, "keep", content=content, sheet=10**6).status_code) == (409, 404)
    page = web.get(reverse("orders:create"))
    assert [sheet.pk for sheet in page.context["unsaved"]] == [kept["sheet"]]
    page = web.get(reverse("orders:create"), {"sheet": kept["sheet"]})
    assert page.context["data"]["lines"] == content["lines"]
    assert page.context["form"].initial["note"] == "call back"
    ask(web, "discard", sheet=kept["sheet"])
    assert not Sheet.objects.exists()


def test_of_a_kept_sheet_only_what_changed_is_sent_and_it_is_checked_where_it_is(web, buyer, article):
    lines = [("A-1", str(n + 1), "1") for n in range(30)]
    kept = ask(web, "keep", content=typed(*lines)).json()
    changes = {"head": {"note": "soon"}, "lines": {"7": {"sku": "NOPE", "quantity": "1"}}}
    kept = ask(web, "keep", sheet=kept["sheet"], version=kept["version"], changes=changes).json()
    content = Sheet.objects.get().content
    assert (content["head"]["note"], content["lines"][7]["sku"], len(content["lines"])) == ("soon", "NOPE", 30)
    whole, short = ask(web, "check", **content), ask(web, "check", sheet=kept["sheet"])
    assert short.json() == whole.json()
    assert "lines.8" in {missing["where"] for missing in short.json()["missing"]}
    stranger = signed_in(user("eve", "orders.create_order"))
    assert ask(stranger, "check", sheet=kept["sheet"]).status_code == 404
    assert ask(web, "keep", changes=changes).status_code == 404


def test_the_sheet_of_a_draft_remembers_the_version_it_started_from(web, buyer, article):
    row = order(buyer, [(article, 2, 10)])
    kept = ask(web, "keep", order=row.pk, content=typed(("A-1", "7")) | {"version": row.version}).json()
    actions.edit({row.pk: spec(buyer, [(article, 5, 10)])}, by=system(), at=AT).one()
    data = web.get(reverse("orders:edit", args=[row.pk]), {"sheet": kept["sheet"]}).context["data"]
    assert (data["version"], data["base"], data["lines"][0]["quantity"]) == (row.version, None, "7")


def test_who_is_signed_out_is_told_so_and_who_may_not_enter_orders_is_refused(buyer, article):
    assert ask(Client(), "keep", content={}).status_code == 401
    assert ask(signed_in(user("eve")), "quote").status_code == 403
    only_create = signed_in(user("li", "orders.create_order"))
    refused = save(only_create, typed(("A-1", "1", "1")), then="submit", overrides={SHORT: "x"})
    assert (refused.status_code, refused.json()["permission"]) == (403, "orders.submit_order")
    assert not Order.objects.exists()


def test_drafts_of_others_are_out_of_sight(buyer, article):
    row = order(buyer, [(article, 2, 10)])
    stranger = signed_in(user("anna", "orders.edit_order", reach="own"))
    for name in ("quote", "check", "keep", "save"):
        assert ask(stranger, name, order=row.pk, content=typed()).status_code == 404


@pytest.mark.parametrize("junk", [b"", b"[]", b'{"lines": 3}', b"\xff"])
def test_nonsense_over_the_wire_is_no_server_error(web, buyer, junk):
    for name in ("quote", "paste", "check", "keep", "discard", "save"):
        answer = web.post(reverse(f"orders:sheet_{name}"), junk, content_type="application/json")
        assert answer.status_code in (200, 404, 422), name


def test_a_long_draft_comes_without_plain_rows_unless_they_are_asked_for(web, buyer, article):
    row = order(buyer, [(article, n + 1, 1) for n in range(61)])
    url = reverse("orders:edit", args=[row.pk])
    assert "?plain=1" in web.get(url).content.decode()
    assert "lines-60-sku" in web.get(url, {"plain": "1"}).content.decode()
