
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0008_call_off'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('approval_asked', 'an order waits for your approval'), ('approval_reminder', 'reminder: an order still waits for your approval'), ('order_approved', 'order approved'), ('order_declined', 'order not approved'), ('order_confirmed', 'order confirmed'), ('order_not_made', 'order not made'), ('order_changed', 'order changed by a shortage'), ('order_cancelled', 'order cancelled by the hub'), ('order_eta', 'time of arrival'), ('order_delivered', 'order delivered'), ('order_failed', 'delivery failed'), ('po_issued', 'purchase order issued'), ('po_reminder', 'purchase order waits for your answer'), ('po_short', 'fewer units came than promised'), ('po_lowered', 'purchase order lowered'), ('po_note', 'note on a purchase order'), ('po_overdue', 'purchase order not acknowledged'), ('compose_to_do', 'contents that need you')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'compose_to_do')), fields=('recipient', 'detail'), name='told_of_contents_once_a_day'),
        ),
    ]
