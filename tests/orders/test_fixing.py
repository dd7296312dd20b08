"""What becomes of due orders, thought over without a database: each gets what those before it left."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundles.edition_key import EditionKey
from bundles.models import Product, Slot
from bundles.rooms import Rooms
from membership.models import Organization
from orders import fixing
from orders.exceptions import CannotFix
from orders.fixing import Due, Night, Plan, Refusal, make_plan
from orders.supply import Supply

# No test here may ask a database: none is open to it.
DAY = date(2026, 12, 1)
KEY = EditionKey(1, DAY, 0)
BREAD, COFFEE = 1, 2
SLOT = {
    category: Slot(pk=category, category_id=category, servings_per_person=Decimal(1)) for category in (1, 2)
}


def product(pk: int, category: int = BREAD, **fields: Any) -> Product:
    producer = Organization(pk=100 + pk, name=f"생산자 {pk}", is_active=True)
    usual = {"list_price": 2_000, "supply_price": 1_500, "servings": 1, "tax_type": "taxable", "lead_days": 1}
    return Product(pk=pk, name=f"상품 {pk}", category_id=category, producer=producer, **usual | fields)


def night(
    free: Mapping[Product, int], others: Mapping[int, list[Product]] | None = None, **more: Any
) -> Night:
    """One bundle of the first bread and the first coffee, with so many units of each product."""
    first = {each.category_id: each for each in reversed(free)}
    wanted = [(SLOT[category], first[category]) for category in sorted(first)]
    rooms = Rooms({(each.room, DAY): units for each, units in free.items()}, lambda made_days, day: day)
    supply = Supply(DAY, rooms, {}, others or {})
    return Night(**{"contents": {KEY: wanted}, "supply": supply, **more})


def due(key: int, headcount: int = 10, **more: Any) -> Due:
    return Due(key, KEY, headcount, 2_000 * headcount, **{"swaps": {}, **more})


def taken(plan: Plan) -> dict[int, int]:
    return {each.product.pk: each.units for each in plan.units()}


def test_the_first_get_the_last_units_and_the_others_are_told_what_was_left() -> None:
    bread = product(1)

    plan = make_plan([due(1), due(2, 7), due(3), due(4, 3)], night({bread: 20}, {BREAD: [bread]}))

    assert {key: [line.choice.units for line in lines] for key, lines in plan.made.items()} == {
        1: [10],
        2: [7],
        4: [3],
    }
    assert plan.refused == {3: Refusal("failed", "capacity_short", "상품 1: 3/10")}
    assert taken(plan) == {1: 20}


def test_an_order_that_fails_takes_nothing() -> None:
    bread, coffee = product(1), product(2, COFFEE)

    plan = make_plan([due(1), due(2, 5)], night({bread: 10, coffee: 5}, {COFFEE: []}))

    assert list(plan.refused) == [1]
    assert taken(plan) == {1: 5, 2: 5}


def test_what_may_stand_in_is_read_only_where_something_is_short() -> None:
    bread, coffee = product(1), product(2, COFFEE)

    plan = make_plan([due(1), due(2)], night({bread: 15, coffee: 50}))

    assert plan.unread == {BREAD}
    assert make_plan([due(1)], night({bread: 15, coffee: 50})).unread == set()


def test_a_stand_in_says_whose_place_it_takes_and_none_comes_twice() -> None:
    bread, other, coffee = product(1), product(3), product(2, COFFEE)
    short = night({bread: 5, coffee: 50, other: 50}, {BREAD: [bread, other]})
    twice = Night({KEY: [(SLOT[BREAD], bread), (SLOT[BREAD], product(4))]}, short.supply)
    short.supply.rooms.free[("product", 4), DAY] = 0

    (lines,) = make_plan([due(1)], short).made.values()
    assert [(line.choice.product, line.choice.instead_of) for line in lines] == [
        (other, bread),
        (coffee, None),
    ]
    assert make_plan([due(1)], twice).refused[1].reason == "capacity_short"


def test_a_swap_comes_while_there_is_enough_of_it_and_then_the_product_again() -> None:
    bread, other = product(1), product(3)
    plenty = night({bread: 50, other: 10})

    plan = make_plan([due(1, swaps={1: other}), due(2, swaps={1: other})], plenty)

    chosen = {key: (line.choice.product, line.choice.instead_of) for key, (line,) in plan.made.items()}
    assert chosen == {1: (other, None), 2: (bread, other)}


def test_a_pool_is_shared_by_its_products() -> None:
    big, small = product(1, servings=10, pool_id=7), product(2, COFFEE, servings=1, pool_id=7)
    rooms = Rooms({(("pool", 7), DAY): 25}, lambda made_days, day: day)
    shared = Night({KEY: [(SLOT[1], big), (SLOT[2], small)]}, Supply(DAY, rooms, {}, {1: [], 2: []}))

    plan = make_plan([due(1, 10), due(2, 5)], shared)

    assert (list(plan.made), plan.refused[2].reason) == ([1], "capacity_short")
    assert taken(plan) == {1: 1, 2: 10}


def test_a_budget_pays_for_the_first_and_for_what_still_fits() -> None:
    plan = make_plan(
        [due(1, 10, budget=5), due(2, 6, budget=5), due(3, 5, budget=5), due(4, 30)],
        night({product(1): 100}, left={5: 30_000}),
    )

    assert list(plan.made) == [1, 3, 4]
    assert plan.refused == {2: Refusal("failed", "over_budget")}
    assert plan.charged == {5}
    assert taken(plan) == {1: 45}


def test_goods_that_have_come_can_not_be_asked_for_again() -> None:
    plan = make_plan([due(1)], night({product(1): 100}, received={101: "생산자 1"}))

    assert plan.refused == {1: Refusal("failed", "too_late", "생산자 1")}
    assert taken(plan) == {}


def test_what_is_refused_or_has_no_contents_keeps_its_reason() -> None:
    paused = Refusal("skipped", "standing_order_paused")
    nothing = CannotFix("no_slots", "빈 꾸러미")

    plan = make_plan([due(1, refused=paused), due(2)], night({product(1): 9}, contents={KEY: nothing}))

    assert plan.refused == {1: paused, 2: Refusal("failed", "no_slots", "빈 꾸러미")}


def test_an_unexpected_error_is_that_order_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    share = fixing.share_price

    def fragile(gross: int, filled: Any) -> list[int]:
        return share(gross, filled) if gross != 4_000 else [1 // 0]

    monkeypatch.setattr(fixing, "share_price", fragile)
    plan = make_plan([due(1), due(2, 2), due(3)], night({product(1): 100}))

    assert list(plan.made) == [1, 3]
    assert plan.refused == {2: Refusal("failed", "unexpected", "ZeroDivisionError")}
    assert taken(plan) == {1: 20}


@given(
    headcounts=st.lists(st.integers(1, 40), max_size=25),
    bread=st.integers(0, 300),
    coffee=st.integers(0, 300),
    stand_in=st.integers(0, 200),
    cut=st.integers(0, 25),
)
def test_batches_one_after_the_other_come_to_the_same_as_one(
    headcounts: list[int], bread: int, coffee: int, stand_in: int, cut: int
) -> None:
    goods = {product(1): bread, product(2, COFFEE, tax_type="exempt"): coffee, product(3): stand_in}
    dues = [due(key, headcount) for key, headcount in enumerate(headcounts)]
    others = {category: [each for each in goods if each.category_id == category] for category in (1, 2)}

    whole = make_plan(dues, night(goods, others))
    first = make_plan(dues[:cut], night(goods, others))
    left = {each: units - taken(first).get(each.pk, 0) for each, units in goods.items()}
    rest = make_plan(dues[cut:], night(left, others))

    assert {**first.made, **rest.made} == whole.made
    assert {**first.refused, **rest.refused} == whole.refused
    assert all(units <= goods[each] for each in goods for units in [taken(whole).get(each.pk, 0)])
    for each in dues:
        lines = whole.made.get(each.key, [])
        assert sum(line.gross for line in lines) == (each.gross if lines else 0)
        assert all(line.gross == line.supply + line.vat for line in lines)
