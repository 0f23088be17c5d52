"""A changed decision says which of several cases of one subject it is, in the reader's language."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0003_remarks_kept")]

    operations = [
        migrations.AddField(
            model_name="trialchange",
            name="about",
            field=models.CharField(db_default="", default="", max_length=60),
        ),
    ]
