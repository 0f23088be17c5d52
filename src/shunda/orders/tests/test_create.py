"""Taking orders in: a draft may lack things but holds no nonsense."""

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor, user
from shunda.catalog.tests.builders import conversion, sku, unit
from shunda.core.actor import system
from shunda.core.models import Counter, Event
from shunda.core.refusal import Refused
from shunda.customers.tests.builders import address, customer, term
from shunda.inventory.tests.builders import warehouse
from shunda.orders import actions
from shunda.orders.models import Channel, Order, OrderLine
from shunda.orders.specs import LineSpec
from shunda.orders.tests.builders import AT, order, spec
from shunda.pricing.tests.builders import price_list
from shunda.work.models import Task

pytestmark = pytest.mark.django_db
SYSTEM = system()
CODE = "91440300708461136T"


def create(*specs, by=SYSTEM):
    return actions.create(list(specs), by=by, at=AT)


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


@pytest.mark.req("R019", "R020")
def test_orders_are_numbered_by_day_and_serial_and_dated_the_day_they_are_made():
    buyer = customer()
    first = create(spec(buyer, []), spec(buyer, [])).done
    second = create(spec(buyer, [])).one()
    assert [o.number for o in [*first, second]] == ["SO20260506001", "SO20260506002", "SO20260506003"]
    assert second.order_date == date(2026, 5, 6)


@pytest.mark.req("R021", "R022", "R024", "R025")
def test_what_the_order_leaves_open_comes_from_the_customers_file():
    owner = user("seller")
    made = order(customer(owner=owner, credit_code=CODE, bank="工商银行", bank_account="6222020200112233"), [])
    assert (made.customer_name, made.credit_code, made.bank) == ("上海C1有限公司", CODE, "工商银行")
    assert (made.ship_province, made.ship_district, made.ship_postcode) == ("上海市", "浦东新区", "200120")
    assert (made.receiver, made.receiver_phone, made.contact_name) == ("李经理", "13800138000", "李经理")
    assert (made.term, made.owner, made.warehouse) == (term(), owner, warehouse())


@pytest.mark.req("R024")
def test_another_address_of_the_customer_can_be_chosen_and_parts_of_it_changed():
    buyer = customer()
    second = address(buyer, city="苏州市", province="江苏省", district="虎丘区", postcode="215000", is_default=False)
    made = order(buyer, [], address_id=second.pk, receiver="王师傅")
    assert (made.ship_city, made.receiver, made.receiver_phone) == ("苏州市", "王师傅", "13800138000")
    foreign = address(customer("C2"))
    assert codes(create(spec(buyer, [], address_id=foreign.pk))) == ["orders.unknown-address"]


@pytest.mark.req("R026", "R027")
def test_amounts_are_calculated_once_and_add_up():
    made = order(
        customer(),
        [(sku("A-1"), 3, "9.99"), (sku("A-2"), 2, "50")],
        discount="10",
        freight="8",
        prices_include_tax=True,
    )
    lines = list(made.lines.order_by("line_no"))
    assert [line.gross for line in lines] == [Decimal("27.66"), Decimal("92.31")]
    assert sum(line.order_discount for line in lines) == 10
    assert (made.gross, made.gross) == (Decimal("127.97"), made.net + made.tax)


@pytest.mark.req("R026")
def test_a_dozen_is_twelve_pieces_and_its_price_is_of_the_dozen():
    article, dozen = sku(), unit("dozen")
    conversion(dozen, unit("pc"), 12)
    price_list(prices=[(article, "2.5")])
    made = create(replace(spec(customer(), []), lines=[LineSpec(Decimal(3), article.pk, unit_id=dozen.pk)])).one()
    line = made.lines.get()
    assert (line.base_quantity, line.unit_price, line.gross) == (36, 30, 90)


@pytest.mark.req("R039", "R040")
def test_a_price_says_where_it_came_from():
    listed, free = sku("A-1"), sku("A-2")
    price_list(prices=[(listed, 10, 0, 8)])
    lines = order(customer(), [(listed, 1, None), (listed, 1, 9), (listed, 1, 10), (free, 1, None), (free, 1, 5)])
    told = [(line.price_reason["source"], line.unit_price, line.floor) for line in lines.lines.order_by("line_no")]
    assert told == [
        ("listed", 10, 8), ("overridden", 9, 8), ("listed", 10, 8), ("missing", 0, None), ("overridden", 5, None),
    ]  # fmt: skip


