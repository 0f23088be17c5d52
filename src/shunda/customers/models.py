"""Customers, addresses, contacts, payment terms."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Region
from shunda.catalog.naming import local
from shunda.core.machine import undeletable
from shunda.core.search import Tail, search_index, search_vector
from shunda.files.models import StoredFile


class TermKind(models.TextChoices):
    """When a customer pays."""

    PREPAID = "prepaid", _("prepaid")
    ON_DELIVERY = "on_delivery", _("cash on delivery")
    CREDIT = "credit", _("on credit")


class PaymentTerm(models.Model):
    """Prepaid, on delivery, or so many days of credit after the invoice."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=TermKind)
    days = models.SmallIntegerField(_("credit days"), default=0)
    active = models.BooleanField(_("active"), default=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(days__gte=0), name="term_days")]
        triggers: ClassVar = [undeletable("term")]

    def __str__(self) -> str:
        return local(self.name, self.name_en)


class CustomerClass(models.TextChoices):
    """Classes of customers, each with a strategy of its own (R072)."""

    DISTRIBUTOR = "distributor", _("distributor")
    MANUFACTURER = "manufacturer", _("manufacturer")
    RETAIL = "retail", _("retail chain")
    ECOMMERCE = "ecommerce", _("online seller")
    PROJECT = "project", _("project customer")
    OTHER = "other", _("other")


class Grade(models.TextChoices):
    """How important and how reliable a customer is (R051)."""

    A = "A", _("A: key account")
    B = "B", _("B: regular")
    C = "C", _("C: occasional")
    D = "D", _("D: watch")


class Customer(models.Model):
    """A buyer (R021-R023, R071)."""

    code = models.CharField(_("customer code"), max_length=30)
    name = models.CharField(_("name on the business licence"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    country = models.CharField(_("country"), max_length=2, default="CN")
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    bank = models.CharField(_("bank"), max_length=120, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True)
    registered_address = models.CharField(_("registered address"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    customer_class = models.CharField(_("class"), max_length=20, choices=CustomerClass, default=CustomerClass.OTHER)
    grade = models.CharField(_("grade"), max_length=1, choices=Grade, default=Grade.C)
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("sales representative"), null=True, blank=True
    )
    term = models.ForeignKey(PaymentTerm, models.PROTECT, verbose_name=_("payment term"))
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    frozen = models.BooleanField(_("frozen"), default=False)
    frozen_reason = models.CharField(_("reason for freezing"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    search_text = models.TextField(blank=True, default="")
    search = search_vector()

    class Meta:
        indexes: ClassVar = [
            search_index("customer_search"),
            models.Index(fields=["code", "id"], name="customer_by_code"),
            models.Index(fields=["owner", "id"], name="customer_owner"),
            models.Index(fields=["region", "id"], name="customer_region"),
            models.Index(Tail("phone"), F("id").desc(), name="customer_phone_tail", condition=~Q(phone="")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(Upper("code"), name="customer_code_once"),
            models.UniqueConstraint(fields=["credit_code"], name="customer_credit_code", condition=~Q(credit_code="")),
        ]
        triggers: ClassVar = [undeletable("customer")]

    def __str__(self) -> str:
        return self.name


class Address(models.Model):
    """Where to deliver: province, city, district, street, postcode, receiver and phone (R024, R025)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="addresses")
    country = models.CharField(_("country"), max_length=2, default="CN")
    province = models.CharField(_("province"), max_length=60, blank=True)
    city = models.CharField(_("city"), max_length=60)
    district = models.CharField(_("district"), max_length=60, blank=True)
    street = models.CharField(_("street and number"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    receiver = models.CharField(_("receiver"), max_length=80)
    phone = models.CharField(_("receiver's phone"), max_length=30)
    is_default = models.BooleanField(_("default"), default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer"], name="address_one_default", condition=Q(is_default=True)),
            models.CheckConstraint(condition=Q(is_default=False) | Q(active=True), name="address_default_active"),
        ]
        indexes: ClassVar = [
            models.Index(Tail("phone"), F("id").desc(), name="address_phone_tail", condition=~Q(phone="")),
            models.Index(fields=["street", "city"], name="address_street"),
        ]
        triggers: ClassVar = [undeletable("address")]

    def __str__(self) -> str:
        if self.country != "CN":
            return ", ".join(filter(None, [self.street, f"{self.postcode} {self.city}".strip(), self.province]))
        province = "" if self.province == self.city else self.province  # a city of province rank, such as Shanghai
        return f"{province}{self.city}{self.district}{self.street}"


class Contact(models.Model):
    """A person at the customer; one who ``may_sign`` can receive goods."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts")
    name = models.CharField(_("name"), max_length=80)
    title = models.CharField(_("job title"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("email"), blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    may_sign = models.BooleanField(_("may sign for goods"), default=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer"], name="contact_one_default", condition=Q(is_default=True)),
            models.CheckConstraint(condition=Q(is_default=False) | Q(active=True), name="contact_default_active"),
        ]
        indexes: ClassVar = [
            models.Index(Tail("phone"), F("id").desc(), name="contact_phone_tail", condition=~Q(phone=""))
        ]
        triggers: ClassVar = [undeletable("contact")]

    def __str__(self) -> str:
        return self.name


class AttachmentKind(models.TextChoices):
    """What a paper kept with a customer is."""

    LICENCE = "licence", _("business licence")
    CONTRACT = "contract", _("contract")
    LETTER = "letter", _("letter")
    OTHER = "other", _("other")


class CustomerAttachment(models.Model):
    """A licence, contract or letter kept with the customer."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT)
    kind = models.CharField(_("kind"), max_length=40, choices=AttachmentKind, default=AttachmentKind.OTHER)
    note = models.CharField(_("note"), max_length=200, blank=True)
    attached_at = models.DateTimeField()
    attached_by = models.CharField(max_length=120)
    active = models.BooleanField(default=True)

    class Meta:
        triggers: ClassVar = [undeletable("customer_attachment")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.file_id}"
