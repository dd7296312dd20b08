"""Many at once: a budget is never overspent unseen, and of two words on an order one holds."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import Sum

from orders import cycle
from orders.actions.approval import approve_order, decline_order, give_up_unapproved
from orders.actions.event_order import cancel_order, place_event_order
from orders.exceptions import NotPossible
from orders.models import Notification, Occurrence, Order
from tests.factories import (
    CUTOFF,
    EVENT_AT,
    TUESDAY,
    BudgetFactory,
    EditionFactory,
    OccurrenceFactory,
    OrderFactory,
    SiteFactory,
    approver,
    bundle_with,
    orderer,
)
from tests.simulation.test_concurrency import at_once, meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


def test_orders_at_once_take_a_budget_to_its_last_won_and_the_rest_waits() -> None:
    budget = BudgetFactory(amount=100_000)
    institution = budget.department.organization
    approver(institution)
    actors = [orderer(institution) for _ in range(8)]
    site, bundle = SiteFactory(organization=institution), bundle_with("bread")
    EditionFactory(bundle=bundle)

    def place(nth: int) -> Callable[[], Order]:
        return lambda: place_event_order(
            site=site,
            bundle=bundle,
            headcount=10,
            exclusions=0,
            event_at=EVENT_AT,
            note="",
            request_key=UUID(int=nth),
            actor=actors[nth],
            department=budget.department,
            now=TUESDAY,
        )

    statuses = sorted(order.status for order in at_once(*map(place, range(8))))

    assert statuses == ["awaiting"] * 3 + ["placed"] * 5
    assert Order.objects.reserving().aggregate(sum=Sum("gross"))["sum"] == budget.amount
    assert Notification.objects.filter(kind="approval_asked").count() == 3


def test_dates_fixed_at_once_never_exceed_the_budget() -> None:
    budget = BudgetFactory(amount=100_000)
    for _ in range(8):
        OccurrenceFactory(
            standing_order__organization=budget.department.organization,
            standing_order__department=budget.department,
        )

    at_once(*[lambda: cycle.fix_due(now=CUTOFF)] * 4)
    # What a deadlock postponed is done by the next sweep, as in the service.
    cycle.fix_due(now=CUTOFF)

    assert Order.objects.reserving().aggregate(sum=Sum("gross"))["sum"] == budget.amount
    outcomes = Occurrence.objects.order_by("status").values_list("status", "reason")
    assert list(outcomes) == [("failed", "over_budget")] * 3 + [("ordered", "")] * 5


def test_approvals_at_once_overspend_nothing_unseen() -> None:
    budget = BudgetFactory(amount=40_000)
    institution = budget.department.organization
    chief = approver(institution)
    orders = [
        OrderFactory(
            organization=institution, department=budget.department, status="awaiting", reason="over_limit"
        )
        for _ in range(4)
    ]

    def approve(order: Order) -> Callable[[], str]:
        def word() -> str:
            try:
                return approve_order(
                    order, price=order.gross, sees_overrun=False, actor=chief, now=TUESDAY
                ).status
            except NotPossible as error:
                return error.reason

        return word

    words = at_once(*map(approve, orders))

    assert sorted(words) == ["budget_changed"] * 2 + ["placed"] * 2


def _approve(order: Order) -> object:
    return approve_order(order, price=order.gross, sees_overrun=False, actor=_chief(order), now=TUESDAY)


WORDS: dict[str, Callable[[Order], object]] = {
    "placed": _approve,
    "failed": lambda order: decline_order(order, note="", actor=_chief(order), now=TUESDAY),
    "cancelled": lambda order: cancel_order(order, actor=_chief(order), now=TUESDAY),
}


def _chief(order: Order):  # type: ignore[no-untyped-def]
    return order.organization.seats.get(role="approver").user


@pytest.mark.parametrize("first", WORDS)
@pytest.mark.parametrize("second", WORDS)
def test_of_two_words_at_once_the_first_holds(first: str, second: str) -> None:
    order = OrderFactory(status="awaiting", reason="over_limit")
    approver(order.organization)
    said: list[str] = []

    def late() -> None:
        try:
            WORDS[second](order)
        except NotPossible as error:
            said.append(error.reason)

    meanwhile(lambda: WORDS[first](order), late)

    order.refresh_from_db()
    # An order that was approved can still be taken back.
    is_taken_back = (first, second) == ("placed", "cancelled")
    assert order.status == (second if is_taken_back else first)
    is_same = first == second or is_taken_back
    assert said == ([] if is_same else ["past_cutoff" if second == "cancelled" else "wrong_state"])
    assert order.events.count() == 1 + is_taken_back


@pytest.mark.parametrize("approves_first", [True, False])
def test_approved_at_the_very_cutoff_it_is_either_made_or_not(approves_first: bool) -> None:
    order = OrderFactory(status="awaiting", reason="over_limit")
    chief, said = approver(order.organization), []

    def approve() -> None:
        try:
            approve_order(order, price=order.gross, sees_overrun=False, actor=chief, now=TUESDAY)
        except NotPossible as error:
            said.append(error.reason)

    def give_up() -> None:
        with transaction.atomic():
            give_up_unapproved(order.pk, now=CUTOFF)

    if approves_first:
        meanwhile(approve, give_up)
    else:
        meanwhile(give_up, approve)
    cycle.fix_due(now=CUTOFF)

    order.refresh_from_db()
    expected = ("confirmed", "", []) if approves_first else ("failed", "not_approved", ["wrong_state"])
    assert (order.status, order.reason, said) == expected
