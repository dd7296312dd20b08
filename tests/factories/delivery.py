"""Vans, shifts and routes, and an order that was brought."""

from datetime import date, datetime, time
from typing import Any

import factory
from factory.django import DjangoModelFactory

from delivery.actions.driving import deliver_stop, start_route
from delivery.actions.planning import plan_day
from delivery.models import Depot, Route, RoutePlan, Shift, Stop, Vehicle
from orders.models import Order

from .membership import courier, hub
from .orders import fixed_order
from .times import DELIVERY_DATE, DELIVERY_MORNING, PLANNING_TIME


class DepotFactory(DjangoModelFactory[Depot]):
    class Meta:
        model = Depot

    organization = factory.LazyFunction(hub)
    name = "녹번 허브"
    name_en = "Nokbeon hub"
    address = "서울특별시 은평구 통일로 684"
    latitude = 37.6086
    longitude = 126.9336


def depot() -> Depot:
    """The one depot of the town."""
    return Depot.objects.first() or DepotFactory()


class VehicleFactory(DjangoModelFactory[Vehicle]):
    class Meta:
        model = Vehicle

    depot = factory.LazyFunction(depot)
    name = "냉장탑차"
    name_en = "Refrigerated van"
    plate = factory.Sequence(lambda n: f"80가 {n:04d}")
    max_weight_kg = 1000
    max_volume_l = 5000
    is_chilled = True


class ShiftFactory(DjangoModelFactory[Shift]):
    class Meta:
        model = Shift

    courier = factory.LazyFunction(courier)
    vehicle = factory.SubFactory(VehicleFactory)
    date = DELIVERY_DATE
    starts = time(8)
    ends = time(18)


def published_plan(day: date = DELIVERY_DATE, *, now: datetime = PLANNING_TIME) -> RoutePlan:
    """The routes of every fixed order of the day, with a shift made if there is none."""
    if not Shift.objects.filter(date=day).exists():
        ShiftFactory(date=day)
    plan_day(depot(), day, now=now, seconds=0.1)
    plan: RoutePlan = RoutePlan.objects.published().get(depot=depot(), date=day)
    return plan


def started_route(order: Order, *, now: datetime = DELIVERY_MORNING) -> Route:
    """The route that brings the order, on its way; the day is planned if it isn't yet."""
    stop = Stop.objects.live().filter(order=order).first()
    route = stop.route if stop else published_plan(order.delivery_date).stops.get(order=order).route
    return start_route(route, actor=route.shift.courier, now=now)


def delivered_order(*, now: datetime = DELIVERY_MORNING, **fields: Any) -> Order:
    """An order that was handed over to 박수령."""
    order = fixed_order(**fields)
    stop = started_route(order, now=now).stops.get(order=order)
    deliver_stop(stop, receiver_name="박수령", note="", actor=stop.route.shift.courier, now=now)
    order.refresh_from_db()
    return order
