"""A clock may begin before its step, and its limit may be counted in days."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns, empty for the clocks that run."""

    dependencies: ClassVar = [("work", "0006_assignments")]

    operations: ClassVar = [
        migrations.AddField("task", "limit_days", models.IntegerField(null=True)),
        migrations.AddField("task", "counted_from", models.DateTimeField(null=True)),
    ]
