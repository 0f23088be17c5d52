"""Writes on goods."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shunda.catalog import actions, queries, verify
from shunda.catalog.models import Category, Product, Sku, Unit, UnitConversion
from shunda.catalog.specs import CategorySpec, ConversionSpec, ProductSpec, SkuSpec, UnitSpec
from shunda.catalog.tests import builders
from shunda.core.actor import Actor, system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted

AT = datetime(2026, 5, 6, 9, tzinfo=UTC)
BY = system("tests")

pytestmark = pytest.mark.django_db


def spec(code="B-1", **fields):
    fields.setdefault("category_id", builders.category().pk)
    fields.setdefault("unit_id", builders.unit().pk)
    return ProductSpec(code, fields.pop("name", "深沟球轴承"), **fields)


def create(*specs):
    return actions.create_products(specs, by=BY, at=AT)


def codes(outcome):
    return [(r.id, r.code) for r in outcome.refused]


def readable(outcome):
    assert all("%(" not in r.message and "{" not in r.message for r in outcome.refused)


@pytest.mark.req("R001", "R026")
def test_a_product_is_made_with_model_specification_parameters_and_skus():
    skus = [SkuSpec("B-1-S", "small", "6901234567892"), SkuSpec(" B-1-L ", "large")]
    outcome = create(
        spec(model="6204", specification="20x47x14", parameters={"load": "12.8 kN"}, skus=skus, lead_days=5),
        spec("B-2", tax_rate=Decimal("0.09"), supply_mode="order"),
    )
    one, two = outcome.done
    assert (one.model, one.specification, one.parameters, one.tax_rate) == (
        "6204", "20x47x14", {"load": "12.8 kN"}, Decimal("0.13"),
    )  # fmt: skip
    assert [(s.code, s.variant) for s in one.skus.order_by("pk")] == [("B-1-S", "small"), ("B-1-L", "large")]
    assert [(s.code, s.product.tax_rate) for s in two.skus.all()] == [("B-2", Decimal("0.09"))]
    assert [f.code for f in queries.find("sgqzc")] == ["B-2", "B-1-L", "B-1-S"]
    assert list(Event.objects.filter(kind="product.create").values_list("subject_id", flat=True)) == [one.pk, two.pk]
    assert list(verify.check()) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"code": " "}, [("catalog.required-product-code", "code"), ("catalog.required-sku-code", "code")]),
        ({"name": ""}, [("catalog.required-product-name", "name")]),
        ({"name": "x" * 121}, [("catalog.too-long-product-name", "name")]),
        ({"code": "p-taken", "skus": [SkuSpec("n")]}, [("catalog.code-taken", "code")]),
        ({"skus": [SkuSpec("taken")]}, [("catalog.sku-taken", "skus.0.code")]),
        ({"skus": [SkuSpec("n", barcode="6901234567892")]}, [("catalog.sku-taken", "skus.0.barcode")]),
        ({"skus": [SkuSpec("6901234567892")]}, [("catalog.sku-taken", "skus.0.code")]),
        ({"skus": [SkuSpec("n", barcode="6901234567893")]}, [("catalog.bad-barcode", "skus.0.barcode")]),
        ({"skus": [SkuSpec("n"), SkuSpec("N")]}, [("catalog.code-twice", "code")]),
        ({"category_id": 10**9}, [("catalog.unknown-category", "category")]),
        ({"unit_id": 10**9}, [("catalog.unknown-unit", "unit")]),
        ({"tax_rate": Decimal("1")}, [("catalog.bad-tax-rate", "tax_rate")]),
        ({"tax_rate": Decimal("NaN")}, [("catalog.bad-tax-rate", "tax_rate")]),
        ({"tax_rate": Decimal("0.12345")}, [("catalog.bad-tax-rate", "tax_rate")]),
        ({"supply_mode": "magic"}, [("catalog.bad-supply", "supply_mode")]),
        ({"lead_days": -1}, [("catalog.bad-lead-days", "lead_days")]),
        ({"lead_days": 99999}, [("catalog.bad-lead-days", "lead_days")]),
        ({"parameters": {"": "x"}}, [("catalog.bad-parameters", "parameters")]),
        ({"parameters": {"a": "x" * 201}}, [("catalog.bad-parameters", "parameters")]),
        (
            {"name": "", "lead_days": -1},
            [("catalog.required-product-name", "name"), ("catalog.bad-lead-days", "lead_days")],
        ),
    ],
)
def test_a_faulty_product_is_told_every_fault_and_the_others_of_the_batch_go_through(fields, expected):
    builders.sku("TAKEN", barcode="6901234567892")
    outcome = create(spec(**fields), spec("GOOD"))
    assert [(r.id, r.code, r.data["where"]) for r in outcome.refused] == [(0, *one) for one in expected]
    readable(outcome)
    assert [row.code for row in outcome.done] == ["GOOD"]
    assert Product.objects.count() == 2


def test_the_same_code_twice_in_a_batch_is_made_once():
    outcome = create(spec("B-1"), spec("b-1"))
    assert [row.code for row in outcome.done] == ["B-1"]
    assert set(codes(outcome)) == {(1, "catalog.code-twice")}


def test_closed_categories_and_units_take_no_new_products():
    category, unit = builders.category("old", active=False), builders.unit("old", active=False)
    outcome = create(spec(category_id=category.pk, unit_id=unit.pk))
    assert codes(outcome) == [(0, "catalog.unknown-category"), (0, "catalog.unknown-unit")]


def test_codes_that_differ_in_case_alone_are_one_code_in_the_database_too():
    builders.sku("a-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        builders.sku("A-1")


def test_an_edit_changes_what_is_told_keeps_the_rest_and_stays_findable():
    sku = builders.sku("A-1", name="轴承", model="6204")
    other = builders.sku("A-2", product=builders.product("P-2"))
    changes = {sku.product_id: {"name": " 滚珠丝杠 ", "lead_days": 7}, other.product_id: {"category_id": 10**9}}
    outcome = actions.edit_products(changes, by=BY, at=AT, versions={sku.product_id: 1})
    assert codes(outcome) == [(other.product_id, "catalog.unknown-category")]
    [row] = outcome.done
    stored = Product.objects.get(pk=row.pk)
    assert (stored.name, stored.model, stored.lead_days, stored.version) == ("滚珠丝杠", "6204", 7, 2)
    assert [f.code for f in queries.find("gzsg")] == ["A-1"]
    assert queries.find("轴承") == []
    assert Event.objects.get(kind="product.edit").data == {
        "changes": {"name": ["轴承", "滚珠丝杠"], "lead_days": [0, 7]}
    }
    assert list(verify.check()) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit_id": "kg"}, "catalog.unit-fixed"),
        ({"code": "p-2"}, "catalog.code-taken"),
        ({"name": ""}, "catalog.required-product-name"),
        ({"tax_rate": Decimal("-1")}, "catalog.bad-tax-rate"),
    ],
)
def test_a_faulty_edit_is_refused_and_changes_nothing(changes, code):
    row, _other = builders.product("P-1"), builders.product("P-2")
    if "unit_id" in changes:
        changes = {"unit_id": builders.unit("kg").pk}
    outcome = actions.edit_products({row.pk: changes}, by=BY, at=AT)
    assert codes(outcome) == [(row.pk, code)]
    readable(outcome)
    assert Product.objects.get(pk=row.pk).version == 1


def test_no_tax_rate_is_the_tax_rate_of_the_category():
    row = builders.product(tax_rate="0.05")
    actions.edit_products({row.pk: {"tax_rate": None}}, by=BY, at=AT).one()
    assert Product.objects.get().tax_rate == Decimal("0.13")


def test_a_stale_edit_and_an_unknown_product_are_refused():
    row = builders.product(version=3)
    outcome = actions.edit_products({row.pk: {"name": "x"}, 10**9: {"name": "x"}}, by=BY, at=AT, versions={row.pk: 2})
    assert codes(outcome) == [(10**9, "not-found"), (row.pk, "stale")]
    with pytest.raises(LookupError, match="version"):
        actions.edit_products({row.pk: {"version": 7}}, by=BY, at=AT)


def test_goods_leave_the_sale_and_come_back():
    sku = builders.sku()
    for act, now, again in [
        (actions.deactivate_products, False, "catalog.already-inactive"),
        (actions.activate_products, True, "catalog.already-active"),
    ]:
        assert act([sku.product_id], by=BY, at=AT).one().active is now
        assert queries.sku_facts([sku.pk])[sku.pk].active is now
        assert codes(act([sku.product_id], by=BY, at=AT)) == [(sku.product_id, again)]
    for act, now, again in [
        (actions.deactivate_skus, False, "catalog.already-inactive"),
        (actions.activate_skus, True, "catalog.already-active"),
    ]:
        assert act([sku.pk], by=BY, at=AT).one().active is now
        assert queries.sku_facts([sku.pk])[sku.pk].active is now
        assert codes(act([sku.pk], by=BY, at=AT)) == [(sku.pk, again)]
    assert set(Event.objects.values_list("kind", flat=True)) == {
        "product.deactivate", "product.activate", "sku.deactivate", "sku.activate",
    }  # fmt: skip


def test_skus_are_added_and_edited():
    product = builders.product(name="轴承")
    builders.sku("TAKEN")
    outcome = actions.create_skus(
        [SkuSpec("S-1", "red", product_id=product.pk), SkuSpec("taken", product_id=product.pk), SkuSpec("S-3")],
        by=BY,
        at=AT,
    )
    assert codes(outcome) == [(1, "catalog.sku-taken"), (2, "catalog.unknown-product")]
    [sku] = outcome.done
    changed = actions.edit_skus({sku.pk: {"code": "S-9", "barcode": "6901234567892"}}, by=BY, at=AT).one()
    assert (changed.code, changed.variant, changed.version) == ("S-9", "red", 2)
    assert [f.id for f in queries.find("S-9")] == [f.id for f in queries.find("6901234567892")] == [sku.pk]
    assert codes(actions.edit_skus({sku.pk: {"code": "taken"}}, by=BY, at=AT)) == [(sku.pk, "catalog.sku-taken")]
    assert actions.edit_skus({sku.pk: {"code": "s-9"}}, by=BY, at=AT).one().code == "s-9"
    assert list(verify.check()) == []
    with pytest.raises(LookupError, match="active"):
        actions.edit_skus({sku.pk: {"active": False}}, by=BY, at=AT)


def test_verify_sees_a_sku_that_is_not_found_by_its_name():
    builders.sku("A-1")
    Sku.objects.update(search_text="something else")
    assert list(verify.check()) == ["SKU A-1 is not found by its names: its search text is out of date"]


@pytest.mark.req("R026")
def test_units_and_conversions_are_said_once_replaced_and_taken_back():
    piece, dozen = actions.create_units([UnitSpec("pc", "件"), UnitSpec("dz", "打")], by=BY, at=AT).done
    product = builders.product(unit=piece)
    sku = builders.sku(product=product)
    for numerator in (10, 12):
        actions.set_conversions([ConversionSpec(dozen.pk, piece.pk, numerator)], by=BY, at=AT).one()
        assert queries.factors([(sku.pk, dozen.pk)]) == {(sku.pk, dozen.pk): numerator}
    own = ConversionSpec(dozen.pk, piece.pk, 13, product_id=product.pk)
    actions.set_conversions([own], by=BY, at=AT).one()
    assert [str(c.numerator) for c in queries.conversions_of(product)] == ["13", "12"]
    gone = actions.remove_conversions([*UnitConversion.objects.values_list("pk", flat=True), 10**9], by=BY, at=AT)
    assert (len(gone.done), codes(gone)) == (2, [(10**9, "not-found")])
    assert queries.factors([(sku.pk, dozen.pk)]) == {}
    assert Event.objects.filter(kind="conversion.remove").count() == 2


def test_a_conversion_that_makes_no_sense_is_refused():
    piece, kg, dozen = builders.unit("pc"), builders.unit("kg"), builders.unit("dozen")
    product = builders.product(unit=piece)
    outcome = actions.set_conversions(
        [
            ConversionSpec(piece.pk, piece.pk, 1),
            ConversionSpec(dozen.pk, piece.pk, 0),
            ConversionSpec(dozen.pk, piece.pk, 12, -1),
            ConversionSpec(dozen.pk, 10**9, 12),
            ConversionSpec(dozen.pk, kg.pk, 12, product_id=product.pk),
            ConversionSpec(dozen.pk, piece.pk, 12, product_id=10**9),
        ],
        by=BY,
        at=AT,
    )
    assert codes(outcome) == [
        (0, "catalog.same-unit"), (1, "catalog.bad-factor"), (2, "catalog.bad-factor"), (3, "catalog.unknown-unit"),
        (4, "catalog.not-the-base"), (5, "catalog.unknown-product"),
    ]  # fmt: skip
    readable(outcome)
    assert not UnitConversion.objects.exists()


def test_a_unit_gets_more_decimals_never_fewer_and_stays_while_products_use_it():
    kg = builders.unit("kg")
    builders.product(unit=kg)
    assert actions.edit_units({kg.pk: {"decimals": 4}}, by=BY, at=AT).one().decimals == 4
    for changes, code in [
        ({"decimals": 3}, "catalog.fewer-decimals"),
        ({"decimals": 5}, "catalog.bad-decimals"),
        ({"active": False}, "catalog.unit-in-use"),
        ({"code": ""}, "catalog.required-unit-code"),
    ]:
        outcome = actions.edit_units({kg.pk: changes}, by=BY, at=AT)
        assert codes(outcome) == [(kg.pk, code)]
        readable(outcome)
    assert codes(actions.create_units([UnitSpec("kg", "千克")], by=BY, at=AT)) == [(0, "catalog.code-taken")]
    unused = builders.unit("box")
    assert actions.edit_units({unused.pk: {"active": False}}, by=BY, at=AT).one().active is False


def test_categories_form_a_tree_and_close_when_empty():
    parts, bearings = actions.create_categories(
        [CategorySpec("parts", "零件"), CategorySpec("b", "轴承")], by=BY, at=AT
    ).done
    actions.edit_categories({bearings.pk: {"parent_id": parts.pk}}, by=BY, at=AT).one()
    builders.product(category=bearings)
    for pk, changes, code in [
        (parts.pk, {"parent_id": bearings.pk}, "catalog.own-parent"),
        (parts.pk, {"parent_id": parts.pk}, "catalog.own-parent"),
        (parts.pk, {"parent_id": 10**9}, "catalog.unknown-category"),
        (parts.pk, {"tax_rate": Decimal("2")}, "catalog.bad-tax-rate"),
        (parts.pk, {"code": "b"}, "catalog.code-taken"),
        (bearings.pk, {"active": False}, "catalog.category-in-use"),
    ]:
        outcome = actions.edit_categories({pk: changes}, by=BY, at=AT)
        assert codes(outcome) == [(pk, code)]
        readable(outcome)
    assert actions.edit_categories({parts.pk: {"active": False}}, by=BY, at=AT).one().active is False


def test_two_categories_cannot_be_put_into_each_other_in_one_batch():
    a, b = builders.category("a"), builders.category("b")
    outcome = actions.edit_categories({a.pk: {"parent_id": b.pk}, b.pk: {"parent_id": a.pk}}, by=BY, at=AT)
    assert not outcome.done
    assert set(Category.objects.values_list("parent_id", flat=True)) == {None}


def test_goods_cannot_be_deleted():
    builders.sku()
    for model in (Sku, Product, Unit, Category):
        with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
            model.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("act", "permission"),
    [
        (lambda by: actions.create_products([], by=by, at=AT), "catalog.create_product"),
        (lambda by: actions.edit_products({}, by=by, at=AT), "catalog.edit_product"),
        (lambda by: actions.deactivate_products([], by=by, at=AT), "catalog.deactivate_product"),
        (lambda by: actions.create_units([], by=by, at=AT), "catalog.edit_unit"),
        (lambda by: actions.create_categories([], by=by, at=AT), "catalog.edit_category"),
    ],
)
def test_each_write_needs_its_permission(act, permission):
    with pytest.raises(NotPermitted, match=permission):
        act(Actor(None, "x", frozenset({"catalog.view_product"})))
    act(Actor(None, "x", frozenset({permission})))


def test_many_goods_take_as_many_queries_as_one():
    category, unit = builders.category().pk, builders.unit().pk

    def counted(n):
        counts = []
        with CaptureQueriesContext(connection) as ran:
            done = create(*(ProductSpec(f"Q{n}-{i}", "x", category, unit) for i in range(n))).done
        counts.append(len(ran))
        with CaptureQueriesContext(connection) as ran:
            actions.edit_products({row.pk: {"name": "y"} for row in done}, by=BY, at=AT)
        counts.append(len(ran))
        skus = list(Sku.objects.filter(product__in=done).values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as ran:
            actions.edit_skus({pk: {"variant": "z"} for pk in skus}, by=BY, at=AT)
        counts.append(len(ran))
        assert Sku.objects.filter(pk__in=skus, variant="z", search_text__contains="y").count() == n
        return counts

    assert counted(1) == counted(50)
