"""Small words of the pages of orders, and what pages whose views lie below can't ask for."""

from django import template

from membership import clock

from ..alternatives import Alternative
from ..coming import why as why_of
from ..event_alternatives import as_fields as fields_of
from ..models import Occurrence, Order
from ..private_address import token_of
from ..ratings import Stars, stars_by_product

register = template.Library()


@register.simple_tag
def member_stars() -> dict[int, Stars]:
    """Return the stars of a year by the key of the product."""
    return stars_by_product(clock.today())


@register.filter
def as_fields(alternative: Alternative) -> str:
    """Return what a button sends to put the alternative into the form."""
    return fields_of(alternative)


@register.filter
def of_product(stars: dict[int, Stars], product: int) -> Stars | None:
    """Return the product's stars: `{{ stars|of_product:product.pk }}`."""
    return stars.get(product)


@register.filter
def why(occurrence: Occurrence) -> str:
    """Return why a date was moved, skipped or not ordered, in words."""
    return why_of(occurrence)


@register.filter
def private_token(order: Order) -> str:
    """Return the token of its private address: `{% url "delivery:track" order|private_token %}`."""
    return token_of(order)


@register.filter
def item(values: dict[str, str], key: str) -> str:
    """Return what a key stands for: `{{ decided|item:order.number }}`."""
    return values.get(key, "")
