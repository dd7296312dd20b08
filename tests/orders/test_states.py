"""What may follow what, written out by every pair of states."""

from itertools import product

import pytest

from orders.states import (
    ORDER_TRANSITIONS,
    PURCHASE_ORDER_TRANSITIONS,
    IllegalTransition,
    Transitions,
    can_advance,
    check,
)

ORDER = {
    "awaiting → placed",
    "awaiting → cancelled",
    "awaiting → failed",
    "placed → confirmed",
    "placed → cancelled",
    "placed → failed",
    "placed → awaiting",
    "confirmed → packed",
    "confirmed → dispatched",
    "confirmed → cancelled",
    "packed → confirmed",
    "packed → dispatched",
    "packed → cancelled",
    "dispatched → delivered",
    "dispatched → failed",
}
PURCHASE_ORDER = {
    "issued → accepted",
    "issued → short",
    "issued → overdue",
    "issued → received",
    "accepted → issued",
    "accepted → short",
    "accepted → received",
    "short → issued",
    "short → accepted",
    "short → received",
    "overdue → issued",
    "overdue → accepted",
    "overdue → short",
    "overdue → received",
    "received → issued",
    "received → accepted",
    "received → short",
    "received → overdue",
    "issued → cancelled",
    "accepted → cancelled",
    "short → cancelled",
    "overdue → cancelled",
    "cancelled → issued",
}


def reachable(transitions: Transitions, start: str) -> set[str]:
    seen: set[str] = set()
    ahead = {start}
    while ahead:
        seen |= ahead
        ahead = {to for was in ahead for to in transitions[was]} - seen
    return seen


@pytest.mark.parametrize(
    ("transitions", "allowed"), [(ORDER_TRANSITIONS, ORDER), (PURCHASE_ORDER_TRANSITIONS, PURCHASE_ORDER)]
)
def test_can_advance_allows_these_pairs_and_no_others(transitions: Transitions, allowed: set[str]) -> None:
    pairs = product(transitions, repeat=2)
    assert {f"{was} → {to}" for was, to in pairs if can_advance(transitions, was, to)} == allowed


@pytest.mark.parametrize(
    ("transitions", "start"), [(ORDER_TRANSITIONS, "awaiting"), (PURCHASE_ORDER_TRANSITIONS, "issued")]
)
def test_every_state_can_be_reached_from_the_first(transitions: Transitions, start: str) -> None:
    assert reachable(transitions, start) == set(transitions)


def test_can_advance_knows_no_strange_states() -> None:
    assert not can_advance(ORDER_TRANSITIONS, "lost", "delivered")
    assert not can_advance(ORDER_TRANSITIONS, "placed", "lost")


def test_check_raises_with_both_states() -> None:
    check(ORDER_TRANSITIONS, "dispatched", "delivered")
    with pytest.raises(IllegalTransition, match="delivered can't become placed") as caught:
        check(ORDER_TRANSITIONS, "delivered", "placed")
    assert (caught.value.was, caught.value.to) == ("delivered", "placed")
