"""Steps that were done late are found without looking at all that were done."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """An index that holds the late ones alone."""

    dependencies: ClassVar = [("work", "0008_waits")]

    operations: ClassVar = [
        migrations.AddIndex("task", models.Index(fields=["-id"], name="task_late", condition=Q(closed_at__gt=F("due_at")))),
    ]
