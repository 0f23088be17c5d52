"""A five-line order in django-oscar: a basket filled, the order placed, its stock allocated.

Runs in an environment that has django-oscar; knows nothing of Shunda. Through oscar's own classes, without HTTP and
without pages. One order is one transaction.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

PRODUCTS = 50
APPS = """
django.contrib.admin django.contrib.auth django.contrib.contenttypes django.contrib.sessions
django.contrib.sites django.contrib.messages django.contrib.staticfiles django.contrib.flatpages
oscar.config.Shop oscar.apps.analytics.apps.AnalyticsConfig oscar.apps.checkout.apps.CheckoutConfig
oscar.apps.address.apps.AddressConfig oscar.apps.shipping.apps.ShippingConfig
oscar.apps.catalogue.apps.CatalogueConfig oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig
oscar.apps.communication.apps.CommunicationConfig oscar.apps.partner.apps.PartnerConfig
oscar.apps.basket.apps.BasketConfig oscar.apps.payment.apps.PaymentConfig oscar.apps.offer.apps.OfferConfig
oscar.apps.order.apps.OrderConfig oscar.apps.customer.apps.CustomerConfig oscar.apps.search.apps.SearchConfig
oscar.apps.voucher.apps.VoucherConfig oscar.apps.wishlists.apps.WishlistsConfig
oscar.apps.dashboard.apps.DashboardConfig oscar.apps.dashboard.reports.apps.ReportsDashboardConfig
oscar.apps.dashboard.users.apps.UsersDashboardConfig oscar.apps.dashboard.orders.apps.OrdersDashboardConfig
oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig
oscar.apps.dashboard.offers.apps.OffersDashboardConfig
oscar.apps.dashboard.partners.apps.PartnersDashboardConfig
oscar.apps.dashboard.pages.apps.PagesDashboardConfig oscar.apps.dashboard.ranges.apps.RangesDashboardConfig
oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig
oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig
oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig
oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig widget_tweaks haystack treebeard django_tables2
"""
"""What oscar's own sandbox has installed."""


def set_up() -> None:
    """oscar's documented settings, its sandbox without what an order does not need."""
    import django
    from django.conf import settings
    from oscar import defaults

    parts = urlsplit(os.environ["PEER_URL"])
    own = {name: getattr(defaults, name) for name in dir(defaults) if name.isupper()}
    settings.configure(
        **own,
        SECRET_KEY="measuring",
        INSTALLED_APPS=APPS.split(),
        SITE_ID=1,
        USE_TZ=True,
        ROOT_URLCONF="oscar.config",
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts.path.lstrip("/"),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                "HOST": parts.hostname,
                "PORT": parts.port,
                "CONN_MAX_AGE": None,
            }
        },
    )
    django.setup()


def prepare() -> dict[str, Any]:
    """Articles with stock and a customer."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from oscar.core.loading import get_model

    call_command("migrate", verbosity=0)
    kind = get_model("catalogue", "ProductClass").objects.create(name="Goods", requires_shipping=True)
    partner = get_model("partner", "Partner").objects.create(name="Warehouse")
    product_model, record_model = get_model("catalogue", "Product"), get_model("partner", "StockRecord")
    ids = []
    for n in range(PRODUCTS):
        product = product_model.objects.create(title=f"Product {n}", product_class=kind, upc=f"P{n}")
        record_model.objects.create(
            product=product, partner=partner, partner_sku=f"P{n}", price=Decimal("9.90"), num_in_stock=1_000_000_000
        )
        ids.append(product.pk)
    user = get_user_model().objects.create_user("customer", "customer@example.com", "x")
    country = get_model("address", "Country").objects.create(
        iso_3166_1_a2="CN", iso_3166_1_a3="CHN", printable_name="China", name="China", is_shipping_country=True
    )
    return {"products": ids, "user": user.pk, "country": country.pk}


def place(known: dict[str, Any], user: Any, dice: random.Random, number: str) -> None:
    """One order."""
    from django.db import transaction
    from oscar.core.loading import get_class, get_model

    basket_model, product_model = get_model("basket", "Basket"), get_model("catalogue", "Product")
    with transaction.atomic():
        basket = basket_model.objects.create(owner=user)
        basket.strategy = get_class("partner.strategy", "Selector")().strategy()
        for product in product_model.objects.filter(pk__in=dice.sample(known["products"], 5)):
            basket.add_product(product, 1 + dice.randrange(3))
        method = get_class("shipping.methods", "Free")()
        charge = method.calculate(basket)
        total = get_class("checkout.calculators", "OrderTotalCalculator")().calculate(basket, charge)
        address = get_model("order", "ShippingAddress").objects.create(
            first_name="Li", last_name="Wei", line1="Century Avenue 1", line4="Shanghai", country_id=known["country"]
        )
        order = get_class("order.utils", "OrderCreator")().place_order(
            basket=basket, total=total, shipping_method=method, shipping_charge=charge, user=user,
            shipping_address=address, order_number=number, status="new",
        )  # fmt: skip
        basket.submit()
        assert order.num_lines == 5


def main() -> None:
    """``prepare`` makes the database; ``run SECONDS SEED`` prints how many orders were placed in how long."""
    set_up()
    if sys.argv[1] == "prepare":
        print(json.dumps(prepare()))
        return
    from django.contrib.auth import get_user_model

    known, dice = json.loads(sys.stdin.read()), random.Random(sys.argv[3])
    user = get_user_model().objects.get(pk=known["user"])
    placed, started = -1, time.perf_counter()
    while time.perf_counter() - started < float(sys.argv[2]) or placed < 1:
        place(known, user, dice, f"{sys.argv[3]}-{os.getpid()}-{placed + 1}")
        placed += 1
        if not placed:  # the first fills caches and is not counted
            started = time.perf_counter()
    print(json.dumps({"orders": placed, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
