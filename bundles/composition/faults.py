"""What is wrong with editions, worked out from the rules alone, trusting neither composer nor sums."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from ..scaling import units_needed
from .rules import Composition, EditionRequest, MadeOn, Offer, SlotRule, made_on_the_day


class Fault(NamedTuple):
    """A rule that an edition breaks (`key` is the room and production date for an oversold capacity)."""

    key: Any
    rule: str
    detail: str


def faults(
    compositions: Mapping[Any, Composition],
    requests: Collection[EditionRequest],
    offers: Collection[Offer],
    capacities: Mapping[tuple[Any, date], int],
    made_on: MadeOn = made_on_the_day,
) -> list[Fault]:
    """Return every rule that the editions break; rotation is held as far as each edition says that it is."""
    products = {offer.product: offer for offer in offers}
    asked = {request.key: request for request in requests}
    found = [Fault(key, "unknown", "nobody asked for it") for key in compositions if key not in asked]
    used: dict[tuple[Any, date], int] = defaultdict(int)
    for request in requests:
        if request.key not in compositions:
            continue
        composition = compositions[request.key]
        unknown = [item.product for item in composition.items if item.product not in products]
        if unknown:
            found.append(Fault(request.key, "unknown", f"products {unknown}"))
            continue
        found += [Fault(request.key, *fault) for fault in _edition(composition, request, products)]
        found += [Fault(request.key, *fault) for fault in _rotation(composition, request, compositions)]
        for item, rule in _filled(composition, request):
            offer = products[item.product]
            units = sum(_units(rule, people, offer) for people in request.headcounts)
            made = made_on(offer.made_days, request.delivery_date)
            used[offer.room, made] += units * offer.room_units
    for room, taken in used.items():
        if taken > capacities.get(room, 0):
            found.append(Fault(room, "capacity", f"{taken} of {capacities.get(room, 0)}"))
    return found


def _units(rule: SlotRule, people: int, offer: Offer) -> int:
    return units_needed(people, rule.servings_per_person, rule.fixed_quantity, offer.servings, rule.variety)


def _filled(composition: Composition, request: EditionRequest) -> list:
    rules = {rule.slot: rule for rule in request.slots}
    return [(item, rules[item.slot]) for item in composition.items if item.slot in rules]


def _edition(
    composition: Composition, request: EditionRequest, products: Mapping[int, Offer]
) -> list[tuple[str, str]]:
    found = []
    by_slot: dict[int, list[int]] = defaultdict(list)
    for item in composition.items:
        by_slot[item.slot].append(item.product)
    if set(by_slot) != {rule.slot for rule in request.slots}:
        found.append(("slots", f"{sorted(by_slot)}"))
    if len({item.product for item in composition.items}) != len(composition.items):
        found.append(("twice", "a product comes twice"))
    cost = worth = 0
    parts: dict[int, int] = defaultdict(int)
    for item, rule in _filled(composition, request):
        offer = products[item.product]
        found += [(name, f"product {offer.product}") for name in _item(offer, rule, request)]
        units = _units(rule, request.base_headcount, offer)
        if (item.units, item.producer) != (units, offer.producer):
            found.append(("units", f"product {offer.product}: {item.units} said, {units} needed"))
        cost += units * offer.supply_price
        worth += units * offer.list_price
        parts[offer.producer] += units * offer.supply_price
    for rule in request.slots:
        if len(by_slot[rule.slot]) != rule.variety:
            found.append(("variety", f"slot {rule.slot}: {len(by_slot[rule.slot])}"))
    said = (composition.cost, composition.worth, composition.saving)
    if said != (cost, worth, worth - request.price):
        found.append(("sums", f"{said} said, {(cost, worth)} found"))
    if cost > request.max_cost:
        found.append(("max_cost", f"{cost} > {request.max_cost}"))
    if worth < request.min_worth:
        found.append(("min_worth", f"{worth} < {request.min_worth}"))
    for producer, part in parts.items():
        if part * 100 > cost * request.max_producer_percent:
            found.append(("producer_share", f"producer {producer}: {part} of {cost}"))
    here = {(item.slot, item.product) for item in composition.items}
    if not request.locked <= here:
        found.append(("locked", f"{sorted(request.locked - here)}"))
    return found


def _item(offer: Offer, rule: SlotRule, request: EditionRequest) -> list[str]:
    day, excluded = request.delivery_date, request.exclusions
    holds = {
        "capacity": offer.season[0] <= day <= offer.season[1],
        "category": offer.category == rule.category,
        "banned": offer.product not in request.banned,
        "lead_time": offer.lead_days <= request.lead_days_left,
        "certification": any(first <= day <= last for first, last in offer.certified),
        "storage": offer.storage in rule.storages,
        "chilled": not excluded.no_chilled or offer.storage == "ambient",
        "halal": not excluded.halal or offer.is_halal,
        "vegan": not excluded.vegan or offer.is_vegan,
        "allergens": not offer.allergens & excluded.allergens,
    }
    return [name for name, is_held in holds.items() if not is_held]


def _rotation(
    composition: Composition, request: EditionRequest, compositions: Mapping[Any, Composition]
) -> list[tuple[str, str]]:
    past = [(seen.distance, seen.producers, seen.products) for seen in request.history]
    for key, distance in request.follows:
        if key in compositions:
            items = compositions[key].items
            past.append((distance, frozenset(i.producer for i in items), frozenset(i.product for i in items)))
    found = []
    kept = (composition.producers_apart, composition.products_apart)
    names = ("rotation_of_producers", "rotation_of_products")
    if composition.relaxed != tuple(n for n, k in zip(names, kept, strict=True) if k < request.reach):
        found.append(("relaxed", f"{composition.relaxed} said, {kept} of {request.reach} kept"))
    for distance, producers, products in past:
        if distance > request.repeat_editions:
            continue
        if abs(distance) <= kept[0] and producers & {item.producer for item in composition.items}:
            found.append(("rotation", f"a producer of {distance} editions ago"))
        if abs(distance) <= kept[1] and products & {item.product for item in composition.items}:
            found.append(("rotation", f"a product of {distance} editions ago"))
    return found
