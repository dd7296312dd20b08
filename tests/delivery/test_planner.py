import random
from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import planner, solver
from delivery.itinerary import ANY_TIME, Job, Plan, UnassignedJob, Van, insertions, route_violations, schedule
from delivery.planner import InfeasiblePlan, Reason, plan_routes, repaired, why_impossible_alone
from delivery.solver import Weights
from delivery.travel import Place, TravelMatrix, travel_matrix
from tests.delivery.small_days import best_assignment, day_jobs, day_van, fits, matrices

HOUR = 3600
HUB = Place(37.6080, 126.9340)
EUNPYEONG, GANGNAM, SONGPA = Place(37.6027, 126.9291), Place(37.5173, 127.0473), Place(37.5145, 127.1060)
VAN = Van(1, HUB, HUB, 500_000, 2_000_000, False, 9 * HOUR, 18 * HOUR)
JOB = Job(1, GANGNAM, 20_000, 60_000, 0, 600, ANY_TIME)


def _plan(jobs: list[Job], vans: list[Van], **options: object) -> Plan:
    return plan_routes(jobs, vans, seconds=60, max_iterations=300, **options)


def _stops(plan: Plan) -> dict[int, list[int]]:
    return {route.van_key: [stop.job_key for stop in route.stops] for route in plan.routes}


def _seoul_day(stops: int, vans: int) -> tuple[list[Job], list[Van]]:
    """A day with a quarter of the jobs chilled, half of the vans refrigerated, and lunch breaks."""
    draw = random.Random(stops)
    hours = [
        ((9 * HOUR, 18 * HOUR),),
        ((9 * HOUR, 12 * HOUR),),
        ((13 * HOUR, 17 * HOUR),),
        ((9 * HOUR, 11 * HOUR + 1800), (13 * HOUR, 17 * HOUR)),
    ]
    jobs = []
    for key in range(stops):
        weight_g = draw.randint(5_000, 40_000)
        volume_ml = 3 * weight_g
        jobs.append(
            Job(
                key=key,
                place=Place(draw.uniform(37.45, 37.68), draw.uniform(126.82, 127.14)),
                weight_g=weight_g,
                volume_ml=volume_ml,
                chilled_volume_ml=volume_ml // 2 if draw.random() < 0.25 else 0,
                service_s=draw.randint(300, 900),
                windows=draw.choice(hours),
            )
        )
    return jobs, [replace(VAN, key=key, chilled=key % 2 == 0) for key in range(vans)]


# -- Whole days -------------------------------------------------------------------------------


def test_day_without_jobs_is_an_empty_plan() -> None:
    assert _plan([], [VAN]) == Plan((), (), 0, 0.0)
    assert _plan([], []) == Plan((), (), 0, 0.0)


def test_single_job_is_driven_out_and_back() -> None:
    plan = _plan([JOB], [VAN])
    matrix = travel_matrix([HUB, GANGNAM])
    assert plan.routes == (schedule([JOB], VAN, matrix),)
    assert plan.distance_m == matrix.metres(HUB, GANGNAM) + matrix.metres(GANGNAM, HUB)
    assert plan.unassigned == ()


def test_jobs_at_one_place_share_a_trip() -> None:
    jobs = [replace(JOB, key=key) for key in range(5)] + [replace(JOB, key=9, place=HUB)]
    plan = _plan(jobs, [VAN, replace(VAN, key=2)])
    assert [sorted(stops) for stops in _stops(plan).values()] == [[0, 1, 2, 3, 4, 9]]
    assert plan.distance_m == 2 * travel_matrix([HUB, GANGNAM]).metres(HUB, GANGNAM)


def test_no_more_vans_go_out_than_needed() -> None:
    jobs = [replace(JOB, key=1), replace(JOB, key=2, place=EUNPYEONG), replace(JOB, key=3, place=SONGPA)]
    vans = [replace(VAN, key=key) for key in (1, 2, 3)]
    assert len(_plan(jobs, vans).routes) == 1


