"""What vans have so much of and jobs take so much of: loads, and marks that bind a job to some vans."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from delivery.itinerary import NO_LIMIT, Job, Van
from delivery.travel import Place


@dataclass(frozen=True, slots=True)
class Dimension:
    """How much of it a job takes, and how much of it a van has."""

    amount: Callable[[Job], int]
    capacity: Callable[[Van], int]


def dimensions(jobs: Sequence[Job], vans: Sequence[Van]) -> list[Dimension]:
    """The dimensions that can bind at all: each of them costs the search time."""
    found = []
    for dimension in _every_dimension(jobs):
        total = sum(dimension.amount(job) for job in jobs)
        if any(dimension.capacity(van) < total for van in vans):
            found.append(dimension)
    return found


def _every_dimension(jobs: Sequence[Job]) -> Iterator[Dimension]:
    yield Dimension(lambda job: job.weight_g, lambda van: van.max_weight_g)
    yield Dimension(lambda job: job.volume_ml, lambda van: van.max_volume_ml)
    yield Dimension(lambda job: job.crates, lambda van: van.max_crates)
    # A mark would do for chilled goods, too, but litres steer the search better.
    yield Dimension(lambda job: job.chilled_volume_ml, lambda van: van.max_volume_ml if van.chilled else 0)
    yield _mark(lambda job: not job.is_pickup and job.van_key is None, lambda van: not van.is_loaded)
    for key in sorted({job.van_key for job in jobs if job.van_key is not None}):
        yield _locked(key)
    for depot in dict.fromkeys(job.depot for job in jobs if job.depot is not None):
        yield _loaded_at(depot)
        yield _unloaded_at(depot)


def _mark(bears: Callable[[Job], bool], takes: Callable[[Van], bool]) -> Dimension:
    return Dimension(lambda job: int(bears(job)), lambda van: NO_LIMIT if takes(van) else 0)


def _locked(key: int) -> Dimension:
    return _mark(lambda job: job.van_key == key, lambda van: van.key == key)


def _loaded_at(depot: Place) -> Dimension:
    return _mark(
        lambda job: job.depot == depot and not job.is_pickup,
        lambda van: van.is_loaded or van.place_start == depot,
    )


def _unloaded_at(depot: Place) -> Dimension:
    return _mark(lambda job: job.depot == depot and job.is_pickup, lambda van: van.place_end == depot)
