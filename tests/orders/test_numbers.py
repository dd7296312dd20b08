"""Numbers of orders: the same for the same order, another where one is taken."""

from datetime import date

import pytest

from orders import numbers
from orders.actions.placing import free_numbers
from orders.numbers import order_number
from tests.factories import DELIVERY_DATE, OrderFactory


def test_the_number_follows_from_the_identity_and_the_secret(settings) -> None:  # type: ignore[no-untyped-def]
    number = order_number(DELIVERY_DATE, "7@2026-12-01")

    assert number == order_number(DELIVERY_DATE, "7@2026-12-01")
    assert number.startswith("261201-")
    assert len(number) == 13
    others = [
        order_number(date(2026, 12, 2), "7@2026-12-01")[7:],
        order_number(DELIVERY_DATE, "8@2026-12-01")[7:],
        order_number(DELIVERY_DATE, "7@2026-12-01", 1)[7:],
    ]
    assert [letters == number[7:] for letters in others] == [True, False, False]
    settings.SECRET_KEY = "another secret"
    assert order_number(DELIVERY_DATE, "7@2026-12-01") != number


@pytest.mark.django_db
def test_a_number_that_is_taken_gives_way_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "LETTERS", 1)
    taken = {order_number(DELIVERY_DATE, f"earlier {place}") for place in range(8)}
    for number in taken:
        OrderFactory(number=number)

    found = free_numbers([(DELIVERY_DATE, str(identity)) for identity in range(20)])

    assert len(set(found) - taken) == 20
    assert found == free_numbers([(DELIVERY_DATE, str(identity)) for identity in range(20)])
