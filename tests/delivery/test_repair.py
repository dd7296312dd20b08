from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from delivery.itinerary import ANY_TIME, Job, Route, Van
from delivery.repair import Tour, drawn_in, repaired
from delivery.scheduler import schedule
from delivery.travel import Place, TravelMatrix, travel_matrix
from delivery.verifier import route_violations
from tests.delivery.small_days import day_jobs, day_van, fits, matrices, trips_of

HOUR = 3600
HUB, GANGNAM, EUNPYEONG = Place(37.6080, 126.9340), Place(37.5173, 127.0473), Place(37.6027, 126.9291)
MATRIX = travel_matrix([HUB, GANGNAM, EUNPYEONG])
VAN = Van(1, HUB, HUB, 500_000, 2_000_000, False, 9 * HOUR, 18 * HOUR)
JOB = Job(1, GANGNAM, 20_000, 60_000, 0, 600, ANY_TIME)


def _keys(routes: list[Route]) -> dict[int, list[list[int]]]:
    return {route.van.key: [[job.key for job in trip] for trip in route.trips] for route in routes}


def test_routes_that_cannot_be_driven_are_repaired() -> None:
    heavy = [replace(JOB, key=key, weight_g=200_000) for key in (1, 2, 3)]
    closed_by_then = replace(JOB, key=4, place=EUNPYEONG, windows=((9 * HOUR, 9 * HOUR + 1200),))
    jobs = [*heavy, closed_by_then]
    vans = [VAN, replace(VAN, key=2), replace(VAN, key=3)]
    routes = repaired([Route(VAN, (tuple(jobs),)), Route(vans[1], ((),))], jobs, vans, MATRIX)
    # The third load fits into no route in use; the early one fits at the front of the first.
    assert _keys(routes) == {1: [[4, 1, 2]], 2: [[3]]}


def test_left_over_jobs_rather_join_a_route_than_send_out_an_idle_van() -> None:
    idle = replace(VAN, key=2, place_start=GANGNAM, place_end=GANGNAM)
    near_hub, near_idle = replace(JOB, key=1, place=EUNPYEONG), replace(JOB, key=2, place=GANGNAM)
    routes = repaired([Route(VAN, ((near_hub,),))], [near_hub, near_idle], [VAN, idle], MATRIX)
    assert [(route.van.key, {job.key for job in route.jobs}) for route in routes] == [(1, {1, 2})]


def test_left_over_room_goes_to_the_most_important_job() -> None:
    jobs = [replace(JOB, key=key, weight_g=300_000, priority=key) for key in (1, 3, 2)]
    assert _keys(repaired([], jobs, [VAN], MATRIX)) == {1: [[3]]}


def test_allowances_are_used_only_for_what_would_stay_behind() -> None:
    van = replace(VAN, overload_percent=10)
    jobs = [replace(JOB, key=key, weight_g=270_000) for key in (1, 2)]
    (route,) = repaired([], jobs, [van], MATRIX)
    assert {job.key for job in route.jobs} == {1, 2}
    other = replace(VAN, key=2)
    assert len(repaired([], jobs, [van, other], MATRIX)) == 2


def test_late_job_comes_late_only_if_it_must() -> None:
    early = replace(JOB, windows=((9 * HOUR, 9 * HOUR + 60),), late_s=HOUR)
    (route,) = repaired([], [early], [VAN], MATRIX)
    timed = schedule(route.trips, VAN, MATRIX)
    assert timed.stops[0].starts_s == 9 * HOUR + MATRIX.seconds(HUB, GANGNAM)


def test_full_van_reloads_for_what_is_left() -> None:
    van = replace(VAN, max_reloads=1, reloads_at=HUB, reload_s=1200)
    jobs = [replace(JOB, key=key, weight_g=300_000) for key in (1, 2, 3)]
    assert _keys(repaired([], jobs, [van], MATRIX)) == {1: [[1], [2]]}


