"""Academic instances as days of our own planner: Solomon and Gehring & Homberger, and CVRPLIB.

The objective is total distance alone. With time windows distance and travel time are
`floor(10 · euclid) / 10`, kept as integers ×10; without, `round(euclid)`.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from delivery.itinerary import ANY_TIME, Job, Van
from delivery.travel import Place, TravelMatrix

TENTHS = 10


@dataclass(frozen=True)
class Instance:
    """A day to plan; a distance of the plan divided by `scale` compares with `best_known`."""

    name: str
    jobs: list[Job]
    vans: list[Van]
    matrix: TravelMatrix
    scale: int
    best_known: float


def read_instances(folder: Path) -> dict[str, Instance]:
    """Read every instance that `best_known.csv` in the folder names."""
    with (folder / "best_known.csv").open() as table:
        rows = list(csv.DictReader(table))
    return {row["instance"]: _read(folder, row) for row in rows}


def _read(folder: Path, row: dict[str, str]) -> Instance:
    read, suffix = (_solomon, "txt") if row["convention"] == "VRPTW" else (_cvrplib, "vrp")
    text = (folder / f"{row['instance']}.{suffix}").read_text()
    return read(row["instance"], text, float(row["best_known_distance"]))


def _solomon(name: str, text: str, best_known: float) -> Instance:
    """Tables of integers: vehicles and capacity, then number, x, y, demand, ready, due, service."""
    rows = [
        [int(word) for word in line.split()]
        for line in text.splitlines()
        if line.split()[:1] != [] and all(word.isdigit() for word in line.split())
    ]
    (vehicles, capacity), depot, *customers = rows
    points = np.array([row[1:3] for row in [depot, *customers]], dtype=np.float64)
    matrix = _matrix(np.floor(TENTHS * _euclid(points)))
    jobs = [
        Job(number, matrix.places[number], demand, 0, 0, TENTHS * service, ((TENTHS * ready, TENTHS * due),))
        for number, _, _, demand, ready, due, service in customers
    ]
    return Instance(
        name, jobs, _vans(vehicles, capacity, matrix, TENTHS * depot[5]), matrix, TENTHS, best_known
    )


def _cvrplib(name: str, text: str, best_known: float) -> Instance:
    head, _, rest = text.partition("NODE_COORD_SECTION")
    coordinates, _, rest = rest.partition("DEMAND_SECTION")
    demands = rest.partition("DEPOT_SECTION")[0]
    facts = dict(line.split(":", 1) for line in head.splitlines() if ":" in line)
    capacity = int({key.strip(): value for key, value in facts.items()}["CAPACITY"])
    points = np.array(
        [line.split()[1:3] for line in coordinates.split("\n") if line.strip()], dtype=np.float64
    )
    matrix = _matrix(np.rint(_euclid(points)))
    demand = [int(line.split()[1]) for line in demands.split("\n") if line.strip()]
    jobs = [Job(row, matrix.places[row], demand[row], 0, 0, 0, ANY_TIME) for row in range(1, len(points))]
    return Instance(
        name, jobs, _vans(len(jobs), capacity, matrix, int(matrix.duration_s.sum())), matrix, 1, best_known
    )


def _euclid(points: np.ndarray) -> np.ndarray:
    return np.hypot(*(points[:, None, axis] - points[None, :, axis] for axis in (0, 1)))


def _matrix(lengths: np.ndarray) -> TravelMatrix:
    """Distance as travel time too, among places that differ in nothing but their number."""
    whole = lengths.astype(np.int64)
    return TravelMatrix(tuple(Place(0.0, row / 100) for row in range(len(whole))), whole, whole)


def _vans(number: int, capacity: int, matrix: TravelMatrix, ends_s: int) -> list[Van]:
    depot = matrix.places[0]
    return [Van(key, depot, depot, capacity, 0, False, 0, ends_s) for key in range(number)]
