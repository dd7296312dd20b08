"""The row types of a town; the field names are the column names of its sheets.

`key` names a row for the other sheets. Codes (kinds, roles, storage …) are spelled as the models spell them.
"""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member institution receives; coordinates in WGS84 degrees, receiving hours on weekdays.

    Places with the same business number are sites of one institution, named after the first of them.
    Without coordinates the address is looked up. `exclusions` has what the institution doesn't take, by the
    codes of `membership.exclusions`; the first of its places says it. Without a contact the place's orderer
    is called.
    """

    key: str
    name: str
    name_en: str
    business_number: str
    kind: str
    district: str
    address: str
    latitude: float | None
    longitude: float | None
    precision: str
    entrance_note: str
    entrance_note_en: str
    opens: time
    closes: time
    exclusions: tuple[str, ...]
    contact_name: str
    contact_phone: str
    reception_note: str
    reception_note_en: str
    lift: str
    parking_note: str
    parking_note_en: str
    parking_height_cm: int | None
    unloading_note: str
    unloading_note_en: str


@dataclass(frozen=True, slots=True)
class Hub:
    """Where goods are collected and routes start; open from `opens` to `closes` on weekdays."""

    key: str
    name: str
    name_en: str
    business_number: str
    district: str
    address: str
    latitude: float
    longitude: float
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Certification:
    """A social-economy certificate, both days of its validity included."""

    kind: str
    number: str
    issuer: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Producer:
    """A producer with its story and certifications."""

    key: str
    name: str
    name_en: str
    business_number: str
    representative: str
    district: str
    address: str
    latitude: float
    longitude: float
    phone: str
    story: str
    story_en: str
    certifications: tuple[Certification, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of goods."""

    code: str
    name: str
    name_en: str
    position: int


@dataclass(frozen=True, slots=True)
class Pool:
    """An oven or a team that several products of a producer share, in servings a day."""

    key: str
    producer: str
    name: str
    name_en: str
    daily_capacity: int


@dataclass(frozen=True, slots=True)
class Product:
    """One unit for sale: won including VAT, grams, millilitres of box, business days, units a day.

    Without a pool (its key) the units a day are its limit.
    """

    key: str
    producer: str
    category: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    list_price: int
    supply_price: int
    tax_type: str
    servings: int
    weight_g: int
    volume_ml: int
    storage: str
    allergens: tuple[int, ...]
    vegan: bool
    halal: bool
    lead_days: int
    made_days: int
    daily_capacity: int
    pool: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A membership: won a month for so many deliveries."""

    code: str
    name: str
    name_en: str
    monthly_fee: int
    deliveries_per_month: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is ordered: `price` in won for `base_headcount` people; event bundles have no plan."""

    code: str
    kind: str
    plan: str
    name: str
    name_en: str
    description: str
    description_en: str
    base_headcount: int
    price: int
    max_producer_percent: int


@dataclass(frozen=True, slots=True)
class Slot:
    """Goods of one category in a bundle: per person, or a fixed number of units; the other is None."""

    bundle: str
    position: int
    category: str
    servings_per_person: Decimal | None
    fixed_quantity: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who logs in; `organization` is the key of a place, of a producer or of the hub."""

    key: str
    name: str
    name_en: str
    email: str
    phone: str
    role: str
    organization: str


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A van with its limits in kilograms and litres, and its own height in centimetres if it is known."""

    plate: str
    name: str
    name_en: str
    max_weight_kg: int
    max_volume_l: int
    chilled: bool
    height_cm: int | None


@dataclass(frozen=True, slots=True)
class Shift:
    """A courier (the key of a person) in a vehicle (its plate) for some hours of a day."""

    courier: str
    vehicle: str
    date: date
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """An order that repeats by an RFC 5545 rule; without a window, the receiving hours of the place count."""

    place: str
    bundle: str
    headcount: int
    rrule: str
    starts_on: date
    holiday_policy: str
    window_opens: time | None
    window_closes: time | None


@dataclass(frozen=True, slots=True)
class Town:
    """Everything that a hub needs to begin, sheet by sheet; later sheets name rows of earlier ones."""

    hub: list[Hub] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    producers: list[Producer] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    standing_orders: list[StandingOrder] = field(default_factory=list)


ROW_TYPES: dict[str, type] = {
    "hub": Hub,
    "places": Place,
    "producers": Producer,
    "people": Person,
    "categories": Category,
    "pools": Pool,
    "products": Product,
    "plans": Plan,
    "bundles": Bundle,
    "slots": Slot,
    "vehicles": Vehicle,
    "shifts": Shift,
    "standing_orders": StandingOrder,
}
