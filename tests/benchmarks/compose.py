"""How good and how fast the composer is: `python -m tests.benchmarks.compose town|city|fairness`.

Prints one JSON line each, for the city one for each seed. `bound` is the bound of the linear relaxation over
all offers, rules and dates together, worked out within the seconds measured; `gap_percent` is how far above
it the editions are. `seconds` is the time on the wall, `cpu_seconds` the processor time, `variants` how many
of the editions are for members who don't want something.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

from bundles.composition import (
    EditionRequest,
    Exclusions,
    MadeOn,
    Offer,
    Result,
    compose,
    faults,
    made_on_the_day,
    standings,
)

from . import city, town, weeks

TOWN_SECONDS = 10
CITY_SECONDS = 60
CITY_SEEDS = (7, 11, 23, 42, 101)


def compose_town() -> Iterator[dict[str, Any]]:
    """The demo town's next four weeks, from nothing sold."""
    requests, offers = town.requests(), town.offers()
    capacities = town.capacities(sorted({request.delivery_date for request in requests}))
    measured = _measure(requests, offers, capacities, {}, TOWN_SECONDS, made_on=town.MADE_ON)
    yield {"benchmark": "compose_town", "weeks": town.WEEKS, "apart": town.APART, **measured}


def compose_city(seeds: Iterable[int] = CITY_SEEDS) -> Iterator[dict[str, Any]]:
    """Drawn cities' working weeks, after a window in which some have sold."""
    for seed in seeds:
        random = Random(seed)
        offers = city.offers(random)
        days = [city.FIRST_DAY + timedelta(days=place) for place in range(city.DAYS)]
        capacities = city.capacities(random, offers, days)
        requests = city.requests(random, days)
        sales = city.sales(random, offers)
        newcomers = set(range(0, city.PRODUCERS, 40))
        yield {
            "benchmark": "compose_city",
            "seed": seed,
            "producers": city.PRODUCERS,
            "products": city.PRODUCTS,
            "days": city.DAYS,
            "apart": city.APART,
            **_measure(requests, offers, capacities, sales, CITY_SECONDS, newcomers),
        }


def compose_fairness() -> Iterator[dict[str, Any]]:
    """Twelve weeks of the town, composed and by the two usual practices; see `weeks`."""
    yield {"benchmark": "compose_fairness", **weeks.play()}


def _measure(
    requests: list[EditionRequest],
    offers: list[Offer],
    capacities: dict,
    sales: dict,
    seconds: float,
    newcomers: set[int] = frozenset(),
    made_on: MadeOn = made_on_the_day,
) -> dict[str, Any]:
    wall, cpu = time.monotonic(), time.process_time()
    where = standings(requests, offers, capacities, sales, newcomers, made_on=made_on)
    result: Result = compose(requests, offers, capacities, where, seconds=seconds, made_on=made_on)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    return {
        "editions": len(requests),
        "variants": sum(request.exclusions != Exclusions() for request in requests),
        "feasible": len(result.compositions),
        "relaxed": sum(bool(composition.relaxed) for composition in result.compositions.values()),
        "faults": len(faults(result.compositions, requests, offers, capacities, made_on)),
        "objective": round(result.objective),
        "bound": round(result.bound),
        "gap_percent": round(100 * result.gap, 2),
        "seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


BENCHMARKS: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "town": compose_town,
    "city": compose_city,
    "fairness": compose_fairness,
}


def main(names: list[str]) -> None:
    for name in names or BENCHMARKS:
        for line in BENCHMARKS[name]():
            print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
