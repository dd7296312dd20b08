"""The 19 numbered allergens that Korean schools print on menus and labels, kept as one integer a product.

Bit `code - 1` stands for a code, so that "no new allergen" is one `&` and the database can check the range.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Allergen(NamedTuple):
    """A printed code and its name."""

    code: int
    name_ko: str
    name_en: str


ALLERGENS = (
    Allergen(1, "난류", "Eggs"),
    Allergen(2, "우유", "Milk"),
    Allergen(3, "메밀", "Buckwheat"),
    Allergen(4, "땅콩", "Peanuts"),
    Allergen(5, "대두", "Soybeans"),
    Allergen(6, "밀", "Wheat"),
    Allergen(7, "고등어", "Mackerel"),
    Allergen(8, "게", "Crab"),
    Allergen(9, "새우", "Shrimp"),
    Allergen(10, "돼지고기", "Pork"),
    Allergen(11, "복숭아", "Peaches"),
    Allergen(12, "토마토", "Tomatoes"),
    Allergen(13, "아황산류", "Sulphites"),
    Allergen(14, "호두", "Walnuts"),
    Allergen(15, "닭고기", "Chicken"),
    Allergen(16, "쇠고기", "Beef"),
    Allergen(17, "오징어", "Squid"),
    Allergen(18, "조개류", "Shellfish"),
    Allergen(19, "잣", "Pine nuts"),
)
FULL_MASK = (1 << len(ALLERGENS)) - 1


def mask(codes: Iterable[int]) -> int:
    """Return the codes as one integer. Raises ValueError for a code that isn't printed."""
    bits = 0
    for code in codes:
        if not 1 <= code <= len(ALLERGENS):
            raise ValueError(f"There is no allergen code {code}.")
        bits |= 1 << (code - 1)
    return bits


def codes(mask: int) -> tuple[int, ...]:
    """Return the codes in a mask, ascending. Raises ValueError for bits that mean nothing."""
    if not 0 <= mask <= FULL_MASK:
        raise ValueError(f"{mask} is not a set of allergens.")
    return tuple(allergen.code for allergen in ALLERGENS if mask >> (allergen.code - 1) & 1)