def test_van_costs_decide_when_a_second_van_pays() -> None:
    west, east = Place(37.60, 126.80), Place(37.60, 127.10)
    jobs = [replace(JOB, key=1, place=west), replace(JOB, key=2, place=east)]
    vans = [
        replace(VAN, key=1, place_start=west, place_end=west),
        replace(VAN, key=2, place_start=east, place_end=east),
    ]
    assert len(_plan(jobs, vans).routes) == 1
    assert _stops(_plan(jobs, vans, weights=Weights(per_van=0))) == {1: [1], 2: [2]}


@pytest.mark.parametrize("eastwards", [True, False])
def test_van_may_end_elsewhere_than_it_starts(eastwards: bool) -> None:
    west, east = Place(37.60, 126.80), Place(37.60, 127.10)
    jobs = [replace(JOB, key=key, place=Place(37.60, 126.80 + key * 0.06)) for key in (1, 2, 3, 4)]
    van = replace(VAN, place_start=west if eastwards else east, place_end=east if eastwards else west)
    assert _stops(_plan(jobs, [van])) == {1: [1, 2, 3, 4] if eastwards else [4, 3, 2, 1]}


def test_chilled_jobs_go_by_refrigerated_van() -> None:
    jobs = [replace(JOB, key=1, chilled_volume_ml=1), replace(JOB, key=2)]
    vans = [replace(VAN, key=1), replace(VAN, key=2, chilled=True, max_weight_g=20_000)]
    assert _stops(_plan(jobs, vans)) == {1: [2], 2: [1]}


def test_job_with_several_windows_is_served_once_in_the_window_that_suits() -> None:
    morning_and_evening = ((9 * HOUR, 10 * HOUR), (16 * HOUR, 17 * HOUR))
    jobs = [
        replace(JOB, key=1, place=EUNPYEONG, windows=((9 * HOUR, 9 * HOUR + 900),)),
        replace(JOB, key=2, place=SONGPA, windows=((14 * HOUR, 15 * HOUR),)),
        replace(JOB, key=3, place=EUNPYEONG, service_s=2 * HOUR, windows=morning_and_evening),
        replace(
            JOB,
            key=4,
            place=EUNPYEONG,
            service_s=HOUR,
            windows=((10 * HOUR, 11 * HOUR), (11 * HOUR, 12 * HOUR)),
        ),
    ]
    van = replace(VAN, ends_s=19 * HOUR)
    plan = _plan(jobs, [van])
    assert plan.unassigned == ()
    starts = {stop.job_key: stop.starts_s for route in plan.routes for stop in route.stops}
    assert sorted(starts) == [1, 2, 3, 4]
    assert all(any(opens <= starts[job.key] <= closes for opens, closes in job.windows) for job in jobs)


def test_seoul_day_is_delivered_with_as_few_vans_as_can_carry_it() -> None:
    jobs, vans = _seoul_day(60, 6)
    plan = plan_routes(jobs, vans, seconds=60, max_iterations=1_000)
    assert plan.unassigned == ()
    assert len(plan.routes) == ceil(sum(job.weight_g for job in jobs) / VAN.max_weight_g)


def test_plan_is_reproducible_with_a_number_of_iterations() -> None:
    jobs, vans = _seoul_day(40, 4)
    first, second = _plan(jobs, vans), _plan(jobs, vans)
    assert replace(first, solver_seconds=0) == replace(second, solver_seconds=0)
    assert first.solver_seconds > 0


def test_small_day_settles_before_its_seconds_are_over() -> None:
    jobs, vans = _seoul_day(4, 2)
    assert plan_routes(jobs, vans, seconds=1e9).unassigned == ()  # or the suite never ends


def test_seconds_end_a_search_that_would_not_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "SETTLED_ITERATIONS", 10**12)
    assert plan_routes([JOB], [VAN], seconds=0.2).solver_seconds >= 0.2


