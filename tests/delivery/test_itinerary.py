from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.itinerary import (
    ANY_TIME,
    Job,
    Plan,
    PlannedRoute,
    PlannedStop,
    UnassignedJob,
    Van,
    hhmm,
    insertions,
    route_violations,
    schedule,
    violations,
)
from delivery.travel import Place, TravelMatrix
from tests.delivery.small_days import best_times, day_jobs, day_van, fits, matrices

HOUR = 3600
DEPOT, NEAR, FAR = Place(37.60, 126.93), Place(37.57, 126.98), Place(37.50, 127.05)
MINUTES = np.array([[0, 20, 40], [20, 0, 30], [40, 30, 0]], dtype=np.int64)
MATRIX = TravelMatrix((DEPOT, NEAR, FAR), MINUTES * 400, MINUTES * 60)
VAN = Van(1, DEPOT, DEPOT, 500_000, 2_000_000, False, 9 * HOUR, 18 * HOUR)
NEAR_JOB = Job(7, NEAR, 200_000, 900_000, 0, 600, ((9 * HOUR, 12 * HOUR),))
FAR_JOB = Job(8, FAR, 300_000, 1_000_000, 0, 900, ((14 * HOUR, 15 * HOUR),))
LEFT_OUT = Job(9, FAR, 1, 1, 1, 0, ANY_TIME)
ROUTE = schedule([NEAR_JOB, FAR_JOB], VAN, MATRIX)
PLAN = Plan((ROUTE,), (UnassignedJob(9, "needs_chilled"),), ROUTE.distance_m, 0.0)


def test_schedule_leaves_late_enough_to_wait_as_little_as_possible() -> None:
    # The second site opens at 14:00, the first one closes at 12:00: two hours wait cannot be avoided.
    assert (
        PlannedRoute(
            van_key=1,
            departs_s=12 * HOUR - 20 * 60,
            returns_s=14 * HOUR + 55 * 60,
            distance_m=(20 + 30 + 40) * 400,
            duration_s=3 * HOUR + 15 * 60,
            stops=(
                PlannedStop(7, 12 * HOUR, 12 * HOUR, 12 * HOUR + 600),
                PlannedStop(8, 12 * HOUR + 40 * 60, 14 * HOUR, 14 * HOUR + 900),
            ),
        )
        == ROUTE
    )


def test_schedule_takes_the_next_open_window() -> None:
    job = replace(NEAR_JOB, windows=((16 * HOUR, 17 * HOUR), (8 * HOUR, 9 * HOUR), (11 * HOUR, 12 * HOUR)))
    route = schedule([job], VAN, MATRIX)
    assert (route.departs_s, route.stops[0].starts_s) == (11 * HOUR - 20 * 60, 11 * HOUR)


def test_schedule_of_a_late_route_starts_on_arrival_and_is_reported() -> None:
    job = replace(NEAR_JOB, windows=((8 * HOUR, 9 * HOUR),))
    route = schedule([job], VAN, MATRIX)
    assert route.stops == (PlannedStop(7, 9 * HOUR + 1200, 9 * HOUR + 1200, 9 * HOUR + 1800),)
    assert route_violations(route, [job], VAN, MATRIX) == ("van 1: job 7: starts 09:20, outside its windows",)


@given(matrices(), day_jobs(), day_van())
def test_schedule_is_what_trying_every_departure_finds(
    matrix: TravelMatrix, jobs: list[Job], van: Van
) -> None:
    route = schedule(jobs, van, matrix)
    times = best_times(jobs, van, matrix)
    in_time = not [
        fault
        for fault in route_violations(route, jobs, van, matrix)
        if "loaded" not in fault and "refrigerated" not in fault and "no stops" not in fault
    ]
    assert in_time == (times is not None)
    assert route.departs_s >= van.starts_s
    if times is not None:
        assert (route.departs_s, route.returns_s) == times


@given(matrices(), day_jobs(), day_van())
def test_route_has_violations_exactly_if_it_does_not_fit(
    matrix: TravelMatrix, jobs: list[Job], van: Van
) -> None:
    faults = route_violations(schedule(jobs, van, matrix), jobs, van, matrix)
    assert (faults == ()) == (bool(jobs) and fits(jobs, van, matrix))


@given(matrices(), day_jobs(), day_van(), st.data())
def test_insertions_are_the_positions_where_the_longer_route_fits(
    matrix: TravelMatrix, jobs: list[Job], van: Van, data: st.DataObject
) -> None:
    order = [job for job in jobs[1:] if fits([job], van, matrix)][: data.draw(st.integers(0, 3))]
    if not jobs or not fits(order, van, matrix):
        return
    longer = [[*order[:position], jobs[0], *order[position:]] for position in range(len(order) + 1)]
    before_m = schedule(order, van, matrix).distance_m
    assert list(insertions(jobs[0], order, van, matrix)) == [
        (schedule(each, van, matrix).distance_m - before_m, position)
        for position, each in enumerate(longer)
        if fits(each, van, matrix)
    ]


def test_insertion_into_an_idle_van_costs_all_of_its_way() -> None:
    van = replace(VAN, place_end=FAR)
    assert list(insertions(NEAR_JOB, [], van, MATRIX)) == [((20 + 30) * 400, 0)]
    assert list(insertions(NEAR_JOB, [FAR_JOB], van, MATRIX)) == [((20 + 30 - 40) * 400, 0)]


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


@pytest.mark.parametrize(
    "changes",
    [
        {"weight_g": -1},
        {"chilled_volume_ml": 900_001},
        {"windows": ((12 * HOUR, 9 * HOUR),)},
        {"windows": ((-1, 9 * HOUR),)},
        {"priority": 0},
    ],
)
def test_job_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Job 7"):
        replace(NEAR_JOB, **changes)


@pytest.mark.parametrize("changes", [{"max_volume_ml": -1}, {"ends_s": 9 * HOUR - 1}, {"starts_s": -1}])
def test_van_that_makes_no_sense_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="Van 1"):
        replace(VAN, **changes)


def test_hhmm_cuts_seconds_off() -> None:
    assert [hhmm(0), hhmm(34_559), hhmm(24 * HOUR)] == ["00:00", "09:35", "24:00"]
