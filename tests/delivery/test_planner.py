import random
import time
from collections.abc import Sequence
from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from hypothesis import given

from delivery import planner, search
from delivery.construction import constructed
from delivery.decomposition import routes_cost
from delivery.itinerary import ANY_TIME, Job, Obstacle, Plan, Route, Sacrifice, UnassignedJob, Van, places_of
from delivery.large_day import plan_large_day
from delivery.planner import InfeasiblePlan, plan_routes
from delivery.reasons import Reason
from delivery.repair import Tour
from delivery.scheduler import schedule
from delivery.search import Progress
from delivery.solver import DEFAULT_WEIGHTS, Weights
from delivery.travel import Place, TravelMatrix, travel_matrix
from delivery.verifier import violations
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


def _trips(plan: Plan, jobs: dict[int, Job]) -> dict[int, list[list[Job]]]:
    trips: dict[int, list[list[Job]]] = {}
    for route in plan.routes:
        trips[route.van_key] = [[] for _ in range(len(route.reloads) + 1)]
        for stop in route.stops:
            trips[route.van_key][stop.trip].append(jobs[stop.job_key])
    return trips


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
    assert plan.routes == (schedule([[JOB]], VAN, matrix),)
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
    monkeypatch.setattr(search, "SETTLED_ITERATIONS", 10**12)
    assert plan_routes([JOB], [VAN], seconds=0.2).solver_seconds >= 0.2


@given(matrices(), day_jobs(wide=True), day_van(key=1, wide=True), day_van(key=2, wide=True))
def test_plan_is_possible_and_leaves_nothing_that_still_fits(
    matrix: TravelMatrix, jobs: list[Job], van: Van, other: Van
) -> None:
    # The search is no proof: it may fall short of the best, but neither cheat nor waste what is left.
    plan = _plan(jobs, [van, other], matrix=matrix)
    by_key, left = {job.key: job for job in jobs}, {job.job_key for job in plan.unassigned}
    delivered = sum(job.priority for job in jobs if job.key not in left)
    assert delivered <= best_assignment(jobs, [van, other], matrix)
    trips_by_van = _trips(plan, by_key)
    for used in (van, other):
        trips = trips_by_van.get(used.key, [[]])
        assert fits(trips, used, matrix)
        for job in (by_key[each.job_key] for each in plan.unassigned if each.reason == Reason.NO_ROOM):
            for number, trip in enumerate(trips):
                for position in range(len(trip) + 1):
                    longer = [*trip[:position], job, *trip[position:]]
                    assert not fits([*trips[:number], longer, *trips[number + 1 :]], used, matrix)


# -- Who stays behind --------------------------------------------------------------------------


def test_impossible_job_is_left_out_with_its_reason() -> None:
    plan = _plan([replace(JOB, windows=()), replace(JOB, key=2)], [VAN, replace(VAN, key=7)])
    obstacles = (Obstacle(1, Reason.OUTSIDE_HOURS), Obstacle(7, Reason.OUTSIDE_HOURS))
    assert plan.unassigned == (UnassignedJob(1, Reason.OUTSIDE_HOURS, obstacles=obstacles),)
    assert list(_stops(plan).values()) == [[2]]


def test_no_van_on_a_day_leaves_every_job_unassigned() -> None:
    plan = _plan([JOB, replace(JOB, key=2, windows=())], [])
    assert plan.unassigned == (UnassignedJob(1, Reason.NO_VAN), UnassignedJob(2, Reason.NO_VAN))


def test_least_important_job_is_sacrificed_when_the_van_is_full() -> None:
    jobs = [replace(JOB, key=key, weight_g=200_000, priority=1 if key == 2 else 3) for key in (1, 2, 3)]
    (left,) = _plan(jobs, [VAN]).unassigned
    assert (left.job_key, left.reason) == (2, Reason.NO_ROOM)
    # All three stand at one place: nothing but the load is in the way.
    assert left.sacrifice == Sacrifice(van_key=1, extra_m=0, late_s=0, over_percent=20, overtime_s=0)


