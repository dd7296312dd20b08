"""Allergens as people read them: the printed number with the name."""

from collections.abc import Iterable

from django.utils.translation import get_language

from membership.allergens import ALLERGENS


def allergen_words(codes: Iterable[int]) -> list[str]:
    """Return the codes with their names in the reader's language, such as "2 Milk"."""
    in_english = get_language() == "en"
    named = {allergen.code: allergen.name_en if in_english else allergen.name_ko for allergen in ALLERGENS}
    return [f"{code} {named[code]}" for code in codes]
