"""A part of a day as plain data, to be handed to another worker, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cattrs.preconf.json import make_converter

from .decomposition import Part
from .itinerary import Job, Route, Van
from .solver import Weights
from .travel import TravelMatrix

# By route its van, and by trip its jobs in order.
Keys = list[tuple[int, list[list[int]]]]
_converter = make_converter()


@dataclass(frozen=True)
class Task:
    """A part but for its ways: whoever takes it finds them again, which is less to carry."""

    jobs: list[Job]
    vans: list[Van]
    routes: Keys
    weights: Weights

    def part(self, matrix: TravelMatrix) -> Part:
        """The part with the ways between its places."""
        return Part(tuple(routes_of(self.routes, self.jobs, self.vans)), matrix, self.weights)


def as_data(part: Part) -> dict[str, Any]:
    """What JSON can hold of a part."""
    data: dict[str, Any] = _converter.unstructure(
        Task(part.jobs, part.vans, keys_of(part.routes), part.weights)
    )
    return data


def as_task(data: dict[str, Any]) -> Task:
    """Back from `as_data`."""
    return _converter.structure(data, Task)


def keys_of(routes: Sequence[Route]) -> Keys:
    """Which van brings what, in which order."""
    return [(route.van.key, [[job.key for job in trip] for trip in route.trips]) for route in routes]


def routes_of(keys: Keys, jobs: Sequence[Job], vans: Sequence[Van]) -> list[Route]:
    """The routes that these keys stand for."""
    by_key, van_by_key = {job.key: job for job in jobs}, {van.key: van for van in vans}
    return [
        Route(van_by_key[van], tuple(tuple(by_key[key] for key in trip) for trip in trips))
        for van, trips in keys
    ]
