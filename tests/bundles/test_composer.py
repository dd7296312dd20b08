"""Composing an edition: products and producers change every time, within cost and capacity."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bundles.composer import Candidate, CannotCompose, Composition, SlotNeed, compose
from bundles.scaling import units_needed


def product(product_id: int, producer_id: int, category: str = "tea", **changes: int) -> Candidate:
    """A product of ten servings; ₩10,000 in the shop, ₩8,000 to the hub."""
    plain = Candidate(
        product_id,
        producer_id,
        category,
        list_price=10_000,
        supply_price=8_000,
        servings=10,
        lead_days=1,
        allergens=0,
        free_capacity=100,
    )
    return replace(plain, **changes)


def slot(slot_id: int, category: str = "tea", per_person: str = "1", fixed: int = 0) -> SlotNeed:
    return SlotNeed(slot_id, category, Decimal(per_person), fixed)


def compose_for_ten(
    slots: list[SlotNeed],
    candidates: list[Candidate],
    price: int = 1_000_000,
    last_used: dict[int, date] | None = None,
    producer_sales: dict[int, int] | None = None,
) -> Composition:
    return compose(
        slots,
        candidates,
        headcount=10,
        price=price,
        last_used=last_used or {},
        producer_sales=producer_sales or {},
    )


def test_compose_adds_up_units_cost_worth_and_the_slowest_lead_time() -> None:
    candidates = [
        product(1, 1, lead_days=4),
        product(2, 2, "flowers", list_price=30_000, supply_price=20_000),
    ]
    composition = compose_for_ten([slot(8, "flowers", "0", fixed=2), slot(7, "tea", "1.5")], candidates)
    assert composition == Composition(items=((7, 1), (8, 2)), cost=56_000, worth=80_000, lead_days=4)


def test_compose_takes_the_producer_not_seen_for_the_longest_time() -> None:
    used = {1: date(2026, 3, 2), 2: date(2026, 3, 9), 3: date(2026, 3, 16)}
    candidates = [product(n, n) for n in (1, 2, 3)]
    assert compose_for_ten([slot(1)], candidates, last_used=used).items == ((1, 1),)
    assert compose_for_ten([slot(1)], [*candidates, product(4, 4)], last_used=used).items == ((1, 4),)


def test_compose_does_not_prefer_a_new_product_of_a_producer_just_seen() -> None:
    used = {1: date(2026, 3, 16), 3: date(2026, 3, 9)}
    candidates = [product(1, 1), product(2, 1), product(3, 2)]
    assert compose_for_ten([slot(1)], candidates, last_used=used).items == ((1, 3),)


def test_compose_changes_the_product_where_a_category_has_one_producer() -> None:
    candidates = [product(1, 1), product(2, 1)]
    assert compose_for_ten([slot(1)], candidates, last_used={1: date(2026, 3, 16)}).items == ((1, 2),)


def test_compose_then_takes_the_producer_with_least_sales_then_the_cheapest() -> None:
    candidates = [product(1, 1), product(2, 2), product(3, 3, supply_price=7_000), product(4, 4)]
    sales = {1: 500, 2: 100, 3: 100, 4: 101}
    assert compose_for_ten([slot(1)], candidates, producer_sales=sales).items == ((1, 3),)


def test_compose_changes_every_product_and_producer_until_all_have_had_their_turn() -> None:
    candidates = [product(n, n, category) for n, category in enumerate(["tea", "bread"] * 4)]
    used: dict[int, date] = {}
    for week in range(4):
        day = date(2026, 3, 2) + timedelta(weeks=week)
        edition = compose_for_ten([slot(1, "tea"), slot(2, "bread")], candidates, last_used=used)
        fresh = {product_id for _, product_id in edition.items}
        assert not fresh & used.keys()
        used |= dict.fromkeys(fresh, day)
    assert used.keys() == set(range(8))
    edition = compose_for_ten([slot(1, "tea"), slot(2, "bread")], candidates, last_used=used)
    assert [used[product_id] for _, product_id in edition.items] == [date(2026, 3, 2)] * 2


def test_compose_gives_up_a_first_choice_so_that_no_producer_comes_twice() -> None:
    candidates = [product(1, 1, "tea"), product(2, 2, "tea"), product(3, 1, "bread")]
    edition = compose_for_ten([slot(1, "tea"), slot(2, "bread")], candidates, producer_sales={2: 900})
    assert edition.items == ((1, 2), (2, 3))


def test_compose_repeats_a_producer_only_where_it_must() -> None:
    candidates = [
        product(1, 1, "tea"),
        product(2, 1, "bread"),
        product(3, 1, "fruit"),
        product(4, 2, "fruit"),
    ]
    slots = [slot(1, "tea"), slot(2, "bread"), slot(3, "fruit")]
    assert compose_for_ten(slots, candidates, producer_sales={2: 900}).items == ((1, 1), (2, 2), (3, 4))


def test_compose_takes_cheaper_products_when_the_first_choice_costs_too_much() -> None:
    candidates = [
        product(1, 1, "tea", supply_price=9_000),
        product(2, 2, "tea", supply_price=5_000),
        product(3, 3, "bread", supply_price=8_000),
    ]
    slots = [slot(1, "tea"), slot(2, "bread")]
    sales = {2: 900}
    assert compose_for_ten(slots, candidates, 20_000, producer_sales=sales).items == (
        (1, 1),
        (2, 3),
    )  # exactly 85 %
    assert compose_for_ten(slots, candidates, 19_999, producer_sales=sales).items == ((1, 2), (2, 3))


@pytest.mark.parametrize(
    ("slots", "candidates", "price", "said"),
    [
        ([slot(5, "tea"), slot(6, "bread")], [product(1, 1)], 99_999, ("no_product", 6, "bread")),
        ([slot(5)], [product(1, 1, free_capacity=0)], 99_999, ("no_capacity", 5, "tea")),
        ([slot(5), slot(6)], [product(1, 1)], 99_999, ("too_few_products", None, None)),
        ([slot(5)], [product(1, 1)], 9_411, ("too_expensive", None, None)),
    ],
)
def test_compose_says_why_it_cannot(
    slots: list[SlotNeed], candidates: list[Candidate], price: int, said: tuple[str, int | None, str | None]
) -> None:
    with pytest.raises(CannotCompose) as caught:
        compose_for_ten(slots, candidates, price)
    assert (caught.value.reason, caught.value.slot_id, caught.value.category) == said


def test_compose_needs_capacity_for_every_unit() -> None:
    candidates = [product(1, 1, free_capacity=1), product(2, 2, free_capacity=2)]
    sales = {2: 900}
    assert compose_for_ten([slot(1, per_person="1")], candidates, producer_sales=sales).items == ((1, 1),)
    assert compose_for_ten([slot(1, per_person="1.1")], candidates, producer_sales=sales).items == ((1, 2),)


CATEGORY = st.sampled_from(["tea", "bread"])
SLOTS = st.lists(
    st.builds(
        SlotNeed,
        st.integers(1, 9),
        CATEGORY,
        st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(2)]),
        st.just(0),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda slot: slot.slot_id,
)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        product_id=st.integers(1, 30),
        producer_id=st.integers(1, 4),
        category=CATEGORY,
        list_price=st.just(10_000),
        supply_price=st.integers(1_000, 10_000),
        servings=st.integers(1, 10),
        lead_days=st.integers(0, 5),
        allergens=st.just(0),
        free_capacity=st.integers(0, 40),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda candidate: candidate.product_id,
)
LAST_USED = st.dictionaries(st.integers(1, 30), st.dates(date(2026, 1, 1), date(2026, 3, 1)))
SALES = st.dictionaries(st.integers(1, 4), st.integers(0, 3))
PRICE = st.integers(1_000, 300_000)


def editions(slots: list[SlotNeed], candidates: list[Candidate], price: int) -> list[tuple[Candidate, ...]]:
    """Every edition that keeps to category, capacity and cost and has no product twice, by trying all."""
    found = []
    for choice in itertools.permutations(candidates, len(slots)):
        needs = [
            units_needed(10, slot.servings_per_person, 0, candidate.servings)
            for slot, candidate in zip(slots, choice, strict=True)
        ]
        cost = sum(units * candidate.supply_price for units, candidate in zip(needs, choice, strict=True))
        if cost * 100 <= price * 85 and all(
            candidate.category == slot.category and units <= candidate.free_capacity
            for slot, candidate, units in zip(slots, choice, needs, strict=True)
        ):
            found.append(choice)
    return found


@given(SLOTS, CANDIDATES, PRICE, LAST_USED, SALES)
def test_compose_returns_an_edition_exactly_when_there_is_one(
    slots: list[SlotNeed],
    candidates: list[Candidate],
    price: int,
    last_used: dict[int, date],
    sales: dict[int, int],
) -> None:
    slots.sort(key=lambda slot: slot.slot_id)
    possible = editions(slots, candidates, price)
    if not possible:
        with pytest.raises(CannotCompose):
            compose_for_ten(slots, candidates, price, last_used, sales)
        return
    edition = compose_for_ten(slots, candidates, price, last_used, sales)
    assert edition.cost * 100 <= price * 85
    by_id = {candidate.product_id: candidate for candidate in candidates}
    chosen = tuple(by_id[product_id] for _, product_id in edition.items)
    assert [slot_id for slot_id, _ in edition.items] == [slot.slot_id for slot in slots]
    assert chosen in possible
    producers = {candidate.producer_id for candidate in chosen}
    if any(len({candidate.producer_id for candidate in choice}) == len(slots) for choice in possible):
        assert len(producers) == len(slots)


@given(SLOTS, CANDIDATES, LAST_USED, SALES, st.randoms(use_true_random=False))
def test_compose_does_not_depend_on_the_order_of_its_input(
    slots: list[SlotNeed],
    candidates: list[Candidate],
    last_used: dict[int, date],
    sales: dict[int, int],
    shuffler: Random,
) -> None:
    try:
        edition = compose_for_ten(slots, candidates, 1_000_000, last_used, sales)
    except CannotCompose:
        assume(False)
    shuffled_slots, shuffled = list(slots), list(candidates)
    shuffler.shuffle(shuffled_slots)
    shuffler.shuffle(shuffled)
    assert compose_for_ten(shuffled_slots, shuffled, 1_000_000, last_used, sales) == edition
