import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stagedline",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="orders.order",
            ),
        ),
        migrations.AlterField(
            model_name="stagedline",
            name="returned",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="channels.importedreturn",
            ),
        ),
        migrations.AlterField(
            model_name="stagedline",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="channels.importrun",
            ),
        ),
        # each line is written again when it is understood and when it is booked: room beside it spares the indexes
        migrations.RunSQL(
            "alter table channels_stagedline set (fillfactor = 50)", "alter table channels_stagedline reset (fillfactor)"
        ),
    ]
