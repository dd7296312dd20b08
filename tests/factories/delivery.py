"""Vans, shifts and routes, and an order that was brought."""

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from delivery.actions.driving import deliver_stop, start_route
from delivery.actions.planning import plan_day
from delivery.actions.road import Sent, take_record
from delivery.actions.runs import run_plan
from delivery.models import Depot, PlanRun, RoadRecord, Route, RoutePlan, Shift, Stop, Vehicle
from membership.models import User
from orders.models import Order

from .membership import courier, hub, operator
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


class PlanRunFactory(DjangoModelFactory[PlanRun]):
    """Asked for by an operator, and not under way yet."""

    class Meta:
        model = PlanRun

    depot = factory.LazyFunction(depot)
    date = DELIVERY_DATE
    seconds = 1
    asked_by = factory.LazyFunction(operator)
    asked_at = PLANNING_TIME


def draft_plan(day: date = DELIVERY_DATE, *, now: datetime = PLANNING_TIME, **run: Any) -> RoutePlan:
    """A draft of the day, as a worker leaves it behind, with a shift made if there is none."""
    if not Shift.objects.filter(date=day).exists():
        ShiftFactory(date=day)
    done = run_plan(PlanRunFactory(date=day, **run).pk, clock=lambda: now)
    assert done
    assert done.plan, done.fault
    return done.plan


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


def road_record(
    of: Stop | Route,
    kind: str,
    driver: User,
    *,
    key: str = "",
    photo: bytes = b"",
    phone_at: datetime = DELIVERY_MORNING,
    now: datetime = DELIVERY_MORNING,
    **told: Any,
) -> RoadRecord:
    """What the courier's phone sends about a stop or a route; a hand-over is to 박수령."""
    usual: dict[str, Any] = {
        "load": {"boxes_missing": 0},
        "deliver": {
            "receiver_name": "박수령",
            "neighbour": "",
            "note": "",
            "lines": [],
            "signature": [[[10, 20], [300, 200]]],
        },
        "fail": {"reason": "closed", "next_step": "return", "note": ""},
    }.get(kind, {})
    stop = of if isinstance(of, Stop) else None
    route = of.route if isinstance(of, Stop) else of
    sent = Sent(key or str(uuid4()), kind, route, stop, phone_at, usual | told, photo)
    return take_record(sent, actor=driver, now=now)
