"""An approver decides on the home page and on the order's own; the others see what it waits for."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from membership.models import User
from orders.models import Order, StandingOrder
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    BudgetFactory,
    InstitutionFactory,
    OrderFactory,
    SiteFactory,
    StandingOrderFactory,
    approver,
    bundle_with,
    orderer,
    viewer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def browser(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def page(client: Client, url: str, **data: Any) -> str:
    response = client.post(url, data, follow=True) if data else client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def waiting(**fields: Any) -> Order:
    institution = InstitutionFactory()
    return OrderFactory(
        organization=institution,
        status="awaiting",
        reason="over_limit",
        placed_by=orderer(institution),
        **fields,
    )


def test_an_approver_approves_with_one_tap_from_home() -> None:
    order = waiting()
    client = browser(approver(order.organization))

    home = page(client, reverse("home"))
    assert "Waiting for your approval" in home
    assert "above what the orderer may order without approval" in home
    answer = page(client, reverse("orders:order_approve", args=[order.number]), price=order.gross, next="/")

    assert "The order is approved." in answer
    assert "Waiting for your approval" not in answer
    assert Order.objects.get().status == "placed"


def test_a_declined_order_shows_the_note() -> None:
    order = waiting()
    client = browser(approver(order.organization))

    answer = page(client, reverse("orders:order_decline", args=[order.number]), note="Too dear", next="")

    assert "An approver declined it" in answer
    assert "Too dear" in answer
    assert "Too dear" in page(browser(order.placed_by), reverse("orders:order_detail", args=[order.number]))


def test_what_was_decided_meanwhile_is_said() -> None:
    order = waiting()
    client = browser(approver(order.organization))
    Order.objects.update(status="cancelled")

    answer = page(client, reverse("orders:order_approve", args=[order.number]), price=order.gross, next="")

    assert "Its state does not allow this any more" in answer
    assert Order.objects.get().status == "cancelled"


def test_an_approval_above_the_budget_says_so_and_was_seen() -> None:
    order = waiting()
    budget = BudgetFactory(department__organization=order.organization, amount=5_000)
    Order.objects.update(department=budget.department)
    client = browser(approver(order.organization))
    approve = reverse("orders:order_approve", args=[order.number])

    shown = page(client, reverse("orders:order_detail", args=[order.number]))
    assert "Approving it spends more than the budget has left." in shown
    assert '<input type="hidden" name="overrun" value="1">' in shown
    assert "The budget has become too small" in page(client, approve, price=order.gross, next="")
    page(client, approve, price=order.gross, overrun="1", next="")

    assert Order.objects.get().status == "placed"


def test_others_see_whom_it_waits_for_and_no_buttons() -> None:
    order = waiting()
    chief = approver(order.organization, name_en="Kim Boss")
    low = approver(order.organization)
    low.seats.update(order_limit=100)
    url = reverse("orders:order_detail", args=[order.number])

    for user in (order.placed_by, viewer(order.organization)):
        shown = page(browser(user), url)
        assert "Waits for: Kim Boss" in shown
        assert reverse("orders:order_approve", args=[order.number]) not in shown
    assert "The price is above what you may approve." in page(browser(low), url)
    chief.seats.all().delete()
    assert "Nobody at the institution may approve this price" in page(browser(order.placed_by), url)


def test_a_form_places_an_order_that_waits_and_asks_for_the_department() -> None:
    institution = InstitutionFactory()
    budget = BudgetFactory(department__organization=institution)
    user = orderer(institution)
    user.seats.update(order_limit=0, department=budget.department)
    site, bundle = SiteFactory(organization=institution), bundle_with("bread")
    client = browser(user)
    create = reverse("orders:event_order_create")
    typed = {
        "site": site.pk,
        "bundle": bundle.pk,
        "headcount": 10,
        "event_on": DELIVERY_DATE,
        "event_time": "14:00",
        "request_key": "00000000-0000-0000-0000-000000000001",
    }

    assert f'<option value="{budget.department.pk}" selected>' in page(client, create)
    assert "Choose the department that pays" in page(client, create, **typed)
    answer = page(client, create, **typed, department=budget.department.pk)

    assert "The order waits for approval." in answer
    order = Order.objects.get()
    assert (order.status, order.department) == ("awaiting", budget.department)
    assert "Cancel this order" in answer


def test_a_standing_order_waits_is_approved_and_keeps_its_history() -> None:
    institution = InstitutionFactory()
    standing = StandingOrderFactory(
        organization=institution, status="awaiting", created_by=orderer(institution)
    )
    client = browser(approver(institution, name_en="Kim Boss"))

    assert "₩1,060,000" in page(client, reverse("home"))
    answer = page(client, reverse("orders:standing_order_approve", args=[standing.pk]), next="")

    assert StandingOrder.objects.get().status == "active"
    assert "Kim Boss" in answer


def test_an_unapproved_order_says_so_on_its_page() -> None:
    order = waiting()
    Order.objects.update(status="failed", reason="not_approved")
    order.events.create(was="", to="awaiting", at=TUESDAY)
    order.events.create(was="awaiting", to="failed", at=CUTOFF, note="not_approved")

    shown = page(browser(order.placed_by), reverse("orders:order_detail", args=[order.number]))

    assert shown.count("Nobody approved it before the cut-off") == 2
    assert "Not ordered" in shown
    with translation.override("en"):
        assert Order.objects.get().get_status_display() == "failed"
