"""Orders, lines, reviews, holds, attachments."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.accounts.models import Region, Team
from shunda.catalog.models import Sku, Unit
from shunda.catalog.naming import local
from shunda.core.fields import amount_field, quantity_field
from shunda.core.machine import undeletable
from shunda.core.search import Tail
from shunda.customers.models import Customer, PaymentTerm
from shunda.files.models import StoredFile
from shunda.inventory.models import UNCHECKED, Demand, Warehouse
from shunda.orders.delivery import TransportMode as TransportMode
from shunda.orders.delivery import written
from shunda.orders.hold_models import Hold as Hold
from shunda.orders.hold_models import HoldKind as HoldKind
from shunda.orders.hold_models import Stops as Stops
from shunda.orders.states import ORDER, REVIEW, OrderStatus, ReviewStatus

USER = settings.AUTH_USER_MODEL


class OrderKind(models.TextChoices):
    """Order types; policies may differ by them (R011)."""

    STANDARD = "standard", _("standard order")
    REPLENISHMENT = "replenishment", _("regional replenishment")
    SPECIAL = "special", _("special (customised) order")
    PROJECT = "project", _("project order")
    SAMPLE = "sample", _("sample order")


class Channel(models.TextChoices):
    """How the order came in (R006-R008)."""

    PHONE = "phone", _("phone")
    FAX = "fax", _("fax")
    EMAIL = "email", _("email")
    WEB = "web", _("website")
    MALL = "mall", _("online mall")
    VISIT = "visit", _("sales visit")
    FAIR = "fair", _("trade fair")
    STORE = "store", _("store")
    APP = "app", _("app")
    API = "api", _("API")
    FILE = "file", _("file import")


class Priority(models.IntegerChoices):
    """Which order goes first (R014, R015)."""

    LOW = 0, _("low")
    NORMAL = 1, _("normal")
    HIGH = 2, _("high")
    TOP = 3, _("top")


class InvoiceKind(models.TextChoices):
    """The VAT invoice the customer wants (R044)."""

    SPECIAL = "special", _("special VAT invoice")
    ORDINARY = "ordinary", _("ordinary VAT invoice")
    NONE = "none", _("no invoice")


class PaymentMethod(models.TextChoices):
    """How the customer pays (R027, R171)."""

    TRANSFER = "transfer", _("bank transfer")
    ALIPAY = "alipay", _("Alipay")
    WECHAT = "wechat", _("WeChat Pay")
    UNIONPAY = "unionpay", _("UnionPay")
    ACCEPTANCE = "acceptance", _("acceptance bill")
    CASH = "cash", _("cash")
    COLLECT = "collect", _("collected by the carrier")


class Delivery(models.IntegerChoices):
    """How far the goods of an order are, all its lines together; what was cancelled is not waited for."""

    NONE = 0, _("nothing shipped")
    PARTLY = 1, _("partly shipped")
    SHIPPED = 2, _("shipped")
    SIGNED = 3, _("signed")


def _by_beginning(column: str, name: str) -> models.Index:
    """A text that may be empty is found by its beginning, whatever the collation."""
    return models.Index(fields=[column], name=name, opclasses=["varchar_pattern_ops"], condition=~Q(**{column: ""}))


class Order(models.Model):
    """A sales order (R019-R031). Customer and ship-to are copied when it is submitted: what was agreed stays."""

    number = models.CharField(_("order number"), max_length=30, unique=True)
    kind = models.CharField(_("order type"), max_length=20, choices=OrderKind, default=OrderKind.STANDARD)
    status = models.CharField(_("status"), max_length=12, choices=OrderStatus, default=OrderStatus.DRAFT)
    version = models.IntegerField(default=1)

    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("customer"), db_index=False)
    customer_name = models.CharField(_("customer name"), max_length=120)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    bank = models.CharField(_("bank"), max_length=120, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True)
    contact_name = models.CharField(_("contact"), max_length=80, blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=30, blank=True)

    ship_country = models.CharField(_("country"), max_length=2, default="CN")
    ship_province = models.CharField(_("province"), max_length=60, blank=True)
    ship_city = models.CharField(_("city"), max_length=60, blank=True)
    ship_district = models.CharField(_("district"), max_length=60, blank=True)
    ship_street = models.CharField(_("street and number"), max_length=200, blank=True)
    ship_postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    receiver = models.CharField(_("receiver"), max_length=80, blank=True)
    receiver_phone = models.CharField(_("receiver's phone"), max_length=30, blank=True)

    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PHONE)
    shop = models.CharField(_("shop"), max_length=40, blank=True)
    external_number = models.CharField(_("number in the channel"), max_length=60, blank=True)
    customer_reference = models.CharField(_("customer's order number"), max_length=60, blank=True)
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"), null=True, blank=True, **UNCHECKED)
    owner = models.ForeignKey(
        USER, models.PROTECT, verbose_name=_("sales representative"), null=True, related_name="+", **UNCHECKED
    )
    team = models.ForeignKey(Team, models.PROTECT, verbose_name=_("team"), null=True, blank=True, db_index=False)
    created_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", **UNCHECKED)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, verbose_name=_("warehouse"), **UNCHECKED)
    priority = models.SmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    urgent = models.BooleanField(_("urgent"), default=False)

    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    term = models.ForeignKey(PaymentTerm, models.PROTECT, verbose_name=_("payment term"), **UNCHECKED)
    payment_method = models.CharField(
        _("payment method"), max_length=12, choices=PaymentMethod, default=PaymentMethod.TRANSFER
    )
    invoice_kind = models.CharField(_("invoice"), max_length=10, choices=InvoiceKind, default=InvoiceKind.SPECIAL)
    discount = amount_field(verbose_name=_("order discount"))  # taken off before it is shared over the lines
    freight = amount_field(verbose_name=_("freight"))  # as entered, with or without tax like the prices
    freight_tax_rate = models.DecimalField(_("tax rate of freight"), max_digits=6, decimal_places=4, default="0.0900")
    freight_net = amount_field()
    freight_tax = amount_field()
    net = amount_field(verbose_name=_("net"))
    tax = amount_field(verbose_name=_("tax"))
    gross = amount_field(verbose_name=_("total"))
    invoiced = amount_field(verbose_name=_("invoiced"))  # less credit notes
    paid = amount_field(verbose_name=_("paid"))

    order_date = models.DateField(_("order date"))
    wanted_date = models.DateField(_("wanted delivery date"), null=True, blank=True)
    promised_date = models.DateField(_("promised date"), null=True, blank=True)
    payment_due = models.DateField(_("payment deadline"), null=True, blank=True)
    transport_mode = models.CharField(_("transport mode"), max_length=20, blank=True)
    packing = models.CharField(_("packing requirements"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)

    # what the lines say together: written with them by steps.progress, proven by verify
    delivery = models.SmallIntegerField(_("delivery"), choices=Delivery, default=0, db_default=0)

    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    keep_until = models.DateField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    round = models.SmallIntegerField(default=0)  # how often it was submitted
    # how often it was changed since it was confirmed: the number of its newest revision (R162)
    revision = models.SmallIntegerField(_("revision"), default=0, db_default=0)
    cloned_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="clones", db_index=False)
    blocked_by = models.JSONField(default=list)  # the refusals that stopped automatic confirmation, if any
    fingerprint = models.CharField(max_length=64, blank=True)  # customer and lines: finds duplicates (R034)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="order_gross"),
            models.CheckConstraint(condition=Q(paid__gte=0, invoiced__gte=0, discount__gte=0), name="order_amounts"),
            models.UniqueConstraint(
                fields=["channel", "shop", "external_number"], name="order_external_number",
                condition=~Q(external_number=""),
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["status", "-id"], name="order_status"),
            models.Index(fields=["customer", "-id"], name="order_customer"),
            models.Index(fields=["owner", "-id"], name="order_owner"),
            models.Index(fields=["region", "-id"], name="order_region"),
            models.Index(fields=["team", "-id"], name="order_team", condition=Q(team__isnull=False)),
            _by_beginning("customer_reference", "order_reference"),
            _by_beginning("external_number", "order_external"),
            models.Index(fields=["cloned_from"], name="order_clones", condition=Q(cloned_from__isnull=False)),
            models.Index(fields=["fingerprint"], name="order_fingerprint", condition=~Q(fingerprint="")),
            # lists: each filter and order that is offered starts from an index, however many orders there are
            models.Index(fields=["channel", "-id"], name="order_channel"),
            models.Index(fields=["order_date", "id"], name="order_day"),
            models.Index(fields=["-id"], name="order_urgent", condition=Q(urgent=True)),
            models.Index(fields=["-id"], name="order_changed", condition=Q(revision__gt=0)),
            models.Index(fields=["kind", "-id"], name="order_special", condition=~Q(kind="standard")),
            models.Index(fields=["delivery", "-id"], name="order_delivery", condition=Q(status="confirmed")),
            models.Index(fields=["promised_date", "id"], name="order_promised", condition=Q(status="confirmed")),
            models.Index(
                Tail("receiver_phone"), F("id").desc(), name="order_phone_tail", condition=~Q(receiver_phone="")),
        ]  # fmt: skip
        triggers: ClassVar = [ORDER.guard(), undeletable("order")]

    def __str__(self) -> str:
        return self.number

    @property
    def order_id(self) -> int:
        """An order is filed under itself."""
        return self.pk

    @property
    def transport(self) -> str:
        """The transport mode in words; a wish in somebody's own words stays as it was written."""
        mode = self.transport_mode
        return str(TransportMode(mode).label) if mode in TransportMode else mode

    @property
    def place(self) -> str:
        """Province, city and district of the ship-to address, as its language writes them."""
        return written(self.ship_province, self.ship_city, self.ship_district, country=self.ship_country)

    @property
    def address(self) -> str:
        """The ship-to address as its language writes it, without the postcode."""
        parts = (self.ship_province, self.ship_city, self.ship_district, self.ship_street)
        return written(*parts, country=self.ship_country)


