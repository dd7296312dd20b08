from dataclasses import replace

import pytest

from delivery.itinerary import ANY_TIME, Job, Rest, Route, Van, hhmm
from delivery.travel import Place

HOUR = 3600
DEPOT, NEAR = Place(37.60, 126.93), Place(37.57, 126.98)
VAN = Van(1, DEPOT, DEPOT, 500_000, 2_000_000, False, 9 * HOUR, 18 * HOUR)
JOB = Job(7, NEAR, 200_000, 900_000, 0, 600, ((9 * HOUR, 12 * HOUR),))


@pytest.mark.parametrize(
    "changes",
    [
        {"weight_g": -1},
        {"crates": -1},
        {"late_s": -1},
        {"chilled_volume_ml": 900_001},
        {"windows": ((12 * HOUR, 9 * HOUR),)},
        {"windows": ((-1, 9 * HOUR),)},
        {"priority": 0},
        {"due_s": HOUR},
    ],
)
def test_job_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Job 7"):
        replace(JOB, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"max_volume_ml": -1},
        {"max_crates": -1},
        {"overload_percent": -1},
        {"ends_s": 9 * HOUR - 1},
        {"starts_s": -1},
        {"max_work_s": -1},
        {"max_reloads": 1},
        {"sequence": (3, 4, 3)},
    ],
)
def test_van_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Van 1"):
        replace(VAN, **changes)


@pytest.mark.parametrize("times", [(0, 1, 2), (1, 2, 1), (1, -1, 2)])
def test_break_that_makes_no_sense_is_refused(times: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="A break"):
        Rest(*times)


def test_route_lists_the_jobs_of_all_its_trips() -> None:
    other = replace(JOB, key=8, windows=ANY_TIME)
    assert Route(VAN, ((JOB,), (), (other,))).jobs == (JOB, other)


def test_hhmm_cuts_seconds_off() -> None:
    assert [hhmm(0), hhmm(34_559), hhmm(24 * HOUR)] == ["00:00", "09:35", "24:00"]
