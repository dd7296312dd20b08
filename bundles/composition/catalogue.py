"""The offers as columns of numbers, and what they can give on one delivery date."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from .rules import MadeOn, Offer, made_on_the_day


@dataclass(frozen=True)
class Catalogue:
    """The offers as columns, in order of product, and when they are made."""

    offers: tuple[Offer, ...]
    made_on: MadeOn
    by_category: Mapping[Any, np.ndarray]
    producers: tuple[int, ...]
    producer: np.ndarray
    supply_price: np.ndarray
    list_price: np.ndarray
    servings: np.ndarray
    allergens: np.ndarray
    lead_days: np.ndarray
    vegan: np.ndarray
    halal: np.ndarray
    storage: np.ndarray
    rating: np.ndarray
    room_units: np.ndarray

    @classmethod
    def of(cls, offers: Iterable[Offer], made_on: MadeOn = made_on_the_day) -> "Catalogue":
        """Raises ValueError where two offers are of one product."""
        ordered = tuple(sorted(offers, key=lambda offer: offer.product))
        if len({offer.product for offer in ordered}) != len(ordered):
            raise ValueError("A product is offered once.")
        producers = tuple(sorted({offer.producer for offer in ordered}))
        place = {producer: number for number, producer in enumerate(producers)}
        by_category: dict[Any, list[int]] = defaultdict(list)
        for number, offer in enumerate(ordered):
            by_category[offer.category].append(number)
        rated = [offer.rating for offer in ordered if offer.rating is not None]
        usual = sum(rated) / len(rated) if rated else 0.0
        return cls(
            offers=ordered,
            made_on=made_on,
            by_category={category: np.array(numbers) for category, numbers in by_category.items()},
            producers=producers,
            producer=np.array([place[offer.producer] for offer in ordered], dtype=np.int64),
            supply_price=np.array([offer.supply_price for offer in ordered], dtype=np.int64),
            list_price=np.array([offer.list_price for offer in ordered], dtype=np.int64),
            servings=np.array([offer.servings for offer in ordered], dtype=np.int64),
            allergens=np.array([offer.allergens for offer in ordered], dtype=np.int64),
            lead_days=np.array([offer.lead_days for offer in ordered], dtype=np.int64),
            vegan=np.array([offer.is_vegan for offer in ordered], dtype=bool),
            halal=np.array([offer.is_halal for offer in ordered], dtype=bool),
            storage=np.array([offer.storage for offer in ordered], dtype=str),
            rating=np.array([usual if o.rating is None else o.rating for o in ordered], dtype=float),
            room_units=np.array([offer.room_units for offer in ordered], dtype=np.int64),
        )


class Day:
    """What the catalogue can give on one delivery date: each offer's room and what is free there, and who is
    certified.

    `rooms` numbers the (room, production date)s of a table; those that are new to it are added.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        on: date,
        capacities: Mapping[tuple[Any, date], int],
        rooms: dict[tuple[Any, date], int],
    ) -> None:
        made_on = {days: catalogue.made_on(days, on) for days in {o.made_days for o in catalogue.offers}}
        keys = [(offer.room, made_on[offer.made_days]) for offer in catalogue.offers]
        self.room = np.array([rooms.setdefault(key, len(rooms)) for key in keys], dtype=np.int64)
        in_season = [offer.season[0] <= on <= offer.season[1] for offer in catalogue.offers]
        free = [max(0, capacities.get(key, 0)) for key in keys]
        self.free = np.where(in_season, free, 0).astype(np.int64)
        self.certified = np.array(
            [any(first <= on <= last for first, last in offer.certified) for offer in catalogue.offers],
            dtype=bool,
        )
