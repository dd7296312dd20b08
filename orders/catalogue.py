"""What the catalogue shows of each bundle: the next edition that can still be ordered, and its price."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import log

from django.db.models import Max

from bundles.models import Bundle, Edition
from bundles.quote import Quote, quote

from .cutoff import cutoff_at, earliest_delivery_date
from .working_days import WorkingDays


@dataclass(frozen=True)
class Card:
    """A bundle with its next edition, if there is one, and its price for so many people."""

    bundle: Bundle
    edition: Edition | None
    quote: Quote


def cards(
    bundles: Iterable[Bundle],
    headcount: int | None,
    exclusions: int,
    *,
    now: datetime,
    working_days: WorkingDays,
) -> list[Card]:
    """Return a card for each bundle, priced for `headcount` people or for as many as it is made for."""
    editions = _next_editions(exclusions, now=now, working_days=working_days)
    return [
        Card(
            bundle,
            editions.get(bundle.pk),
            quote(bundle, headcount or bundle.base_headcount, editions.get(bundle.pk)),
        )
        for bundle in bundles
    ]


def by_fit(cards: Iterable[Card], headcount: int | None) -> list[Card]:
    """Return the cards for events: those made for about as many people first, else the smallest first."""

    def distance(card: Card) -> tuple[float, int, int]:
        made_for = card.bundle.base_headcount
        far = abs(log(made_for / headcount)) if headcount else made_for
        return far, card.quote.per_person, card.bundle.pk

    return sorted(cards, key=distance)


def edition_cutoff(edition: Edition, working_days: WorkingDays) -> datetime:
    """Return until when the edition can be ordered, by the slowest of its producers.

    Asks nothing if the contents are prefetched.
    """
    slowest = max((item.product.lead_days for item in edition.items.all()), default=0)
    return cutoff_at(edition.delivery_date, slowest, working_days)


def _next_editions(exclusions: int, *, now: datetime, working_days: WorkingDays) -> dict[int, Edition]:
    """Return the earliest edition with these exclusions that can still be ordered, by bundle."""
    earliest: dict[int, int] = {}
    rows = Edition.objects.filter(
        exclusions=exclusions, delivery_date__gte=earliest_delivery_date(now, working_days)
    )
    slowest = rows.annotate(slowest=Max("items__product__lead_days")).order_by("delivery_date")
    for key, bundle, day, days in slowest.values_list("pk", "bundle", "delivery_date", "slowest"):
        if bundle not in earliest and cutoff_at(day, days or 0, working_days) > now:
            earliest[bundle] = key
    editions = Edition.objects.with_contents().in_bulk(earliest.values())
    return {edition.bundle_id: edition for edition in editions.values()}
