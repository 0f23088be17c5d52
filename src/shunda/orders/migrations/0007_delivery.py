"""How far the goods of an order are, on the order itself; indexes for every filter and order that lists offer."""

from django.db import migrations, models
from django.db.models import Q

LINES = """
update orders_order o set delivery = n.delivery
from (
  select l.order_id, case
    when bool_and(l.signed >= l.base_quantity - l.cancelled) and bool_and(l.shipped >= l.base_quantity - l.cancelled)
      then 3
    when bool_and(l.shipped >= l.base_quantity - l.cancelled) then 2
    when bool_or(l.shipped > 0) then 1 else 0 end delivery
  from orders_orderline l group by l.order_id
) n where o.id = n.order_id and o.delivery <> n.delivery
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0006_placing_path'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='delivery',
            field=models.SmallIntegerField(choices=[(0, 'nothing shipped'), (1, 'partly shipped'), (2, 'shipped'), (3, 'signed')], db_default=0, default=0, verbose_name='delivery'),
        ),
        migrations.RunSQL(LINES, migrations.RunSQL.noop),
        migrations.AddIndex(model_name='order', index=models.Index(fields=['channel', '-id'], name='order_channel')),
        migrations.AddIndex(model_name='order', index=models.Index(fields=['order_date', 'id'], name='order_day')),
        migrations.AddIndex(model_name='order', index=models.Index(fields=['-id'], name='order_urgent', condition=Q(urgent=True))),
        migrations.AddIndex(model_name='order', index=models.Index(fields=['kind', '-id'], name='order_special', condition=~Q(kind='standard'))),
        migrations.AddIndex(model_name='order', index=models.Index(fields=['delivery', '-id'], name='order_delivery', condition=Q(status='confirmed'))),
        migrations.AddIndex(model_name='order', index=models.Index(fields=['promised_date', 'id'], name='order_promised', condition=Q(status='confirmed'))),
    ]
