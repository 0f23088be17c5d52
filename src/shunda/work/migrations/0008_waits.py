"""What an order waits for, while the clocks of its steps stand by themselves."""

from typing import ClassVar

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    """A table, and which pauses are due to it."""

    dependencies: ClassVar = [("work", "0007_counted_from")]

    operations: ClassVar = [
        migrations.CreateModel(
            name='Wait',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order_id', models.BigIntegerField()),
                ('source', models.CharField(max_length=60)),
                ('subject_kind', models.CharField(max_length=40)),
                ('subject_id', models.BigIntegerField()),
                ('awaited', models.CharField(choices=[('customer', 'the customer'), ('supplier', 'the supplier'), ('carrier', 'the carrier'), ('colleague', 'another department'), ('authority', 'an authority or bank')], max_length=20)),
                ('reason', models.CharField(max_length=200)),
                ('kinds', models.JSONField()),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('until__isnull', True)), fields=['order_id'], name='wait_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('source',), name='wait_open_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='wait',
            trigger=pgtrigger.compiler.Trigger(name='wait_undeletable', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='0ea9d50a4a911b25c26042f9b2cdd06b93198d05', operation='DELETE', pgid='pgtrigger_wait_undeletable_8003f', table='work_wait', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='pause',
            name='wait',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to='work.wait'),
        ),
    ]