class OrderLine(models.Model):
    """One article of an order. Amounts are after line discount and its share of the order discount.

    ``quantity`` is in the line's unit; ``base_quantity`` and everything that happened to it (shipped, signed,
    returned, invoiced, cancelled) are in the SKU's base unit.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", **UNCHECKED)  # line_number is an index of it
    line_no = models.IntegerField(_("line"))
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", db_constraint=False)  # see UNCHECKED
    name = models.CharField(_("product name"), max_length=120)
    model = models.CharField(_("model"), max_length=80, blank=True)
    specification = models.CharField(_("specification"), max_length=200, blank=True)
    parameters = models.JSONField(_("custom parameters"), default=dict, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", **UNCHECKED)
    quantity = quantity_field(verbose_name=_("quantity"))
    base_quantity = quantity_field()
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=6)  # of one line unit
    discount_rate = models.DecimalField(_("discount"), max_digits=6, decimal_places=4, default=0)
    price_reason = models.JSONField(default=dict)  # where the price came from: list, quantity break, floor, override
    floor = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    tax_rate = models.DecimalField(_("tax rate"), max_digits=6, decimal_places=4)
    order_discount = amount_field()  # this line's share of the order discount
    net = amount_field(verbose_name=_("net"))
    tax = amount_field(verbose_name=_("tax"))
    gross = amount_field(verbose_name=_("amount"))
    made_to_order = models.BooleanField(_("made to order"), default=False)
    wanted_date = models.DateField(_("wanted"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    demand = models.OneToOneField(Demand, models.PROTECT, null=True, related_name="+", db_constraint=False)
    planned = quantity_field(default=0)  # in shipments that are not cancelled or reversed
    shipped = quantity_field(default=0)
    signed = quantity_field(default=0)
    returned = quantity_field(default=0)
    invoiced = quantity_field(default=0)  # less credit notes
    cancelled = quantity_field(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "line_no"], name="line_number"),
            models.CheckConstraint(condition=Q(quantity__gt=0, base_quantity__gt=0), name="line_quantity"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="line_gross"),
            models.CheckConstraint(condition=Q(discount_rate__gte=0, discount_rate__lte=1), name="line_discount"),
            models.CheckConstraint(
                condition=Q(
                    cancelled__gte=0, planned__gte=F("shipped"), base_quantity__gte=F("planned") + F("cancelled"),
                    shipped__gte=F("signed"), signed__gte=F("returned"), returned__gte=0,
                    invoiced__gte=0, invoiced__lte=F("base_quantity"),
                ),
                name="line_progress",
            ),
        ]  # fmt: skip
        triggers: ClassVar = [
            # lines of a draft come and go; a confirmed one has a demand and stays (R222)
            pgtrigger.Protect(
                name="line_undeletable", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__demand__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_no}"

    @property
    def article(self) -> str:
        """The article's name in the reader's language; one that was written for this order stays as it was."""
        product = self.sku.product
        return local(self.name, product.name_en) if product.name == self.name else self.name


class Department(models.TextChoices):
    """Who reviews an order (R043-R046, R053, R055)."""

    SALES = "sales", pgettext_lazy("department", "sales")
    FINANCE = "finance", pgettext_lazy("department", "finance")
    WAREHOUSE = "warehouse", pgettext_lazy("department", "warehouse")
    PRODUCTION = "production", pgettext_lazy("department", "production")
    CONTRACT = "contract", pgettext_lazy("department", "contracts")
    MANAGEMENT = "management", pgettext_lazy("department", "top management")


class Review(models.Model):
    """One department's decision about one submission, with the system's own findings beside it (R054)."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="reviews")
    round = models.SmallIntegerField()
    department = models.CharField(max_length=12, choices=Department)
    status = models.CharField(max_length=10, choices=ReviewStatus, default=ReviewStatus.PENDING)
    version = models.IntegerField(default=1)
    step = models.SmallIntegerField(default=1)  # those of one step decide side by side, the next step after them
    findings = models.JSONField(default=list)  # [{level, code, data}]
    remark = models.TextField(blank=True)
    restock_date = models.DateField(null=True)  # what the warehouse expects when stock is short (R045)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    basis = models.CharField(max_length=64, blank=True)  # the mark of all it was decided by
    kept_round = models.SmallIntegerField(null=True)  # the round whose approval still holds

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "round", "department"], name="review_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["department", "id"], name="review_waiting", condition=Q(status="pending")),
        ]
        triggers: ClassVar = [REVIEW.guard(), undeletable("review")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.department}"


class PaperKind(models.TextChoices):
    """What an attached paper is (R029)."""

    CONFIRMATION_LETTER = "confirmation_letter", _("signed purchase confirmation letter")
    TECHNICAL_AGREEMENT = "technical_agreement", _("technical agreement")
    TALK_RECORD = "talk_record", _("talk record")
    CONTRACT = "contract", _("contract")
    CUSTOMER_PO = "customer_po", _("customer's purchase order")
    OTHER = "other", _("other")


class OrderAttachment(models.Model):
    """A paper kept with the order."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT)
    kind = models.CharField(max_length=20, choices=PaperKind, default=PaperKind.OTHER)
    note = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        triggers: ClassVar = [undeletable("order_attachment")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"


class Sheet(models.Model):
    """What somebody is typing and has not saved yet, kept by itself so that a crash loses nothing.

    Only its owner sees it; it goes when the order is saved. ``order`` is the draft being changed, none for a new one.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    version = models.IntegerField(default=1)
    content = models.JSONField()  # as typed, right or wrong
    kept_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "order"], name="sheet_of_order")]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.kept_at}"
