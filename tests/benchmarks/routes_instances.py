"""Academic instances as days of our own planner: Solomon and Gehring & Homberger, and VRPLIB.

The objective is total distance alone (conventions of the DIMACS challenge and CVRPLIB). With time windows
distance and travel time are `floor(10 · euclid) / 10`, kept as integers ×10; without, `round(euclid)`.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import vrplib

from delivery.itinerary import ANY_TIME, Job, Van
from delivery.travel import Place, TravelMatrix

TENTHS = 10


@dataclass(frozen=True)
class Instance:
    """A day to plan; a distance of the plan divided by `scale` is one of the tables."""

    name: str
    jobs: list[Job]
    vans: list[Van]
    matrix: TravelMatrix
    scale: int


def read_instance(path: Path) -> Instance:
    """Read a VRPLIB file (`.vrp`) or a table of Solomon's kind (anything else).

    Raises ValueError where the file says nothing that we could plan.
    """
    kind = "vrplib" if path.suffix == ".vrp" else "solomon"
    try:
        facts = vrplib.read_instance(path, instance_format=kind)
        return _vrplib(path.stem, facts) if kind == "vrplib" else _solomon(path.stem, facts)
    except (KeyError, IndexError, RuntimeError) as error:
        raise ValueError(f"{path}: no {kind} instance ({error})") from error


def read_best_known(path: Path) -> dict[str, float]:
    """Read best known distances by instance: columns `instance` and `best_known_distance`."""
    with path.open(newline="") as table:
        return {row["instance"]: float(row["best_known_distance"]) for row in csv.DictReader(table)}


def _solomon(name: str, facts: dict[str, Any]) -> Instance:
    matrix = _matrix(np.floor(TENTHS * _euclid(facts["node_coord"])))
    service, windows = TENTHS * facts["service_time"], TENTHS * facts["time_window"]
    jobs = [
        Job(
            key=row,
            place=matrix.places[row],
            weight_g=int(facts["demand"][row]),
            volume_ml=0,
            chilled_volume_ml=0,
            service_s=int(service[row]),
            windows=((int(windows[row][0]), int(windows[row][1])),),
        )
        for row in range(1, len(matrix.places))
    ]
    vans = _vans(facts["vehicles"], facts["capacity"], matrix, ends_s=int(windows[0][1]))
    return Instance(name, jobs, vans, matrix, TENTHS)


def _vrplib(name: str, facts: dict[str, Any]) -> Instance:
    is_plane = facts.get("edge_weight_type") == "EUC_2D"
    matrix = _matrix(np.rint(_euclid(facts["node_coord"]) if is_plane else facts["edge_weight"]))
    jobs = [
        Job(row, matrix.places[row], int(facts["demand"][row]), 0, 0, 0, ANY_TIME)
        for row in range(1, len(matrix.places))
    ]
    vans = _vans(len(jobs), facts["capacity"], matrix, ends_s=int(matrix.duration_s.sum()))
    return Instance(name, jobs, vans, matrix, 1)


def _euclid(points: np.ndarray) -> np.ndarray:
    return np.hypot(*(points[:, None, axis] - points[None, :, axis] for axis in (0, 1)))


def _matrix(lengths: np.ndarray) -> TravelMatrix:
    """Distance as travel time too, among places that differ in nothing but their number."""
    whole = lengths.astype(np.int64)
    return TravelMatrix(tuple(Place(0.0, row / 100) for row in range(len(whole))), whole, whole)


def _vans(number: int, capacity: int, matrix: TravelMatrix, *, ends_s: int) -> list[Van]:
    depot = matrix.places[0]
    return [Van(key, depot, depot, capacity, 0, False, 0, ends_s) for key in range(number)]
