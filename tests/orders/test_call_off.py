"""An operator takes a fixed order back: capacity, purchase orders, people and routes all follow."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bundles.models import Capacity
from delivery.actions.driving import start_route
from delivery.actions.planning import plan_day
from delivery.models import RoutePlan, Stop
from membership.models import User
from orders.actions.call_off import call_off_order
from orders.actions.pack import pack_order
from orders.actions.purchase import accept_purchase_order
from orders.actions.receive import receive_purchase_order
from orders.actions.shortage import report_shortage
from orders.emails import send_pending
from orders.exceptions import NotPossible
from orders.models import Notification, Order, PurchaseOrder, PurchaseOrderLine
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    DELIVERY_MORNING,
    PLANNING_TIME,
    EditionFactory,
    ProductFactory,
    bundle_with,
    depot,
    fixed_order,
    operator,
    orderer,
    producer_user,
    published_plan,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
WHY = "행사가 취소되었습니다."


def call_off(order: Order, now=CUTOFF) -> Order:  # type: ignore[no-untyped-def]
    actor = User.objects.filter(seats__role="operator").first() or operator()
    return call_off_order(order, reason=WHY, actor=actor, now=now)


def two_orders() -> tuple[Order, Order]:
    """Of 10 and of 20 people, with one product for both."""
    bundle = bundle_with("bread")
    EditionFactory(bundle=bundle)
    return fixed_order(bundle=bundle), fixed_order(bundle=bundle, headcount=20)


def asked() -> list[tuple[int, int | None]]:
    return list(PurchaseOrderLine.objects.values_list("ordered", "confirmed"))


def test_capacity_is_free_again_and_the_producer_is_asked_for_less() -> None:
    first, second = two_orders()
    purchase_order = PurchaseOrder.objects.get()
    person = producer_user(purchase_order.producer)
    accept_purchase_order(purchase_order, actor=person, now=CUTOFF)

    call_off(second)

    second.refresh_from_db()
    purchase_order.refresh_from_db()
    assert (second.status, first.status, purchase_order.status) == ("cancelled", "confirmed", "accepted")
    assert list(Capacity.objects.values_list("limit", "reserved")) == [(200, 10)]
    assert asked() == [(10, 10)]
    event = purchase_order.events.last()
    name = second.lines.get().product_name
    assert (event.was, event.to, event.note) == ("accepted", "accepted", f"{second.number}: {name} 30 → 10")
    assert list(second.events.values_list("was", "to", "note"))[-1] == ("confirmed", "cancelled", WHY)
    told = Notification.objects.filter(kind="po_lowered").values_list("recipient", "detail")
    assert list(told) == [(person.pk, f"{second.number}: {name} 30 → 10")]


def test_the_institution_reads_why() -> None:
    order, _other = two_orders()
    person = orderer(order.organization)
    Notification.objects.all().delete()

    call_off(order)
    send_pending(now=CUTOFF)

    [message] = [message for message in mail.outbox if message.to == [person.email]]
    assert WHY in message.body
    assert order.number in message.body


def test_a_purchase_order_with_nothing_left_is_cancelled_and_comes_back_with_the_next_order() -> None:
    first, second = two_orders()
    call_off(first)
    call_off(second)
    purchase_order = PurchaseOrder.objects.get()
    assert (purchase_order.status, asked()) == ("cancelled", [(0, None)])
    with pytest.raises(NotPossible, match="wrong_state"):
        accept_purchase_order(purchase_order, actor=operator(), now=CUTOFF)
    with pytest.raises(NotPossible, match="wrong_state"):
        receive_purchase_order(purchase_order, actor=operator(), now=CUTOFF)

    fixed_order(bundle=first.bundle, headcount=7)

    purchase_order.refresh_from_db()
    assert (purchase_order.status, asked()) == ("issued", [(7, None)])


def test_what_was_short_stays_short_only_while_somebody_lacks_it() -> None:
    _first, second = two_orders()
    line = PurchaseOrderLine.objects.get()
    line.product.category.products.exclude(pk=line.product_id).update(is_active=False)
    report_shortage(line, 25, actor=producer_user(line.purchase_order.producer), now=CUTOFF)
    assert PurchaseOrder.objects.get().status == "short"

    call_off(second)

    assert (PurchaseOrder.objects.get().status, asked()) == ("accepted", [(10, 10)])
    assert list(Capacity.objects.values_list("limit", "reserved")) == [(25, 10)]


def test_goods_at_the_hub_stay_bought() -> None:
    order, _other = two_orders()
    purchase_order = PurchaseOrder.objects.get()
    accept_purchase_order(purchase_order, actor=operator(), now=CUTOFF)
    receive_purchase_order(purchase_order, actor=operator(), now=CUTOFF)
    pack_order(order, actor=operator(), now=CUTOFF)

    call_off(order)

    assert (asked(), PurchaseOrder.objects.get().status) == ([(30, 30)], "received")
    assert Capacity.objects.get().reserved == 20


def test_what_is_already_made_is_not_free_again() -> None:
    bundle = bundle_with()
    product = ProductFactory(made_days=1)
    bundle.slots.create(position=1, category=product.category, servings_per_person=1)
    EditionFactory(bundle=bundle, products=[product])
    order = fixed_order(bundle=bundle)

    call_off(order, now=DELIVERY_MORNING)

    made_on = DELIVERY_DATE - timedelta(days=1)
    assert list(Capacity.objects.values_list("made_on", "reserved")) == [(made_on, 10)]
    assert asked() == [(0, None)]


def test_twice_changes_nothing() -> None:
    order, _other = two_orders()
    call_off(order)
    before = everything()

    call_off(order)

    assert everything() == before


@pytest.mark.parametrize("status", ["placed", "dispatched", "delivered", "failed"])
def test_only_what_is_fixed_and_at_the_hub_is_called_off(status: str) -> None:
    order, _other = two_orders()
    operator()
    Order.objects.filter(pk=order.pk).update(status=status)
    before = everything()

    with pytest.raises(NotPossible, match="wrong_state"):
        call_off(order)

    assert everything() == before


# -- On the road ----------------------------------------------------------------------------------


def test_the_courier_sees_it_struck_out_and_drives_the_rest() -> None:
    first, second = two_orders()
    route = published_plan().routes.get()

    call_off(first, now=PLANNING_TIME)
    start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING)

    stops = dict(Stop.objects.values_list("order", "status"))
    assert stops == {first.pk: "cancelled", second.pk: "pending"}
    assert list(Order.objects.order_by("pk").values_list("status", flat=True)) == ["cancelled", "dispatched"]


def test_a_route_of_nothing_but_cancelled_orders_is_done_when_it_starts() -> None:
    first, second = two_orders()
    route = published_plan().routes.get()
    call_off(first, now=PLANNING_TIME)
    call_off(second, now=PLANNING_TIME)

    assert start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING).status == "finished"


def test_the_next_plan_leaves_it_out() -> None:
    first, second = two_orders()
    published_plan()

    call_off(first, now=PLANNING_TIME)
    plan_day(depot(), DELIVERY_DATE, now=PLANNING_TIME, seconds=0.1)

    newest = RoutePlan.objects.published().get()
    assert (newest.version, [stop.order for stop in newest.stops.all()]) == (2, [second])


# -- The page -------------------------------------------------------------------------------------


def client() -> Client:
    browser = Client()
    user = operator()
    user.language = "en"
    user.save()
    browser.force_login(user)
    return browser


def test_an_operator_says_why_and_sees_it_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: CUTOFF)
    order, _other = two_orders()
    browser = client()
    page = reverse("orders:order_detail", args=[order.number])
    address = reverse("orders:order_call_off", args=[order.number])
    assert browser.get(page).context["call_off_form"]

    browser.post(address, {"reason": " "})
    order.refresh_from_db()
    assert order.status == "confirmed"

    answer = browser.post(address, {"reason": WHY}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Please say why: the institution reads it.",
        "The order was cancelled. Institution and producers are told.",
    ]
    assert answer.context["call_off_form"] is None
    assert answer.context["events"][0]["note"] == WHY


def test_members_are_offered_no_such_thing() -> None:
    order, _other = two_orders()
    browser = Client()
    browser.force_login(orderer(order.organization))
    with translation.override("en"):
        page = browser.get(reverse("orders:order_detail", args=[order.number]))
    assert page.context["call_off_form"] is None
