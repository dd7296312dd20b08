"""An event order is changed until its deadline: day, window, cut-off and price follow; budgets still hold."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from membership.models import User
from orders.actions.approval import approve_order
from orders.actions.event_change import Wanted, change_event_order, last_event
from orders.actions.event_order import place_event_order
from orders.budgets import left_of
from orders.cutoff import seoul
from orders.exceptions import NotPossible
from orders.models import Notification, Order, Swap
from tests.api_client import api
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    EVENT_AT,
    TUESDAY,
    BudgetFactory,
    CapacityFactory,
    EditionFactory,
    SiteFactory,
    approver,
    bundle_with,
    fixed_order,
    operator,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
DEADLINE = CUTOFF - timedelta(hours=24)
LATER = EVENT_AT + timedelta(days=2)


def placed(**fields: Any) -> Order:
    """An order for ten people and 20,000 won on `DELIVERY_DATE`."""
    person = fields.pop("actor", None) or orderer()
    return place_event_order(
        **{
            "site": SiteFactory(organization=person.seats.get().organization),
            "bundle": bundle_with("bread"),
            "headcount": 10,
            "exclusions": 0,
            "event_at": EVENT_AT,
            "note": "2층",
            "request_key": UUID(int=1),
            "actor": person,
            "now": TUESDAY,
            **fields,
        }
    )


def change(order: Order, actor: User | None = None, now: datetime = TUESDAY, **changes: Any) -> Order:
    kept = {name: getattr(order, name) for name in ("headcount", "event_at", "note")}
    seen = changes.pop("seen", last_event(order))
    who = actor or order.placed_by
    assert who
    return change_event_order(order, Wanted(**{**kept, **changes}), seen=seen, actor=who, now=now)


def test_more_people_later_in_the_day_cost_more_and_come_in_another_window() -> None:
    order = placed()

    change(order, headcount=25, event_at=seoul(DELIVERY_DATE, time(16)), note="3층")

    order = Order.objects.get()
    assert (order.headcount, order.gross, order.note, order.status) == (25, 50_000, "3층", "placed")
    assert (order.window_opens, order.window_closes, order.cutoff_at) == (time(12, 30), time(15, 30), CUTOFF)
    assert order.events.last().changes == {
        "headcount": ["10", "25"],
        "event_at": ["2026-12-01T05:00:00+00:00", "2026-12-01T07:00:00+00:00"],
        "note": ["2층", "3층"],
    }


def test_another_day_has_its_own_contents_and_cutoff_and_ends_swaps() -> None:
    order = placed()
    item = order.bundle.editions.get().items.get()
    other = item.slot.category.products.exclude(pk=item.product_id).first()
    order.swaps.create(
        slot=item.slot,
        product=item.product,
        alternative=other,
        swapped_by=order.placed_by,
        swapped_at=TUESDAY,
    )

    change(order, note="1층")
    assert Swap.objects.count() == 1
    change(order, event_at=LATER, note="1층")

    order = Order.objects.get()
    assert order.delivery_date == date(2026, 12, 3)
    assert order.cutoff_at == seoul(date(2026, 11, 30), time(15))
    assert not Swap.objects.exists()
    assert order.bundle.editions.filter(delivery_date=order.delivery_date).exists()


def test_the_same_again_changes_nothing() -> None:
    order = placed()
    before = everything()

    change(order)

    assert everything() == before


@pytest.mark.parametrize(
    ("now", "reason"), [(DEADLINE, "past_change"), (CUTOFF, "past_cutoff"), (EVENT_AT, "past_cutoff")]
)
def test_members_change_until_a_day_before_the_cutoff(now: datetime, reason: str) -> None:
    order = placed()
    change(order, now=DEADLINE - timedelta(seconds=1), headcount=11)
    before = everything()

    with pytest.raises(NotPossible, match=reason):
        change(Order.objects.get(), now=now, headcount=12)
    assert everything() == before


def test_operators_change_until_the_cutoff() -> None:
    order, hub = placed(), operator()

    change(order, hub, now=CUTOFF - timedelta(seconds=1), headcount=12)

    assert Order.objects.get().headcount == 12
    with pytest.raises(NotPossible, match="past_cutoff"):
        change(Order.objects.get(), hub, now=CUTOFF, headcount=13)


def test_two_people_at_once_the_second_is_told() -> None:
    order = placed()
    seen = last_event(order)
    change(order, headcount=12)
    before = everything()

    with pytest.raises(NotPossible, match="changed_meanwhile"):
        change(order, headcount=13, seen=seen)
    assert everything() == before


def test_what_was_fixed_or_is_no_event_is_not_changed() -> None:
    order = fixed_order()
    person = orderer(order.organization)
    before = everything()

    with pytest.raises(NotPossible, match="wrong_state"):
        change(order, person, headcount=3)
    assert everything() == before


@pytest.mark.parametrize(("people", "is_possible"), [(30, True), (31, False)])
def test_its_own_units_count_as_left(people: int, is_possible: bool) -> None:
    bundle = bundle_with("bread")
    edition = EditionFactory(bundle=bundle)
    bundle.slots.get().category.products.exclude(pk=edition.items.get().product_id).update(is_active=False)
    CapacityFactory(product=edition.items.get().product, limit=30)
    order = placed(bundle=bundle)

    if is_possible:
        assert change(order, headcount=people).headcount == people
    else:
        with pytest.raises(NotPossible, match="capacity_short"):
            change(order, headcount=people)
        assert Order.objects.get().headcount == 10


def test_too_late_for_the_new_time_is_refused() -> None:
    order = placed()

    with pytest.raises(NotPossible, match="too_late"):
        change(order, event_at=seoul(date(2026, 11, 25), time(14)))
    assert Order.objects.get().event_at == EVENT_AT


def test_above_the_limit_it_waits_again_and_below_it_no_more() -> None:
    person = orderer()
    person.seats.update(order_limit=20_000)
    chief = approver(person.seats.get().organization)
    order = placed(actor=person)

    assert change(order, headcount=11).status == "awaiting"
    assert Notification.objects.get().recipient == chief
    order = change(Order.objects.get(), headcount=10)
    assert (order.status, order.reason) == ("placed", "")
    assert [(event.was, event.to) for event in order.events.all()] == [
        ("", "placed"),
        ("placed", "placed"),
        ("placed", "awaiting"),
        ("awaiting", "awaiting"),
        ("awaiting", "placed"),
    ]


def test_an_approver_who_saw_another_price_is_told() -> None:
    person = orderer()
    person.seats.update(order_limit=0)
    chief = approver(person.seats.get().organization)
    order = placed(actor=person)
    change(order, headcount=20)

    with pytest.raises(NotPossible, match="changed_meanwhile"):
        approve_order(order, price=20_000, sees_overrun=False, actor=chief, now=TUESDAY)
    assert Order.objects.get().status == "awaiting"
    approve_order(order, price=40_000, sees_overrun=False, actor=chief, now=TUESDAY)
    assert Order.objects.get().status == "placed"


@pytest.mark.parametrize(("people", "status", "left"), [(25, "placed", 0), (26, "awaiting", 50_000)])
def test_what_it_holds_of_the_budget_is_its_own(people: int, status: str, left: int) -> None:
    budget = BudgetFactory(amount=50_000)
    order = placed(actor=orderer(budget.department.organization), department=budget.department)

    assert change(order, headcount=people).status == status
    assert left_of(budget) == left


# -- Pages and programs ---------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def filled(order: Order, **changes: Any) -> dict[str, Any]:
    return {
        "event_on": str(DELIVERY_DATE),
        "event_time": "14:00",
        "headcount": 10,
        "note": "2층",
        "seen": last_event(order),
        **changes,
    }


def test_the_form_shows_what_would_follow_and_changes_once_sent() -> None:
    order = placed()
    assert order.placed_by
    client, url = client_of(order.placed_by), reverse("orders:event_order_change", args=[order.number])

    assert client.get(url).context["quote"].gross == 20_000
    checked = client.post(url, filled(order, headcount=30, check="1"))
    assert (checked.context["quote"].gross, Order.objects.get().headcount) == (60_000, 10)
    answer = client.post(url, filled(order, headcount=30), follow=True)
    assert "Changed: people 10 → 30" in answer.content.decode()
    assert Order.objects.get().headcount == 30


def test_who_comes_second_sees_what_is_and_keeps_what_was_typed() -> None:
    order = placed()
    assert order.placed_by
    client, url = client_of(order.placed_by), reverse("orders:event_order_change", args=[order.number])
    sent = filled(order, headcount=30)
    change(order, headcount=12)

    answer = client.post(url, sent)

    assert (answer.context["form"]["headcount"].value(), Order.objects.get().headcount) == ("30", 12)
    assert "Somebody changed it in the meantime" in answer.content.decode()
    assert "12 people" in answer.content.decode()
    client.post(url, sent | {"seen": answer.context["form"]["seen"].value()})
    assert Order.objects.get().headcount == 30


def test_too_late_offers_another_time_of_the_same_bundle() -> None:
    order = placed()
    assert order.placed_by
    client, url = client_of(order.placed_by), reverse("orders:event_order_change", args=[order.number])

    answer = client.post(url, filled(order, event_on="2026-11-25", note="5층"))

    assert list(answer.context["form"].errors) == ["event_on"]
    first = answer.context["alternatives"][0]
    assert (first.bundle, first.event_at) == (order.bundle, seoul(date(2026, 11, 27), time(14)))
    assert answer.context["form"]["note"].value() == "5층"
    assert Order.objects.get().event_at == EVENT_AT


def test_programs_change_it_too() -> None:
    order = placed()
    assert order.placed_by
    url = f"/api/v1/orders/{order.number}/change/"

    shown = api(order.placed_by).post(url, {"headcount": 12}, format="json")
    assert (shown.status_code, shown.json()["headcount"], shown.json()["note"]) == (200, 12, "2층")
    late = api(order.placed_by).post(url, {"event_at": "2026-11-25T14:00+09:00"}, format="json")
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    wrong = api(order.placed_by).post(url, {"headcount": 0}, format="json")
    assert (wrong.status_code, list(wrong.json())) == (400, ["headcount"])
    assert api(orderer()).post(url, {"headcount": 3}, format="json").status_code == 404
    assert Order.objects.get().headcount == 12