def test_articles_are_given_by_code_or_barcode_whatever_their_case():
    article = sku("AB-1", barcode="6901234567892")
    lines = [LineSpec(Decimal(1), sku="ab-1", unit_price=Decimal(1)), LineSpec(Decimal(1), sku="6901234567892")]
    made = create(replace(spec(customer(), []), lines=lines)).one()
    assert {line.sku_id for line in made.lines.all()} == {article.pk}


@pytest.mark.req("R032", "R034", "R039", "R041")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"sku": "NOPE"}, "orders.unknown-sku"),
        ({"sku": "OLD"}, "orders.inactive-sku"),
        ({"quantity": Decimal(0)}, "orders.quantity-not-positive"),
        ({"quantity": Decimal(-1)}, "orders.quantity-not-positive"),
        ({"quantity": Decimal("NaN")}, "orders.quantity-not-positive"),
        ({"quantity": Decimal("1.5")}, "orders.quantity-fraction"),
        ({"quantity": Decimal(1_000_001)}, "orders.quantity-too-large"),
        ({"quantity": Decimal("1E+40")}, "orders.quantity-too-large"),
        ({"unit_id": 999_999}, "orders.unknown-unit"),
        ({"unit_price": Decimal(-1)}, "orders.price-wrong"),
        ({"unit_price": Decimal("0.0000001")}, "orders.price-wrong"),
        ({"discount_rate": Decimal("1.1")}, "orders.rate-wrong"),
        ({"discount_rate": Decimal("0.12345")}, "orders.rate-wrong"),
        ({"tax_rate": Decimal(1)}, "orders.rate-wrong"),
        ({"note": "x" * 201}, "orders.line-note-too-long"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_place(line, code):
    sku("A-1")
    sku("OLD", active=False)
    given = LineSpec(**{"quantity": Decimal(1), "sku": "A-1", "unit_price": Decimal(1), **line})
    good = LineSpec(Decimal(1), sku="A-1", unit_price=Decimal(1))
    outcome = create(replace(spec(customer(), []), lines=[good, given]))
    [refusal] = outcome.refused
    assert (refusal.id, refusal.code, refusal.data["line"]) == (0, code, 2)
    assert refusal.message != code
    assert not Order.objects.exists()


@pytest.mark.req("R032", "R036")
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"customer_id": 0}, "orders.unknown-customer"),
        ({"warehouse_id": 0}, "orders.choice-warehouse"),
        ({"term_id": 0}, "orders.choice-term"),
        ({"owner_id": 0}, "orders.choice-owner"),
        ({"kind": "x"}, "orders.choice-kind"),
        ({"channel": "x"}, "orders.choice-channel"),
        ({"priority": 9}, "orders.choice-priority"),
        ({"payment_method": "x"}, "orders.choice-payment-method"),
        ({"invoice_kind": "x"}, "orders.choice-invoice-kind"),
        ({"currency": "yuan"}, "orders.currency-wrong"),
        ({"discount": Decimal(-1)}, "orders.amount-discount"),
        ({"discount": Decimal("0.001")}, "orders.amount-discount"),
        ({"freight": Decimal("Infinity")}, "orders.amount-freight"),
        ({"freight_tax_rate": Decimal(2)}, "orders.amount-freight-tax-rate"),
        ({"discount": Decimal("1.01")}, "orders.discount-too-large"),
        ({"packing": "x" * 201}, "orders.too-long-packing"),
        ({"credit_code": "91440300708461136X"}, "customers.credit-code-check"),
        ({"contact_phone": "+1 212 555 0100"}, "customers.phone-foreign"),
        ({"receiver_phone": "12"}, "customers.phone-wrong"),
        ({"ship_postcode": "999999"}, "customers.postcode-wrong"),
        ({"ship_country": "XX"}, "orders.choice-ship-country"),
    ],
)
def test_a_head_that_cannot_be_is_refused(fields, code):
    wrong = replace(spec(customer(), [(sku(), 1, 1)]), **fields)
    outcome = create(wrong)
    assert codes(outcome) == [code]
    assert outcome.refused[0].message != code
    assert not Order.objects.exists()
    assert not Counter.objects.exists()


def test_every_reason_is_told_at_once_and_good_orders_go_through():
    buyer = customer()
    wrong = spec(buyer, [(sku(), -1, -1)], kind="x", discount=-5)
    outcome = create(wrong, spec(buyer, []))
    assert [o.number for o in outcome.done] == ["SO20260506001"]
    assert {r.id for r in outcome.refused} == {0}
    assert len(outcome.refused) >= 4


