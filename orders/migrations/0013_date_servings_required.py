import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0012_date_servings'),
    ]

    operations = [
        migrations.AlterField(
            model_name='occurrence',
            name='bundle',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bundles.bundle', verbose_name='bundle'),
        ),
        migrations.AlterField(
            model_name='occurrence',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='membership.site', verbose_name='site'),
        ),
        migrations.AddConstraint(
            model_name='occurrence',
            constraint=models.CheckConstraint(condition=models.Q(('headcount__gte', 1)), name='occurrence_serves_someone'),
        ),
        migrations.AddConstraint(
            model_name='occurrence',
            constraint=models.CheckConstraint(condition=models.Q(('exclusions__lte', 4194303)), name='occurrence_exclusions_known'),
        ),
        migrations.AddConstraint(
            model_name='occurrence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('window_closes', None), ('window_opens', None)), models.Q(('window_closes__gt', models.F('window_opens')), ('window_closes__isnull', False), ('window_opens__isnull', False)), _connector='OR'), name='occurrence_window_closes_after'),
        ),
        migrations.AddConstraint(
            model_name='standingorder',
            constraint=models.CheckConstraint(condition=models.Q(('headcount__gte', 1)), name='standingorder_serves_someone'),
        ),
        migrations.AddConstraint(
            model_name='standingorder',
            constraint=models.CheckConstraint(condition=models.Q(('exclusions__lte', 4194303)), name='standingorder_exclusions_known'),
        ),
        migrations.AddConstraint(
            model_name='standingorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('window_closes', None), ('window_opens', None)), models.Q(('window_closes__gt', models.F('window_opens')), ('window_closes__isnull', False), ('window_opens__isnull', False)), _connector='OR'), name='standingorder_window_closes_after'),
        ),
    ]
