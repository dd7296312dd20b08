"""The demo town as typed rows: real public buildings of Seoul, invented people, producers and orders.

The buildings are there as places only; nobody who works in them has anything to do with this data.
Addresses are public road-name addresses. Coordinates (WGS84) of offices, libraries and welfare centres follow
published lists, chiefly the Seoul Open Data Plaza (data.seoul.go.kr); rows with precision `road` were
estimated along the road.

Everything else is invented and made to look so: e-mail ends in `.example`, phone numbers have a 0000 or 000
exchange, plates begin with 데모, certificate numbers with 데모-, and business numbers, though their check
digit is right, begin with an office code below 101, which no tax office has.

Each `load_*()` reads one CSV file beside this module. No Django here, no clock: `anchor_weeks_back` counts
from the day on which somebody seeds. A file that doesn't match its row type raises `BadTownFile`.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta

from config.town.rows import (
    Bundle,
    Category,
    Certification,
    Hub,
    Person,
    Place,
    Plan,
    Pool,
    Producer,
    Product,
    Shift,
    Slot,
    StandingOrder,
    Town,
    Vehicle,
)

from .table import BadTownFile, read_table

__all__ = [
    "BadTownFile",
    "Bundle",
    "Category",
    "Certification",
    "Hub",
    "Person",
    "Place",
    "Plan",
    "Pool",
    "Producer",
    "Product",
    "RepeatedOrder",
    "Slot",
    "Vehicle",
    "demo_town",
    "load_bundles",
    "load_categories",
    "load_hub",
    "load_people",
    "load_places",
    "load_plans",
    "load_pools",
    "load_producers",
    "load_products",
    "load_slots",
    "load_standing_orders",
    "load_vehicles",
]


COURIERS_A_DAY = 4
# Couriers work half days, every other one in the afternoon.
HALF_DAYS = ((time(8, 30), time(13, 0)), (time(12, 30), time(17, 30)))


@dataclass(frozen=True, slots=True)
class RepeatedOrder:
    """A standing order that began so many weeks before the day on which somebody seeds."""

    place: str
    bundle: str
    headcount: int
    rrule: str
    anchor_weeks_back: int
    holiday_policy: str
    window_opens: time | None
    window_closes: time | None


def load_places() -> list[Place]:
    """Return the public buildings that order, district by district."""
    return read_table("places.csv", Place)


def load_hub() -> Hub:
    """Return the hub where routes start."""
    (hub,) = read_table("hub.csv", Hub)
    return hub


def load_producers() -> list[Producer]:
    """Return the invented producers with their certifications."""
    return read_table("producers.csv", Producer)


def load_categories() -> list[Category]:
    """Return the kinds of goods in the order in which they are shown."""
    return read_table("categories.csv", Category)


def load_pools() -> list[Pool]:
    """Return the ovens and teams that several products share."""
    return read_table("pools.csv", Pool)


def load_products() -> list[Product]:
    """Return what the producers offer."""
    return read_table("products.csv", Product)


def load_plans() -> list[Plan]:
    """Return the four membership plans of 맺음."""
    return read_table("plans.csv", Plan)


def load_bundles() -> list[Bundle]:
    """Return the bundles of the plans and of events."""
    return read_table("bundles.csv", Bundle)


def load_slots() -> list[Slot]:
    """Return what each bundle is made of."""
    return read_table("slots.csv", Slot)


def load_people() -> list[Person]:
    """Return the people who can sign in."""
    return read_table("people.csv", Person)


def load_vehicles() -> list[Vehicle]:
    """Return the vans of the hub."""
    return read_table("vehicles.csv", Vehicle)


def load_standing_orders() -> list[RepeatedOrder]:
    """Return the orders that repeat."""
    return read_table("standing_orders.csv", RepeatedOrder)


def demo_town(today: date, working_days: list[date]) -> Town:
    """Return the whole town as it is on `today`, with shifts on the given days."""
    return Town(
        hub=[load_hub()],
        places=load_places(),
        producers=load_producers(),
        people=load_people(),
        categories=load_categories(),
        pools=load_pools(),
        products=load_products(),
        plans=load_plans(),
        bundles=load_bundles(),
        slots=load_slots(),
        vehicles=load_vehicles(),
        shifts=_shifts(working_days),
        standing_orders=[
            StandingOrder(
                place=row.place,
                bundle=row.bundle,
                headcount=row.headcount,
                rrule=row.rrule,
                starts_on=today - timedelta(weeks=row.anchor_weeks_back),
                holiday_policy=row.holiday_policy,
                window_opens=row.window_opens,
                window_closes=row.window_closes,
            )
            for row in load_standing_orders()
        ],
    )


def _shifts(days: list[date]) -> list[Shift]:
    couriers = [person.key for person in load_people() if person.role == "courier"][:COURIERS_A_DAY]
    plates = [vehicle.plate for vehicle in load_vehicles()]
    return [
        Shift(courier, plate, day, *HALF_DAYS[place % 2])
        for day in days
        for place, (courier, plate) in enumerate(zip(couriers, plates, strict=False))
    ]