def test_van_on_its_way_gets_new_goods_only_after_a_reload() -> None:
    van = replace(VAN, is_loaded=True, place_start=EUNPYEONG)
    loaded, new = replace(JOB, key=1, van_key=1), replace(JOB, key=2)
    assert _keys(repaired([], [loaded, new], [van], MATRIX)) == {1: [[1]]}
    reloading = replace(van, max_reloads=1, reloads_at=HUB)
    assert _keys(repaired([], [loaded, new], [reloading], MATRIX)) == {1: [[1], [2]]}


def test_stop_is_drawn_into_a_sequence_that_passes_by() -> None:
    keeping = replace(VAN, key=2, sequence=(5, 6))
    sequence = (replace(JOB, key=5), replace(JOB, key=6, place=EUNPYEONG))
    routes = [Route(keeping, (sequence,)), Route(VAN, ((replace(JOB, key=1),),))]
    (route,) = drawn_in(routes, [keeping], MATRIX)
    assert route.van == keeping
    order = [job.key for job in route.jobs]
    assert sorted(order) == [1, 5, 6]
    assert order.index(5) < order.index(6)


@given(matrices(), day_jobs(wide=True), day_van(wide=True), st.data())
def test_insertions_are_the_positions_where_the_longer_route_fits(
    matrix: TravelMatrix, jobs: list[Job], van: Van, data: st.DataObject
) -> None:
    trips = data.draw(trips_of(jobs[1:], van))
    if not jobs or not fits(trips, van, matrix):
        return
    before_m = schedule(trips, van, matrix).distance_m if any(trips) else 0
    expected = []
    for number, trip in enumerate(trips):
        for position in range(len(trip) + 1):
            longer = [*trips[:number], [*trip[:position], jobs[0], *trip[position:]], *trips[number + 1 :]]
            if fits(longer, van, matrix):
                expected.append((schedule(longer, van, matrix).distance_m - before_m, number, position))
    if van.max_reloads and len(trips) == 1 and trips[0] and fits([*trips, [jobs[0]]], van, matrix):
        expected.append((schedule([*trips, [jobs[0]]], van, matrix).distance_m - before_m, 1, 0))
    found = list(Tour(van, trips, matrix).insertions(jobs[0]))
    assert [place[1:] for place in sorted(found)] == [place[1:] for place in sorted(expected)]
    if any(trips):
        assert sorted(found) == sorted(expected)


@given(matrices(), day_jobs(wide=True), day_van(key=1, wide=True), day_van(key=2, wide=True), st.data())
def test_repaired_routes_of_any_kind_can_be_driven(
    matrix: TravelMatrix, jobs: list[Job], van: Van, other: Van, data: st.DataObject
) -> None:
    proposed = Route(van, tuple(map(tuple, data.draw(trips_of(jobs, van)))))
    routes = repaired([proposed], jobs, [van, other], matrix)
    planned = [job.key for route in routes for job in route.jobs]
    assert len(planned) == len(set(planned))
    for route in routes:
        assert route.jobs
        timed = schedule(route.trips, route.van, matrix)
        assert route_violations(timed, route.jobs, route.van, matrix) == ()


def test_insertion_into_an_idle_van_costs_all_of_its_way() -> None:
    minutes = np.array([[0, 20, 40], [20, 0, 30], [40, 30, 0]], dtype=np.int64)
    matrix = TravelMatrix((HUB, EUNPYEONG, GANGNAM), minutes * 400, minutes * 60)
    van = replace(VAN, place_end=GANGNAM)
    near, far = replace(JOB, place=EUNPYEONG), replace(JOB, key=2, windows=((14 * HOUR, 15 * HOUR),))
    assert list(Tour(van, [[]], matrix).insertions(near)) == [((20 + 30) * 400, 0, 0)]
    assert next(iter(Tour(van, [[far]], matrix).insertions(near))) == ((20 + 30 - 40) * 400, 0, 0)
