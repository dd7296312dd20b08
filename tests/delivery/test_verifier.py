from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.itinerary import (
    ANY_TIME,
    Job,
    Plan,
    PlannedReload,
    PlannedRest,
    PlannedRoute,
    Rest,
    UnassignedJob,
    Van,
)
from delivery.scheduler import schedule
from delivery.travel import Place, TravelMatrix
from delivery.verifier import route_violations, violations
from tests.delivery.small_days import day_jobs, day_van, fits, matrices, trips_of

HOUR = 3600
DEPOT, NEAR, FAR = Place(37.60, 126.93), Place(37.57, 126.98), Place(37.50, 127.05)
MINUTES = np.array([[0, 20, 40], [20, 0, 30], [40, 30, 0]], dtype=np.int64)
MATRIX = TravelMatrix((DEPOT, NEAR, FAR), MINUTES * 400, MINUTES * 60)
VAN = Van(1, DEPOT, DEPOT, 500_000, 2_000_000, False, 9 * HOUR, 18 * HOUR)
NEAR_JOB = Job(7, NEAR, 200_000, 900_000, 0, 600, ((9 * HOUR, 12 * HOUR),))
FAR_JOB = Job(8, FAR, 300_000, 1_000_000, 0, 900, ((14 * HOUR, 15 * HOUR),))
LEFT_OUT = Job(9, FAR, 1, 1, 1, 0, ANY_TIME)
ROUTE = schedule([[NEAR_JOB, FAR_JOB]], VAN, MATRIX)
PLAN = Plan((ROUTE,), (UnassignedJob(9, "needs_chilled"),), ROUTE.distance_m, 0.0)


@given(matrices(), day_jobs(wide=True), day_van(wide=True), st.data())
def test_route_has_violations_exactly_if_it_does_not_fit(
    matrix: TravelMatrix, jobs: list[Job], van: Van, data: st.DataObject
) -> None:
    trips = data.draw(trips_of(jobs, van))
    order = [job for trip in trips for job in trip]
    # A reload that leads nowhere is a fault of its own.
    is_sound = bool(order) and (len(trips) == 1 or bool(trips[-1]))
    faults = route_violations(schedule(trips, van, matrix), order, van, matrix)
    assert (faults == ()) == (is_sound and fits(trips, van, matrix))


def test_violations_of_a_sound_plan_are_none() -> None:
    assert violations(PLAN, [NEAR_JOB, FAR_JOB, LEFT_OUT], [VAN], MATRIX) == ()


def _with_stop(number: int, **changes: int) -> Plan:
    stops = list(ROUTE.stops)
    stops[number] = replace(stops[number], **changes)
    return replace(PLAN, routes=(replace(ROUTE, stops=tuple(stops)),))


def _with_route(**changes: object) -> Plan:
    return replace(PLAN, routes=(replace(ROUTE, **changes),))


