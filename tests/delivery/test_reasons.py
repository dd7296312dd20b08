from dataclasses import replace

import pytest
from hypothesis import given

from delivery.itinerary import ANY_TIME, Job, Obstacle, Route, Sacrifice, UnassignedJob, Van
from delivery.reasons import Reason, sacrifice, why_impossible_alone
from delivery.travel import Place, TravelMatrix, travel_matrix
from tests.delivery.small_days import day_jobs, day_van, fits, matrices, ways_to_cut

HOUR = 3600
HUB, GANGNAM, EUNPYEONG = Place(37.6080, 126.9340), Place(37.5173, 127.0473), Place(37.6027, 126.9291)
MATRIX = travel_matrix([HUB, GANGNAM, EUNPYEONG], speed=None)
VAN = Van(1, HUB, HUB, 500_000, 2_000_000, False, 9 * HOUR, 18 * HOUR, max_crates=40)
JOB = Job(1, GANGNAM, 20_000, 60_000, 0, 600, ANY_TIME)
NIGHT = ((2 * HOUR, 3 * HOUR),)
ARRIVES_S = 9 * HOUR + MATRIX.seconds(HUB, GANGNAM)

IMPOSSIBLE = {
    "heavier than any van takes": (
        replace(JOB, weight_g=500_001),
        Obstacle(1, Reason.TOO_HEAVY, 500_001, 500_000),
        "500.001 kg > 500.0 kg",
    ),
    "bigger than any van takes": (
        replace(JOB, volume_ml=2_500_000),
        Obstacle(1, Reason.TOO_BIG, 2_500_000, 2_000_000),
        "2500.0 L > 2000.0 L",
    ),
    "more crates than any van takes": (
        replace(JOB, crates=41),
        Obstacle(1, Reason.TOO_MANY, 41, 40),
        "41 > 40",
    ),
    "chilled without a refrigerated van": (
        replace(JOB, chilled_volume_ml=12_500),
        Obstacle(1, Reason.NEEDS_CHILLED, 12_500, 0),
        "12.5 L > 0.0 L",
    ),
    "open only at night": (
        replace(JOB, windows=NIGHT),
        Obstacle(1, Reason.OUTSIDE_HOURS, ARRIVES_S, 3 * HOUR),
        "09:49 > 03:00",
    ),
    "open when the shift is over": (
        replace(JOB, windows=(*NIGHT, (20 * HOUR, 21 * HOUR))),
        Obstacle(1, Reason.OUTSIDE_HOURS, 20 * HOUR + 600 + ARRIVES_S - 9 * HOUR, 18 * HOUR),
        "20:59 > 18:00",
    ),
    "service longer than the shift": (
        replace(JOB, service_s=9 * HOUR),
        Obstacle(1, Reason.OUTSIDE_HOURS, 2 * ARRIVES_S, 18 * HOUR),
        "19:39 > 18:00",
    ),
    "collected too late for the depot": (
        replace(JOB, is_pickup=True, due_s=10 * HOUR),
        Obstacle(1, Reason.OUTSIDE_HOURS, ARRIVES_S + 600 + ARRIVES_S - 9 * HOUR, 10 * HOUR),
        "10:49 > 10:00",
    ),
    "never open": (replace(JOB, windows=()), Obstacle(1, Reason.OUTSIDE_HOURS), ""),
    "locked to a van that is not there": (replace(JOB, van_key=9), Obstacle(1, Reason.LOCKED), ""),
    "packed at another depot": (replace(JOB, depot=EUNPYEONG), Obstacle(1, Reason.OTHER_DEPOT), ""),
}


@pytest.mark.parametrize("kind", IMPOSSIBLE)
def test_job_that_is_impossible_alone_says_which_rule_fails(kind: str) -> None:
    job, obstacle, detail = IMPOSSIBLE[kind]
    assert why_impossible_alone(job, [VAN], MATRIX) == UnassignedJob(1, obstacle.rule, detail, (obstacle,))


def test_reason_is_that_of_the_van_that_comes_furthest() -> None:
    vans = [VAN, replace(VAN, key=2, chilled=True, max_volume_ml=50_000)]
    assert why_impossible_alone(replace(JOB, chilled_volume_ml=1_000), vans, MATRIX) == UnassignedJob(
        1,
        Reason.NEEDS_CHILLED,
        "1.0 L > 0.0 L",
        (Obstacle(1, Reason.NEEDS_CHILLED, 1_000, 0), Obstacle(2, Reason.TOO_BIG, 60_000, 50_000)),
    )


@pytest.mark.parametrize(
    ("job", "van"),
    [
        (replace(JOB, windows=((9 * HOUR, 9 * HOUR + 600),), late_s=HOUR), VAN),
        (replace(JOB, weight_g=525_000), replace(VAN, overload_percent=5)),
    ],
)
def test_what_the_operator_allows_is_not_impossible(job: Job, van: Van) -> None:
    assert why_impossible_alone(job, [van], MATRIX) is None
    strict = why_impossible_alone(replace(job, late_s=0), [replace(van, overload_percent=0)], MATRIX)
    assert strict is not None


@given(matrices(), day_jobs(wide=True), day_van(key=1, wide=True), day_van(key=2, wide=True))
def test_jobs_are_impossible_alone_exactly_if_no_van_fits(
    matrix: TravelMatrix, jobs: list[Job], van: Van, other: Van
) -> None:
    for job in jobs:
        possible = any(
            fits(trips, each, matrix) for each in (van, other) for trips in ways_to_cut([job], each)
        )
        assert (why_impossible_alone(job, [van, other], matrix) is None) == possible


def test_sacrifice_is_what_the_cheapest_van_would_need() -> None:
    full = Route(VAN, ((replace(JOB, key=2, weight_g=490_000),),))
    assert sacrifice(JOB, [full], [VAN], MATRIX) == Sacrifice(1, 0, 0, 2, 0)
    closed = replace(JOB, windows=((9 * HOUR, ARRIVES_S - 300),))
    idle = replace(VAN, key=2)
    way_m = MATRIX.metres(HUB, GANGNAM) + MATRIX.metres(GANGNAM, HUB)
    assert sacrifice(closed, [], [idle], MATRIX) == Sacrifice(2, way_m, 300, 0, 0)


def test_nothing_buys_what_no_van_may_take() -> None:
    assert sacrifice(replace(JOB, chilled_volume_ml=1), [], [VAN], MATRIX) is None
