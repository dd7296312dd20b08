"""Who gets what when units are missing: ranks, turns, what is passed over and why. No database."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.substitution import (
    Candidate,
    Decision,
    Item,
    Loss,
    Option,
    Question,
    rank,
    share_out,
    units_for,
    why_not,
)
from tests.factories.times import CUTOFF

DAY = date(2026, 12, 1)
QUESTION = Question(answer_by=CUTOFF + timedelta(hours=4), soonest=CUTOFF + timedelta(minutes=30))
SHORT = Item(1, 2000, 1, 0b11, False, frozenset({"women_owned", "social_enterprise"}))


def item(product: int = 2, **fields: Any) -> Item:
    usual = {"list_price": 2000, "servings": 1, "allergens": 0, "is_chilled": False}
    return Item(product, **{**usual, "certifications": frozenset({"women_owned"}), **fields})


def candidate(product: int, **fields: Any) -> Candidate:
    of_item = {name: fields.pop(name) for name in ("list_price", "servings", "is_chilled") if name in fields}
    usual: dict[str, Any] = {"breaks": 0, "bar": "", "order_until": None}
    usual |= {"room": ("product", product), "room_units": 1, "made_on": DAY}
    return Candidate(item(product, **of_item), **usual | fields)


def loss(line: int, units: int = 3, **fields: Any) -> Loss:
    usual: dict[str, Any] = {"exclusions": 0, "on_order": frozenset({1}), "wish": "substitute"}
    return Loss(line, turn=line, units=units, **usual | fields)


def shared(losses: list[Loss], candidates: list[Candidate], *free: int, **question: Any) -> list[Decision]:
    rooms = {each.source: units for each, units in zip(candidates, free, strict=True)}
    return share_out(SHORT, losses, candidates, rooms, Question(**vars(QUESTION) | question))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"allergens": 0b01}, ""),
        ({"allergens": 0b100}, "new_allergen"),
        ({"list_price": 2500}, ""),
        ({"list_price": 2501}, "price_far"),
        ({"list_price": 1499}, "price_far"),
        ({"list_price": 20_000, "servings": 10}, ""),
        ({"certifications": frozenset({"disabled_owned"})}, "certification_lost"),
        ({"certifications": frozenset()}, "certification_lost"),
        ({"certifications": frozenset({"disabled_owned", "social_enterprise"})}, ""),
    ],
)
def test_what_may_stand_in(fields: dict[str, Any], reason: str) -> None:
    assert why_not(SHORT, item(**fields)) == reason


def test_whoever_has_no_certification_may_be_replaced_by_anybody() -> None:
    assert why_not(item(1, certifications=frozenset()), item(2, certifications=frozenset())) == ""


def test_the_rank_is_by_price_of_a_serving_then_by_number_and_the_barred_come_last() -> None:
    candidates = [
        candidate(2, bar="closed"),
        candidate(3, list_price=2300),
        candidate(4, list_price=3900, servings=2),
        candidate(5),
        candidate(6, is_chilled=True),
        candidate(7, list_price=1950),
        candidate(8, list_price=9000),
    ]

    ranked = rank(SHORT, candidates)

    assert [(each.item.product, why) for each, why in ranked] == [
        (5, ""),
        (4, ""),
        (7, ""),
        (3, ""),
        (2, "closed"),
        (6, "needs_cold"),
        (8, "price_far"),
    ]


@pytest.mark.parametrize(("servings", "units"), [(1, 5), (2, 3), (5, 1), (10, 1)])
def test_as_many_units_as_serve_the_same_people(servings: int, units: int) -> None:
    assert units_for(SHORT, 5, item(servings=servings)) == units


def test_orders_placed_first_choose_first_and_each_is_told_why() -> None:
    first, second, third = (loss(line) for line in (1, 2, 3))

    decisions = shared([third, first, second], [candidate(2), candidate(3, list_price=2100)], 4, 3)

    assert decisions == [
        Decision(1, "replaced", "best", (Option(2, 3, DAY),)),
        Decision(2, "replaced", "next_best", (Option(3, 3, DAY),), ((2, "full"),)),
        Decision(3, "credited", "all_full", (), ((2, "full"), (3, "full"))),
    ]


def test_a_smaller_need_takes_what_is_left_of_the_best() -> None:
    decisions = shared([loss(1, 3), loss(2, 3), loss(3, 1)], [candidate(2)], 4)

    assert [(each.outcome, each.why) for each in decisions] == [
        ("replaced", "best"),
        ("credited", "all_full"),
        ("replaced", "best"),
    ]


def test_what_an_order_excludes_or_has_is_passed_over_for_it_alone() -> None:
    candidates = [candidate(2, breaks=0b100), candidate(3), candidate(4)]
    picky, has_it, usual = loss(1, exclusions=0b100), loss(2, on_order=frozenset({1, 2})), loss(3)

    decisions = shared([picky, has_it, usual], candidates, 9, 9, 9)

    assert [(each.options[0].product, each.why, each.passed_over) for each in decisions] == [
        (3, "next_best", ((2, "excluded"),)),
        (3, "next_best", ((2, "on_order"),)),
        (2, "best", ()),
    ]


def test_nothing_fits_is_told_apart_from_too_little() -> None:
    (decision,) = shared([loss(1)], [candidate(2, bar="too_slow")], 99)

    assert decision == Decision(1, "credited", "nothing_fits", (), ((2, "too_slow"),))


def test_whoever_wants_no_substitute_takes_none_from_others() -> None:
    decisions = shared([loss(1, wish="credit"), loss(2)], [candidate(2)], 3)

    assert [(each.outcome, each.why) for each in decisions] == [
        ("credited", "wanted_credit"),
        ("replaced", "best"),
    ]


def test_products_of_one_oven_use_up_what_they_share() -> None:
    oven = {"room": ("pool", 1), "room_units": 2}
    candidates = [candidate(2, **oven), candidate(3, **oven)]

    decisions = share_out(SHORT, [loss(1), loss(2)], candidates, {(("pool", 1), DAY): 11}, QUESTION)

    assert [each.outcome for each in decisions] == ["replaced", "credited"]


# -- Asking -----------------------------------------------------------------------------------------


def test_whoever_is_asked_gets_two_choices_held_but_the_second_only_from_what_is_left() -> None:
    asked, usual = loss(1, wish="ask_credit"), loss(2)

    roomy = shared([asked, usual], [candidate(2), candidate(3)], 3, 6)
    tight = shared([asked, usual], [candidate(2), candidate(3)], 3, 3)

    assert [[option.product for option in each.options] for each in roomy] == [[2, 3], [3]]
    assert [[option.product for option in each.options] for each in tight] == [[2], [3]]
    assert [each.answer_by for each in roomy] == [QUESTION.answer_by, None]


def test_the_deadline_comes_before_a_choice_can_not_be_made_any_more() -> None:
    sooner, too_soon = CUTOFF + timedelta(hours=1), CUTOFF + timedelta(minutes=10)
    candidates = [candidate(2), candidate(3, order_until=too_soon), candidate(4, order_until=sooner)]

    (decision,) = shared([loss(1, wish="ask_credit")], candidates, 9, 9, 9)

    assert [option.product for option in decision.options] == [2, 4]
    assert decision.answer_by == sooner


@pytest.mark.parametrize(("wish", "outcome"), [("ask_credit", "credited"), ("ask_substitute", "replaced")])
def test_without_time_to_ask_the_default_is_applied(wish: str, outcome: str) -> None:
    (decision,) = shared([loss(1, wish=wish)], [candidate(2)], 9, answer_by=QUESTION.soonest - timedelta(1))

    assert (decision.outcome, decision.why, decision.answer_by) == (outcome, "no_time_to_ask", None)


# -- Whatever happens ---------------------------------------------------------------------------------

wishes = st.sampled_from(["substitute", "ask_substitute", "ask_credit", "credit"])
losses = st.lists(
    st.builds(
        loss,
        line=st.integers(1, 99),
        units=st.integers(1, 9),
        exclusions=st.sampled_from([0, 1, 2, 3]),
        wish=wishes,
    ),
    unique_by=lambda each: each.line,
    max_size=20,
)


def deadlines() -> st.SearchStrategy[datetime | None]:
    return st.sampled_from([None, CUTOFF, CUTOFF + timedelta(hours=2), CUTOFF + timedelta(days=1)])


candidates = st.lists(
    st.builds(
        candidate,
        product=st.integers(2, 9),
        list_price=st.integers(1400, 5200),
        servings=st.sampled_from([1, 2]),
        breaks=st.sampled_from([0, 1, 2]),
        bar=st.sampled_from(["", "", "", "closed"]),
        order_until=deadlines(),
    ),
    unique_by=lambda each: each.item.product,
    max_size=6,
)


@given(losses=losses, candidates=candidates, free=st.integers(0, 60))
def test_nobody_gets_what_does_not_fit_or_is_not_there(
    losses: list[Loss], candidates: list[Candidate], free: int
) -> None:
    by_product = {each.item.product: each for each in candidates}
    by_line = {each.line: each for each in losses}

    decisions = share_out(SHORT, losses, candidates, {each.source: free for each in candidates}, QUESTION)

    assert sorted(each.line for each in decisions) == sorted(by_line)
    taken = dict.fromkeys(by_product, 0)
    for decision in decisions:
        one = by_line[decision.line]
        count = {"replaced": (1,), "asked": (1, 2), "credited": (0,)}[decision.outcome]
        assert len(decision.options) in count
        for option in decision.options:
            other = by_product[option.product]
            taken[option.product] += option.units
            assert why_not(SHORT, other.item) == other.bar == ""
            assert not other.breaks & one.exclusions
            assert option.units * other.item.servings >= one.units
            if decision.answer_by and other.order_until:
                assert decision.answer_by <= other.order_until
    assert max(taken.values(), default=0) <= free


@given(losses=losses, candidates=candidates, free=st.integers(0, 60))
def test_the_order_in_which_they_are_given_changes_nothing(
    losses: list[Loss], candidates: list[Candidate], free: int
) -> None:
    rooms = {each.source: free for each in candidates}

    forth = share_out(SHORT, losses, candidates, rooms, QUESTION)

    assert forth == share_out(SHORT, losses[::-1], candidates[::-1], rooms, QUESTION)
