"""Which products a member may take instead of one that will come: by the composer's own rules."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bundles.actions.compose import offers_of
from bundles.composition import Composition, EditionRequest, Item, Offer, faults
from bundles.edition_key import EditionKey
from bundles.edition_requests import Wanted, requests_for
from bundles.models import Edition, EditionItem, Product
from bundles.rooms import Rooms

from .actions.editions import planned_rooms
from .cutoff import cutoff_at
from .fair_shares import read_fair_shares
from .models import CalendarDay, Occurrence, Order
from .planned import swaps_of
from .ratings import stars_by_product, steady_means
from .working_days import WorkingDays

LONGEST_LEAD = 30  # business days


@dataclass(frozen=True)
class Coming:
    """A planned occurrence or a placed order, as far as swapping asks."""

    holder: Occurrence | Order
    key: EditionKey
    headcount: int
    cutoff_at: datetime

    @classmethod
    def of(cls, holder: Occurrence | Order) -> "Coming | None":
        """Return None for what is no longer open."""
        if isinstance(holder, Order):
            is_open = holder.status in Order.OPEN
            return cls(holder, holder.edition_key, holder.headcount, holder.cutoff_at) if is_open else None
        if holder.status != Occurrence.Status.PLANNED or not holder.delivery_date or not holder.cutoff_at:
            return None
        return cls(holder, holder.edition_key(holder.delivery_date), holder.headcount, holder.cutoff_at)

    def edition(self) -> Edition | None:
        """Return its edition with the contents once it is published: before, they may still change."""
        published = Edition.objects.with_contents().filter(status=Edition.Status.PUBLISHED)
        edition: Edition | None = published.with_key(self.key).first()
        return edition


def find_alternatives(coming: Coming, edition: Edition, item: EditionItem) -> list[Product]:
    """Return what may come instead of the item: possible in time, enough of it, and by the bundle's rules.

    The rules are those of the edition, with the other swaps of the order: an alternative may break none that
    it keeps.
    """
    swaps = swaps_of(coming.holder)
    items = list(edition.items.all())
    taken = {each.product_id for each in items} | {product.pk for product in swaps.values()}
    offered = Product.objects.on_offer().filter(category=item.slot.category_id)
    candidates = list(offered.exclude(pk__in=taken).select_related("producer", "pool"))
    working_days = CalendarDay.objects.all().working_days()
    free = _free(coming, [*candidates, swaps.get(item.product_id, item.product)], working_days)
    rules = _Rules(coming, edition, working_days, [*candidates, *_as_swapped(items, swaps).values()])
    kept = rules.broken(_as_swapped(items, swaps))
    return [
        product
        for product in candidates
        if free[product.pk] >= item.slot.units_of(product, coming.headcount)
        and rules.broken(_as_swapped(items, swaps | {item.product_id: product})) <= kept
    ]


def ranked(products: Collection[Product], *, today: date) -> list[Product]:
    """Return them best first: of producers furthest below their fair share, then by the members' stars."""
    standing = {share.producer.pk: share.ratio for share in read_fair_shares(today).shares}
    stars = steady_means(stars_by_product(today))
    return sorted(
        products,
        key=lambda product: (standing[product.producer_id], -stars.get(product.pk, 0.0), product.pk),
    )


def _as_swapped(items: Collection[EditionItem], swaps: Mapping[int, Product]) -> dict[EditionItem, Product]:
    return {item: swaps.get(item.product_id, item.product) for item in items}


def _free(coming: Coming, products: list[Product], working_days: WorkingDays) -> dict[int, int]:
    """Return the free units of each product, beside what all open orders will take."""
    planned = planned_rooms([coming.key.day], working_days)
    rooms = Rooms.read(products, [coming.key.day], working_days.made_on, planned)
    return {product.pk: rooms.left(product, coming.key.day) for product in products}


class _Rules:
    """The composer's verifier, asked about one edition with other products in it."""

    def __init__(
        self, coming: Coming, edition: Edition, working_days: WorkingDays, products: Collection[Product]
    ) -> None:
        lead = _longest_lead(coming.key.day, coming.cutoff_at, working_days)
        wanted = Wanted(edition.bundle, coming.key.day, coming.key.exclusions, (), lead)
        [request] = requests_for([wanted], {})
        # Where the edition itself had to give way, a swap need not do better, but never worse.
        self.request: EditionRequest = replace(
            request,
            repeat_editions=0,
            max_cost=max(request.max_cost, edition.cost),
            min_worth=min(request.min_worth, edition.worth),
        )
        self.offers: dict[int, Offer] = {offer.product: offer for offer in offers_of(set(products), {})}

    def broken(self, filled: Mapping[EditionItem, Product]) -> set[str]:
        """Return the rules that the contents break; capacity is asked elsewhere, for the order itself."""
        head = self.request.base_headcount
        items = tuple(
            Item(item.slot_id, product.pk, product.producer_id, item.slot.units_of(product, head))
            for item, product in filled.items()
        )
        cost = sum(item.units * self.offers[item.product].supply_price for item in items)
        worth = sum(item.units * self.offers[item.product].list_price for item in items)
        composition = Composition(
            self.request.key, items, cost, worth, worth - self.request.price, self.request.lead_days_left
        )
        plenty: Mapping[tuple[Any, date], int] = defaultdict(lambda: 10**9)
        found = faults({self.request.key: composition}, [self.request], list(self.offers.values()), plenty)
        return {fault.rule for fault in found}


def _longest_lead(day: date, cutoff: datetime, working_days: WorkingDays) -> int:
    """Return the longest lead time (business days) that doesn't bring the cut-off forward."""
    leads = range(LONGEST_LEAD + 1)
    return max((lead for lead in leads if cutoff_at(day, lead, working_days) >= cutoff), default=0)
