"""Views, layouts and exports."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shunda.core.refusal import Refusal


class SavedView(models.Model):
    """Filters and order of one page under a name. A shared one is everybody's to use and its owner's to change."""

    page = models.CharField(max_length=60)  # the url name of the page: "orders:index"
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)  # "stage=to_ship&sort=oldest"
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    shared = models.BooleanField(_("shared"), default=False)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="view_name_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["page", "name"], name="view_shared", condition=Q(shared=True))]

    def __str__(self) -> str:
        return self.name


class Layout(models.Model):
    """How one person likes one page: which columns in which order, how dense, which views first."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    page = models.CharField(max_length=60)
    columns = ArrayField(models.CharField(max_length=40), default=list, blank=True)  # none: as the page declares them
    dense = models.BooleanField(_("dense"), default=False)
    pinned = ArrayField(models.BigIntegerField(), default=list, blank=True)  # views that are always in sight
    default = models.ForeignKey(SavedView, models.SET_NULL, null=True, related_name="+")  # opens with the page

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "page"], name="layout_once")]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.page}"


class Format(models.TextChoices):
    """What kind of file."""

    XLSX = "xlsx", "Excel"
    CSV = "csv", "CSV"


class Export(models.Model):
    """A file of what a list showed: who asked for what and when, how far it is, and what came out (R222).

    The record stays; the file itself is kept in parts until it is forgotten.
    """

    page = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    columns = ArrayField(models.CharField(max_length=40), default=list)
    format = models.CharField(max_length=4, choices=Format)
    language = models.CharField(max_length=10)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)  # of the file
    asked_at = models.DateTimeField()
    rows = models.IntegerField(default=0)  # written so far
    finished_at = models.DateTimeField(null=True)
    error = models.JSONField(null=True)  # the refusal that ended it: {code, data}
    size = models.IntegerField(default=0)  # of the file, in bytes
    forgotten_at = models.DateTimeField(null=True)  # when the file went

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="export_owner"),
            models.Index(
                fields=["finished_at"],
                name="export_to_forget",
                condition=Q(finished_at__isnull=False, forgotten_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        """Whether there is a file to fetch."""
        return self.finished_at is not None and self.error is None and self.forgotten_at is None

    @property
    def why(self) -> str:
        """Why there is no file, in the reader's language."""
        return Refusal(None, self.error["code"], self.error["data"]).message if self.error else ""

    @property
    def is_running(self) -> bool:
        """Whether it is still to come."""
        return self.finished_at is None


class ExportPart(models.Model):
    """A piece of the file, small enough to be sent on its own."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts")
    place = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["export", "place"], name="export_part_once")]

    def __str__(self) -> str:
        return f"{self.export_id}/{self.place}"
