"""A drawn delivery day over Seoul's 25 districts, the same for the same number of stops and seed."""

import math
from dataclasses import dataclass
from random import Random

import numpy as np

from delivery.itinerary import Job, Van
from delivery.travel import Place, TravelMatrix, travel_matrix

HOUR = 3600
HUB = Place(37.6080, 126.9340)
SHIFT = (9 * HOUR, 18 * HOUR)
SEED = 25
KM_PER_DEGREE = 111.2
COS_OF_SEOUL = 0.793
# Middle of each district and its area in square kilometres, in the order in which people hand on their
# rounds: along the north bank from west to east, then back along the south bank.
DISTRICTS: dict[str, tuple[float, float, float]] = {
    "은평구": (37.6100, 126.9250, 29.7),
    "서대문구": (37.5780, 126.9400, 17.6),
    "마포구": (37.5580, 126.9150, 23.9),
    "용산구": (37.5320, 126.9800, 21.9),
    "중구": (37.5600, 126.9900, 10.0),
    "종로구": (37.5800, 126.9850, 23.9),
    "성북구": (37.6000, 127.0150, 24.6),
    "강북구": (37.6350, 127.0200, 23.6),
    "도봉구": (37.6620, 127.0380, 20.7),
    "노원구": (37.6500, 127.0700, 35.4),
    "중랑구": (37.6000, 127.0930, 18.5),
    "동대문구": (37.5800, 127.0500, 14.2),
    "성동구": (37.5550, 127.0400, 16.9),
    "광진구": (37.5450, 127.0850, 17.1),
    "강동구": (37.5450, 127.1370, 24.6),
    "송파구": (37.5080, 127.1150, 33.9),
    "강남구": (37.5000, 127.0550, 39.5),
    "서초구": (37.4850, 127.0180, 47.0),
    "동작구": (37.5000, 126.9500, 16.4),
    "관악구": (37.4700, 126.9450, 29.6),
    "금천구": (37.4600, 126.9000, 13.0),
    "구로구": (37.4950, 126.8580, 20.1),
    "영등포구": (37.5200, 126.9100, 24.6),
    "양천구": (37.5240, 126.8550, 17.4),
    "강서구": (37.5580, 126.8350, 41.4),
}
# Offices and schools are denser there.
BUSY = {
    "중구": 4.0,
    "종로구": 3.5,
    "강남구": 3.5,
    "영등포구": 2.5,
    "서초구": 2.5,
    "마포구": 2.0,
    "송파구": 1.5,
}
WINDOWS = [
    (0.45, ((9 * HOUR, 18 * HOUR),)),
    (0.20, ((9 * HOUR, 12 * HOUR),)),
    (0.15, ((13 * HOUR, 17 * HOUR),)),
    (0.12, ((9 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR))),
    (0.08, ((10 * HOUR, 11 * HOUR + 1800),)),
]


@dataclass(frozen=True)
class SeoulDay:
    """`districts` names the district of each job, in the order of the jobs."""

    jobs: list[Job]
    vans: list[Van]
    matrix: TravelMatrix
    districts: list[str]


def seoul_day(stops: int, seed: int = SEED) -> SeoulDay:
    """Draw a day: a quarter of the stops chilled, half of the vans refrigerated, more vans than needed."""
    draw = Random(f"{seed}/{stops}")
    names = list(DISTRICTS)
    districts = draw.choices(names, [BUSY.get(name, 1.0) for name in names], k=stops)
    jobs = [_job(draw, key, district) for key, district in enumerate(districts)]
    return SeoulDay(jobs, _vans(stops), one_way_streets([HUB, *(job.place for job in jobs)], seed), districts)


def new_jobs(draw: Random, first_key: int, count: int) -> list[Job]:
    """Draw further stops of the same kind, for a day that changes."""
    names = list(DISTRICTS)
    districts = draw.choices(names, [BUSY.get(name, 1.0) for name in names], k=count)
    return [_job(draw, first_key + number, district) for number, district in enumerate(districts)]


def one_way_streets(places: list[Place], seed: int) -> TravelMatrix:
    """The usual estimate, where each direction of a trip is up to a tenth longer, and slower still."""
    estimate = travel_matrix(places)
    noise = np.random.default_rng(seed)
    size = (len(places), len(places))
    longer = 1 + 0.1 * noise.random(size)
    slower = longer * (1 + 0.06 * noise.random(size))
    return TravelMatrix(
        estimate.places,
        np.rint(estimate.distance_m * longer).astype(np.int64),
        np.rint(estimate.duration_s * slower).astype(np.int64),
    )


def _job(draw: Random, key: int, district: str) -> Job:
    place = _somewhere(draw, *DISTRICTS[district])
    crates = min(12, 1 + int(draw.expovariate(0.5)))
    weight_g = sum(draw.randint(4_000, 9_000) for _ in range(crates))
    volume_ml = crates * draw.randint(25_000, 40_000)
    is_chilled = draw.random() < 0.25
    [windows] = draw.choices([windows for _, windows in WINDOWS], [share for share, _ in WINDOWS])
    return Job(
        key=key,
        place=place,
        weight_g=weight_g,
        volume_ml=volume_ml,
        chilled_volume_ml=volume_ml if is_chilled else 0,
        crates=crates,
        service_s=480 + 30 * crates + 60 * draw.randint(0, 4),
        windows=windows,
    )


def _somewhere(draw: Random, latitude: float, longitude: float, area: float) -> Place:
    """Anywhere in a circle of the district's area."""
    reach, angle = math.sqrt(draw.random() * area / math.pi), draw.uniform(0, 2 * math.pi)
    return Place(
        round(latitude + reach * math.sin(angle) / KM_PER_DEGREE, 5),
        round(longitude + reach * math.cos(angle) / (KM_PER_DEGREE * COS_OF_SEOUL), 5),
    )


def _vans(stops: int) -> list[Van]:
    """One-ton vans by turns with and without refrigeration, one for each 10 stops."""
    return [
        Van(key, HUB, HUB, 900_000, 4_500_000, key % 2 == 0, *SHIFT, max_crates=120)
        for key in range(2 + stops // 10)
    ]
