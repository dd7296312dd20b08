"""Routes of a day: planned once for the same input, replaced when it changes, left alone once under way."""

from datetime import date, time, timedelta

import pytest

from delivery import cycle
from delivery.actions import planning
from delivery.actions.driving import start_route
from delivery.actions.planning import days_to_plan, plan_day
from delivery.models import RoutePlan, Stop, Unassigned
from membership.models import SiteWindow
from orders.cutoff import SEOUL, seoul
from orders.exceptions import NotPossible
from orders.models import CycleItem, CycleRun, Order
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    DELIVERY_MORNING,
    PLANNING_TIME,
    OrderFactory,
    ShiftFactory,
    bundle_with,
    depot,
    fixed_order,
    published_plan,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROUTE_SECONDS = 0.1


def plans() -> list[tuple[int, str]]:
    return list(RoutePlan.objects.order_by("version").values_list("version", "status"))


def test_every_fixed_order_gets_one_stop_with_a_time() -> None:
    ShiftFactory()
    orders = [fixed_order(headcount=headcount) for headcount in (10, 20, 30)]
    OrderFactory()

    (run,) = cycle.plan_due_routes(now=PLANNING_TIME)

    plan = RoutePlan.objects.get()
    assert (run.step, run.done, run.failed) == ("route", 1, 0)
    assert (plan.version, plan.status, plan.published_at) == (1, "published", PLANNING_TIME)
    route = plan.routes.get()
    stops = list(route.stops.all())
    assert {stop.order for stop in stops} == set(orders)
    assert [stop.sequence for stop in stops] == [1, 2, 3]
    moments = [route.departs_at]
    for stop in stops:
        moments += [stop.eta, stop.leaves_at]
    moments.append(route.returns_at)
    assert moments == sorted(moments)
    assert all(time(9) <= stop.eta.astimezone(SEOUL).time() <= time(18) for stop in stops)
    assert (route.weight_g, route.volume_ml) == (60 * 200, 60 * 500)
    assert plan.distance_m == route.distance_m > 0
    assert not Unassigned.objects.exists()


def test_the_same_input_is_never_planned_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    ShiftFactory()
    fixed_order()
    cycle.plan_due_routes(now=PLANNING_TIME)
    after = everything()
    monkeypatch.setattr(planning, "plan_routes", None)  # whoever calls it again fails

    assert cycle.plan_due_routes(now=PLANNING_TIME) == []
    assert cycle.plan_due_routes(now=DELIVERY_MORNING) == []
    assert cycle.plan_routes_of(DELIVERY_DATE, now=DELIVERY_MORNING) == []
    assert everything() == after


def test_two_workers_with_the_same_plan_publish_one() -> None:
    ShiftFactory()
    fixed_order()
    problem = planning.read_day(depot(), DELIVERY_DATE)
    plan = planning.plan_routes(problem.jobs, problem.vans, seconds=0.1)

    first = planning.publish(depot(), problem, plan, now=PLANNING_TIME)
    after = everything()

    assert first is not None
    assert planning.publish(depot(), problem, plan, now=PLANNING_TIME) is None
    assert everything() == after


def test_changed_input_replaces_the_plan() -> None:
    ShiftFactory()
    fixed_order()
    cycle.plan_due_routes(now=PLANNING_TIME)
    late = fixed_order()

    cycle.plan_due_routes(now=PLANNING_TIME)

    assert plans() == [(1, "superseded"), (2, "published")]
    assert set(Stop.objects.live().values_list("order", flat=True)) == set(
        Order.objects.values_list("pk", flat=True)
    )
    assert Stop.objects.live().filter(order=late).count() == 1


def test_a_plan_under_way_is_left_alone() -> None:
    route = published_plan_of_one_order()
    start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING)
    ShiftFactory()
    after = everything()

    assert cycle.plan_routes_of(DELIVERY_DATE, now=DELIVERY_MORNING) == []
    assert everything() == after


def published_plan_of_one_order():  # type: ignore[no-untyped-def]
    fixed_order()
    return published_plan().routes.get()


def test_a_route_started_while_the_next_plan_was_made_stays() -> None:
    route = published_plan_of_one_order()
    ShiftFactory()
    problem = planning.read_day(depot(), DELIVERY_DATE)
    plan = planning.plan_routes(problem.jobs, problem.vans, seconds=0.1)
    start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING)

    assert planning.publish(depot(), problem, plan, now=DELIVERY_MORNING) is None
    assert plans() == [(1, "published")]


