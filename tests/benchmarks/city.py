"""A city of producers drawn from a seed, and the editions of some days with every rule that there is."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bundles.composition import EditionRequest, Exclusions, Offer, Past, SlotRule, price_limits

PRODUCERS = 1_100
PRODUCTS = 5_500
BUNDLES = 54
VARIANTS = 6  # of bundles, for what some members do not want
CATEGORIES = 15
DAYS = 5
FIRST_DAY = date(2026, 3, 2)
APART = 4
MARGIN, PACKING, SAVING = 12, 1_500, 3
UNWANTED = (
    Exclusions(allergens=0b11),
    Exclusions(vegan=True),
    Exclusions(halal=True),
    Exclusions(no_chilled=True),
)


def offers(random: Random) -> list[Offer]:
    """Return products of producers that each work in one to three categories."""
    kinds = {
        producer: random.sample(range(CATEGORIES), random.choice((1, 1, 2, 3)))
        for producer in range(PRODUCERS)
    }
    made = []
    for product in range(PRODUCTS):
        producer = product % PRODUCERS
        servings = random.choice((5, 10, 10, 12, 15, 20))
        list_price = 100 * random.randint(9, 16) * servings
        storage = random.choices(("ambient", "chilled", "frozen"), (70, 25, 5))[0]
        made.append(
            Offer(
                product=product,
                producer=producer,
                category=random.choice(kinds[producer]),
                supply_price=list_price * random.randint(66, 80) // 100,
                list_price=list_price,
                servings=servings,
                storage=storage,
                allergens=sum(1 << bit for bit in random.sample(range(19), random.choice((0, 0, 1, 2, 3)))),
                is_vegan=random.random() < 0.4,
                is_halal=random.random() < 0.4,
                lead_days=random.choice((0, 1, 1, 2, 3, 5)),
                certified=(
                    (
                        date(2025, 1, 1),
                        FIRST_DAY + timedelta(days=random.choice((-30, 2, 400, 400, 400, 400))),
                    ),
                ),
                capacity_key=("shared", producer) if producer % 5 == 0 else None,
                rating=random.choice((None, round(random.uniform(2.5, 5), 1))),
            )
        )
    return made


def capacities(random: Random, catalogue: list[Offer], days: list[date]) -> dict[tuple[object, date], int]:
    """Return free units; one room in ten is closed on a day."""
    rooms = sorted({offer.room for offer in catalogue}, key=repr)
    return {
        (room, day): 0 if random.random() < 0.1 else random.randint(4, 60) for room in rooms for day in days
    }


def requests(random: Random, days: list[date]) -> list[EditionRequest]:
    """Return one edition of each bundle a day, and one of each variant; a quarter of all have exclusions."""
    made: list[EditionRequest] = []
    for bundle in range(BUNDLES):
        size = random.choice((3, 4, 4, 5))
        categories = random.sample(range(CATEGORIES), size)
        people = random.choice((10, 10, 15, 20, 30, 50))
        slots = tuple(
            SlotRule(
                slot=bundle * 10 + place,
                category=category,
                servings_per_person=random.choice((Decimal("0.5"), Decimal(1), Decimal(1))),
                variety=2 if people >= 20 and random.random() < 0.3 else 1,
                storages=frozenset({"ambient", "chilled"}),
            )
            for place, category in enumerate(categories)
        )
        price = round(
            sum(people * float(slot.servings_per_person) * 1_250 for slot in slots)
            * random.uniform(1.0, 1.15)
        )
        excluded = random.choice(UNWANTED) if bundle % 6 == 0 else Exclusions()
        made += _editions(random, days, bundle, people, price, slots, excluded)
        if bundle % (BUNDLES // VARIANTS) == 1:
            unwanted = random.choice(UNWANTED)
            made += _editions(random, days, bundle, people, price, slots, unwanted, variant=1)
    return made


def _editions(
    random: Random,
    days: list[date],
    bundle: int,
    people: int,
    price: int,
    slots: tuple[SlotRule, ...],
    exclusions: Exclusions,
    variant: int = 0,
) -> list[EditionRequest]:
    """Return a bundle's editions, or a variant's: for members of its own, and worth a little more."""
    max_cost, min_worth = price_limits(
        price, margin_percent=MARGIN, packing=PACKING, saving_percent=SAVING + 2 * variant
    )
    demand = tuple(random.randint(people // 2, people * 2) for _ in range(random.randint(1, 6)))
    producers = random.sample(range(PRODUCERS), 4 * APART)
    return [
        EditionRequest(
            key=(bundle, variant, place),
            bundle=bundle,
            delivery_date=day,
            base_headcount=people,
            price=price,
            max_cost=max_cost,
            min_worth=min_worth,
            slots=slots,
            demand=demand,
            lead_days_left=3 + place,
            max_producer_percent=60,
            repeat_editions=APART,
            history=tuple(
                Past(place + ago, frozenset(producers[4 * ago - 4 : 4 * ago]), frozenset())
                for ago in range(1, APART + 1)
            ),
            follows=tuple(((bundle, variant, place - ago), ago) for ago in range(1, place + 1)),
            exclusions=exclusions,
        )
        for place, day in enumerate(days)
    ]


def sales(random: Random, catalogue: list[Offer]) -> dict[tuple[int, int], int]:
    """Return the won by producer and category of the window before; most products sold nothing."""
    sold: dict[tuple[int, int], int] = {}
    for offer in catalogue:
        if random.random() < 0.3:
            key = (offer.producer, offer.category)
            sold[key] = sold.get(key, 0) + random.randint(0, 600_000)
    return sold