@given(matrices(), day_jobs(), day_van(key=1), day_van(key=2))
def test_plan_is_possible_and_leaves_nothing_that_still_fits(
    matrix: TravelMatrix, jobs: list[Job], van: Van, other: Van
) -> None:
    # The search is no proof: it may fall short of the best, but neither cheat nor waste what is left.
    plan = _plan(jobs, [van, other], matrix=matrix)
    by_key, left = {job.key: job for job in jobs}, {job.job_key for job in plan.unassigned}
    delivered = sum(job.priority for job in jobs if job.key not in left)
    assert delivered <= best_assignment(jobs, [van, other], matrix)
    orders = _stops(plan)
    for used in (van, other):
        order = [by_key[key] for key in orders.get(used.key, [])]
        assert fits(order, used, matrix)
        for job in (by_key[each.job_key] for each in plan.unassigned if each.reason == Reason.NO_ROOM):
            longer = [[*order[:position], job, *order[position:]] for position in range(len(order) + 1)]
            assert not any(fits(more, used, matrix) for more in longer)


@given(matrices(), day_jobs(), day_van(key=1), day_van(key=2))
def test_jobs_are_impossible_alone_exactly_if_no_van_fits(
    matrix: TravelMatrix, jobs: list[Job], van: Van, other: Van
) -> None:
    for job in jobs:
        possible = fits([job], van, matrix) or fits([job], other, matrix)
        assert (why_impossible_alone(job, [van, other], matrix) is None) == possible


# -- Why a job stays behind ---------------------------------------------------------------------

NIGHT = ((2 * HOUR, 3 * HOUR),)
IMPOSSIBLE = {
    "heavier than any van takes": (
        replace(JOB, weight_g=500_001),
        UnassignedJob(1, Reason.TOO_HEAVY, "500.001 kg > 500.0 kg"),
    ),
    "bigger than any van takes": (
        replace(JOB, volume_ml=2_500_000),
        UnassignedJob(1, Reason.TOO_BIG, "2500.0 L > 2000.0 L"),
    ),
    "chilled without a refrigerated van": (
        replace(JOB, chilled_volume_ml=12_500),
        UnassignedJob(1, Reason.NEEDS_CHILLED, "12.5 L > 0 L"),
    ),
    "open only at night": (
        replace(JOB, windows=NIGHT),
        UnassignedJob(1, Reason.OUTSIDE_HOURS, "09:49 > 03:00"),
    ),
    "open when the shift is over": (
        replace(JOB, windows=(*NIGHT, (20 * HOUR, 21 * HOUR))),
        UnassignedJob(1, Reason.OUTSIDE_HOURS, "20:59 > 18:00"),
    ),
    "service longer than the shift": (
        replace(JOB, service_s=9 * HOUR),
        UnassignedJob(1, Reason.OUTSIDE_HOURS, "19:39 > 18:00"),
    ),
    "never open": (replace(JOB, windows=()), UnassignedJob(1, Reason.OUTSIDE_HOURS)),
}


@pytest.mark.parametrize("kind", IMPOSSIBLE)
def test_job_that_is_impossible_alone_is_left_out_with_its_reason(kind: str) -> None:
    job, unassigned = IMPOSSIBLE[kind]
    plan = _plan([job, replace(JOB, key=2)], [VAN])
    assert plan.unassigned == (unassigned,)
    assert _stops(plan) == {1: [2]}


def test_no_van_on_a_day_leaves_every_job_unassigned() -> None:
    plan = _plan([JOB, replace(JOB, key=2, windows=())], [])
    assert plan.unassigned == (UnassignedJob(1, Reason.NO_VAN), UnassignedJob(2, Reason.NO_VAN))


def test_refrigerated_van_that_is_too_small_does_not_count() -> None:
    vans = [VAN, replace(VAN, key=2, chilled=True, max_volume_ml=50_000)]
    plan = _plan([replace(JOB, chilled_volume_ml=1_000)], vans)
    assert plan.unassigned == (UnassignedJob(1, Reason.NEEDS_CHILLED, "1.0 L > 0 L"),)


def test_least_important_job_is_sacrificed_when_the_van_is_full() -> None:
    jobs = [replace(JOB, key=key, weight_g=200_000, priority=1 if key == 2 else 3) for key in (1, 2, 3)]
    plan = _plan(jobs, [VAN])
    assert plan.unassigned == (UnassignedJob(2, Reason.NO_ROOM),)


