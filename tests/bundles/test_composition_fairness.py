"""Who gets the work: fair shares, what a won costs, inequality, and the reasons that an edition gives."""

from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundles.composition import Past, Standing, fair_shares, faults, gini, offered_won, standings
from bundles.composition.fairness import lines, price_of_sales
from tests.bundles.small_editions import MONDAY, capacities, composed, offer, products, request, slot

WON = st.integers(0, 5_000_000)
SHARE = st.integers(1, 2_000_000)


def test_fair_shares_divide_what_a_category_sells_by_the_capacity_offered_in_it() -> None:
    offered = {(1, "tea"): 300.0, (2, "tea"): 100.0, (2, "bread"): 50.0, (3, "bread"): 0.0}
    assert fair_shares({"tea": 8_000, "bread": 1_000, "cake": 5}, offered) == {1: 6_000, 2: 3_000}


def test_offered_won_counts_a_shared_capacity_once_and_only_the_dates_asked_for() -> None:
    offers = [offer(1, 1, capacity_key="oven"), offer(2, 1, "bread", capacity_key="oven"), offer(3, 2)]
    free = {("oven", MONDAY): 10, (3, MONDAY): 4, (3, MONDAY + timedelta(days=1)): 9}
    assert offered_won(offers, free, {MONDAY}) == {
        (1, "tea"): 40_000,
        (1, "bread"): 40_000,
        (2, "tea"): 32_000,
    }


def test_offered_won_counts_a_production_date_once_and_units_by_what_they_take_of_the_room() -> None:
    offers = [offer(1, 1, room_units=10, made_days=1), offer(2, 2, season=(MONDAY, MONDAY))]
    tuesday = MONDAY + timedelta(days=1)
    free = {(1, MONDAY): 25, (1, tuesday): 99, (2, MONDAY): 3, (2, tuesday): 99}
    found = offered_won(offers, free, {MONDAY, tuesday}, lambda days, on: MONDAY if days else on)
    assert found == {(1, "tea"): 20_000, (2, "tea"): 24_000}


def test_standings_count_the_window_and_the_editions_asked_for() -> None:
    offers = [offer(1, 1), offer(2, 2, supply_price=6_000)]
    free = {(1, MONDAY): 30, (2, MONDAY): 40}
    # Fifteen people take two packs: 14,000 on average. Both offer 240,000.
    found = standings([request(1, demand=(15, 5))], offers, free, {(1, "tea"): 9_000}, {2})
    assert found == {1: Standing(9_000, 15_000), 2: Standing(0, 15_000, True)}


@given(WON, WON, WON, SHARE)
def test_selling_more_costs_ever_more_a_won(sold: int, first: int, second: int, share: int) -> None:
    together = float(price_of_sales(sold, first + second, share))
    apart = float(price_of_sales(sold, first, share)), float(price_of_sales(sold + first, second, share))
    assert together == pytest.approx(sum(apart), abs=1e-3, rel=1e-9)
    assert apart[1] >= float(price_of_sales(sold, second, share)) - 1e-3


@given(WON, WON, SHARE)
def test_the_lines_of_the_models_are_the_price_of_sales(sold: int, more: int, share: int) -> None:
    by_lines = max(constant + price * more for constant, price in lines(sold, share))
    assert by_lines == pytest.approx(float(price_of_sales(sold, more, share)), abs=1e-2, rel=1e-9)


def test_price_of_sales_is_half_the_square_of_the_ratio_at_the_breaks() -> None:
    assert price_of_sales(0, np.array([250, 1_000, 2_000]), 1_000).tolist() == [31.25, 500.0, 2_000.0]


def test_gini_is_nothing_for_equals_and_what_the_lorenz_curve_says() -> None:
    assert gini([]) == gini([0, 0]) == 0
    assert gini([5, 5, 5, 5]) == pytest.approx(0)
    assert gini([0, 0, 0, 1]) == pytest.approx(Fraction(3, 4))
    assert gini([1, 3]) == pytest.approx(Fraction(1, 4))


