"""Scaling a bundle: packs are rounded up, prices to ₩100, and more people never get less or pay less."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundles.scaling import price_for, units_needed

HEADCOUNT = st.integers(0, 2_000)
SERVINGS = st.decimals("0", "99.99", places=2)


@pytest.mark.parametrize(
    ("headcount", "per_person", "fixed", "per_unit", "products", "units"),
    [
        (20, "1", 0, 1, 1, 20),
        (20, "1", 0, 12, 1, 2),
        (24, "1", 0, 12, 1, 2),
        (25, "1", 0, 12, 1, 3),
        (10, "1.5", 0, 10, 1, 2),
        (30, "0.1", 0, 1, 1, 3),
        (20, "1", 0, 5, 2, 2),
        (50, "0", 2, 1, 1, 2),
        (50, "0", 3, 1, 2, 2),
        (0, "1", 0, 1, 1, 0),
        (1, "0.01", 0, 100, 1, 1),
    ],
)
def test_units_needed_table(
    headcount: int, per_person: str, fixed: int, per_unit: int, products: int, units: int
) -> None:
    assert units_needed(headcount, Decimal(per_person), fixed, per_unit, products) == units


@pytest.mark.parametrize(
    "wrong",
    [
        {"headcount": -1},
        {"servings_per_person": Decimal("-0.5")},
        {"fixed_quantity": -1},
        {"servings_per_unit": 0},
        {"products_in_slot": 0},
    ],
)
def test_units_needed_refuses_nonsense(wrong: dict[str, Any]) -> None:
    right = {"headcount": 10, "servings_per_person": Decimal(1), "fixed_quantity": 0, "servings_per_unit": 1}
    with pytest.raises(ValueError, match=r"negative|needs"):
        units_needed(**{**right, **wrong})


@given(HEADCOUNT, HEADCOUNT, SERVINGS, st.integers(0, 50), st.integers(1, 200), st.integers(1, 4))
def test_units_needed_never_falls_with_more_people(
    fewer: int, more: int, per_person: Decimal, fixed: int, per_unit: int, products: int
) -> None:
    few, many = (units_needed(n, per_person, fixed, per_unit, products) for n in sorted((fewer, more)))
    assert few <= many


@given(HEADCOUNT, SERVINGS, st.integers(1, 200))
def test_units_needed_is_enough_and_not_a_pack_more(
    headcount: int, per_person: Decimal, per_unit: int
) -> None:
    units = units_needed(headcount, per_person, 0, per_unit)
    servings = int(per_person * 100) * headcount  # hundredths
    assert (units - 1) * per_unit * 100 < servings <= units * per_unit * 100 or units == servings == 0


@pytest.mark.parametrize(
    ("price", "base", "headcount", "scaled"),
    [
        (100_000, 10, 10, 100_000),
        (100_000, 10, 20, 200_000),
        (100_000, 10, 1, 10_000),
        (100_000, 30, 20, 66_700),  # 66,666.67
        (99_990, 10, 10, 99_990),  # the base price itself isn't rounded
        (10_050, 10, 1, 1_000),  # 1,005
        (10_500, 10, 1, 1_100),  # 1,050: half goes up
        (12_380, 1_000, 999, 12_380),  # 12,367.62 would round to 12,400, above the base
        (12_330, 1_000, 1_001, 12_330),  # 12,342.33 would round to 12,300, below the base
        (100_000, 10, 0, 0),
    ],
)
def test_price_for_table(price: int, base: int, headcount: int, scaled: int) -> None:
    assert price_for(price, base, headcount) == scaled


@pytest.mark.parametrize(("price", "base", "headcount"), [(-1, 10, 10), (1_000, 0, 10), (1_000, 10, -1)])
def test_price_for_refuses_nonsense(price: int, base: int, headcount: int) -> None:
    with pytest.raises(ValueError, match="at least one person"):
        price_for(price, base, headcount)


@given(st.integers(0, 5_000_000), st.integers(1, 2_000), HEADCOUNT, HEADCOUNT)
def test_price_for_never_falls_with_more_people(price: int, base: int, fewer: int, more: int) -> None:
    low, high = (price_for(price, base, headcount) for headcount in sorted((fewer, more)))
    assert low <= high


@given(st.integers(0, 5_000_000), st.integers(1, 2_000), HEADCOUNT)
def test_price_for_stays_within_half_a_step_of_the_share(price: int, base: int, headcount: int) -> None:
    scaled = price_for(price, base, headcount)
    assert abs(scaled * base - price * headcount) <= 50 * base
    assert scaled % 100 == 0 or scaled == price
