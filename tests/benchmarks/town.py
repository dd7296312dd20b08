"""The demo town as the composer is asked: its bundles, products and standing orders in four weeks."""

from collections import defaultdict
from datetime import date, timedelta

from bundles.composition import (
    EditionRequest,
    Exclusions,
    Offer,
    SlotRule,
    price_limits,
    rotation_links,
)
from config.demo_town import (
    load_bundles,
    load_pools,
    load_producers,
    load_products,
    load_slots,
    load_standing_orders,
)
from membership.allergens import mask
from orders.schedule import rule_dates
from orders.working_days import WorkingDays

FIRST_DAY = date(2026, 3, 2)
WEEKS = 4
APART = {"plan": 2, "event": 1}  # editions
MARGIN, PACKING, SAVING = 10, 1_000, 3
# What each tenth member doesn't want, in turn: its editions are variants of the bundle's. (Vegan cookies come
# from two producers, which can't keep apart for three editions; the city's variants have that, too.)
EVERY = 10
UNWANTED = (
    Exclusions(no_chilled=True),
    Exclusions(allergens=mask((8, 9, 18))),
    Exclusions(allergens=mask((4, 14, 19))),
)
MORE_WORTH = 2  # percent, at least, that a variant is worth above what the bundle promises
MAX_PRODUCER_PERCENT = 80  # of a lunch meeting, most is the lunch


MADE_ON = WorkingDays().made_on
# Bundle, variant, date.
Key = tuple[str, int, date]


def offers() -> list[Offer]:
    """Return what the town's producers offer."""
    producers = {row.key: (place, row) for place, row in enumerate(load_producers())}
    made = []
    for place, row in enumerate(load_products()):
        number, producer = producers[row.producer]
        made.append(
            Offer(
                product=place,
                producer=number,
                category=row.category,
                supply_price=row.supply_price,
                list_price=row.list_price,
                servings=row.servings,
                storage=row.storage,
                allergens=mask(row.allergens),
                is_vegan=row.vegan,
                is_halal=row.halal,
                lead_days=row.lead_days,
                made_days=row.made_days,
                capacity_key=row.pool or None,
                room_units=row.servings if row.pool else 1,
                certified=tuple((paper.valid_from, paper.valid_until) for paper in producer.certifications),
            )
        )
    return made


def capacities(days: list[date]) -> dict[tuple[object, date], int]:
    """Return the room of each product or pool on the production dates of the days, as on an ordinary day."""
    products = load_products()
    daily: dict[object, int] = {pool.key: pool.daily_capacity for pool in load_pools()}
    daily |= {place: row.daily_capacity for place, row in enumerate(products) if not row.pool}
    made_on = {MADE_ON(made_days, day) for made_days in {row.made_days for row in products} for day in days}
    return {(room, day): units for room, units in daily.items() for day in sorted(made_on)}


def requests(first_day: date = FIRST_DAY, weeks: int = WEEKS) -> list[EditionRequest]:
    """Return an edition for each bundle and weekday on which a standing order delivers.

    Members of an edition are its standing orders; whom one edition feeds twice in a row it keeps apart. Keys
    are (bundle, number of the variant, date); 0 is the bundle's own edition.
    """
    slots = defaultdict(list)
    for row in load_slots():
        rule = SlotRule(row.position, row.category, row.servings_per_person or 0, row.fixed_quantity or 0)
        slots[row.bundle].append(rule)
    demand: dict[Key, list[int]] = defaultdict(list)
    received: dict[int, list[Key]] = defaultdict(list)
    last_day = first_day + timedelta(weeks=weeks) - timedelta(days=1)
    for member, row in enumerate(load_standing_orders()):
        starts = first_day - timedelta(weeks=row.anchor_weeks_back)
        for day in rule_dates(row.rrule, starts, after=first_day - timedelta(days=1), until=last_day):
            if day.weekday() < 5:
                key = row.bundle, _variant(member), day
                demand[key].append(row.headcount)
                received[member].append(key)
    links = rotation_links(received)
    bundles = {row.code: row for row in load_bundles()}
    made = []
    for (code, variant, day), people in sorted(demand.items()):
        bundle = bundles[code]
        max_cost, min_worth = price_limits(
            bundle.price,
            margin_percent=MARGIN,
            packing=PACKING,
            saving_percent=SAVING + (MORE_WORTH if variant else 0),
        )
        made.append(
            EditionRequest(
                key=(code, variant, day),
                bundle=code,
                delivery_date=day,
                base_headcount=bundle.base_headcount,
                price=bundle.price,
                max_cost=max_cost,
                min_worth=min_worth,
                slots=tuple(slots[code]),
                demand=tuple(people),
                max_producer_percent=MAX_PRODUCER_PERCENT,
                repeat_editions=APART[bundle.kind],
                follows=tuple(link for link in links[code, variant, day] if link[1] <= APART[bundle.kind]),
                exclusions=UNWANTED[variant - 1] if variant else Exclusions(),
            )
        )
    return made


def _variant(member: int) -> int:
    """Return the number of the variant that a member receives: of `UNWANTED`, from 1; 0 for most."""
    return member // EVERY % len(UNWANTED) + 1 if member % EVERY == EVERY - 1 else 0
