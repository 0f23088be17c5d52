"""Stored files and their contents."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from shunda.core.machine import append_only, undeletable


class Content(models.Model):
    """Bytes, once for each content."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()

    class Meta:
        triggers: ClassVar = append_only("content")

    def __str__(self) -> str:
        return self.sha256


class StoredFile(models.Model):
    """A file somebody uploaded, under the name it came with."""

    content = models.ForeignKey(Content, models.PROTECT)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.IntegerField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    class Meta:
        triggers: ClassVar = [undeletable("file")]

    def __str__(self) -> str:
        return self.name
