"""Orders say how often they were changed since they were confirmed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0011_references")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="revision",
            field=models.SmallIntegerField(db_default=0, default=0, verbose_name="revision"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(condition=models.Q(("revision__gt", 0)), fields=["-id"], name="order_changed"),
        ),
    ]
