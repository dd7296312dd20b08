"""What holds for every town: no rule is broken, the order of the input doesn't matter, the bound is one."""

import importlib
import itertools
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bundles.composition import (
    Composition,
    EditionRequest,
    Exclusions,
    Item,
    Offer,
    Past,
    Result,
    SlotRule,
    Standing,
    compose,
    faults,
)
from bundles.composition.catalogue import Catalogue
from bundles.composition.state import State
from bundles.composition.table import Table
from bundles.scaling import units_needed
from tests.bundles.small_editions import MONDAY

CATEGORIES = ("tea", "bread")
PRODUCERS = range(1, 5)
STANDINGS = st.fixed_dictionaries(
    {
        producer: st.builds(Standing, st.integers(0, 300_000), st.integers(0, 200_000), st.booleans())
        for producer in PRODUCERS
    }
)
OFFERS = st.lists(
    st.builds(
        Offer,
        product=st.just(0),
        producer=st.sampled_from(PRODUCERS),
        category=st.sampled_from(CATEGORIES),
        supply_price=st.integers(1_000, 12_000),
        list_price=st.integers(8_000, 16_000),
        servings=st.integers(1, 12),
        storage=st.sampled_from(("ambient", "ambient", "chilled")),
        allergens=st.sampled_from((0, 0, 1, 2)),
        is_vegan=st.booleans(),
        is_halal=st.booleans(),
        lead_days=st.sampled_from((0, 0, 1, 3)),
        certified=st.sampled_from([((MONDAY, MONDAY + timedelta(days=d)),) for d in (1, 9, 9, 9)]),
        season=st.sampled_from([(MONDAY + timedelta(days=d), date.max) for d in (0, 0, 0, 0, 1)]),
        capacity_key=st.sampled_from((None, None, "oven")),
        room_units=st.sampled_from((1, 1, 1, 3)),
        made_days=st.sampled_from((0, 0, 0, 1, 2)),
        rating=st.sampled_from((None, 2.0, 4.5)),
    ),
    min_size=6,
    max_size=12,
).map(lambda offers: [replace(offer, product=number) for number, offer in enumerate(offers, start=1)])
SLOTS = st.lists(
    st.builds(
        SlotRule,
        slot=st.just(0),
        category=st.sampled_from(CATEGORIES),
        servings_per_person=st.sampled_from((Decimal("0.5"), Decimal(1))),
        fixed_quantity=st.integers(0, 1),
        variety=st.sampled_from((1, 1, 1, 1, 2)),
        storages=st.sampled_from([frozenset({"ambient", "chilled"})] * 3 + [frozenset({"ambient"})]),
    ),
    min_size=1,
    max_size=3,
).map(lambda slots: [replace(slot, slot=number) for number, slot in enumerate(slots, start=1)])
PAST = st.lists(
    st.builds(
        Past,
        st.sampled_from((1, 2, 3, -1, -2)),
        st.frozensets(st.sampled_from(PRODUCERS), max_size=1),
        st.frozensets(st.integers(1, 12), max_size=3),
    ),
    max_size=2,
)
EXCLUSIONS = st.sampled_from(
    (Exclusions(),) * 12
    + (Exclusions(allergens=1), Exclusions(vegan=True), Exclusions(halal=True), Exclusions(no_chilled=True))
)


@st.composite
def requests(draw: st.DrawFn, most: int = 4, days: int = 3) -> list[EditionRequest]:
    """Editions of one bundle on some days, each after those of the days before, and of others beside them."""
    made: list[EditionRequest] = []
    for number in range(draw(st.integers(1, most))):
        day = draw(st.integers(0, days - 1))
        price = draw(st.integers(30_000, 90_000))
        earlier = sorted(made, key=lambda other: other.delivery_date, reverse=True)
        chain = [other for other in earlier if other.delivery_date < MONDAY + timedelta(days=day)]
        made.append(
            EditionRequest(
                key=number,
                bundle="bundle",
                delivery_date=MONDAY + timedelta(days=day),
                base_headcount=draw(st.sampled_from((5, 10))),
                price=price,
                max_cost=price * draw(st.sampled_from((80, 100, 1_000, 1_000))) // 100,
                min_worth=price * draw(st.sampled_from((0, 0, 50, 100))) // 100,
                slots=tuple(draw(SLOTS)),
                demand=tuple(draw(st.lists(st.integers(1, 30), max_size=3))),
                lead_days_left=draw(st.integers(1, 3)),
                max_producer_percent=draw(st.sampled_from((60, 100, 100, 100))),
                repeat_editions=draw(st.integers(0, 2)),
                history=tuple(draw(PAST)),
                follows=tuple((other.key, place) for place, other in enumerate(chain, start=1)),
                exclusions=draw(EXCLUSIONS),
                banned=draw(st.frozensets(st.integers(1, 12), max_size=2)),
            )
        )
    return made


