"""What a bundle would cost and bring on a day, before anything is ordered, and until when one may cancel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import prefetch_related_objects

from bundles import quote as bundles_quote
from bundles.edition_key import EditionKey
from bundles.models import Bundle, Edition, Product

from .cutoff import cutoff_at
from .working_days import WorkingDays


@dataclass(frozen=True)
class Quote(bundles_quote.Quote):
    """A quote for a day; without one there is no cut-off."""

    cutoff_at: datetime | None = None


def quote(
    bundle: Bundle,
    headcount: int,
    exclusions: int,
    day: date | None,
    working_days: WorkingDays,
    swaps: Mapping[int, Product] | None = None,
) -> Quote:
    """Return the price of the bundle for `headcount` people, with the contents of the day if it has some.

    `swaps` has what comes instead of products of the day.
    """
    prefetch_related_objects([bundle], "slots__category")
    editions = Edition.objects.with_contents()
    edition = editions.with_key(EditionKey(bundle.pk, day, exclusions)).first() if day else None
    plain = bundles_quote.quote(bundle, headcount, edition, swaps)
    slowest = max((item.product.lead_days for item in plain.items if item.product), default=0)
    return Quote(**vars(plain), cutoff_at=cutoff_at(day, slowest, working_days) if day else None)
