"""What the kernel stores: events, counters, answers already given."""

from typing import ClassVar

from django.db import models

from shunda.core.machine import append_only


class Event(models.Model):
    """One row for each thing that happened: timeline, audit trail, outbox and clock in one.

    ``sequence`` counts 1, 2, 3 ... within an order, so a reader knows that nothing is missing.
    """

    kind = models.CharField(max_length=60)  # "order.confirm"
    subject_kind = models.CharField(max_length=40)  # "orders.order"
    subject_id = models.BigIntegerField()
    order_id = models.BigIntegerField(null=True)
    sequence = models.IntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120)
    source = models.CharField(max_length=20)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["kind", "id"], name="event_kind"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order_id", "sequence"], name="event_order_sequence"),
            models.CheckConstraint(
                condition=models.Q(order_id__isnull=True, sequence__isnull=True)
                | models.Q(order_id__isnull=False, sequence__isnull=False),
                name="event_sequence_with_order",
            ),
        ]
        triggers: ClassVar = append_only("event")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class Counter(models.Model):
    """The last number taken of a named sequence."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class Answer(models.Model):
    """The result kept for an idempotency key: whoever asks again with the same key gets the same answer."""

    scope = models.CharField(max_length=80)  # who asked what: "user:7 POST /api/v1/orders"
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["scope", "key"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
