"""Members' stars on pages of what is offered; their views lie below and can't ask."""

from django import template

from membership import clock

from ..ratings import Stars, stars_by_product

register = template.Library()


@register.simple_tag
def member_stars() -> dict[int, Stars]:
    """Return the stars of a year by the key of the product."""
    return stars_by_product(clock.today())


@register.filter
def of_product(stars: dict[int, Stars], product: int) -> Stars | None:
    """Return the product's stars: `{{ stars|of_product:product.pk }}`."""
    return stars.get(product)
