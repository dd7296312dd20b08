"""The pairs (slot of an edition, offer) that the rules allow, as columns of numbers for the models.

Rules about one pair alone (allergens, storage, lead time, …) are applied here, by leaving the pair out; rules
about several (cost, capacity, …) are rows of the models. The order of the input leaves no trace.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np

from ..scaling import units_needed
from . import fairness
from .catalogue import Catalogue, Day
from .rules import RULES, EditionRequest, Past, SlotRule, Standing

NEVER = 1_000_000  # editions away
BIT = {rule: 1 << place for place, rule in enumerate(RULES)}


class Table:
    """The allowed pairs of some requests, slot by slot; `waived` rules aren't applied.

    Columns, one entry a pair: slot, edition, offer, producer and room (numbers within the table), cost and
    worth (won at the base headcount), load (what the whole demand takes of the room), sales (won that count
    as sold: usual for the slot and its demand), linear (won that the pair costs apart from the price of its
    sales), producer_seen and product_seen (editions ago), producer_near and product_near (the distance of the
    nearest edition of the history, before or after, that the edition may not repeat). Pairs that rotation
    keeps out for that history are not `open`.
    """

    def __init__(
        self,
        requests: Iterable[EditionRequest],
        catalogue: Catalogue,
        capacities: Mapping[tuple[Any, date], int],
        standings: Mapping[int, Standing],
        waived: Collection[str] = (),
    ) -> None:
        self.requests = tuple(sorted(requests, key=lambda request: (request.delivery_date, request.key)))
        self.catalogue = catalogue
        self.waived = frozenset(waived)
        self.number = {request.key: place for place, request in enumerate(self.requests)}
        # Within how many editions no producer and no product comes again.
        self.apart = [
            (0, 0) if "rotation" in self.waived else (request.reach, request.reach)
            for request in self.requests
        ]
        shares = fairness.floored_shares(standings, catalogue.producers)
        nobody = Standing(0, 0)
        self.fair_share = [shares[producer] for producer in catalogue.producers]
        self.sold = [standings.get(producer, nobody).sales for producer in catalogue.producers]
        self.newcomer = np.array(
            [standings.get(producer, nobody).is_newcomer for producer in catalogue.producers], dtype=bool
        )
        self.days: dict[date, Day] = {}
        self.rooms: dict[tuple[Any, date], int] = {}
        for request in self.requests:
            on = request.delivery_date
            if on not in self.days:
                self.days[on] = Day(catalogue, on, capacities, self.rooms)
        self.free = [max(0, capacities.get(room, 0)) for room in self.rooms]
        self._fill()

    def _fill(self) -> None:
        self.slots: list[tuple[int, SlotRule]] = []
        self.variety: list[int] = []
        parts: dict[str, list[np.ndarray]] = defaultdict(list)
        self.start = [0]
        self.usual: list[float] = []
        self.first_slot: list[int] = []
        for edition, request in enumerate(self.requests):
            self.first_slot.append(len(self.slots))
            for rule in sorted(request.slots, key=lambda rule: rule.slot):
                columns = self._pairs(edition, request, rule, len(self.slots))
                self.slots.append((edition, rule))
                self.variety.append(self._variety(rule))
                self.start.append(self.start[-1] + len(columns["offer"]))
                for name, column in columns.items():
                    parts[name].append(column)

        self.first_slot.append(len(self.slots))

        def joined(name: str) -> np.ndarray:
            return np.concatenate(parts[name]) if parts[name] else np.zeros(0, dtype=np.int64)

        self.slot, self.edition, self.offer = joined("slot"), joined("edition"), joined("offer")
        self.producer, self.room = joined("producer"), joined("room")
        self.base_units = joined("base_units")
        self.cost, self.worth = joined("cost"), joined("worth")
        self.sales, self.load, self.linear = joined("sales"), joined("load"), joined("linear")
        self.locked = joined("locked").astype(bool)
        self.producer_seen, self.product_seen = joined("producer_seen"), joined("product_seen")
        self.producer_near, self.product_near = joined("producer_near"), joined("product_near")
        self.open = np.ones(len(self.offer), dtype=bool)
        for edition, apart in enumerate(self.apart):
            self.keep_apart(edition, apart)

    def keep_apart(self, edition: int, apart: tuple[int, int]) -> None:
        """Open the edition's pairs whose producer and product don't come within so many editions."""
        self.apart[edition] = apart
        own = slice(self.start[self.first_slot[edition]], self.start[self.first_slot[edition + 1]])
        self.open[own] = (self.producer_near[own] > apart[0]) & (self.product_near[own] > apart[1])

    def _variety(self, rule: SlotRule) -> int:
        return 1 if "variety" in self.waived else rule.variety

    def slot_pairs(self, slot: int) -> np.ndarray:
        """Return the numbers of the slot's pairs that are open."""
        return self.start[slot] + np.flatnonzero(self.open[self.start[slot] : self.start[slot + 1]])

    def slots_of(self, edition: int) -> range:
        """Return the numbers of the edition's slots."""
        return range(self.first_slot[edition], self.first_slot[edition + 1])

    def edition_pairs(self, edition: int) -> np.ndarray:
        """Return the numbers of the edition's pairs that are open."""
        first, last = self.start[self.first_slot[edition]], self.start[self.first_slot[edition + 1]]
        return first + np.flatnonzero(self.open[first:last])

    def pairs_of(self, editions: Iterable[int]) -> np.ndarray:
        """Return the numbers of the open pairs of some editions."""
        return np.concatenate([self.edition_pairs(edition) for edition in editions])

    def missing_locks(self, edition: int) -> bool:
        """Return whether an item locked in the edition isn't among its pairs."""
        if "locked" in self.waived:
            return False
        have = int(self.locked[self.edition_pairs(edition)].sum())
        return have < len(self.requests[edition].locked)

    def _pairs(
        self, edition: int, request: EditionRequest, rule: SlotRule, slot: int
    ) -> dict[str, np.ndarray]:
        catalogue, day = self.catalogue, self.days[request.delivery_date]
        offers = catalogue.by_category.get(rule.category, np.zeros(0, dtype=np.int64))
        base = self._units_of(offers, rule, (request.base_headcount,))
        demand = self._units_of(offers, rule, request.headcounts)
        broken = self.broken(request, rule, offers, demand, day)
        applied = sum(bit for name, bit in BIT.items() if name not in self.waived)
        kept = np.flatnonzero((broken & applied) == 0)
        offers, base, demand = offers[kept], base[kept], demand[kept]
        price = catalogue.supply_price[offers]
        sales = demand * price
        usual = round(float(sales.mean())) if len(sales) else 0
        self.usual.append(usual)
        producer = catalogue.producer[offers]
        locked = np.array(
            [(rule.slot, catalogue.offers[number].product) in request.locked for number in offers], dtype=bool
        )
        before = [(past.distance, past) for past in request.history if past.distance > 0]
        producer_seen, product_seen = self._distances(before, offers)
        binding = [entry for entry in before if entry[0] <= request.repeat_editions]
        binding += [(-past.distance, past) for past in request.history if past.distance < 0]
        producer_near, product_near = self._distances(binding, offers)
        return {
            "producer_seen": producer_seen,
            "product_seen": product_seen,
            "producer_near": producer_near,
            "product_near": product_near,
            "slot": np.full(len(offers), slot),
            "edition": np.full(len(offers), edition),
            "offer": offers,
            "producer": producer,
            "room": day.room[offers],
            "base_units": base,
            "cost": base * price,
            "worth": base * catalogue.list_price[offers],
            "sales": np.full(len(offers), usual),
            "load": demand * catalogue.room_units[offers],
            "linear": (
                usual * (fairness.SEEN_BEFORE / producer_seen + fairness.PRODUCT_SEEN / product_seen)
                + usual * fairness.RATING * (5 - catalogue.rating[offers]) / 5
                - fairness.NEWCOMER * usual * self.newcomer[producer]
            ),
            "locked": locked & ("locked" not in self.waived),
        }

    def _units_of(self, offers: np.ndarray, rule: SlotRule, headcounts: tuple[int, ...]) -> np.ndarray:
        variety = self._variety(rule)
        servings, place = np.unique(self.catalogue.servings[offers], return_inverse=True)
        units = [
            sum(
                units_needed(people, rule.servings_per_person, rule.fixed_quantity, int(n), variety)
                for people in headcounts
            )
            for n in servings
        ]
        return np.array(units, dtype=np.int64)[place]

    def _distances(
        self, editions: Iterable[tuple[int, Past]], offers: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the distance of the nearest edition that has each offer's producer, and the product."""
        producers: dict[int, int] = {}
        products: dict[int, int] = {}
        for distance, past in editions:
            for known, seen in ((producers, past.producers), (products, past.products)):
                for number in seen:
                    known[number] = min(distance, known.get(number, NEVER))
        if not producers and not products:
            return np.full(len(offers), NEVER), np.full(len(offers), NEVER)
        chosen = [self.catalogue.offers[number] for number in offers]
        return (
            np.array([producers.get(offer.producer, NEVER) for offer in chosen], dtype=np.int64),
            np.array([products.get(offer.product, NEVER) for offer in chosen], dtype=np.int64),
        )

    def broken(
        self, request: EditionRequest, rule: SlotRule, offers: np.ndarray, units: np.ndarray, day: Day
    ) -> np.ndarray:
        """Return which rules each offer alone would break in the slot, as bits of `BIT`."""
        catalogue = self.catalogue
        excluded, storage = request.exclusions, catalogue.storage[offers]
        checks = {
            "capacity": units * catalogue.room_units[offers] > day.free[offers],
            "lead_time": catalogue.lead_days[offers] > request.lead_days_left,
            "certification": ~day.certified[offers],
            "storage": ~np.isin(storage, sorted(rule.storages)),
            "chilled": (storage != "ambient") & excluded.no_chilled,
            "halal": ~catalogue.halal[offers] & excluded.halal,
            "vegan": ~catalogue.vegan[offers] & excluded.vegan,
            "allergens": (catalogue.allergens[offers] & excluded.allergens) != 0,
        }
        if request.banned:
            checks["banned"] = np.array(
                [catalogue.offers[number].product in request.banned for number in offers], dtype=bool
            )
        bits = np.zeros(len(offers), dtype=np.int64)
        for name, breaks in checks.items():
            bits |= np.where(breaks, BIT[name], 0)
        return bits
