"""What becomes of one order, or of a standing order's, when something is short."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from membership.models import User
from orders.actions.change_date import change_date
from orders.actions.change_terms import change_terms
from orders.actions.event_order import cancel_order
from orders.actions.preview import preview_standing_order
from orders.actions.shortage import report_shortage
from orders.actions.wish import change_wish
from orders.exceptions import NotPossible
from orders.models import Order, PurchaseOrderLine, Shortage
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    EditionFactory,
    InstitutionFactory,
    OrderFactory,
    ProductFactory,
    StandingOrderFactory,
    bundle_with,
    fixed_order,
    operator,
    orderer,
    producer_user,
    viewer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def browser(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def short(wish: str, usual: str = "substitute") -> Shortage:
    """The shortage of a fixed order that wished this, where one product could stand in."""
    bundle = bundle_with("bread")
    edition = EditionFactory(bundle=bundle)
    bread = edition.items.get().product
    ProductFactory(category=bread.category, list_price=bread.list_price, producer=bread.producer)
    institution = InstitutionFactory(on_shortage=usual)
    order = fixed_order(bundle=bundle, organization=institution, on_shortage=wish)
    line = PurchaseOrderLine.objects.get(product=order.lines.get().product)
    actor = producer_user(line.product.producer)
    (shortage,) = report_shortage(line, line.ordered - 1, actor=actor, now=CUTOFF + timedelta(hours=1))
    return shortage


@pytest.mark.parametrize(
    ("wish", "usual", "became"),
    [
        ("", "substitute", "replaced"),
        ("", "credit", "credited"),
        ("credit", "substitute", "credited"),
        ("ask_credit", "substitute", "asked"),
        ("substitute", "credit", "replaced"),
    ],
)
def test_a_shortage_follows_the_orders_own_wish_first(wish: str, usual: str, became: str) -> None:
    assert short(wish, usual).status == became


def test_an_orders_wish_is_changed_until_the_cutoff_and_kept_in_its_history() -> None:
    order = OrderFactory()
    actor = orderer(order.organization)

    for _ in range(2):
        change_wish(order, "ask_credit", actor=actor, now=CUTOFF - timedelta(minutes=1))
    with pytest.raises(NotPossible, match="past_cutoff"):
        change_wish(order, "credit", actor=actor, now=CUTOFF)

    order.refresh_from_db()
    assert order.wish == "ask_credit"
    assert [event.changes for event in order.events.all()] == [{"on_shortage": ["", "ask_credit"]}]
    cancel_order(order, actor=actor, now=TUESDAY)
    with pytest.raises(NotPossible, match="past_cutoff"):
        change_wish(order, "credit", actor=actor, now=TUESDAY)


def test_a_standing_orders_wish_reaches_its_orders_and_a_single_date_may_differ() -> None:
    standing = StandingOrderFactory()
    EditionFactory(bundle=standing.bundle)
    actor = orderer(standing.organization)
    preview_standing_order(standing, now=TUESDAY)

    change_terms(standing, {"on_shortage": "credit"}, actor=actor, now=TUESDAY)
    first, second = standing.occurrences.order_by("rule_date")[:2]
    change_date(second, {"on_shortage": "ask_credit"}, actor=actor, now=TUESDAY)

    rows = standing.occurrences.order_by("rule_date")
    assert list(rows.values_list("on_shortage", flat=True))[:3] == ["credit", "ask_credit", "credit"]
    assert fixed_order(occurrence=first).wish == "credit"


def test_the_page_changes_the_wish_for_those_who_may_order(now: None) -> None:
    order = OrderFactory()
    url = reverse("orders:order_on_shortage", args=[order.number])

    def wish() -> str:
        return str(Order.objects.get(pk=order.pk).on_shortage)

    def post(user: User, chosen: str) -> Any:
        return browser(user).post(url, {"on_shortage": chosen}, follow=True)

    assert post(viewer(order.organization), "credit").status_code == 403
    assert post(orderer(), "credit").status_code == 404
    assert wish() == ""
    shown = " ".join(post(orderer(order.organization), "credit").content.decode().split())
    assert wish() == "credit"
    assert "As the institution usually wants → Send nothing else, take it off the price" in shown
    assert "Please choose one of these." in post(operator(), "gift").content.decode()
    assert wish() == "credit"


def test_a_date_says_what_becomes_of_a_shortage(now: None) -> None:
    standing = StandingOrderFactory(organization=InstitutionFactory(on_shortage="ask_credit"))
    preview_standing_order(standing, now=TUESDAY)
    url = reverse("orders:standing_order_date", args=[standing.pk, DELIVERY_DATE.isoformat()])

    page = browser(viewer(standing.organization)).get(url)

    assert page.context["page"].wish == "Ask first; without an answer, take it off the price"
