"""What an institution doesn't take, as one integer: allergens, and "vegan", "halal", "no chilled goods".

The low bits are the mask of `membership.allergens`, three more stand above it, so that one comparison says
whether two orders want the same contents and the database can check the range. 0 excludes nothing.
"""

from collections.abc import Iterable, Iterator

from . import allergens

VEGAN = allergens.FULL_MASK + 1
HALAL = VEGAN << 1
NO_CHILLED = VEGAN << 2
FULL_MASK = (VEGAN << 3) - 1

# As forms and programs name them: the printed number of an allergen, or a word.
BITS = {str(each.code): 1 << (each.code - 1) for each in allergens.ALLERGENS}
BITS |= {"vegan": VEGAN, "halal": HALAL, "no_chilled": NO_CHILLED}


def mask(codes: Iterable[str]) -> int:
    """Return the codes as one integer. Raises ValueError for a code that doesn't exist."""
    bits = 0
    for code in codes:
        if code not in BITS:
            raise ValueError(f"There is no exclusion {code!r}.")
        bits |= BITS[code]
    return bits


def codes(mask: int) -> tuple[str, ...]:
    """Return the codes in a mask: allergens ascending, then the words. Raises ValueError for other bits."""
    if not 0 <= mask <= FULL_MASK:
        raise ValueError(f"{mask} is not a set of exclusions.")
    return tuple(code for code, bit in BITS.items() if mask & bit)


def allergens_in(mask: int) -> int:
    """Return the excluded allergens as a mask of `membership.allergens`."""
    return mask & allergens.FULL_MASK


def broken(mask: int, *, allergens: int, is_vegan: bool, is_halal: bool, is_chilled: bool) -> int:
    """Return which of the exclusions a product breaks; 0 if it may be delivered."""
    breaks = allergens_in(allergens)
    breaks |= 0 if is_vegan else VEGAN
    breaks |= 0 if is_halal else HALAL
    breaks |= NO_CHILLED if is_chilled else 0
    return mask & breaks


def single(mask: int) -> Iterator[int]:
    """Yield each exclusion of a mask by itself."""
    return (bit for bit in BITS.values() if mask & bit)