def test_day_with_too_few_vans_leaves_only_what_fits_nowhere() -> None:
    jobs, vans = _seoul_day(60, 2)
    plan = _plan(jobs, vans)
    by_key, left = {job.key: job for job in jobs}, {job.job_key for job in plan.unassigned}
    assert {job.reason for job in plan.unassigned} == {Reason.NO_ROOM}
    prices = [job.sacrifice for job in plan.unassigned]
    assert all(price and price.late_s + price.over_percent + price.overtime_s > 0 for price in prices)
    matrix = travel_matrix([HUB, *(job.place for job in jobs)])
    for route in plan.routes:
        order = [by_key[stop.job_key] for stop in route.stops]
        for key in left:
            assert list(Tour(vans[route.van_key], [order], matrix).insertions(by_key[key])) == []


# -- Never an impossible plan ----------------------------------------------------------------------


def test_plan_that_fails_its_own_check_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "repaired", lambda routes, jobs, vans, matrix: [Route(VAN, ((JOB, JOB),))])
    with pytest.raises(InfeasiblePlan) as refusal:
        _plan([JOB], [VAN])
    assert refusal.value.faults == ("job 1: appears 2 times",)


def test_matrix_of_another_source_is_used_as_it_is() -> None:
    seconds = np.array([[0, 100], [300, 0]], dtype=np.int64)
    plan = _plan([JOB], [VAN], matrix=TravelMatrix((HUB, GANGNAM), seconds * 10, seconds))
    route = plan.routes[0]
    assert (route.distance_m, route.duration_s, route.returns_s) == (4_000, 1_000, 9 * HOUR + 1_000)


# -- A day that has been planned before ---------------------------------------------------------------


def test_new_plan_starts_from_the_one_before_and_keeps_couriers() -> None:
    jobs, vans = _seoul_day(40, 4)
    before = _plan(jobs, vans)
    couriers = {stop.job_key: route.van_key for route in before.routes for stop in route.stops}
    changed = [*jobs[2:], replace(JOB, key=100, place=jobs[0].place)]
    after = _plan(changed, vans, previous=before, weights=Weights(per_stranger=100_000))
    assert after.unassigned == ()
    kept = {stop.job_key: route.van_key for route in after.routes for stop in route.stops}
    assert {key: van for key, van in kept.items() if key != 100} == {
        key: van for key, van in couriers.items() if key in kept
    }


def test_previous_plan_of_vans_and_jobs_that_are_gone_is_no_hindrance() -> None:
    before = _plan([JOB, replace(JOB, key=2, place=SONGPA)], [VAN])
    plan = _plan([replace(JOB, key=3)], [replace(VAN, key=9)], previous=before)
    assert _stops(plan) == {9: [3]}


def test_locked_job_goes_with_its_van_though_another_passes_by() -> None:
    jobs = [replace(JOB, key=1), replace(JOB, key=2, van_key=2)]
    vans = [VAN, replace(VAN, key=2), replace(VAN, key=3)]
    stops = _stops(_plan(jobs, vans))
    assert 2 in stops[2]


def test_sequence_is_kept_and_a_stop_on_its_way_joins_it() -> None:
    west, east = Place(37.60, 126.80), Place(37.60, 127.10)
    hub = replace(VAN, place_start=west, place_end=west, sequence=(5, 4))
    jobs = [replace(JOB, key=4, place=Place(37.60, 126.90)), replace(JOB, key=5, place=east)]
    between = replace(JOB, key=6, place=Place(37.60, 127.00))
    stops = _stops(_plan([*jobs, between], [hub, replace(hub, key=2, sequence=())]))
    assert list(stops) == [1]
    assert [key for key in stops[1] if key != 6] == [5, 4]