def test_a_replaced_route_cannot_be_started() -> None:
    route = published_plan_of_one_order()
    ShiftFactory()
    cycle.plan_routes_of(DELIVERY_DATE, now=PLANNING_TIME)
    assert plans() == [(1, "superseded"), (2, "published")]
    before = everything()

    with pytest.raises(NotPossible, match="wrong_state"):
        start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING)
    assert everything() == before


def unassigned() -> list[tuple[int, str]]:
    return list(Unassigned.objects.order_by("order").values_list("order", "reason"))


def test_a_day_without_vans_says_so() -> None:
    order = fixed_order()
    depot()

    cycle.plan_due_routes(now=PLANNING_TIME)

    assert unassigned() == [(order.pk, "no_van")]
    assert not Stop.objects.exists()


def test_orders_that_fit_nowhere_are_listed_with_the_reason() -> None:
    ShiftFactory(vehicle__is_chilled=False, vehicle__max_weight_kg=100, vehicle__max_volume_l=300)
    fits = fixed_order()
    cold = bundle_with("fruit")
    cold.slots.get().category.products.update(storage="chilled")
    needs_chilled = fixed_order(bundle=cold)
    heavy = bundle_with("drinks")
    heavy.slots.get().category.products.update(weight_g=11_000)
    too_heavy = fixed_order(bundle=heavy)
    bulky = bundle_with("flowers")
    bulky.slots.get().category.products.update(volume_ml=31_000)
    too_big = fixed_order(bundle=bulky)
    closed = fixed_order()
    SiteWindow.objects.filter(site=closed.site, weekday=1).delete()

    cycle.plan_due_routes(now=PLANNING_TIME)

    assert unassigned() == [
        (needs_chilled.pk, "needs_chilled"),
        (too_heavy.pk, "too_heavy"),
        (too_big.pk, "too_big"),
        (closed.pk, "outside_hours"),
    ]
    assert Stop.objects.get().order == fits


def test_a_shift_that_comes_late_takes_what_was_left() -> None:
    order = fixed_order()
    depot()
    cycle.plan_due_routes(now=PLANNING_TIME)
    ShiftFactory()

    cycle.plan_due_routes(now=PLANNING_TIME)

    assert Stop.objects.live().get().order == order
    assert not Unassigned.objects.filter(plan__status="published").exists()


def test_a_day_is_due_from_the_afternoon_before_until_it_is_over() -> None:
    fixed_order()
    fixed_order(delivery_date=date(2026, 12, 2), now=CUTOFF + timedelta(days=1))
    place = depot()

    assert days_to_plan(now=PLANNING_TIME - timedelta(seconds=1)) == []
    assert days_to_plan(now=PLANNING_TIME) == [(place, DELIVERY_DATE)]
    assert days_to_plan(now=seoul(DELIVERY_DATE, time(23, 59))) == [
        (place, DELIVERY_DATE),
        (place, date(2026, 12, 2)),
    ]
    assert days_to_plan(now=seoul(date(2026, 12, 2), time(0))) == [(place, date(2026, 12, 2))]


def test_nothing_to_bring_leaves_no_trace() -> None:
    ShiftFactory()
    OrderFactory()
    before = everything()

    assert cycle.plan_due_routes(now=PLANNING_TIME) == []
    assert cycle.plan_routes_of(DELIVERY_DATE, now=PLANNING_TIME) == []
    assert plan_day(depot(), DELIVERY_DATE, now=PLANNING_TIME) is None
    assert everything() == before


def test_a_day_from_which_everything_was_taken_gets_an_empty_plan() -> None:
    published_plan_of_one_order()
    Order.objects.update(status="cancelled")

    cycle.plan_routes_of(DELIVERY_DATE, now=PLANNING_TIME)

    assert plans() == [(1, "superseded"), (2, "published")]
    assert not Stop.objects.live().exists()


def test_a_day_that_cannot_be_planned_is_recorded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed_order()
    place = depot()

    def fail(*args: object, **kwargs: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(planning, "plan_routes", fail)
    cycle.plan_due_routes(now=PLANNING_TIME)
    cycle.plan_due_routes(now=PLANNING_TIME)

    item = CycleItem.objects.get(run__step="route")
    assert (item.outcome, item.reason, item.detail) == ("failed", "unexpected", "ArithmeticError")
    assert CycleRun.objects.filter(step="route").count() == 1
    assert (item.subject, item.delivery_date) == (f"{place} 2026-12-01", DELIVERY_DATE)