def test_5001_lines_are_refused():
    article = sku()
    outcome = create(spec(customer(), [(article, 1, 1)] * 5001))
    [refusal] = outcome.refused
    assert (refusal.code, refusal.data["limit"]) == ("orders.too-many-lines", 5000)


def test_an_amount_no_column_holds_is_refused():
    article = sku()
    lines = [(article, 999_999, "99999999999")] * 3
    assert codes(create(spec(customer(), lines))) == ["orders.amount-too-large"]


@pytest.mark.req("R034")
def test_a_number_of_a_channel_comes_in_once():
    buyer = customer()
    shop = {"channel": Channel.MALL, "shop": "east", "external_number": "T-1"}
    first = create(spec(buyer, [], **shop)).one()
    outcome = create(spec(buyer, [], **shop), spec(buyer, [], **shop | {"shop": "west"}))
    [refusal] = outcome.refused
    assert (refusal.code, refusal.data["number"]) == ("orders.external-number-used", first.number)
    assert len(outcome.done) == 1
    twice = create(
        spec(buyer, [], **shop | {"external_number": "T-2"}), spec(buyer, [], **shop | {"external_number": "T-2"})
    )
    assert (codes(twice), len(twice.done)) == (["orders.external-number-twice"], 1)


def test_a_customer_outside_the_area_is_unknown():
    seller = actor("orders.create_order", reach="own")
    with pytest.raises(Refused, match="unknown-customer"):
        create(spec(customer(), []), by=seller).one()


def test_a_draft_waits_on_its_owners_worklist_and_its_creation_is_told():
    owner = user("seller")
    made = order(customer(owner=owner), [(sku(), 1, 1)])
    [task] = Task.objects.all()
    assert (task.kind, task.subject_id, task.owner_id) == ("order.submit", made.pk, owner.pk)
    event = Event.objects.get(kind="order.create")
    assert (event.order_id, event.sequence, event.data["lines"]) == (made.pk, 1, 1)


def test_one_order_and_many_take_the_same_queries():
    buyer, article = customer(), sku()
    price_list(prices=[(article, 10)])
    one, many = (
        [spec(buyer, [(article, 1, None)] * 2, external_number=f"E{n}-{k}") for k in range(n)] for n in (1, 20)
    )
    with CaptureQueriesContext(connection) as for_one:
        create(*one)
    with CaptureQueriesContext(connection) as for_many:
        assert len(create(*many).done) == 20
    assert len(for_many) == len(for_one)
    assert OrderLine.objects.count() == 42


@pytest.mark.req("R019")
def test_a_clone_takes_todays_prices_and_no_dates():
    article = sku()
    general = price_list(prices=[(article, 10)])
    old = order(customer(), [(article, 2, None), (article, 3, 7)], external_number="E1", customer_reference="PO1")
    general.prices.update(unit_price=12)
    new = actions.clone([old.pk], by=SYSTEM, at=AT).one()
    assert new.number != old.number
    assert (new.external_number, new.customer_reference, new.wanted_date, new.cloned_from) == ("", "", None, old)
    assert [line.unit_price for line in new.lines.order_by("line_no")] == [12, 7]


def test_cloning_what_is_not_there_or_no_longer_possible_is_refused_with_the_orders_id():
    article = sku()
    old = order(customer(), [(article, 2, 1)])
    article.active = False
    article.save()
    outcome = actions.clone([old.pk, 999_999], by=SYSTEM, at=AT)
    assert {(r.id, r.code) for r in outcome.refused} == {(999_999, "not-found"), (old.pk, "orders.inactive-sku")}


@pytest.mark.django_db(transaction=True)
def test_two_callers_with_the_same_foreign_number_make_one_order_and_number_without_gaps():
    wanted = spec(customer(), [(sku(), 1, 1)], channel=Channel.MALL, external_number="T-1")
    barrier, outcomes = threading.Barrier(4), []

    def run():
        barrier.wait()
        outcomes.append(create(wanted, replace(wanted, external_number="")))
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(outcome.done) for outcome in outcomes) == [1, 1, 1, 2]
    assert {code for outcome in outcomes for code in codes(outcome)} == {"orders.external-number-used"}
    numbers = Order.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [f"SO20260506{serial:03d}" for serial in range(1, 6)]