BROKEN = {
    "arrival too early": (
        _with_stop(0, arrives_s=11 * HOUR),
        ["van 1: job 7: arrives 11:00, the way there ends 12:00"],
    ),
    "service before arrival": (
        _with_stop(0, starts_s=11 * HOUR, departs_s=12 * HOUR + 600),
        [
            "van 1: job 7: starts before it arrives",
            "van 1: job 7: departs 12:10, which is not when its service ends",
        ],
    ),
    "service shortened": (
        _with_stop(1, departs_s=14 * HOUR),
        [
            "van 1: job 8: departs 14:00, which is not when its service ends",
            "van 1: returns 14:55, the way back ends 14:40",
        ],
    ),
    "service before the window": (
        _with_stop(1, starts_s=13 * HOUR, departs_s=14 * HOUR + 900),
        [
            "van 1: job 8: starts 13:00, outside its windows",
            "van 1: job 8: departs 14:15, which is not when its service ends",
        ],
    ),
    "return too early": (
        _with_route(returns_s=14 * HOUR, duration_s=2 * HOUR + 20 * 60),
        ["van 1: returns 14:00, the way back ends 14:55"],
    ),
    "distance embellished": (
        _with_route(distance_m=1),
        ["van 1: claims 1 m, its legs are 36000 m", "plan: the distance is not the sum of its routes"],
    ),
    "duration embellished": (
        _with_route(duration_s=1),
        ["van 1: its duration is not the time from departure to return"],
    ),
    "sum embellished": (replace(PLAN, distance_m=1), ["plan: the distance is not the sum of its routes"]),
    "van used twice": (
        replace(PLAN, routes=(ROUTE, ROUTE), distance_m=2 * ROUTE.distance_m),
        ["job 7: appears 2 times", "job 8: appears 2 times", "van 1: has 2 routes"],
    ),
    "unassigned twice": (
        replace(PLAN, unassigned=PLAN.unassigned * 2),
        ["job 9: appears 2 times"],
    ),
    "job planned and unassigned": (
        replace(PLAN, unassigned=(*PLAN.unassigned, UnassignedJob(7, "no_room"))),
        ["job 7: both planned and unassigned"],
    ),
    "job forgotten": (replace(PLAN, unassigned=()), ["job 9: missing"]),
    "job invented": (
        replace(PLAN, unassigned=(*PLAN.unassigned, UnassignedJob(99, "no_room"))),
        ["job 99: unknown"],
    ),
    "stop invented": (_with_stop(0, job_key=99), ["job 99: unknown", "job 7: missing"]),
    "van invented": (_with_route(van_key=99), ["van 99: unknown"]),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_violations_name_what_is_wrong_with_a_plan(kind: str) -> None:
    plan, faults = BROKEN[kind]
    assert violations(plan, [NEAR_JOB, FAR_JOB, LEFT_OUT], [VAN], MATRIX) == tuple(faults)


NARROW_VANS = {
    "too weak": (replace(VAN, max_weight_g=499_999), "van 1: loaded with 500000 g, takes 499999 g"),
    "too small": (replace(VAN, max_volume_ml=1_899_999), "van 1: loaded with 1900000 ml, takes 1899999 ml"),
    "on shift later": (replace(VAN, starts_s=12 * HOUR), "van 1: departs 11:40, the shift starts 12:00"),
    "off earlier": (replace(VAN, ends_s=14 * HOUR), "van 1: returns 14:55, the shift ends 14:00"),
}


@pytest.mark.parametrize("kind", NARROW_VANS)
def test_violations_name_the_limit_of_the_van(kind: str) -> None:
    van, fault = NARROW_VANS[kind]
    assert violations(PLAN, [NEAR_JOB, FAR_JOB, LEFT_OUT], [van], MATRIX) == (fault,)


def test_violations_name_chilled_jobs_in_a_warm_van() -> None:
    chilled = replace(FAR_JOB, chilled_volume_ml=1)
    assert violations(PLAN, [NEAR_JOB, chilled, LEFT_OUT], [VAN], MATRIX) == (
        "van 1: not refrigerated, carries chilled jobs [8]",
    )
    assert violations(PLAN, [NEAR_JOB, chilled, LEFT_OUT], [replace(VAN, chilled=True)], MATRIX) == ()


def test_violations_name_a_route_without_stops() -> None:
    empty = Plan((PlannedRoute(1, 9 * HOUR, 9 * HOUR, 0, 0, ()),), (), 0, 0.0)
    assert violations(empty, [], [VAN], MATRIX) == ("van 1: has no stops",)


def test_violations_refuse_keys_that_are_not_unique() -> None:
    with pytest.raises(ValueError, match="share a key"):
        violations(PLAN, [NEAR_JOB, NEAR_JOB], [VAN], MATRIX)


# -- Each rule beyond one simple trip: a sound route, and the same route broken --------------------------

REST = Rest(HOUR, 11 * HOUR, 14 * HOUR, after_s=3 * HOUR)
RELOADING = replace(VAN, max_reloads=1, reloads_at=DEPOT, reload_s=1800)
PICKUP = replace(FAR_JOB, is_pickup=True, due_s=15 * HOUR)


def _faults(jobs: list[Job], van: Van, route: PlannedRoute) -> list[str]:
    return [fault.removeprefix("van 1: ") for fault in route_violations(route, jobs, van, MATRIX)]


def test_too_many_crates_are_named() -> None:
    jobs = [replace(NEAR_JOB, crates=2), replace(FAR_JOB, crates=3)]
    route = schedule([jobs], VAN, MATRIX)
    assert _faults(jobs, replace(VAN, max_crates=5), route) == []
    assert _faults(jobs, replace(VAN, max_crates=4), route) == ["loaded with 5 crates, takes 4 crates"]


def test_overload_is_faulted_unless_it_is_allowed_and_flagged() -> None:
    van = replace(VAN, max_weight_g=400_000)
    jobs = [NEAR_JOB, FAR_JOB]
    route = schedule([jobs], van, MATRIX)
    assert route.over_percent == 25
    assert _faults(jobs, van, route) == ["loaded with 500000 g, takes 400000 g"]
    assert _faults(jobs, replace(van, overload_percent=24), route) == ["loaded with 500000 g, takes 400000 g"]
    assert _faults(jobs, replace(van, overload_percent=25), route) == []
    assert _faults(jobs, replace(van, overload_percent=25), replace(route, over_percent=0)) == [
        "overloaded by 25 %, says 0 %"
    ]


def test_lateness_is_faulted_unless_it_is_allowed_and_flagged() -> None:
    late = replace(NEAR_JOB, windows=((8 * HOUR, 9 * HOUR),))
    route = schedule([[late]], VAN, MATRIX)
    assert _faults([late], VAN, route) == ["job 7: starts 09:20, outside its windows"]
    assert _faults([replace(late, late_s=1199)], VAN, route) == ["job 7: starts 09:20, outside its windows"]
    assert _faults([replace(late, late_s=1200)], VAN, route) == []
    quiet = replace(route, stops=(replace(route.stops[0], late_s=0),))
    assert _faults([replace(late, late_s=1200)], VAN, quiet) == ["job 7: 1200 s late, says 0 s"]


def test_lateness_is_no_excuse_between_two_windows() -> None:
    job = replace(NEAR_JOB, windows=((9 * HOUR, 10 * HOUR), (14 * HOUR, 15 * HOUR)), late_s=HOUR)
    route = schedule([[replace(job, windows=((11 * HOUR, 12 * HOUR),))]], VAN, MATRIX)
    assert _faults([job], VAN, route) == ["job 7: starts 11:00, outside its windows"]


def test_break_is_checked() -> None:
    van, jobs = replace(VAN, rest=REST), [NEAR_JOB, FAR_JOB]
    route = schedule([jobs], van, MATRIX)
    assert route.rest == PlannedRest(0, 12 * HOUR + 600, 13 * HOUR + 600)
    assert _faults(jobs, van, route) == []
    assert _faults(jobs, van, schedule([jobs], VAN, MATRIX)) == ["works 03:15 without a break"]
    assert _faults(jobs, VAN, route) == ["has a break that nobody owes"]
    assert _faults(jobs, replace(van, rest=replace(REST, opens_s=13 * HOUR)), route) == [
        "its break starts 12:10, outside its hours"
    ]
    assert _faults(jobs, replace(van, rest=replace(REST, lasts_s=1800)), route) == ["its break lasts 3600 s"]
    early = replace(route, rest=PlannedRest(0, 12 * HOUR, 13 * HOUR))
    assert "its break starts before the stop is over" in _faults(jobs, van, early)
    nowhere = replace(route, rest=replace(route.rest, after=2))
    assert "its break is after no stop" in _faults(jobs, van, nowhere)


def test_hours_are_checked() -> None:
    assert _faults([NEAR_JOB, FAR_JOB], replace(VAN, max_work_s=3 * HOUR + 900), ROUTE) == []
    assert _faults([NEAR_JOB, FAR_JOB], replace(VAN, max_work_s=3 * HOUR), ROUTE) == [
        "works 03:15, may 03:00"
    ]


def test_reload_is_checked() -> None:
    jobs = [NEAR_JOB, FAR_JOB]
    route = schedule([[NEAR_JOB], [FAR_JOB]], RELOADING, MATRIX)
    assert _faults(jobs, RELOADING, route) == []
    assert _faults(jobs, replace(RELOADING, max_weight_g=300_000), route) == []
    assert _faults(jobs, replace(RELOADING, max_reloads=0), route) == ["reloads 1 times, may 0 times"]
    hasty = replace(route, reloads=(PlannedReload(route.reloads[0].arrives_s, route.reloads[0].arrives_s),))
    assert _faults(jobs, RELOADING, hasty) == [
        "reloads 12:30, the way there ends 12:30",
        "job 8: arrives 13:40, the way there ends 13:10",
    ]
    unloaded = replace(route, reloads=())
    assert "has a trip without a reload before it" in _faults(jobs, RELOADING, unloaded)
    mixed = replace(route, stops=tuple(replace(stop, trip=1 - stop.trip) for stop in route.stops))
    assert "its trips are mixed up" in _faults(jobs, RELOADING, mixed)
    idle = replace(route, stops=tuple(replace(stop, trip=0) for stop in route.stops))
    assert "reloads for no trip" in _faults(jobs, RELOADING, idle)


def test_goods_that_come_too_late_to_the_depot_are_named() -> None:
    route = schedule([[PICKUP]], VAN, MATRIX)
    assert route.returns_s == 14 * HOUR + 55 * 60
    assert _faults([PICKUP], VAN, route) == []
    assert _faults([replace(PICKUP, due_s=14 * HOUR)], VAN, route) == ["job 8: is brought 14:55, due 14:00"]
    reloading = schedule([[PICKUP], [replace(NEAR_JOB, windows=ANY_TIME)]], RELOADING, MATRIX)
    order = [replace(PICKUP, due_s=14 * HOUR), replace(NEAR_JOB, windows=ANY_TIME)]
    assert _faults(order, RELOADING, reloading) == ["job 8: is brought 14:55, due 14:00"]


def test_lock_to_another_van_is_named() -> None:
    assert _faults([replace(NEAR_JOB, van_key=1), FAR_JOB], VAN, ROUTE) == []
    assert _faults([replace(NEAR_JOB, van_key=2), FAR_JOB], VAN, ROUTE) == ["job 7: is locked to van 2"]


def test_van_on_its_way_takes_nothing_that_it_has_not_loaded() -> None:
    van = replace(VAN, is_loaded=True)
    loaded = [replace(NEAR_JOB, van_key=1), replace(FAR_JOB, van_key=1)]
    assert _faults(loaded, van, ROUTE) == []
    assert _faults([loaded[0], FAR_JOB], van, ROUTE) == ["job 8: cannot be loaded, the van is on its way"]
    assert _faults([loaded[0], replace(FAR_JOB, is_pickup=True)], van, ROUTE) == []


@pytest.mark.parametrize("is_pickup", [False, True])
def test_goods_at_another_depot_are_named(is_pickup: bool) -> None:
    job = replace(NEAR_JOB, is_pickup=is_pickup, depot=DEPOT)
    assert _faults([job, FAR_JOB], VAN, ROUTE) == []
    assert _faults([replace(job, depot=FAR), FAR_JOB], VAN, ROUTE) == [
        "job 7: its goods are at another depot"
    ]


def test_sequence_that_is_not_kept_is_named() -> None:
    jobs = [NEAR_JOB, FAR_JOB]
    assert _faults(jobs, replace(VAN, sequence=(7, 99, 8)), ROUTE) == []
    assert _faults(jobs, replace(VAN, sequence=(8, 7)), ROUTE) == ["does not keep its sequence"]
