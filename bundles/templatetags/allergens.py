"""Allergens on pages."""

from django import template

from membership.allergens import codes

from ..allergen_words import allergen_words

register = template.Library()


@register.filter
def allergen_names(mask: int) -> list[str]:
    """Return the allergens of a mask in words: `{{ product.allergens|allergen_names|join:", " }}`."""
    return allergen_words(codes(mask))