def capacities(offers: list[Offer], seed: int) -> dict:
    random = Random(seed)
    rooms = sorted({offer.room for offer in offers}, key=repr)
    return {
        (room, MONDAY + timedelta(days=day)): random.choice((0, 10, 40, 100))
        for room in rooms
        for day in range(-1, 3)
    }


def made_on(made_days: int, delivery_date: date) -> date:
    """Days before, but none before the Sunday: several dates may draw on what is made on one."""
    return max(delivery_date - timedelta(days=made_days), MONDAY - timedelta(days=1))


@given(requests(), OFFERS, STANDINGS, st.integers(0, 99))
def test_compose_breaks_no_rule_and_says_of_every_request_what_became_of_it(
    asked: list[EditionRequest], offers: list[Offer], standings: dict[int, Standing], seed: int
) -> None:
    free = capacities(offers, seed)
    result = compose(asked, offers, free, standings, seconds=60, made_on=made_on)
    assert faults(result.compositions, asked, offers, free, made_on) == []
    assert set(result.compositions) | set(result.unsolved) == {request.key for request in asked}
    assert not set(result.compositions) & set(result.unsolved)
    assert result.objective >= result.bound - 1e-3 * max(1_000, abs(result.bound))


@given(requests(), OFFERS, STANDINGS, st.integers(0, 99))
def test_compose_breaks_no_rule_date_by_date(
    asked: list[EditionRequest], offers: list[Offer], standings: dict[int, Standing], seed: int
) -> None:
    free = capacities(offers, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.import_module("bundles.composition.compose"), "STRETCH", 1)
        result = compose(asked, offers, free, standings, seconds=60, made_on=made_on)
    assert faults(result.compositions, asked, offers, free, made_on) == []
    assert set(result.compositions) | set(result.unsolved) == {request.key for request in asked}


@settings(max_examples=20)
@given(requests(), OFFERS, STANDINGS, st.integers(0, 99))
def test_all_editions_with_the_best_of_what_cannot_be_never_oversell_together(
    asked: list[EditionRequest], offers: list[Offer], standings: dict[int, Standing], seed: int
) -> None:
    free = capacities(offers, seed)
    result = compose(asked, offers, free, standings, seconds=60, made_on=made_on)
    assume(result.unsolved)
    best = {
        key: conflict.best
        for key, conflict in result.unsolved.items()
        if conflict.best and not {"capacity", "variety"} & set(conflict.without)
    }
    found = faults(result.compositions | best, asked, offers, free, made_on)
    assert [fault for fault in found if fault.rule == "capacity"] == []


@settings(max_examples=20)
@given(requests(), OFFERS, STANDINGS, st.integers(0, 99), st.randoms(use_true_random=False))
def test_compose_gives_the_same_editions_whatever_the_order_of_the_input(
    asked: list[EditionRequest],
    offers: list[Offer],
    standings: dict[int, Standing],
    seed: int,
    shuffler: Random,
) -> None:
    free = capacities(offers, seed)
    result = compose(asked, offers, free, standings, seconds=60, made_on=made_on)
    assert compose(asked, offers, free, standings, seconds=60, made_on=made_on) == result
    shuffled, other_offers = [_shuffle(request, shuffler) for request in asked], list(offers)
    shuffler.shuffle(shuffled)
    shuffler.shuffle(other_offers)
    free_items, who = list(free.items()), list(standings.items())
    shuffler.shuffle(free_items)
    shuffler.shuffle(who)
    assert compose(shuffled, other_offers, dict(free_items), dict(who), seconds=60, made_on=made_on) == result


