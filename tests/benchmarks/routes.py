"""How good routes are on instances that others made: `python -m tests.benchmarks.routes FILE… --seconds N`.

Reads tables of Solomon's kind (`.txt`) and VRPLIB files (`.vrp`), plans each through `delivery.planner` for
so many seconds, total distance being all that counts, and prints one JSON line each. `distance` is in the
unit of the published tables, `violations` what our own verifier found. A FILE that ends in `.csv` holds best
known distances (columns `instance`, `best_known_distance`); `gap` is by how many percent a plan is longer.

Without FILE the six instances of `SECONDS` are planned, from the folder that ROUTES_INSTANCES names.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from delivery.planner import plan_routes
from delivery.solver import Weights
from delivery.verifier import violations

from .routes_instances import Instance, read_best_known, read_instance

SECONDS = {"C203": 5, "R110": 5, "RC106": 5, "X-n101-k25": 5, "R1_2_5": 10, "RC2_4_6": 30}
DISTANCE_ALONE = Weights(per_metre=1, per_second=0, per_van=0)


def main() -> None:
    parser = argparse.ArgumentParser(description="Plan academic instances and say how good the routes are.")
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help=".txt, .vrp, or a .csv of best known"
    )
    parser.add_argument("--seconds", type=float, help="to search, for each instance (10)")
    arguments = parser.parse_args()
    files = arguments.files or list(_usual_files())
    tables = [path for path in files if path.suffix == ".csv"]
    best_known = {name: best for path in tables for name, best in read_best_known(path).items()}
    for path in files:
        if path not in tables:
            seconds = arguments.seconds or SECONDS.get(path.stem, 10)
            print(json.dumps(measure(read_instance(path), seconds, best_known)), flush=True)


def _usual_files() -> Iterator[Path]:
    if folder := os.environ.get("ROUTES_INSTANCES"):
        yield Path(folder) / "best_known.csv"
        for name in SECONDS:
            yield from Path(folder).glob(f"{name}.*")


def measure(instance: Instance, seconds: float, best_known: dict[str, float]) -> dict[str, Any]:
    """Plan the instance and say what came of it."""
    began = time.perf_counter()
    plan = plan_routes(
        instance.jobs, instance.vans, seconds=seconds, weights=DISTANCE_ALONE, matrix=instance.matrix
    )
    took = time.perf_counter() - began
    distance = plan.distance_m if instance.scale == 1 else round(plan.distance_m / instance.scale, 1)
    faults = list(violations(plan, instance.jobs, instance.vans, instance.matrix))
    faults += [f"customer {job.job_key} is left out" for job in plan.unassigned]
    line = {
        "benchmark": "routes",
        "instance": instance.name,
        "customers": len(instance.jobs),
        "distance": distance,
        "vehicles": len(plan.routes),
        "seconds": round(took, 2),
        "violations": faults,
        "load": round(os.getloadavg()[0], 1),
    }
    if best := best_known.get(instance.name):
        line |= {"best_known": best, "gap": round(100 * (distance / best - 1), 2)}
    return line


if __name__ == "__main__":
    main()
