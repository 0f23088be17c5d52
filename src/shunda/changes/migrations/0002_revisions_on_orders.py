"""Orders that were changed before their rows said so."""

from django.db import migrations

FILL = """
update orders_order o set revision = r.newest
from (select order_id, max(number) as newest from changes_revision group by order_id) r where r.order_id = o.id
"""


class Migration(migrations.Migration):
    dependencies = [("changes", "0001_initial"), ("orders", "0012_revision")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
