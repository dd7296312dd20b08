"""What may follow what on the road."""

from itertools import product

import pytest

from delivery.states import ROUTE_TRANSITIONS, STOP_TRANSITIONS
from orders.states import Transitions, can_advance


@pytest.mark.parametrize(
    ("transitions", "allowed"),
    [
        (ROUTE_TRANSITIONS, {("planned", "started"), ("started", "finished")}),
        (STOP_TRANSITIONS, {("pending", "delivered"), ("pending", "failed"), ("pending", "cancelled")}),
    ],
)
def test_can_advance_allows_these_pairs_and_no_others(
    transitions: Transitions, allowed: set[tuple[str, str]]
) -> None:
    pairs = product(transitions, repeat=2)
    assert {(was, to) for was, to in pairs if can_advance(transitions, was, to)} == allowed
