"""Mappings, import runs, staged lines with their findings, and the returns that came in by file."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shunda.catalog.models import Sku
from shunda.channels.states import RUN, RunStatus
from shunda.core.fields import amount_field, quantity_field
from shunda.core.machine import append_only, undeletable
from shunda.customers.models import Customer
from shunda.files.models import StoredFile
from shunda.orders.models import Channel, Order


class ImportMapping(models.Model):
    """A mapping somebody saved for the files of one partner; ``options`` are the fields of ``mapping.Mapping``."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    options = models.JSONField(default=dict)
    version = models.IntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One file on its way in, with the mapping it was read by and what became of its lines."""

    number = models.CharField(_("import number"), max_length=30, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=RunStatus, default=RunStatus.RECEIVED)
    version = models.IntegerField(default=1)
    name = models.CharField(_("file"), max_length=200)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")  # none from the command line
    mapping = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    total = models.IntegerField(default=0)  # lines to do in the present step; 0: not known yet
    done = models.IntegerField(default=0)  # lines done of them
    summary = models.JSONField(default=dict)  # counts and amounts by outcome, see report.summary
    error = models.JSONField(null=True)  # the refusal that stopped it: {code, data}

    class Meta:
        triggers: ClassVar = [RUN.guard(), undeletable("import_run")]

    def __str__(self) -> str:
        return self.number


class Kind(models.TextChoices):
    """What a line of a file is about."""

    GOODS = "goods", _("goods")
    FREIGHT = "freight", _("freight and other charges")
    DISCOUNT = "discount", _("discount")
    FEE = "fee", _("a cost of ours, no sale")


class Result(models.TextChoices):
    """Where a line ended."""

    OPEN = "", _("waiting")
    ORDER = "order", _("in an order")
    RETURN = "return", _("in a return")
    BEFORE = "before", _("imported before")
    REPORTED = "reported", _("reported")


class StagedLine(models.Model):
    """A line of a file as it was written, what it was understood as, and where it ended."""

    # without indexes of their own: nobody asks for the lines of an order, and each would cost every line of every file
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="lines", db_index=False)
    row = models.IntegerField()  # as the file's reader counts: the header is row 1
    reference = models.TextField()
    sku = models.TextField()
    name = models.TextField()
    quantity = models.TextField()
    unit = models.TextField()
    price = models.TextField()
    discount = models.TextField()
    ordered = models.TextField()
    customer = models.TextField()
    customer_name = models.TextField()
    country = models.TextField()
    extra = models.JSONField(default=dict)  # receiver, phone, address, note: text as written
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.GOODS)
    pieces = models.DecimalField(max_digits=18, decimal_places=4, null=True)  # quantity understood
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    discount_rate = models.DecimalField(max_digits=6, decimal_places=4, null=True)
    ordered_at = models.DateTimeField(null=True)
    amount = models.DecimalField(max_digits=24, decimal_places=10, null=True)  # exact: pieces x price x (1 - discount)
    found_sku = models.BigIntegerField(null=True)
    found_unit = models.BigIntegerField(null=True)
    found_customer = models.BigIntegerField(null=True)
    result = models.CharField(max_length=10, choices=Result, default=Result.OPEN, blank=True)
    code = models.CharField(max_length=60, blank=True)  # reason of a reported line
    data = models.JSONField(default=dict)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+", db_index=False)
    returned = models.ForeignKey("ImportedReturn", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "row"], name="staged_row_once")]
        indexes: ClassVar = [models.Index(fields=["run", "reference", "row"], name="staged_reference")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.row}"


class Finding(models.Model):
    """Something about a row and column of a file: an error keeps its invoice out, a note only says so."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="findings")
    row = models.IntegerField()
    column = models.CharField(max_length=40, blank=True)  # of the mapping: reference, sku, quantity ...
    error = models.BooleanField(default=True)
    code = models.CharField(max_length=60)
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["run", "error", "row", "id"], name="finding_row")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.row} {self.code}"


class ImportedReturn(models.Model):
    """A cancellation or return that a file brought. Kept as it came, for after-sales to take over; never lost."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="returns")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    shop = models.CharField(_("shop"), max_length=40, blank=True)
    number = models.CharField(_("number in the channel"), max_length=60)
    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("customer"))
    currency = models.CharField(_("currency"), max_length=3)
    returned_on = models.DateField(_("returned on"))
    amount = amount_field(verbose_name=_("amount"))  # what the customer gets back, before tax: positive

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "shop", "number"], name="imported_return_once"),
        ]
        triggers: ClassVar = append_only("imported_return")

    def __str__(self) -> str:
        return self.number


class ImportedReturnLine(models.Model):
    """Goods that came back, or a charge that was given back."""

    returned = models.ForeignKey(ImportedReturn, models.PROTECT, related_name="lines")
    row = models.IntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200, blank=True)
    sku = models.ForeignKey(Sku, models.PROTECT, null=True, related_name="+")
    quantity = quantity_field()
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    amount = amount_field()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(quantity__gt=0), name="imported_return_quantity")]
        triggers: ClassVar = append_only("imported_return_line")

    def __str__(self) -> str:
        return f"{self.returned_id}/{self.row}"
