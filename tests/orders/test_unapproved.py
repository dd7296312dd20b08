"""An order that waits for approval past its cut-off: whoever is concerned reads why it isn't made."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from membership.models import Organization, User
from orders import cycle
from orders.models import Notification, Order
from tests.factories import (
    CUTOFF,
    InstitutionFactory,
    OrderFactory,
    approver,
    operator,
    orderer,
    viewer,
)

pytestmark = pytest.mark.django_db
AFTER = CUTOFF + timedelta(minutes=5)
WHY = "Nobody approved it before the cut-off"


@pytest.fixture
def office() -> Organization:
    return InstitutionFactory()


@pytest.fixture
def people(office: Organization) -> dict[str, User]:
    made = {
        "orderer": orderer(office),
        "approver": approver(office),
        "viewer": viewer(office),
        "operator": operator(),
    }
    User.objects.update(language="en")
    return {role: User.objects.get(pk=user.pk) for role, user in made.items()}


@pytest.fixture
def order(office: Organization, people: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> Order:
    """It waited; the approver was reminded, nobody decided, and the sweeps have gone over it twice."""
    order: Order = OrderFactory(
        organization=office, status="awaiting", reason="over_limit", placed_by=people["orderer"]
    )
    monkeypatch.setattr("membership.clock.now", lambda: AFTER)
    cycle.ask_for_approval(now=CUTOFF - timedelta(hours=1))
    for _ in range(2):
        cycle.fix_due(now=AFTER)
    order.refresh_from_db()
    return order


def page(user: User, url: str) -> str:
    client = Client()
    client.force_login(user)
    return " ".join(client.get(url).content.decode().split())


def test_everybody_reads_why_on_the_orders_page(order: Order, people: dict[str, User]) -> None:
    url = reverse("orders:order_detail", args=[order.number])

    assert (order.status, order.reason) == ("failed", "not_approved")
    for user in people.values():
        shown = page(user, url)
        assert WHY in shown
        assert "fix orders at cut-off: skipped</" in shown


def test_the_institution_reads_it_at_home_before_the_day_comes(order: Order, people: dict[str, User]) -> None:
    for role in ("orderer", "approver", "viewer"):
        shown = page(people[role], reverse("home"))
        assert WHY in shown
        assert reverse("orders:order_detail", args=[order.number]) in shown


def test_orderer_and_approver_are_told_once_and_the_approver_was_reminded(
    order: Order, people: dict[str, User]
) -> None:
    told = Notification.objects.filter(order=order).order_by("kind", "recipient")

    assert list(told.values_list("kind", "recipient")) == [
        ("approval_reminder", people["approver"].pk),
        *sorted(("order_not_made", people[role].pk) for role in ("orderer", "approver")),
    ]


def test_the_operator_reads_it_on_the_day_board_and_in_the_ledger(
    order: Order, people: dict[str, User]
) -> None:
    board = page(people["operator"], f"{reverse('home')}?date={order.delivery_date.isoformat()}")
    assert "Not approved in time" in board
    assert WHY in board

    query = f"?organization={order.organization_id}&day={order.delivery_date.isoformat()}"
    assert WHY in page(people["operator"], reverse("orders:cycle_item_list") + query)
