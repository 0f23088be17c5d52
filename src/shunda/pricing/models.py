"""Price lists and prices."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shunda.catalog.models import Sku
from shunda.core.machine import undeletable
from shunda.customers.models import Customer, Grade


class PriceList(models.Model):
    """Prices for one customer, for a grade, or for everybody, within dates.

    The most particular list wins: the customer's own, then its grade's, then the general one; among equals the one
    with the later start.
    """

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    includes_tax = models.BooleanField(_("prices include tax"), default=True)
    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("customer"), null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=1, choices=Grade, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(customer__isnull=True) | Q(grade=""), name="list_customer_or_grade"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="list_dates"
            ),
        ]
        triggers: ClassVar = [undeletable("price_list")]

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """The unit price of a SKU (for one base unit, six places) from a quantity on; nobody sells under the floor."""

    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="prices")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="prices")
    min_quantity = models.DecimalField(_("from quantity"), max_digits=18, decimal_places=4, default=0)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=6)
    floor = models.DecimalField(_("floor price"), max_digits=18, decimal_places=6, null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sku", "price_list", "min_quantity"], name="price_once"),
            models.CheckConstraint(condition=Q(unit_price__gte=0, min_quantity__gte=0), name="price_positive"),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(floor__lte=F("unit_price")), name="price_above_floor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.unit_price}"