def test_compose_takes_the_producer_furthest_below_its_share_and_newcomers_first() -> None:
    offers = [offer(n, n) for n in (1, 2, 3)]
    half, none = Standing(500_000, 1_000_000), Standing(0, 1_000_000)
    assert products(composed([request(1)], offers, standings={1: half, 3: half}), 1) == [(1, 2)]
    newcomer = {2: Standing(0, 1_000_000, True), 3: none}
    assert products(composed([request(1)], offers, standings=newcomer), 1) == [(1, 2)]


def test_compose_shares_a_days_editions_out() -> None:
    offers = [offer(n, n) for n in range(1, 7)]
    small = {n: Standing(0, 10_000) for n in range(1, 7)}
    result = composed([request(key) for key in range(6)], offers, standings=small)
    taken = sorted(product for key in range(6) for _, product in products(result, key))
    assert taken == [1, 2, 3, 4, 5, 6]


def test_compose_then_prefers_what_members_have_not_met_and_then_what_they_liked() -> None:
    offers = [offer(1, 1, rating=4.9), offer(2, 2, rating=3.0), offer(3, 3, rating=4.5)]
    met = (Past(2, frozenset({1}), frozenset()),)
    result = composed([request(1, history=met)], offers)
    assert products(result, 1) == [(1, 3)]
    assert result.compositions[1].items[0].reasons == ("below_fair_share", "new_to_members", "well_rated")
    assert products(composed([request(1)], offers), 1) == [(1, 1)]


def test_an_item_says_which_rule_kept_out_who_deserved_it_more() -> None:
    offers = [offer(1, 1, supply_price=9_000), offer(2, 2)]
    sold = {2: Standing(2_000_000, 1_000_000)}
    result = composed([request(1, max_cost=8_500)], offers, standings=sold)
    (item,) = result.compositions[1].items
    assert (item.reasons, item.passed_over) == (("passed_over",), (1, "max_cost"))


def test_faults_finds_what_is_wrong_without_the_composer() -> None:
    offers = [offer(1, 1), offer(2, 2)]
    asked = [request(1), request(2)]
    fair = composed(asked, offers).compositions
    free = capacities(offers)
    assert faults(fair, asked, offers, free) == []
    tighter = [request(1, max_cost=1, min_worth=99_999, banned=frozenset({1, 2})), request(2)]
    assert {fault.rule for fault in faults(fair, tighter, offers, free)} == {
        "max_cost",
        "min_worth",
        "banned",
    }
    assert {fault.rule for fault in faults(fair, asked, offers, {})} == {"capacity"}
    twice = [request(1, slot(1), slot(2)), request(2)]
    assert {fault.rule for fault in faults(fair, twice, offers, free)} == {"slots", "variety"}


def test_an_item_says_when_another_producers_part_is_what_kept_out_who_deserved_it_more() -> None:
    # With cheap bread, the tea alone would be more than 60 % of the cost.
    offers = [offer(1, 1), offer(2, 2, "bread"), offer(3, 3, "bread", supply_price=3_000)]
    asked = request(1, slot(1), slot(2, "bread"), max_producer_percent=60)
    result = composed([asked], offers, standings={2: Standing(900_000, 1_000_000)})
    assert products(result, 1) == [(1, 1), (2, 2)]
    assert [item.passed_over for item in result.compositions[1].items] == [None, (3, "producer_share")]


def test_nobody_is_passed_over_who_is_in_the_edition_already() -> None:
    offers = [offer(1, 1), offer(2, 2)]
    result = composed([request(1, slot(1), slot(2))], offers, standings={2: Standing(900_000, 1_000_000)})
    assert [item.passed_over for item in result.compositions[1].items] == [None, None]
    assert ["only_choice" in item.reasons for item in result.compositions[1].items] == [True, True]
