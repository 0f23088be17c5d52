"""Finding goods and converting their units."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.utils import translation

from shunda.catalog import queries
from shunda.catalog.rules import converted
from shunda.catalog.tests import builders

pytestmark = pytest.mark.django_db


def test_facts_tell_what_a_line_needs_to_know(django_assert_num_queries):
    made = builders.sku("A-1", name="深沟球轴承", name_en="Bearing", model="6204", supply_mode="order", lead_days=5)
    off = builders.sku("A-2", active=False)
    with django_assert_num_queries(1):
        facts = queries.sku_facts([made.pk, off.pk, 10**9])
    one = facts[made.pk]
    assert (one.code, one.name, one.model, one.unit_code, one.decimals) == ("A-1", "深沟球轴承", "6204", "pc", 0)
    assert (one.tax_rate, one.made_to_order, one.lead_days, one.active) == (Decimal("0.13"), True, 5, True)
    assert (one.label, one.unit_label) == ("Bearing", "piece")
    with translation.override("zh-hans"):
        assert (one.label, one.unit_label) == ("深沟球轴承", "件")
    assert not facts[off.pk].active
    assert len(facts) == 2


def test_a_sku_is_not_active_when_its_product_is_not():
    made = builders.sku("A-1", product=builders.product("P", active=False))
    assert not queries.sku_facts([made.pk])[made.pk].active


def test_codes_and_barcodes_lead_to_skus_whatever_their_case(django_assert_num_queries):
    a = builders.sku("aB-1", barcode="6901234567892")
    b = builders.sku("C-2")
    with django_assert_num_queries(1):
        found = queries.resolve(["AB-1", " ab-1 ", "6901234567892", "c-2", "nothing", ""])
    assert found == {"AB-1": a.pk, " ab-1 ": a.pk, "6901234567892": a.pk, "c-2": b.pk}


def test_a_code_counts_before_a_barcode():
    a = builders.sku("X1")
    builders.sku("X2", barcode="x1")
    assert queries.resolve(["x1"]) == {"x1": a.pk}


@pytest.mark.req("R026")
def test_units_convert_exactly_and_only_where_somebody_said_how(django_assert_num_queries):
    piece, dozen, box, kg = (builders.unit(code) for code in ("pc", "dozen", "box", "kg"))
    a, b = builders.sku("A"), builders.sku("B")
    c = builders.sku("C", unit=kg)
    builders.conversion(dozen, piece, 12)
    builders.conversion(box, piece, 24, product=a.product)
    builders.conversion(box, piece, 10)
    builders.conversion(piece, kg, 1, 3, product=c.product)
    asked = [(s.pk, u.pk) for s in (a, b, c) for u in (piece, dozen, box, kg)]
    with django_assert_num_queries(1):
        found = queries.factors(asked)
    assert found == {
        (a.pk, piece.pk): Fraction(1),
        (a.pk, dozen.pk): Fraction(12),
        (a.pk, box.pk): Fraction(24),
        (b.pk, piece.pk): Fraction(1),
        (b.pk, dozen.pk): Fraction(12),
        (b.pk, box.pk): Fraction(10),
        (c.pk, kg.pk): Fraction(1),
        (c.pk, piece.pk): Fraction(1, 3),
    }


@pytest.mark.parametrize(
    ("quantity", "factor", "decimals", "base"),
    [
        ("3", Fraction(12), 0, "36"),
        ("0.5", Fraction(12), 0, "6"),
        ("0.3333", Fraction(12), 0, None),
        ("9", Fraction(1, 3), 3, "3"),
        ("1", Fraction(1, 3), 3, None),
        ("1", Fraction(1, 8), 3, "0.125"),
        ("1.5", Fraction(1), 0, None),
        ("99999999999999.9999", Fraction(10), 3, "999999999999999.999"),
    ],
)
@pytest.mark.req("R026")
def test_a_quantity_converts_without_rounding_or_not_at_all(quantity, factor, decimals, base):
    assert converted(Decimal(quantity), factor, decimals) == (Decimal(base) if base else None)


@pytest.mark.parametrize(
    "text", ["轴承", "深沟", "sgqzc", "6204", "BRG-77", "brg 轴承", "6901234567892", "deep groove"]
)
def test_goods_are_found_by_two_characters_initials_and_part_numbers(text):
    made = builders.sku(
        "BRG-77", barcode="6901234567892", name="深沟球轴承", name_en="Deep groove ball bearing", model="6204-2RS"
    )
    builders.sku("BOLT-1", name="六角螺栓", name_en="Hex bolt", model="M8")
    assert [facts.id for facts in queries.find(text)] == [made.pk]


def test_the_exact_code_comes_first_and_inactive_goods_do_not_come():
    builders.sku("A-100", name="轴承 A-10")
    exact = builders.sku("A-10")
    builders.sku("A-101", active=False)
    assert [facts.code for facts in queries.find("a-10")] == [exact.code, "A-100"]
    assert [facts.code for facts in queries.find("a-10", active=False)] == ["A-10", "A-100", "A-101"]
    assert queries.find("   ") == queries.find("!?") == []


def plan(queryset) -> str:
    sql, params = queryset.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain " + sql, params)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("text", ["轴承", "sgq", "62", "轴"])
def test_search_is_always_by_index(text):
    builders.sku("BRG-77", name="深沟球轴承")
    assert "sku_search" in plan(queries.matching(text).order_by())


def test_codes_are_looked_up_by_index():
    builders.sku("BRG-77", barcode="6901234567892")
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain " + queries._RESOLVE, [["brg-77"]])
        told = "\n".join(line for (line,) in cursor.fetchall())
    assert "sku_code_once" in told
    assert "sku_barcode_once" in told