def test_day_with_too_few_vans_leaves_only_what_fits_nowhere() -> None:
    jobs, vans = _seoul_day(60, 2)
    plan = _plan(jobs, vans)
    by_key, left = {job.key: job for job in jobs}, {job.job_key for job in plan.unassigned}
    assert {job.reason for job in plan.unassigned} == {Reason.NO_ROOM}
    matrix = travel_matrix([HUB, *(job.place for job in jobs)])
    for route in plan.routes:
        order = [by_key[stop.job_key] for stop in route.stops]
        for key in left:
            assert list(insertions(by_key[key], order, vans[route.van_key], matrix)) == []


# -- Never an impossible plan ----------------------------------------------------------------------


def test_routes_that_cannot_be_driven_are_repaired() -> None:
    heavy = [replace(JOB, key=key, weight_g=200_000) for key in (1, 2, 3)]
    closed_by_then = replace(JOB, key=4, place=EUNPYEONG, windows=((9 * HOUR, 9 * HOUR + 1200),))
    second, third = replace(VAN, key=2), replace(VAN, key=3)
    matrix = travel_matrix([HUB, GANGNAM, EUNPYEONG])
    orders = repaired(
        [(VAN, [*heavy, closed_by_then]), (second, [])], [*heavy, closed_by_then], [third], matrix
    )
    # The third load fits into no route in use; the early one fits at the front of the first.
    assert [(van.key, [job.key for job in order]) for van, order in orders] == [(1, [4, 1, 2]), (2, [3])]


def test_left_over_jobs_rather_join_a_route_than_send_out_an_idle_van() -> None:
    idle = replace(VAN, key=2, place_start=GANGNAM, place_end=GANGNAM)
    matrix = travel_matrix([HUB, GANGNAM, EUNPYEONG])
    near_hub, near_idle = replace(JOB, key=1, place=EUNPYEONG), replace(JOB, key=2, place=GANGNAM)
    orders = repaired([(VAN, [near_hub])], [near_hub, near_idle], [idle], matrix)
    assert [(van.key, sorted(job.key for job in order)) for van, order in orders] == [(1, [1, 2])]


def test_left_over_room_goes_to_the_most_important_job() -> None:
    jobs = [replace(JOB, key=key, weight_g=300_000, priority=key) for key in (1, 3, 2)]
    orders = repaired([], jobs, [VAN], travel_matrix([HUB, GANGNAM]))
    assert [[job.key for job in order] for _, order in orders] == [[3]]


@given(matrices(), day_jobs(), day_van(key=1), day_van(key=2), st.permutations(range(4)), st.integers(0, 4))
def test_repaired_routes_of_any_kind_can_be_driven(
    matrix: TravelMatrix, jobs: list[Job], van: Van, other: Van, shuffle: list[int], cut: int
) -> None:
    mixed = [jobs[index] for index in shuffle if index < len(jobs)]
    orders = repaired([(van, mixed[:cut])], jobs, [other], matrix)
    planned = [job.key for _, order in orders for job in order]
    assert len(planned) == len(set(planned))
    for each, order in orders:
        assert order
        assert route_violations(schedule(order, each, matrix), order, each, matrix) == ()


def test_plan_that_fails_its_own_check_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "repaired", lambda orders, jobs, idle, matrix: [(VAN, [JOB, JOB])])
    with pytest.raises(InfeasiblePlan) as refusal:
        _plan([JOB], [VAN])
    assert refusal.value.faults == ("job 1: appears 2 times",)


def test_matrix_of_another_source_is_used_as_it_is() -> None:
    seconds = np.array([[0, 100], [300, 0]], dtype=np.int64)
    plan = _plan([JOB], [VAN], matrix=TravelMatrix((HUB, GANGNAM), seconds * 10, seconds))
    route = plan.routes[0]
    assert (route.distance_m, route.duration_s, route.returns_s) == (4_000, 1_000, 9 * HOUR + 1_000)
