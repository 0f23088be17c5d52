"""Categories, units, products and SKUs."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from shunda.catalog.naming import local
from shunda.core.machine import undeletable
from shunda.core.search import search_index, search_vector


class Unit(models.Model):
    """A unit of measure; ``decimals`` 0 means whole pieces only."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40, blank=True)
    decimals = models.SmallIntegerField(_("decimals"), default=0)
    active = models.BooleanField(_("active"), default=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(decimals__gte=0, decimals__lte=4), name="unit_decimals"),
        ]
        triggers: ClassVar = [undeletable("unit")]

    def __str__(self) -> str:
        return local(self.name, self.name_en)


class Category(models.Model):
    """A product class, with the tax rate its products have unless they say otherwise."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    tax_rate = models.DecimalField(_("tax rate"), max_digits=6, decimal_places=4, default="0.1300")
    active = models.BooleanField(_("active"), default=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lt=1), name="category_tax_rate"),
        ]
        triggers: ClassVar = [undeletable("category")]

    def __str__(self) -> str:
        return local(self.name, self.name_en)


class SupplyMode(models.TextChoices):
    """Where a product comes from when it is ordered."""

    STOCK = "stock", _("made to stock")
    ORDER = "order", _("made to order")


class Product(models.Model):
    """Something sold, with model, specification and technical parameters (R001, R026)."""

    code = models.CharField(_("product code"), max_length=40)
    name = models.CharField(_("product name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    specification = models.CharField(_("specification"), max_length=200, blank=True)
    parameters = models.JSONField(_("technical parameters"), default=dict, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("unit"))
    tax_rate = models.DecimalField(_("tax rate"), max_digits=6, decimal_places=4)
    supply_mode = models.CharField(_("supply"), max_length=10, choices=SupplyMode, default=SupplyMode.STOCK)
    lead_days = models.SmallIntegerField(_("lead time in working days"), default=0)
    active = models.BooleanField(_("active"), default=True)
    version = models.IntegerField(default=1)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code", "id"], name="product_by_code")]
        constraints: ClassVar = [
            models.UniqueConstraint(Upper("code"), name="product_code_once"),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lt=1), name="product_tax_rate"),
            models.CheckConstraint(condition=Q(lead_days__gte=0), name="product_lead_days"),
        ]
        triggers: ClassVar = [undeletable("product")]

    def __str__(self) -> str:
        return local(self.name, self.name_en)


class UnitConversion(models.Model):
    """One ``unit`` of a product is exactly ``numerator / denominator`` of its base unit: a dozen is 12/1 pieces.

    Without a product it holds for every product whose base unit is ``base``.
    """

    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="conversions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    base = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    numerator = models.IntegerField()
    denominator = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "unit", "base"], name="conversion_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(numerator__gt=0, denominator__gt=0), name="conversion_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} = {self.numerator}/{self.denominator} {self.base_id}"


class Sku(models.Model):
    """What is stocked, priced and ordered: a product, or one variant of it.

    Codes and barcodes are told apart without regard to case: nobody reads ``a-1`` and ``A-1`` as two goods.
    """

    product = models.ForeignKey(Product, models.PROTECT, related_name="skus")
    code = models.CharField(_("SKU"), max_length=40)
    variant = models.CharField(_("variant"), max_length=80, blank=True)
    barcode = models.CharField(_("barcode"), max_length=40, blank=True)
    active = models.BooleanField(_("active"), default=True)
    version = models.IntegerField(default=1)
    search_text = models.TextField(blank=True, default="")
    search = search_vector()

    class Meta:
        indexes: ClassVar = [
            search_index("sku_search"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(Upper("code"), name="sku_code_once"),
            models.UniqueConstraint(Upper("barcode"), name="sku_barcode_once", condition=~Q(barcode="")),
        ]
        triggers: ClassVar = [undeletable("sku")]

    def __str__(self) -> str:
        return self.code
