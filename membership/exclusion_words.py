"""Exclusions in the reader's language."""

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from .allergens import ALLERGENS
from .exclusions import codes


def exclusion_words(mask: int) -> list[str]:
    """Return what is excluded, such as "no peanuts", "vegan", each by itself."""
    return [_word(code) for code in codes(mask)]


def exclusion_choices() -> list[tuple[str, str]]:
    """Return every exclusion with its name, to tick: an allergen by its printed number and name."""
    wishes = [(code, _word(code)) for code in ("vegan", "halal", "no_chilled")]
    return [*wishes, *((str(each.code), f"{each.code} {_name(each.code)}") for each in ALLERGENS)]


def _word(code: str) -> str:
    words = {
        "vegan": pgettext("exclusion", "vegan only"),
        "halal": pgettext("exclusion", "halal only"),
        "no_chilled": pgettext("exclusion", "nothing chilled"),
    }
    return words.get(code) or _("no %(allergen)s") % {"allergen": _name(int(code)).lower()}


def _name(code: int) -> str:
    allergen = ALLERGENS[code - 1]
    return allergen.name_en if get_language() == "en" else allergen.name_ko
