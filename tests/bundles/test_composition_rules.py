"""Each rule of an edition: held where it can be, named where it can't."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from bundles.composition import (
    Exclusions,
    Figure,
    Past,
    Standing,
    compose,
    faults,
    price_limits,
    rotation_links,
)
from bundles.composition.catalogue import Catalogue
from bundles.composition.state import State
from bundles.composition.table import Table
from tests.bundles.small_editions import MONDAY, capacities, composed, offer, products, request, slot

TEA = slot(1)
PAST = (Past(1, frozenset({2}), frozenset({2})),)

# A rule, what makes product 2 break it, and the request that asks for it.
RULES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("lead_time", {"lead_days": 4}, {"lead_days_left": 3}),
    ("certification", {"certified": ((date(2025, 1, 1), MONDAY - timedelta(days=1)),)}, {}),
    ("certification", {"certified": ((MONDAY + timedelta(days=1), date(2027, 1, 1)),)}, {}),
    ("certification", {"certified": ()}, {}),
    ("storage", {"storage": "frozen"}, {"slots": (slot(1, storages=frozenset({"ambient", "chilled"})),)}),
    ("chilled", {"storage": "chilled"}, {"exclusions": Exclusions(no_chilled=True)}),
    ("allergens", {"allergens": 0b110}, {"exclusions": Exclusions(allergens=0b10)}),
    ("vegan", {"is_vegan": False}, {"exclusions": Exclusions(vegan=True)}),
    ("halal", {"is_halal": False}, {"exclusions": Exclusions(halal=True)}),
    ("banned", {}, {"banned": frozenset({2})}),
]
FITTING = {"is_vegan": True, "is_halal": True}


@pytest.mark.parametrize(("rule", "breaks", "asked"), RULES)
def test_compose_passes_over_a_product_that_breaks_a_rule(
    rule: str, breaks: dict[str, Any], asked: dict[str, Any]
) -> None:
    good, other = offer(1, 1, **FITTING), offer(2, 2, **FITTING)
    # Where it may, the second comes: its producer has sold nothing yet.
    sold = {1: Standing(900_000, 1_000_000)}
    assert products(composed([request(1)], [good, other], standings=sold), 1) == [(1, 2)]
    broken = replace(other, **breaks)
    assert products(composed([request(1, **asked)], [good, broken], standings=sold), 1) == [(1, 1)]


@pytest.mark.parametrize(("rule", "breaks", "asked"), RULES)
def test_compose_names_the_rule_that_leaves_no_product(
    rule: str, breaks: dict[str, Any], asked: dict[str, Any]
) -> None:
    result = composed([request(1, **asked)], [offer(2, 2, **FITTING | breaks)])
    conflict = result.unsolved[1]
    assert conflict.rules == conflict.without == (rule,)
    assert conflict.figures == (Figure(rule, 1, 1, 0),)
    assert conflict.best is not None
    assert [item.product for item in conflict.best.items] == [2]


def test_compose_names_a_capacity_that_is_too_small_with_what_is_free() -> None:
    offers = [offer(1, 1), offer(2, 2, servings=5)]
    free = {(1, MONDAY): 2, (2, MONDAY): 3}
    # 21 and 10 people: 3 + 1 packs of ten, or 5 + 2 packs of five.
    result = composed([request(1, demand=(21, 10))], offers, free)
    assert result.unsolved[1].rules == ("capacity",)
    assert result.unsolved[1].figures == (Figure("capacity", 1, 4, 2),)
    assert products(composed([request(1, demand=(21, 10))], offers, {(1, MONDAY): 4}), 1) == [(1, 1)]


def test_compose_shares_a_capacity_between_products_and_editions() -> None:
    offers = [offer(1, 1, capacity_key="oven"), offer(2, 1, "bread", capacity_key="oven"), offer(3, 3)]
    free = {("oven", MONDAY): 1, (3, MONDAY): 1}
    result = composed([request(1, TEA, slot(2, "bread"))], offers, free)
    assert products(result, 1) == [(1, 3), (2, 2)]
    result = composed([request(1, TEA), request(2, slot(2, "bread"))], offers, free)
    assert (products(result, 1), products(result, 2)) == ([(1, 3)], [(2, 2)])


def test_compose_draws_on_what_is_made_on_one_date_for_several_deliveries() -> None:
    """What an oven makes on Monday, 25 servings, has to do for three dates of ten people each."""
    offers = [offer(1, 1, capacity_key="oven", room_units=10, made_days=2), offer(2, 2)]
    free = {("oven", MONDAY): 25, (2, MONDAY + timedelta(days=2)): 1}

    def made_on(made_days: int, on: date) -> date:
        return MONDAY if made_days else on

    asked = [request(day, day=day) for day in range(3)]
    standings = {1: Standing(0, 1_000_000), 2: Standing(900_000, 1_000_000)}
    result = compose(asked, offers, free, standings, seconds=60, made_on=made_on)
    assert [products(result, day) for day in range(3)] == [[(1, 1)], [(1, 1)], [(1, 2)]]
    assert faults(result.compositions, asked, offers, free, made_on) == []
    assert {fault.key for fault in faults(result.compositions, asked, offers, free)} == {
        ("oven", MONDAY + timedelta(days=1))
    }
    # With the other out of season the third finds 5 servings left of the 10 that it needs: no whole pack.
    late = [offers[0], replace(offers[1], season=(date.min, MONDAY))]
    result = compose(asked, late, free, standings, seconds=60, made_on=made_on)
    (conflict,) = result.unsolved.values()
    assert (conflict.rules, conflict.figures) == (("capacity",), (Figure("capacity", 1, 1, 0),))


def test_compose_names_cost_and_worth_that_exclude_each_other_and_proposes_the_least_loss() -> None:
    offers = [offer(1, 1), offer(2, 2, supply_price=6_000, list_price=7_000)]
    result = composed([request(1, max_cost=7_000, min_worth=9_000)], offers)
    conflict = result.unsolved[1]
    assert conflict.rules == ("min_worth", "max_cost")
    assert conflict.figures == (
        Figure("min_worth", None, 9_000, 7_000),
        Figure("max_cost", None, 7_000, 8_000),
    )
    assert conflict.without == ("min_worth",)
    assert conflict.best is not None
    assert (conflict.best.cost, conflict.best.worth) == (6_000, 7_000)


def test_compose_names_a_cost_that_no_edition_keeps() -> None:
    result = composed([request(1, max_cost=7_999)], [offer(1, 1)])
    assert result.unsolved[1].figures == (Figure("max_cost", None, 7_999, 8_000),)
    assert composed([request(1, max_cost=8_000)], [offer(1, 1)]).unsolved == {}


def test_compose_keeps_a_producers_part_and_names_the_least_possible() -> None:
    slots = (TEA, slot(2, "bread"))
    offers = [offer(1, 1), offer(2, 1, "bread"), offer(3, 3, "bread", supply_price=9_000)]
    half = request(1, *slots, max_producer_percent=53)
    assert products(composed([half], offers), 1) == [(1, 1), (2, 3)]
    result = composed([request(1, *slots, max_producer_percent=50)], offers)
    assert result.unsolved[1].rules == ("producer_share",)
    assert result.unsolved[1].figures == (Figure("producer_share", None, 50, 53),)


def test_compose_fills_a_slot_with_as_many_products_as_it_wants() -> None:
    two = slot(1, variety=2)
    result = composed([request(1, two)], [offer(1, 1, servings=3), offer(2, 2, servings=3)])
    # Ten servings in packs of three are 3⅓ packs, half of them each.
    assert [(item.product, item.units) for item in result.compositions[1].items] == [(1, 2), (2, 2)]
    result = composed([request(1, two)], [offer(1, 1)])
    assert result.unsolved[1].rules == ("variety",)
    assert result.unsolved[1].figures == (Figure("variety", 1, 2, 1),)


def test_compose_never_takes_a_product_twice_and_says_where_the_category_has_too_few() -> None:
    twice = request(1, slot(1), slot(2))
    assert products(composed([twice], [offer(1, 1), offer(2, 1)]), 1) in ([(1, 1), (2, 2)], [(1, 2), (2, 1)])
    conflict = composed([twice], [offer(1, 1)]).unsolved[1]
    assert (conflict.rules, conflict.best) == (("no_product",), None)
    assert conflict.figures == (Figure("no_product", 1, 2, 1), Figure("no_product", 2, 2, 1))
    conflict = composed([request(1, slot(1, "cake"))], [offer(1, 1)]).unsolved[1]
    assert conflict.figures == (Figure("no_product", 1, 1, 0),)


def test_compose_keeps_what_is_locked_and_fills_the_rest() -> None:
    offers = [offer(1, 1), offer(2, 2), offer(3, 3, "bread"), offer(4, 4, "bread")]
    sold = {2: Standing(900_000, 1_000_000), 4: Standing(900_000, 1_000_000)}
    result = composed([request(1, TEA, slot(2, "bread"), locked=frozenset({(1, 2)}))], offers, standings=sold)
    assert products(result, 1) == [(1, 2), (2, 3)]
    assert result.compositions[1].items[0].reasons[0] == "locked"


def test_compose_names_a_lock_and_the_rule_that_it_breaks() -> None:
    offers = [offer(1, 1), offer(2, 2, allergens=1)]
    asked = request(1, locked=frozenset({(1, 2)}), exclusions=Exclusions(allergens=1))
    conflict = composed([asked], offers).unsolved[1]
    assert conflict.rules == ("locked", "allergens")
    assert conflict.without == ("locked",)
    assert conflict.figures == (Figure("locked", None, 1, 0), Figure("allergens", 1, 1, 1))
    assert conflict.best is not None
    assert [item.product for item in conflict.best.items] == [1]


def test_compose_relaxes_rotation_last_and_says_so() -> None:
    offers = [offer(1, 1), offer(2, 2), offer(3, 2)]
    assert products(composed([request(1, repeat_editions=1, history=PAST)], offers), 1) == [(1, 1)]
    # Without the first, its producer must come again, but with another product.
    result = composed([request(1, repeat_editions=1, history=PAST)], offers[1:])
    edition = result.compositions[1]
    assert (products(result, 1), edition.relaxed) == ([(1, 3)], ("rotation_of_producers",))
    assert (edition.producers_apart, edition.products_apart) == (0, 1)
    result = composed([request(1, repeat_editions=1, history=PAST)], offers[1:2])
    edition = result.compositions[1]
    assert edition.relaxed == ("rotation_of_producers", "rotation_of_products")
    assert (products(result, 1), edition.products_apart) == ([(1, 2)], 0)


def test_compose_repeats_the_producer_of_the_longest_ago_where_it_must() -> None:
    offers = [offer(n, n) for n in (1, 2, 3)]
    history = tuple(Past(ago, frozenset({n}), frozenset({n + 10})) for ago, n in ((1, 1), (2, 3), (3, 2)))
    result = composed([request(1, repeat_editions=3, history=history)], offers)
    assert products(result, 1) == [(1, 2)]
    assert result.compositions[1].producers_apart == 2


@pytest.mark.parametrize("apart", [1, 2, 3])
def test_compose_repeats_one_product_on_many_dates_where_there_is_no_other(apart: int) -> None:
    chain = [
        request(
            day,
            day=day,
            repeat_editions=apart,
            follows=tuple((day - ago, ago) for ago in range(1, min(apart, day) + 1)),
        )
        for day in range(5)
    ]
    offers = [offer(1, 1)]
    result = composed(chain, offers)
    both = ("rotation_of_producers", "rotation_of_products")
    assert [result.compositions[day].relaxed for day in range(5)] == [(), both, both, both, both]
    assert faults(result.compositions, chain, offers, capacities(offers)) == []


def test_compose_says_how_far_apart_it_could_keep_the_only_two_producers() -> None:
    chain = [
        request(
            day,
            day=day,
            repeat_editions=2,
            follows=tuple((day - ago, ago) for ago in range(1, min(2, day) + 1)),
        )
        for day in range(4)
    ]
    result = composed(chain, [offer(1, 1), offer(2, 2)])
    assert [(c.producers_apart, c.products_apart) for c in result.compositions.values()] == [
        (2, 2),
        (2, 2),
        (1, 1),
        (1, 1),
    ]


def test_compose_repeats_nothing_that_members_receive_later() -> None:
    offers = [offer(n, n) for n in (1, 2, 3)]
    sold = {n: Standing(500_000 * n, 1_000_000) for n in (1, 2, 3)}
    later = (Past(-1, frozenset({1}), frozenset({1})), Past(-2, frozenset({2}), frozenset({2})))
    # The later editions' own promise reaches back two editions, whatever this one's is.
    asked = request(1, history=later)
    result = composed([asked], offers, standings=sold)
    edition = result.compositions[1]
    assert (products(result, 1), edition.producers_apart, edition.relaxed) == ([(1, 3)], 2, ())
    # "New to members" is said of what they received before.
    before = (Past(1, frozenset({9}), frozenset({9})),)
    assert "new_to_members" not in edition.items[0].reasons
    asked = request(1, history=later + before)
    assert "new_to_members" in composed([asked], offers).compositions[1].items[0].reasons
    # Where there is no third, the one that comes again latest.
    result = composed([asked], offers[:2], standings=sold)
    edition = result.compositions[1]
    assert (products(result, 1), edition.producers_apart) == ([(1, 2)], 1)
    assert edition.relaxed == ("rotation_of_producers", "rotation_of_products")
    strict = {1: replace(edition, producers_apart=2, products_apart=2, relaxed=())}
    assert {f.rule for f in faults(strict, [asked], offers, capacities(offers))} == {"rotation"}
    assert faults({1: edition}, [asked], offers, capacities(offers)) == []


def test_compose_does_not_relax_cost_for_rotation() -> None:
    offers = [offer(1, 1, supply_price=9_000), offer(2, 2)]
    asked = request(1, max_cost=8_000, repeat_editions=1, history=PAST)
    result = composed([asked], offers)
    assert products(result, 1) == [(1, 2)]
    assert result.compositions[1].relaxed == ("rotation_of_producers", "rotation_of_products")


def test_compose_looks_ahead_so_that_dates_in_a_row_differ() -> None:
    offers = [offer(1, 1), offer(2, 2), offer(3, 3, "bread"), offer(4, 2, "bread")]
    bread = (slot(1), slot(2, "bread"))
    asked = [
        request(1, slot(1), repeat_editions=1),
        request(2, *bread, day=1, repeat_editions=1, follows=((1, 1),)),
        request(3, slot(1), day=2, repeat_editions=2, follows=((2, 1), (1, 2))),
    ]
    more = [*offers, offer(5, 5)]
    result = composed(asked, more)
    assert [c.relaxed for c in result.compositions.values()] == [(), (), ()]
    assert faults(result.compositions, asked, more, capacities(more)) == []


def test_compose_makes_room_among_earlier_editions_before_it_relaxes_rotation() -> None:
    # The first edition would rather have 1, whom alone the second can have.
    offers = [offer(1, 1, capacity_key=1), offer(2, 2)]
    free = capacities(offers) | {(2, MONDAY + timedelta(days=1)): 0}
    asked = [request(1, repeat_editions=1), request(2, day=1, repeat_editions=1, follows=((1, 1),))]
    result = composed(asked, offers, free, {2: Standing(5_000_000, 1_000_000)})
    assert (products(result, 1), products(result, 2)) == ([(1, 2)], [(1, 1)])
    assert [c.relaxed for c in result.compositions.values()] == [(), ()]


def test_editions_composed_together_keep_products_apart_where_producers_need_not_be() -> None:
    offers = [offer(1, 1), offer(2, 1)]
    asked = [request(1), request(2, day=1, repeat_editions=1, follows=((1, 1),))]
    table = Table(asked, Catalogue.of(offers), capacities(offers), {})
    table.keep_apart(1, (0, 1))
    state = State(table)
    state.improve([0, 1], table.edition_pairs(0), seconds=60, gap=0)
    assert state.missing([0, 1]) == [1]
    every = np.concatenate([table.edition_pairs(0), table.edition_pairs(1)])
    state.improve([0, 1], every, seconds=60, gap=0)
    assert sorted(int(table.offer[pair]) for pairs in state.pairs for pair in pairs) == [0, 1]


@pytest.mark.parametrize("day", [0, -1])
def test_compose_refuses_an_edition_that_follows_a_later_one(day: int) -> None:
    asked = [request(1, day=1), request(2, day=1 + day, follows=((1, 1),))]
    with pytest.raises(ValueError, match="earlier dates"):
        composed(asked, [offer(1, 1)])


def test_compose_refuses_keys_and_products_given_twice() -> None:
    with pytest.raises(ValueError, match="key"):
        composed([request(1), request(1, day=1)], [offer(1, 1)])
    with pytest.raises(ValueError, match="product"):
        composed([request(1)], [offer(1, 1), offer(1, 2)])


def test_price_limits_break_no_promise_by_a_won() -> None:
    limits = price_limits(50_001, margin_percent=15, packing=1_000, saving_percent=5)
    assert limits == (41_500, 52_502)


def test_rotation_links_have_the_least_distance_of_any_member() -> None:
    received = {"weekly": ["a", "c"], "daily": ["a", "b", "c"]}
    assert rotation_links(received) == {"a": (), "b": (("a", 1),), "c": (("a", 1), ("b", 1))}
