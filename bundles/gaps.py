"""Which exclusions leave a slot of a bundle without a product, told before anything is composed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from django.utils.translation import gettext as _

from membership.exclusion_words import exclusion_words
from membership.exclusions import NO_CHILLED, single

from .models import Bundle, Product, Slot


@dataclass(frozen=True)
class Gap:
    """A slot that the exclusions leave too few products for; fewer of them would do."""

    slot: Slot
    exclusions: int

    def __str__(self) -> str:
        """Return it in the reader's language."""
        return _("%(category)s: no product fits “%(exclusions)s”.") % {
            "category": self.slot.category.display_name,
            "exclusions": " + ".join(exclusion_words(self.exclusions)),
        }


def find_gaps(bundle: Bundle, exclusions: int, day: date | None = None) -> list[Gap]:
    """Return the slots that can't be filled with these exclusions, in season on `day` if one is said.

    Slots that lack products anyway are left out: that isn't for the exclusions. Two queries at most.
    """
    if not exclusions:
        return []
    slots = list(bundle.slots.select_related("category"))
    offered: dict[int, list[Product]] = defaultdict(list)
    for product in Product.objects.on_offer().filter(category__in={slot.category_id for slot in slots}):
        if day is None or product.is_offered_on(day):
            offered[product.category_id].append(product)
    found = [(slot, _smallest(slot, offered[slot.category_id], exclusions)) for slot in slots]
    return [Gap(slot, reason) for slot, reason in found if reason]


def _smallest(slot: Slot, products: Collection[Product], exclusions: int) -> int:
    """Return the fewest exclusions that leave too few products for the slot; 0 if all leave enough."""

    def is_enough(excluded: int) -> bool:
        kept = excluded | (NO_CHILLED if slot.is_ambient_only else 0)
        return sum(not product.broken(kept) for product in products) >= slot.variety

    if not is_enough(0) or is_enough(exclusions):
        return 0
    singles = list(single(exclusions))
    for some in (*((each,) for each in singles), *combinations(singles, 2)):
        if not is_enough(sum(some)):
            return sum(some)
    return exclusions
