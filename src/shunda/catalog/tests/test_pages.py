"""The pages of goods as people use them, in both languages."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.models import User
from shunda.accounts.tests.builders import user
from shunda.catalog.models import Category, Product, Sku, Unit, UnitConversion
from shunda.catalog.tests import builders

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def web(*permissions):
    client = Client()
    client.force_login(user(f"u{len(permissions)}{hash(permissions) % 1000}", *permissions), backend=BACKEND)
    return client


@pytest.fixture
def boss():
    return web("*")


def product_data(**fields):
    return {
        "code": "B-1", "name": "深沟球轴承", "category": builders.category().pk, "unit": builders.unit().pk,
        "tax_rate": "", "supply_mode": "stock", "lead_days": "3", "parameters": "load: 12.8 kN\n内径：20 mm",
        "skus-TOTAL_FORMS": "0", "skus-INITIAL_FORMS": "0",
    } | fields  # fmt: skip


def counted(client, url):
    client.get(url)  # the first request of a client starts its session
    with CaptureQueriesContext(connection) as ran:
        assert client.get(url).status_code == 200
    return len(ran)


@pytest.mark.parametrize(("language", "word"), [("en", "Products"), ("zh-hans", "产品")])
def test_the_list_speaks_both_languages_and_finds_by_pinyin(boss, language, word):
    builders.sku("BRG-1", name="深沟球轴承", name_en="Ball bearing")
    builders.sku("BOLT-1", name="螺栓", name_en="Bolt")
    User.objects.update(language=language)
    page = boss.get(reverse("catalog:index"), {"q": "sgqzc"})
    assert word in page.text
    assert "P-BRG-1" in page.text
    assert "P-BOLT-1" not in page.text


def test_the_list_filters_by_category_supply_and_status(boss):
    other = builders.category("other")
    builders.sku("IN", category=other, supply_mode="order")
    builders.sku("OUT", supply_mode="stock", active=True)
    builders.product("GONE", active=False)
    url = reverse("catalog:index")
    for query in ({"category": other.pk}, {"supply": "order"}):
        text = boss.get(url, query).text
        assert "P-IN" in text
        assert "P-OUT" not in text
    assert "GONE" not in boss.get(url, {"active": "yes"}).text
    assert "P-IN" not in boss.get(url, {"active": "no"}).text


def test_a_list_of_many_takes_as_many_queries_as_one_of_few(boss):
    builders.sku("A-0")
    few = counted(boss, reverse("catalog:index"))
    for n in range(1, 30):
        builders.sku(f"A-{n}")
    assert counted(boss, reverse("catalog:index")) == few


def test_a_product_page_of_many_skus_takes_as_many_queries_as_one_of_few(boss):
    product = builders.sku("A-0").product
    url = reverse("catalog:detail", args=[product.pk])
    few = counted(boss, url)
    for n in range(1, 30):
        builders.sku(f"A-{n}", product=product)
    assert counted(boss, url) == few


@pytest.mark.req("R001")
def test_a_product_is_added_with_parameters_and_variants(boss):
    data = product_data(**{"skus-TOTAL_FORMS": "2", "skus-0-code": "B-1-S", "skus-0-variant": "small"})
    answer = boss.post(reverse("catalog:create"), data)
    product = Product.objects.get()
    assert answer.url == reverse("catalog:detail", args=[product.pk])
    assert product.parameters == {"load": "12.8 kN", "内径": "20 mm"}
    assert [(s.code, s.variant) for s in product.skus.all()] == [("B-1-S", "small")]
    page = boss.get(answer.url)
    for shown in ("深沟球轴承", "12.8 kN", "B-1-S", "Product added"):
        assert shown in page.text


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(boss):
    builders.sku("TAKEN")
    data = product_data(
        **{"code": "p-taken", "name": "", "skus-TOTAL_FORMS": "1", "skus-0-code": "taken", "skus-0-variant": "v"}
    )
    page = boss.post(reverse("catalog:create"), data)
    assert page.status_code == 422
    assert "This field is required" in page.text
    page = boss.post(reverse("catalog:create"), data | {"name": "x"})
    assert page.status_code == 422
    assert page.context["form"].errors["code"] == ["The code “p-taken” is taken already. Choose another one."]
    assert "already the code or barcode of a SKU" in page.context["lines"].forms[0].errors["code"][0]
    assert page.text.count("is-invalid") == 2
    assert Product.objects.count() == 1


def test_parameters_that_are_no_pairs_are_refused(boss):
    page = boss.post(reverse("catalog:create"), product_data(parameters="just words"))
    assert "write each parameter as name: value" in page.text


def test_a_product_is_changed_and_a_stale_change_shows_both_sides(boss):
    row = builders.product("P-1", name="old")
    url = reverse("catalog:edit", args=[row.pk])
    data = product_data(code="P-1", name="new", version="1")
    assert boss.post(url, data).status_code == 302
    again = boss.post(url, data | {"name": "newer"})
    assert again.status_code == 422
    assert "Somebody else changed this" in again.text
    assert Product.objects.get().name == "new"
    assert "old" in boss.get(reverse("catalog:detail", args=[row.pk])).text  # the timeline keeps it


def test_products_go_out_of_sale_in_bulk_with_reasons_beside_the_refused(boss):
    rows = [builders.product("P-1"), builders.product("P-2", active=False)]
    data = {"row": [f"{row.pk}:1" for row in rows], "next": reverse("catalog:index")}
    page = boss.post(reverse("catalog:deactivate"), data, follow=True)
    assert "1 done, 1 refused" in page.text
    assert "P-2 is inactive already" in page.text
    assert not Product.objects.filter(active=True).exists()
    boss.post(reverse("catalog:activate"), {"row": f"{rows[0].pk}:2"})
    assert Product.objects.get(code="P-1").active


def test_skus_are_added_changed_and_taken_out(boss):
    product = builders.product()
    here = reverse("catalog:detail", args=[product.pk])
    assert boss.post(reverse("catalog:sku_create", args=[product.pk]), {"code": "S-1"}).url == here
    sku = Sku.objects.get()
    assert boss.get(reverse("catalog:sku_edit", args=[sku.pk])).status_code == 200
    data = {"code": "S-2", "barcode": "6901234567892", "version": "1"}
    assert boss.post(reverse("catalog:sku_edit", args=[sku.pk]), data).url == here
    boss.post(reverse("catalog:sku_deactivate"), {"row": f"{sku.pk}:2"})
    assert (Sku.objects.get().code, Sku.objects.get().active) == ("S-2", False)
    boss.post(reverse("catalog:sku_activate"), {"row": f"{sku.pk}:3"})
    assert Sku.objects.get().active


def test_categories_and_units_are_made_changed_and_shown(boss):
    boss.post(reverse("catalog:category_create"), {"code": "parts", "name": "零件", "tax_rate": "13"})
    parts = Category.objects.get()
    data = {"code": "b", "name": "轴承", "parent": parts.pk, "tax_rate": "13"}
    boss.post(reverse("catalog:category_create"), data)
    assert Category.objects.get(code="b").parent == parts
    page = boss.get(reverse("catalog:categories")).text
    assert "13%" in page
    data = {"code": "parts", "name": "零配件", "tax_rate": "9", "active": "on", "version": "1"}
    boss.post(reverse("catalog:category_edit", args=[parts.pk]), data)
    assert Category.objects.get(pk=parts.pk).name == "零配件"
    for code, name in (("pc", "件"), ("dz", "打")):
        boss.post(reverse("catalog:unit_create"), {"code": code, "name": name, "decimals": "0"})
    piece, dozen = Unit.objects.order_by("-code")
    data = {"unit": dozen.pk, "base": piece.pk, "numerator": "12", "denominator": "1"}
    boss.post(reverse("catalog:conversion_create"), data)
    assert "1 打 = 12 件" in boss.get(reverse("catalog:units")).text
    boss.post(
        reverse("catalog:unit_edit", args=[piece.pk]),
        {"code": "pc", "name": "个", "decimals": "0", "version": "1", "active": "on"},
    )
    assert Unit.objects.get(pk=piece.pk).name == "个"
    product = builders.product(unit=piece, category=parts)
    boss.post(reverse("catalog:product_conversion", args=[product.pk]), data | {"numerator": "13"})
    assert "1 打 = 13 个" in boss.get(reverse("catalog:detail", args=[product.pk])).text
    own = UnitConversion.objects.get(product=product)
    boss.post(reverse("catalog:conversion_remove"), {"row": own.pk})
    assert not UnitConversion.objects.filter(product=product).exists()


def test_a_conversion_that_makes_no_sense_is_refused_on_the_form(boss):
    piece = builders.unit()
    data = {"unit": piece.pk, "base": piece.pk, "numerator": "12", "denominator": "1"}
    page = boss.post(reverse("catalog:conversion_create"), data)
    assert page.status_code == 422
    assert "needs no conversion into itself" in page.text


def test_skus_are_suggested_while_typing(boss):
    builders.sku("BRG-77", name="深沟球轴承", model="6204")
    builders.sku("GONE", name="深沟球轴承", active=False)
    items = boss.get(reverse("catalog:suggest"), {"q": "轴承"}).json()["items"]
    assert items == [{"value": "BRG-77", "label": "深沟球轴承", "note": "6204 · piece"}]


PAGES = ["index", "create", "categories", "category_create", "units", "unit_create", "conversion_create"]


def test_who_only_looks_sees_no_buttons_and_opens_no_forms():
    viewer = web("catalog.view_product")
    product = builders.sku().product
    page = viewer.get(reverse("catalog:detail", args=[product.pk])).text
    assert "Take out of sale" not in page
    assert reverse("catalog:edit", args=[product.pk]) not in page
    answers = {name: viewer.get(reverse(f"catalog:{name}")).status_code for name in PAGES}
    assert {name for name, status in answers.items() if status == 200} == {"index", "categories", "units"}
    assert viewer.post(reverse("catalog:deactivate"), {"row": product.pk}).status_code == 403
    assert Client().get(reverse("catalog:index")).status_code == 302
    nobody = web()
    assert nobody.get(reverse("catalog:index")).status_code == 403


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_in_both_languages(boss, name, language):
    builders.sku()
    User.objects.update(language=language)
    assert boss.get(reverse(f"catalog:{name}")).status_code == 200
