"""The nightly search for late steps finds those closed late in the last days without looking at the others."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """An index that holds the late ones alone, by when they were closed."""

    dependencies: ClassVar = [("work", "0010_calendars")]

    operations: ClassVar = [
        migrations.AddIndex(
            "task", models.Index(fields=["closed_at"], name="task_closed_late", condition=Q(closed_at__gt=F("due_at")))
        ),
    ]
