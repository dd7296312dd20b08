"""Planning that an operator asks for: one at a time, watched, stopped, taken, and never lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from delivery.actions import runs
from delivery.actions.runs import ask_plan, run_plan, wish_of
from delivery.models import PlanRun, RoutePlan
from delivery.planner import InfeasiblePlan
from delivery.search import Progress
from delivery.tasks import search_asked_routes, search_routes

from .. import factories as f
from ..snapshot import everything

pytestmark = pytest.mark.django_db
NOW = f.PLANNING_TIME


def at(now: datetime = NOW) -> Any:
    return lambda: now


def a_day(orders: int = 2) -> None:
    f.ShiftFactory()
    for _ in range(orders):
        f.fixed_order()


def asked(**fields: Any) -> PlanRun:
    return ask_plan(f.depot(), f.DELIVERY_DATE, **{"seconds": 1, "actor": f.operator(), "now": NOW} | fields)


def plans() -> list[tuple[int, str]]:
    return list(RoutePlan.objects.order_by("version").values_list("version", "status"))


def watched(monkeypatch: pytest.MonkeyPatch, during: Any) -> list[bool]:
    """Let the search report its progress once, and do something meanwhile; returns what it was told."""
    answers: list[bool] = []
    real = runs.search_day

    def searching(*args: Any, watch: Any, **kwargs: Any) -> Any:
        during()
        answers.append(watch(Progress(0.5, 9_000, 1, 0)))
        return real(*args, **kwargs)

    monkeypatch.setattr(runs, "search_day", searching)
    return answers


def test_a_planning_ends_in_a_draft_that_nobody_is_told_about() -> None:
    a_day()
    run = asked()

    done = run_plan(run.pk, clock=at())

    assert done
    assert (done.status, done.started_at, done.ended_at) == ("done", NOW, NOW)
    assert plans() == [(1, "draft")]
    assert done.plan
    assert done.plan.stops.count() == 2
    assert (done.plan.published_at, done.vans, done.left_out) == (None, 1, 0)
    assert not f.orderer().notifications.exists()


def test_who_asks_while_one_is_under_way_gets_that_one() -> None:
    a_day()
    first = asked()

    assert asked(seconds=9) == first
    assert PlanRun.objects.get().seconds == 1


def test_a_message_that_comes_twice_plans_once() -> None:
    a_day()
    run = asked()
    run_plan(run.pk, clock=at())
    after = everything()

    assert run_plan(run.pk, clock=at()) is None
    assert everything() == after


def test_a_worker_at_work_is_left_alone_and_a_silent_one_replaced() -> None:
    a_day()
    run = asked()
    PlanRun.objects.filter(pk=run.pk).update(status="running", started_at=NOW, alive_at=NOW)

    assert run_plan(run.pk, clock=at(NOW + timedelta(minutes=2))) is None
    taken = run_plan(run.pk, clock=at(NOW + timedelta(minutes=3)))

    assert taken
    assert (taken.status, plans()) == ("done", [(1, "draft")])


def test_a_worker_that_was_given_up_stores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    a_day()
    run = asked()
    later = NOW + timedelta(minutes=5)
    told = watched(monkeypatch, lambda: PlanRun.objects.filter(pk=run.pk).update(started_at=later))

    run_plan(run.pk, clock=at())

    assert told == [False]
    assert (PlanRun.objects.get().status, plans()) == ("running", [])


def test_progress_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    a_day()
    run = asked()
    told = watched(monkeypatch, lambda: None)

    run_plan(run.pk, clock=at())

    run.refresh_from_db()
    assert told == [True]
    assert (run.searched_s, run.cost) == (0.5, 9_000)


def test_cancelled_while_it_searches_leaves_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    a_day()
    run = asked()
    told = watched(monkeypatch, lambda: wish_of(run, "cancel", now=NOW))

    run_plan(run.pk, clock=at())

    run.refresh_from_db()
    assert told == [False]
    assert (run.status, run.ended_at, plans()) == ("cancelled", NOW, [])


def test_the_best_so_far_can_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    a_day()
    run = asked()
    told = watched(monkeypatch, lambda: wish_of(run, "take", now=NOW))

    run_plan(run.pk, clock=at())

    assert told == [False]
    assert (PlanRun.objects.get().status, plans()) == ("done", [(1, "draft")])


def test_cancelled_before_a_worker_came() -> None:
    a_day()
    run = asked()

    wish_of(run, "cancel", now=NOW)

    assert run_plan(run.pk, clock=at()) is None
    run.refresh_from_db()
    assert (run.status, run.ended_at) == ("cancelled", NOW)


def test_a_planning_that_has_ended_takes_no_wishes() -> None:
    a_day()
    run = asked()
    run_plan(run.pk, clock=at())
    after = everything()

    wish_of(run, "cancel", now=NOW)

    assert everything() == after


def test_a_plan_that_fails_its_check_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    a_day()
    run = asked()

    def faulty(*args: Any, **kwargs: Any) -> None:
        raise InfeasiblePlan(("van 1: its trips are mixed up",))

    monkeypatch.setattr(runs, "search_day", faulty)
    run_plan(run.pk, clock=at())

    run.refresh_from_db()
    assert (run.status, run.fault, plans()) == ("failed", "van 1: its trips are mixed up", [])
    assert asked() != run


def test_a_new_draft_takes_the_place_of_the_one_before() -> None:
    a_day()
    f.draft_plan()
    f.draft_plan()

    assert plans() == [(1, "discarded"), (2, "draft")]


def test_locks_hold_in_a_plan_made_anew() -> None:
    a_day(orders=4)
    f.ShiftFactory()
    draft = f.draft_plan()
    idle = f.ShiftFactory()
    stop = draft.stops.first()
    stop.route.shift = idle
    stop.route.save()
    draft.stops.filter(route=stop.route).update(is_locked=True)
    locked = set(draft.stops.filter(route=stop.route).values_list("order", flat=True))

    again = f.draft_plan(base=draft)

    assert set(again.stops.filter(is_locked=True).values_list("order", flat=True)) == locked
    assert set(again.stops.filter(is_locked=True).values_list("route__shift", flat=True)) == {idle.pk}


def test_a_route_that_keeps_its_order_keeps_it() -> None:
    a_day(orders=4)
    draft = f.draft_plan()
    route = draft.routes.get()
    turned = list(route.stops.order_by("-sequence").values_list("order", flat=True))
    route.keeps_order = True
    route.save()
    for sequence, order in enumerate(turned, start=101):
        route.stops.filter(order=order).update(sequence=sequence)

    again = f.draft_plan(base=draft)

    kept = again.routes.get()
    assert kept.keeps_order
    assert list(kept.stops.order_by("sequence").values_list("order", flat=True)) == turned


def test_a_warm_start_changes_no_courier_without_need() -> None:
    a_day(orders=5)
    f.ShiftFactory()
    draft = f.draft_plan()
    before = dict(draft.stops.values_list("order", "route__shift"))
    new = f.fixed_order()

    again = f.draft_plan(base=draft, is_warm=True)

    after = dict(again.stops.values_list("order", "route__shift"))
    assert after.pop(new.pk)
    assert after == before


def test_what_was_asked_for_and_lost_is_handed_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    a_day()
    run = asked()
    monkeypatch.setattr("membership.clock.now", at())
    handed: list[int] = []
    monkeypatch.setattr(search_routes, "apply_async", lambda args, **kwargs: handed.append(*args))

    search_asked_routes()
    assert handed == [run.pk]
    search_routes(run.pk)
    search_asked_routes()
    assert handed == [run.pk]
    assert plans() == [(1, "draft")]
