"""How a producer's sales develop against its fair share, by week: what the composer evens out, to be seen.

The fair share of a week is the producer's part of what its categories sold: of each category as much as its
part of the capacity that the category offers (`composition.fairness` plans with the same). In won at today's
supply prices, by production date.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, Sum

from membership.models import Organization

from .models import Capacity, Category, Product

WEEKS = 12
WEEKS_LATELY = 4


@dataclass(frozen=True)
class Week:
    """A week from Monday on: won sold, and what would have been the fair share."""

    monday: date
    won: int
    fair: int

    @property
    def percent(self) -> int | None:
        """Sales in percent of the fair share."""
        return round(100 * self.won / self.fair) if self.fair else None


@dataclass(frozen=True)
class CategoryShare:
    """What a category sold in all and of the producer, in won; `part` is the producer's of the capacity."""

    category: Category
    part: float
    everybody: int
    won: int

    @property
    def part_percent(self) -> int:
        return round(100 * self.part)

    @property
    def fair(self) -> int:
        return round(self.everybody * self.part)


def share_by_week(producer: Organization, today: date) -> list[Week]:
    """Return the last twelve weeks, this one included up to its end."""
    first, end = _weeks(today, WEEKS)
    parts = _parts(producer)
    won: dict[date, int] = defaultdict(int)
    fair: dict[date, float] = defaultdict(float)
    for day, category, total, own in _sold(producer, parts, first, end):
        monday = day - timedelta(days=day.weekday())
        won[monday] += own or 0
        fair[monday] += total * parts.get(category, 0)
    mondays = [first + timedelta(weeks=nth) for nth in range(WEEKS)]
    return [Week(monday, won[monday], round(fair[monday])) for monday in mondays]


def share_by_category(producer: Organization, today: date) -> list[CategoryShare]:
    """Return where the fair share of the last four weeks comes from, by category in the catalogue's order."""
    first, end = _weeks(today, WEEKS_LATELY)
    parts = _parts(producer)
    total: dict[int, int] = defaultdict(int)
    own: dict[int, int] = defaultdict(int)
    for _day, category, everybody, won in _sold(producer, parts, first, end):
        total[category] += everybody
        own[category] += won or 0
    categories = Category.objects.in_bulk({*parts, *total}).values()
    rows = [CategoryShare(row, parts.get(row.pk, 0), total[row.pk], own[row.pk]) for row in categories]
    return sorted(rows, key=lambda row: (row.category.position, row.category.code))


def _weeks(today: date, count: int) -> tuple[date, date]:
    """Return the Monday on which so many weeks begin, and the one after the week of today."""
    this_monday = today - timedelta(days=today.weekday())
    return this_monday - timedelta(weeks=count - 1), this_monday + timedelta(weeks=1)


def _sold(
    producer: Organization, parts: Iterable[int], first: date, end: date
) -> Iterable[tuple[date, int, int, int | None]]:
    """Return by day and category what everybody sold and what the producer did, in won, in its categories."""
    own_won = Sum(F("reserved") * F("product__supply_price"), filter=Q(product__producer=producer))
    return (
        Capacity.objects.of_products()
        .filter(made_on__gte=first, made_on__lt=end, reserved__gt=0)
        .filter(Q(product__category__in=parts) | Q(product__producer=producer))
        .order_by()
        .values_list("made_on", "product__category")
        .annotate(total=Sum(F("reserved") * F("product__supply_price")), own=own_won)
    )


def _parts(producer: Organization) -> dict[int, float]:
    """Return by category the producer's part of the capacity on offer, from 0 to 1.

    What several products share is divided evenly between them, as the composer does.
    """
    products = list(Product.objects.on_offer().select_related("pool"))
    sharing = Counter(product.room for product in products)
    total: dict[int, float] = defaultdict(float)
    own: dict[int, float] = defaultdict(float)
    for product in products:
        room = product.pool or product
        units = room.daily_capacity / product.room_units / sharing[product.room]
        total[product.category_id] += units * product.supply_price
        if product.producer_id == producer.pk:
            own[product.category_id] += units * product.supply_price
    return {category: won / total[category] for category, won in own.items() if won}


@dataclass(frozen=True)
class Chart:
    """Two lines over the weeks as points of an SVG, `width` × `height`; its top stands for `highest` won."""

    won: str
    fair: str
    highest: int
    width: int = 600
    height: int = 140


def chart_of(weeks: list[Week]) -> Chart:
    """Draw the weeks from left to right; the highest amount reaches the top."""
    highest = max(max(week.won, week.fair) for week in weeks) or 1
    step = Chart.width / (len(weeks) - 1)

    def points(amounts: list[int]) -> str:
        places = ((nth * step, Chart.height * (1 - amount / highest)) for nth, amount in enumerate(amounts))
        return " ".join(f"{x:.0f},{y:.1f}" for x, y in places)

    return Chart(
        won=points([week.won for week in weeks]),
        fair=points([week.fair for week in weeks]),
        highest=highest,
    )
