"""Who sees which routes and stops."""

import pytest

from delivery.models import Route, RoutePlan, Stop
from membership.models import User

from .. import factories as f

pytestmark = pytest.mark.django_db


def visible(user: User) -> tuple[list[int], list[int]]:
    routes = Route.objects.for_user(user).order_by("pk").values_list("pk", flat=True)
    stops = Stop.objects.for_user(user).order_by("pk").values_list("pk", flat=True)
    return list(routes), list(stops)


def test_courier_sees_the_routes_and_stops_of_published_plans_that_are_theirs() -> None:
    driver, other = f.courier(), f.courier()
    shift = f.ShiftFactory(courier=driver)
    first = f.fixed_order()
    replaced = f.published_plan()
    second = f.fixed_order(organization=first.organization)
    plan = f.published_plan()
    RoutePlan.objects.get(pk=replaced.pk, status="superseded")

    route = Route.objects.get(plan=plan, shift=shift)
    assert visible(driver) == (
        [route.pk],
        list(
            Stop.objects.filter(plan=plan, order__in=[first, second])
            .order_by("pk")
            .values_list("pk", flat=True)
        ),
    )
    assert visible(other) == ([], [])


def test_operator_sees_every_route_and_everybody_else_none() -> None:
    order = f.fixed_order()
    plan = f.published_plan()
    everything = (
        list(Route.objects.filter(plan=plan).values_list("pk", flat=True)),
        list(Stop.objects.filter(plan=plan).values_list("pk", flat=True)),
    )

    assert [len(rows) for rows in everything] == [1, 1]
    assert visible(f.operator()) == everything
    for stranger in (f.orderer(order.organization), f.viewer(order.organization), f.producer_user()):
        assert visible(stranger) == ([], [])


def test_courier_who_lost_the_seat_sees_nothing() -> None:
    driver = f.courier()
    f.ShiftFactory(courier=driver)
    f.fixed_order()
    f.published_plan()
    assert [len(rows) for rows in visible(driver)] == [1, 1]

    driver.seats.all().delete()

    assert visible(User.objects.get(pk=driver.pk)) == ([], [])


def test_progress_counts_stops_that_are_delivered_or_failed() -> None:
    orders = [f.fixed_order() for _ in range(3)]
    route = f.started_route(orders[0])
    Stop.objects.filter(order=orders[0]).update(status="delivered")
    Stop.objects.filter(order=orders[1]).update(status="failed", failure_reason="closed")

    counted = Route.objects.with_progress().get(pk=route.pk)

    assert (counted.stop_count, counted.done_count) == (3, 2)