def _shuffle(request: EditionRequest, shuffler: Random) -> EditionRequest:
    parts = {name: list(getattr(request, name)) for name in ("slots", "demand", "history", "follows")}
    for values in parts.values():
        shuffler.shuffle(values)
    return replace(request, **{name: tuple(values) for name, values in parts.items()})


@settings(max_examples=40)
@given(requests(most=2, days=1), OFFERS, STANDINGS, st.integers(0, 99))
def test_compose_finds_the_best_of_all_editions_of_a_date(
    asked: list[EditionRequest], offers: list[Offer], standings: dict[int, Standing], seed: int
) -> None:
    free = capacities(offers, seed)
    result = compose(asked, offers, free, standings, seconds=60, made_on=made_on)
    relaxed = any(composition.relaxed for composition in result.compositions.values())
    table = Table(asked, Catalogue.of(offers, made_on), free, standings)
    best = _best_by_trying_all(table)
    if best is None:
        assert relaxed or result.unsolved
        return
    assert not relaxed
    assert result.unsolved == {}
    assert result.objective == pytest.approx(best, rel=1e-4, abs=1)
    assert result.bound <= best + 1


def _best_by_trying_all(table: Table) -> float | None:
    """Return the least objective of all ways to fill all editions, by trying each; None if there is none."""
    choices = []
    for number in range(len(table.requests)):
        found = [way for way in _ways(table, number) if _keeps_rules(table, number, way)]
        choices.append(found)
    assume(len(choices[0]) * len(choices[-1]) <= 20_000)
    best = None
    for ways in itertools.product(*choices):
        used: dict[int, int] = {}
        for pair in itertools.chain(*ways):
            used[int(table.room[pair])] = used.get(int(table.room[pair]), 0) + int(table.load[pair])
        if all(load <= table.free[room] for room, load in used.items()):
            state = State(table)
            state.pairs = [list(way) for way in ways]
            cost = state.cost_of_placed()
            best = cost if best is None else min(best, cost)
    return best


def _ways(table: Table, edition: int) -> list[tuple[int, ...]]:
    rows = [
        list(itertools.combinations(table.slot_pairs(slot).tolist(), table.variety[slot]))
        for slot in table.slots_of(edition)
    ]
    return [tuple(itertools.chain(*way)) for way in itertools.product(*rows)]


def _keeps_rules(table: Table, edition: int, way: tuple[int, ...]) -> bool:
    request = table.requests[edition]
    if len({int(table.offer[pair]) for pair in way}) < len(way):
        return False
    cost = sum(int(table.cost[pair]) for pair in way)
    parts: dict[int, int] = {}
    for pair in way:
        parts[int(table.producer[pair])] = parts.get(int(table.producer[pair]), 0) + int(table.cost[pair])
    return (
        cost <= request.max_cost
        and sum(int(table.worth[pair]) for pair in way) >= request.min_worth
        and all(part * 100 <= cost * request.max_producer_percent for part in parts.values())
    )


@given(requests(most=3), OFFERS, STANDINGS, st.integers(0, 99))
def test_passed_over_is_who_would_make_the_whole_better_but_for_a_rule(
    asked: list[EditionRequest], offers: list[Offer], standings: dict[int, Standing], seed: int
) -> None:
    free = capacities(offers, seed)
    result = compose(asked, offers, free, standings, seconds=60, made_on=made_on)
    table = Table(asked, Catalogue.of(offers, made_on), free, standings)
    for composition in result.compositions.values():
        edition = table.number[composition.key]
        table.keep_apart(edition, (composition.producers_apart, composition.products_apart))
    state = State(table)
    for composition in result.compositions.values():
        edition = table.number[composition.key]
        state.pairs[edition] = [_pair(table, edition, item.slot, item.product) for item in composition.items]
    for key, composition in result.compositions.items():
        for item in composition.items:
            found = _better_but_for_a_rule(state, result, key, item, asked, offers, free)
            if item.passed_over is None:
                assert found == {}
                continue
            product, rule = item.passed_over
            gain, rules = found[product]
            assert gain == pytest.approx(max(gain for gain, _ in found.values()), abs=1)
            assert rule in rules


