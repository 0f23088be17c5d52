"""Complex orders wait for the customer's signature: two signs come together, as the company decided (R052)."""

from datetime import date
from decimal import Decimal

import pytest

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.refusal import Refusal
from shunda.credit.tests.builders import account
from shunda.customers.models import PaymentTerm
from shunda.customers.tests.builders import customer, term
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions
from shunda.orders.models import Hold
from shunda.orders.specs import LineSpec, OrderSpec, Placing
from shunda.orders.tests.builders import AT, order
from shunda.policies.models import SettingChange
from shunda.pricing.tests.builders import price_list

pytestmark = [pytest.mark.django_db, pytest.mark.req("R052")]


def decided(**values):
    for name, value in values.items():
        SettingChange.objects.create(name=f"orders.{name}", value=value, changed_by="x", changed_at=AT, reason="test")


def waits(made):
    return Hold.objects.filter(order=made, kind="legal", stops="confirm", rule="letter", released_at=None).exists()


def said(made):
    found = made.reviews.get(department="finance").findings
    return [Refusal(None, one["code"], one["data"]).message for one in found if one["code"] == "orders.check-complex"]


def made(lines=2, *, special=False, **fields):
    articles = [sku(f"A-{n}", **({"supply_mode": "order"} if special and not n else {})) for n in range(lines)]
    return order(customer("C1"), [(article, 1, 5) for article in articles], "in_review", **fields)


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({}, False),
        ({"lines": 3}, False),
        ({"contract_number": "HT-1"}, False),
        ({"special": True}, False),
        ({"lines": 2, "contract_number": "HT-1"}, False),
        ({"lines": 3, "contract_number": "HT-1"}, True),
        ({"special": True, "contract_number": "HT-1"}, True),
    ],
)
def test_two_signs_together_make_an_order_complex(fields, held):
    decided(complex_lines=3)
    assert waits(one := made(**fields)) is held
    assert bool(said(one)) is held


def test_terms_that_are_not_the_customers_own_are_a_sign_and_each_language_reads_them():
    own, other = term("credit30"), term("prepaid")
    buyer = customer("C1", term=own.code)
    one = order(buyer, [(sku("A-1"), 1, 5)], "in_review", contract_number="HT-1", term_id=other.pk)
    assert waits(one)
    assert said(one) == [
        "A complex order (contract, terms of its own) needs the signed confirmation letter; none is attached."
    ]
    assert PaymentTerm.objects.count() >= 2


@pytest.mark.parametrize(("signs", "held"), [(1, True), (3, False), (5, False)])
def test_how_many_signs_it_takes_is_a_setting(signs, held):
    decided(complex_signs=signs)
    assert waits(made(contract_number="HT-1")) is held


@pytest.mark.parametrize(("lines", "status"), [(2, "confirmed"), (3, "in_review")])
def test_a_placed_order_of_many_lines_goes_to_people_where_one_sign_is_enough(lines, status):
    decided(complex_lines=3, complex_signs=1)
    articles = [sku(f"A-{n}") for n in range(lines)]
    for article in articles:
        stock(article, warehouse(), 10)
    price_list("G", [(article, "5") for article in articles])
    buyer = customer("C1")
    account(buyer, 5000)
    spec = OrderSpec(
        buyer.pk, [LineSpec(Decimal(1), article.pk) for article in articles], channel="api", wanted_date=date(2026, 5, 20),
        invoice_kind="ordinary",
    )  # fmt: skip
    [placed] = actions.place([Placing(spec, system(), key="k")], at=AT)
    assert placed.status == status
