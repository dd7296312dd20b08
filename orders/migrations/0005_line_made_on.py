from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def made_on_the_day(apps, schema_editor):
    """What was ordered so far is made on the delivery date."""
    day = apps.get_model("orders", "Order").objects.filter(pk=OuterRef("order")).values("delivery_date")
    apps.get_model("orders", "OrderLine").objects.update(made_on=Subquery(day))


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_rating'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='instead_of',
            field=models.CharField(blank=True, max_length=120, verbose_name='in place of'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='instead_of_en',
            field=models.CharField(blank=True, max_length=120, verbose_name='in place of (English)'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='made_on',
            field=models.DateField(null=True, verbose_name='production date'),
        ),
        migrations.RunPython(made_on_the_day, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='orderline',
            name='made_on',
            field=models.DateField(verbose_name='production date'),
        ),
    ]
