from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField("order", "request_key", models.UUIDField(blank=True, editable=False, null=True)),
        migrations.AddConstraint(
            "order",
            models.UniqueConstraint(fields=["placed_by", "request_key"], name="one_order_per_request"),
        ),
    ]
