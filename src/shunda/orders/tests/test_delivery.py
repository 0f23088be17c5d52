"""Addresses and articles as the reader's language writes them."""

import pytest
from django.utils import translation

from shunda.catalog.models import Product, Sku
from shunda.orders.models import Order, OrderLine


@pytest.mark.parametrize(
    ("parts", "country", "said"),
    [
        (("上海市", "上海市", "浦东新区", "世纪大道100号"), "CN", "上海市浦东新区世纪大道100号"),
        (("RJ", "Rio de Janeiro", "", "Av. Copacabana, 267"), "BR", "Av. Copacabana, 267, Rio de Janeiro, RJ, BR"),
        (("", "", "", ""), "BR", ""),
        (("", "Suzhou", "", "5 Lake Road"), "CN", "5 Lake Road, Suzhou"),
    ],
)
def test_an_address_is_written_from_the_province_down_in_chinese_and_from_the_street_up_elsewhere(parts, country, said):
    province, city, district, street = parts
    order = Order(
        ship_province=province, ship_city=city, ship_district=district, ship_street=street, ship_country=country
    )
    assert order.address == said
    assert street not in order.place or not street


def test_an_article_is_named_in_the_readers_language_unless_it_was_named_for_this_order():
    product = Product(name="深沟球轴承", name_en="Deep groove ball bearing")
    line = OrderLine(name="深沟球轴承", sku=Sku(product=product))
    with translation.override("en"):
        assert line.article == "Deep groove ball bearing"
        line.name = "特制轴承"
        assert line.article == "特制轴承"
        line.name, product.name_en = "深沟球轴承", ""
        assert line.article == "深沟球轴承"
    with translation.override("zh-hans"):
        assert line.article == "深沟球轴承"
