import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ('bundles', '0004_exclusions'),
        ('membership', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CapacityPool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=120, verbose_name='English name')),
                ('daily_capacity', models.PositiveIntegerField(verbose_name='servings a day')),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pools', to='membership.organization', verbose_name='producer')),
            ],
            options={
                'verbose_name': 'shared capacity',
                'verbose_name_plural': 'shared capacities',
                'ordering': ['producer', 'name'],
                'constraints': [models.UniqueConstraint(fields=('producer', 'name'), name='pool_name_once_per_producer')],
            },
        ),
        migrations.AddField(
            model_name='product',
            name='made_days',
            field=models.PositiveSmallIntegerField(default=0, help_text='0 is the delivery date itself; at most the lead time.', verbose_name='made before delivery (business days)'),
        ),
        migrations.AddField(
            model_name='product',
            name='pool',
            field=models.ForeignKey(blank=True, help_text='With it, the product has no limit of its own.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='products', to='bundles.capacitypool', verbose_name='shared capacity'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=Q(made_days__lte=F('lead_days')), name='product_made_within_lead_time'),
        ),
        migrations.RemoveConstraint(model_name='capacity', name='one_capacity_per_product_and_date'),
        migrations.RenameField(model_name='capacity', old_name='on_date', new_name='made_on'),
        migrations.AlterField(
            model_name='capacity',
            name='made_on',
            field=models.DateField(verbose_name='production date'),
        ),
        migrations.AlterField(
            model_name='capacity',
            name='limit',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='limit'),
        ),
        migrations.AlterField(
            model_name='capacity',
            name='product',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='capacities', to='bundles.product', verbose_name='product'),
        ),
        migrations.AddField(
            model_name='capacity',
            name='pool',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='capacities', to='bundles.capacitypool', verbose_name='shared capacity'),
        ),
        migrations.AlterModelOptions(
            name='capacity',
            options={'ordering': ['made_on', 'pool', 'product'], 'verbose_name': 'capacity', 'verbose_name_plural': 'capacities'},
        ),
        migrations.AddConstraint(
            model_name='capacity',
            constraint=models.UniqueConstraint(fields=('product', 'made_on'), name='one_capacity_per_product_and_date'),
        ),
        migrations.AddConstraint(
            model_name='capacity',
            constraint=models.UniqueConstraint(fields=('pool', 'made_on'), name='one_capacity_per_pool_and_date'),
        ),
        migrations.AddConstraint(
            model_name='capacity',
            constraint=models.CheckConstraint(condition=Q(product__isnull=False, pool=None) | Q(product=None, pool__isnull=False, limit__isnull=False), name='capacity_of_a_product_or_a_pool'),
        ),
        migrations.AddConstraint(
            model_name='closure',
            constraint=models.UniqueConstraint(fields=('producer', 'first_day', 'last_day'), name='closure_once'),
        ),
    ]
