"""VAT and shares: no won is lost, whatever the price."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundles.vat import allocate, split

WON = st.integers(-(10**10), 10**10)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("gross", "supply", "vat"),
    [
        (10_000, 9_091, 909),
        (11_000, 10_000, 1_000),
        (0, 0, 0),
        (1, 1, 0),
        (5, 5, 0),  # 4.545
        (6, 5, 1),  # 5.4545
        (99_999, 90_908, 9_091),
        (-10_000, -9_091, -909),
    ],
)
def test_split_taxable_table(gross: int, supply: int, vat: int) -> None:
    assert split(gross, taxable=True) == (supply, vat)


def test_split_exempt_has_no_vat() -> None:
    assert split(10_000, taxable=False) == (10_000, 0)


def test_split_at_another_rate_rounds_half_up() -> None:
    assert split(115, True, rate_percent=15) == (100, 15)
    assert split(3, True, rate_percent=20) == (3, 0)  # 2.5
    assert split(-3, True, rate_percent=20) == (-3, 0)


@given(WON)
def test_split_is_gross_over_1_1_rounded_half_up(gross: int) -> None:
    supply, vat = split(gross, taxable=True)
    assert supply == (Decimal(gross) / Decimal("1.1")).quantize(Decimal(1), ROUND_HALF_UP)
    assert supply + vat == gross
    assert split(-gross, taxable=True) == (-supply, -vat)


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (100, [1, 2, 3], [17, 33, 50]),
        (10, [0, 5, 5], [0, 5, 5]),
        (1, [1, 2, 1], [0, 1, 0]),
        (7, [0, 0, 0], [3, 2, 2]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (0, [3, 4], [0, 0]),
        (5, [9], [5]),
        (0, [], []),
    ],
)
def test_allocate_table(total: int, weights: list[int], shares: list[int]) -> None:
    assert allocate(total, weights) == shares


@pytest.mark.parametrize(("total", "weights"), [(1, []), (1, [1, -1]), (0, [-1])])
def test_allocate_refuses_nonsense(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"negative|nobody"):
        allocate(total, weights)


@given(WON, WEIGHTS)
def test_allocate_loses_no_won(total: int, weights: list[int]) -> None:
    assert sum(allocate(total, weights)) == total


@given(WON, WEIGHTS.filter(any))
def test_allocate_stays_within_a_won_of_the_exact_share(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    for share, weight in zip(allocate(total, weights), weights, strict=True):
        assert abs(share * whole - total * weight) < whole


@given(st.integers(0, 10**10), WEIGHTS)
def test_allocate_never_gives_a_larger_weight_less(total: int, weights: list[int]) -> None:
    ranked = sorted(zip(weights, allocate(total, weights), strict=True))
    assert all(less <= more for (_, less), (_, more) in pairwise(ranked))


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 12))
def test_allocate_gives_the_odd_won_to_the_earlier_of_equals(total: int, weight: int, count: int) -> None:
    shares = allocate(total, [weight] * count)
    assert shares == sorted(shares, reverse=True)