def test_courier_goes_rather_where_the_way_is_known() -> None:
    vans = [replace(VAN, areas=frozenset({"강남구"})), replace(VAN, key=2, areas=frozenset({"송파구"}))]
    jobs = [
        replace(JOB, key=1, place=GANGNAM, area="강남구", weight_g=300_000),
        replace(JOB, key=2, place=SONGPA, area="송파구", weight_g=300_000),
    ]
    assert _stops(_plan(jobs, vans)) == {1: [1], 2: [2]}
    swapped = [replace(van, areas=vans[1 - index].areas) for index, van in enumerate(vans)]
    assert _stops(_plan(jobs, swapped)) == {1: [2], 2: [1]}


def test_hours_are_shared_out_if_unevenness_costs() -> None:
    jobs = [
        replace(JOB, key=key, place=Place(37.60, 126.94 + key / 1000), service_s=HOUR) for key in range(8)
    ]
    vans = [replace(VAN, max_weight_g=120_000), replace(VAN, key=2, max_weight_g=120_000)]
    even = _plan(jobs, vans, weights=Weights(per_uneven_second=50))
    assert sorted(len(stops) for stops in _stops(even).values()) == [4, 4]


# -- Watching and large days -------------------------------------------------------------------------


@pytest.mark.parametrize("stops", [30, 170])
def test_who_watches_can_take_the_best_so_far(stops: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "WATCHED_EVERY_S", 0.0)
    monkeypatch.setattr(search, "SETTLED_ITERATIONS", 10**12)
    seen = []

    def watch(progress: Progress) -> bool:
        seen.append(progress)
        return len(seen) < 20

    jobs, vans = _seoul_day(stops, 2 + stops // 8)
    plan = plan_routes(jobs, vans, seconds=1e9, watch=watch)  # or the suite never ends
    assert plan.unassigned == ()
    assert len(seen) == 20
    assert [progress.seconds for progress in seen] == sorted(progress.seconds for progress in seen)
    assert seen[-1].left_out >= 0
    assert len(plan.routes) <= seen[0].routes


def test_large_day_is_planned_in_parts_better_than_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "clock", time.process_time)  # the machine may be busy
    jobs, vans = _seoul_day(200, 40)
    matrix = travel_matrix(places_of(jobs, vans))
    starts = [constructed(jobs, vans, matrix, size)[0] for size in (40, 150, 200)]
    plan = plan_routes(jobs, vans, seconds=2, matrix=matrix)
    assert plan.unassigned == ()
    cost = sum(DEFAULT_WEIGHTS.per_van + route.distance_m + route.duration_s for route in plan.routes)
    assert cost < min(routes_cost(routes, matrix, DEFAULT_WEIGHTS) for routes in starts)


def test_day_beyond_the_largest_is_planned_without_a_whole_matrix() -> None:
    jobs, vans = _seoul_day(120, 30)
    most = 0

    def travel(places: Sequence[Place]) -> TravelMatrix:
        nonlocal most
        most = max(most, len(places))
        return travel_matrix(places)

    plan = plan_large_day(
        [*jobs, replace(JOB, key=999, windows=())], vans, travel, seconds=2, region_stops=50
    )
    assert plan.unassigned == (
        UnassignedJob(
            999,
            Reason.OUTSIDE_HOURS,
            obstacles=tuple(Obstacle(van.key, Reason.OUTSIDE_HOURS) for van in vans),
        ),
    )
    assert most < 120
    assert violations(plan, [*jobs, replace(JOB, key=999, windows=())], vans, travel) == ()


def test_day_beyond_the_largest_with_too_few_vans_says_who_stays_behind() -> None:
    jobs, vans = _seoul_day(120, 2)
    plan = plan_large_day(jobs, vans, travel_matrix, seconds=1, region_stops=50)
    assert len(plan.routes) == 2
    assert {job.reason for job in plan.unassigned} == {Reason.NO_ROOM}
