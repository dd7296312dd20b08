"""What pages of the catalogue ask of ordering; their views lie below and can't."""

from datetime import date

from django import template

from membership import clock

from ..cutoff import earliest_delivery_date
from ..models import CalendarDay

register = template.Library()


@register.simple_tag
def earliest_delivery() -> date:
    """Return the first date for which the usual cut-off is still ahead; a slow producer may need longer."""
    return earliest_delivery_date(clock.now(), CalendarDay.objects.all().working_days())
