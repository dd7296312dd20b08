"""What pages of the catalogue ask of ordering; their views lie below and can't."""

from datetime import date

from django import template

from membership import clock

from ..cutoff import earliest_delivery_date
from ..models import CalendarDay
from ..ratings import Stars, stars_by_product

register = template.Library()


@register.simple_tag
def earliest_delivery() -> date:
    """Return the first date for which the usual cut-off is still ahead; a slow producer may need longer."""
    return earliest_delivery_date(clock.now(), CalendarDay.objects.all().working_days())


@register.simple_tag
def member_stars() -> dict[int, Stars]:
    """Return the stars of a year by the key of the product."""
    return stars_by_product(clock.today())


@register.filter
def of_product(stars: dict[int, Stars], product: int) -> Stars | None:
    """Return the product's stars: `{{ stars|of_product:product.pk }}`."""
    return stars.get(product)
