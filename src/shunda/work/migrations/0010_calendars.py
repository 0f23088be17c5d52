"""A task keeps by which calendar its clock counts, and the row of the table its limit came from."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two texts that are empty for most."""

    dependencies: ClassVar = [("work", "0009_late_steps")]

    operations: ClassVar = [
        migrations.AddField("task", "calendar", models.CharField(max_length=12, db_default="")),
        migrations.AddField("task", "limit_rule", models.CharField(max_length=12, db_default="")),
    ]
