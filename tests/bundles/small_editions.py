"""Small things to compose: offers and requests with everything plain unless a test says otherwise."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bundles.composition import EditionRequest, Offer, Result, SlotRule, Standing, compose

MONDAY = date(2026, 3, 2)


def offer(product: int, producer: int, category: str = "tea", **changes: Any) -> Offer:
    """A product of ten servings; ₩10,000 in the shop, ₩8,000 to the hub."""
    return replace(
        Offer(product, producer, category, supply_price=8_000, list_price=10_000, servings=10), **changes
    )


def slot(number: int, category: str = "tea", per_person: str = "1", **changes: Any) -> SlotRule:
    return replace(SlotRule(number, category, Decimal(per_person)), **changes)


def request(key: int, *slots: SlotRule, day: int = 0, **changes: Any) -> EditionRequest:
    """An edition for ten people at whatever cost and worth."""
    return replace(
        EditionRequest(
            key, "bundle", MONDAY + timedelta(days=day), 10, 1_000_000, 1_000_000, 0, slots or (slot(1),)
        ),
        **changes,
    )


def capacities(offers: list[Offer], units: int = 100, days: int = 5) -> dict[tuple[Any, date], int]:
    return {(offer.room, MONDAY + timedelta(days=day)): units for offer in offers for day in range(days)}


def composed(
    requests: list[EditionRequest],
    offers: list[Offer],
    free: dict[tuple[Any, date], int] | None = None,
    standings: dict[int, Standing] | None = None,
) -> Result:
    """Compose with plenty of capacity, and everybody at nothing sold, unless said."""
    equal = {offer.producer: Standing(0, 1_000_000) for offer in offers}
    free = capacities(offers) if free is None else free
    return compose(requests, offers, free, equal | (standings or {}), seconds=60)


def products(result: Result, key: int) -> list[tuple[int, int]]:
    """The (slot, product) of one edition."""
    return [(item.slot, item.product) for item in result.compositions[key].items]