def _pair(table: Table, edition: int, slot: int, product: int) -> int:
    (found,) = (
        pair
        for pair in table.edition_pairs(edition).tolist()
        if table.slots[table.slot[pair]][1].slot == slot
        and table.catalogue.offers[table.offer[pair]].product == product
    )
    return found


def _better_but_for_a_rule(
    state: State,
    result: Result,
    key: int,
    item: Item,
    asked: list[EditionRequest],
    offers: list[Offer],
    free: dict,
) -> dict[int, tuple[float, set[str]]]:
    """Return the gain and the broken rules of each product that an item could be exchanged for."""
    table, edition = state.table, state.table.number[key]
    request, composition = table.requests[edition], result.compositions[key]
    (rule,) = (slot for slot in request.slots if slot.slot == item.slot)
    before, were = state.cost_of_placed(), list(state.pairs[edition])
    own = _pair(table, edition, item.slot, item.product)
    found = {}
    for pair in table.slot_pairs(int(table.slot[own])).tolist():
        offer = table.catalogue.offers[table.offer[pair]]
        if offer.product in {other.product for other in composition.items}:
            continue
        state.pairs[edition] = [pair if other == own else other for other in were]
        gain = before - state.cost_of_placed()
        state.pairs[edition] = were
        changed = _exchanged(composition, request, item, offer, rule, offers)
        wrong = {
            fault.rule for fault in faults(result.compositions | {key: changed}, asked, offers, free, made_on)
        }
        if gain > 1 and wrong and wrong <= {"max_cost", "min_worth", "producer_share", "capacity"}:
            found[offer.product] = gain, wrong
    return found


def _exchanged(
    composition: Composition,
    request: EditionRequest,
    item: Item,
    offer: Offer,
    rule: SlotRule,
    offers: list[Offer],
) -> Composition:
    measure = rule.servings_per_person, rule.fixed_quantity, offer.servings, rule.variety
    units = units_needed(request.base_headcount, *measure)
    new = replace(item, product=offer.product, producer=offer.producer, units=units)
    items = tuple(new if other == item else other for other in composition.items)
    products = {offer.product: offer for offer in offers}
    worth = sum(other.units * products[other.product].list_price for other in items)
    return replace(
        composition,
        items=items,
        cost=sum(other.units * products[other.product].supply_price for other in items),
        worth=worth,
        saving=worth - request.price,
    )


@given(requests(most=1), OFFERS, STANDINGS, st.integers(1, 60), st.integers(1, 60))
def test_more_people_never_get_less_of_any_product_of_an_edition(
    asked: list[EditionRequest], offers: list[Offer], standings: dict[int, Standing], few: int, many: int
) -> None:
    result = compose(
        asked, offers, dict.fromkeys(capacities(offers, 0), 1_000), standings, seconds=60, made_on=made_on
    )
    assume(result.compositions)
    products, slots = {o.product: o for o in offers}, {s.slot: s for s in asked[0].slots}
    few, many = sorted((few, many))
    for item in result.compositions[0].items:
        slot, servings = slots[item.slot], products[item.product].servings
        less, more = (
            units_needed(people, slot.servings_per_person, slot.fixed_quantity, servings, slot.variety)
            for people in (few, many)
        )
        assert less <= more


@settings(max_examples=40)
@given(requests(most=1), OFFERS, STANDINGS, st.integers(0, 99))
def test_a_conflict_is_minimal_and_its_best_edition_breaks_only_what_was_dropped(
    asked: list[EditionRequest], offers: list[Offer], standings: dict[int, Standing], seed: int
) -> None:
    free = capacities(offers, seed)
    result = compose(asked, offers, free, standings, seconds=60, made_on=made_on)
    assume(result.unsolved)
    conflict = result.unsolved[0]
    assert [figure.rule for figure in conflict.figures][: len(conflict.rules)] == list(conflict.rules) or (
        conflict.rules == ("no_product",)
    )
    if conflict.best is None:
        assert conflict.rules == ("no_product",)
        return
    if "variety" in conflict.without:
        asked = [replace(asked[0], slots=tuple(replace(slot, variety=1) for slot in asked[0].slots))]
    broken = {fault.rule for fault in faults({0: conflict.best}, asked, offers, free, made_on)}
    assert broken <= set(conflict.without)
    assert set(conflict.without) & set(conflict.rules)
