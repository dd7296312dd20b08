"""How producers stand: what they sold lately and will sell by composed contents, against their fair share.

As the composer counts it (`bundles.composition.fairness`), seen from today: sales are what was reserved from
four weeks ago on, with what is fixed for coming days; planned is what composed editions will take besides.
A fair share is of both together, in proportion to what each producer offers in the coming four weeks.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import F, Sum

from bundles.actions.compose import FAIRNESS_DAYS, offers_of
from bundles.composition import EditionRequest, MadeOn, SlotRule, gini, standings
from bundles.models import Capacity, Edition, Product, Room
from bundles.rooms import Rooms
from membership.models import Organization

from .demand import read_demand
from .models import CalendarDay
from .planned import planned_items

AHEAD = timedelta(days=28)


@dataclass(frozen=True)
class Share:
    """A producer's sales and fair share in won; a newcomer has never sold anything."""

    producer: Organization
    sold: int
    planned: int
    fair_share: int
    is_newcomer: bool = False

    @property
    def total(self) -> int:
        return self.sold + self.planned

    @property
    def percent(self) -> int | None:
        """Sales of the fair share; None for who has none."""
        return round(100 * self.total / self.fair_share) if self.fair_share else None

    @property
    def ratio(self) -> float:
        """Sales of the fair share as a part; 1 or 0 for who has none."""
        return self.total / self.fair_share if self.fair_share else float(bool(self.total))


@dataclass(frozen=True)
class FairShares:
    """Whoever is furthest below its share first."""

    shares: list[Share]

    @property
    def gini(self) -> float:
        """How unequal sales ÷ fair share are: 0 where all stand alike, near 1 where one has everything."""
        return gini(share.ratio for share in self.shares if share.fair_share)

    def moved(self, won: Mapping[int, int]) -> "FairShares":
        """Return the shares with so much more (or less) planned for some producers."""
        return FairShares(
            [replace(share, planned=share.planned + won.get(share.producer.pk, 0)) for share in self.shares]
        )

    @property
    def most(self) -> int:
        """The longest bar, in won."""
        return max((max(share.total, share.fair_share) for share in self.shares), default=0) or 1


def read_fair_shares(today: date, until: date | None = None) -> FairShares:
    """Work it out for all active producers with products on offer; the number of queries is fixed.

    Composed contents count for the coming four weeks, or up to the day `until` if that is later.
    """
    products = list(Product.objects.on_offer().select_related("producer", "pool"))
    requests, planned = _requests(today, max(until or today, today + AHEAD))
    made_on = CalendarDay.objects.all().working_days().made_on
    offered = _offered(products, today, made_on)
    standing = standings(requests, offers_of(products, {}), offered, _sold(today), made_on=made_on)
    producers = {product.producer_id: product.producer for product in products}
    reserved = Capacity.objects.of_products().filter(reserved__gt=0).order_by()
    known = set(reserved.values_list("product__producer", flat=True).distinct())
    shares = [
        Share(producer, standing[key].sales, planned.get(key, 0), standing[key].fair_share, key not in known)
        for key, producer in producers.items()
    ]
    shares.sort(key=lambda share: (share.ratio, share.producer.display_name, share.producer.pk))
    return FairShares(shares)


def _requests(today: date, last: date) -> tuple[list[EditionRequest], dict[int, int]]:
    """Return the coming editions for what isn't fixed yet, and the won of each producer in them."""
    demand = read_demand(today, last)
    editions = (
        Edition.objects.filter(delivery_date__range=(today, last)).with_items().select_related("bundle")
    )
    requests: list[EditionRequest] = []
    planned: dict[int, int] = defaultdict(int)
    for edition in editions.prefetch_related("bundle__slots"):
        of_day = demand.get(edition.key)
        if of_day is None or not of_day.open:
            continue
        requests.append(_request(edition, tuple(of_day.open)))
    for item in planned_items(today, last):
        planned[item.product.producer_id] += item.units * item.product.supply_price
    return requests, planned


def _request(edition: Edition, headcounts: tuple[int, ...]) -> EditionRequest:
    bundle = edition.bundle
    return EditionRequest(
        key=edition.pk,
        bundle=bundle.pk,
        delivery_date=edition.delivery_date,
        base_headcount=bundle.base_headcount,
        price=bundle.price,
        max_cost=bundle.price,
        min_worth=0,
        slots=tuple(
            SlotRule(slot.pk, slot.category_id, slot.servings_per_person, slot.fixed_quantity, slot.variety)
            for slot in bundle.slots.all()
        ),
        demand=headcounts,
    )


def _offered(products: list[Product], today: date, made_on: MadeOn) -> dict[tuple[Room, date], int]:
    """Return what is offered for each coming working week's day, sold or not, by room and production date."""
    days = [today + timedelta(days=ahead) for ahead in range(1, AHEAD.days + 1)]
    free = Rooms.read(products, [day for day in days if day.weekday() < 5], made_on).free
    first = min((day for _room, day in free), default=today)
    reserved = Capacity.objects.filter(reserved__gt=0, limit__isnull=False, made_on__gte=first)
    sold = {(row.room, row.made_on): row.reserved for row in reserved}
    return {key: units + sold.get(key, 0) for key, units in free.items()}


def _sold(today: date) -> dict[tuple[int, str | int], int]:
    since = today - timedelta(days=FAIRNESS_DAYS)
    recent = Capacity.objects.of_products().filter(reserved__gt=0, made_on__gt=since)
    rows = recent.values_list("product__producer", "product__category").annotate(
        won=Sum(F("reserved") * F("product__supply_price"))
    )
    return {(producer, category): won for producer, category, won in rows.order_by()}
