"""Plan a large day in parts: routes that lie together are improved together, in turns with other borders.

Each function is pure and its arguments travel between processes: `split`, then `solve_part` for every part
(anywhere), `join`; and the same with the next `turn`, whose parts lie across the borders of the one before.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from delivery.construction import NEIGHBOURHOOD_SIZES, constructed
from delivery.itinerary import Job, Route, Van, places_of
from delivery.scheduler import schedule
from delivery.search import Budget, Stop, improve
from delivery.solver import Weights, state
from delivery.travel import Place, TravelMatrix

# A part has about so many stops: fewer know too little of each other, more take the search too long.
PART_STOPS = 350
# Of a part's time, what is spent with all of its vans; the rest tries to do without one after the other.
SHARE_WITH_ALL_VANS = 0.5
SHARE_OF_A_SQUEEZE = 0.25
WORTH_A_SQUEEZE_S = 4
# A turn gives each part at least so long, or there are fewer turns.
TURNS, PART_SECONDS = 3, 4


def turns(seconds: float, parts: int) -> int:
    """How often a day of so many parts is gone through in this time."""
    return max(1, min(TURNS, int(seconds / (PART_SECONDS * max(parts, 1)))))


@dataclass(frozen=True, slots=True)
class Part:
    """Some routes of a day, with the ways between their places and nowhere else."""

    routes: tuple[Route, ...]
    matrix: TravelMatrix
    weights: Weights

    @property
    def jobs(self) -> list[Job]:
        return [job for route in self.routes for job in route.jobs]

    @property
    def vans(self) -> list[Van]:
        return [route.van for route in self.routes]


# Improves each of some parts for so many seconds with a seed (`solve_part`) and returns their routes in the
# same order: one after the other, on the processes of a pool, or on workers.
Spread = Callable[[Sequence[Part], float, int], Iterable[list[Route]]]


def one_by_one(parts: Sequence[Part], seconds: float, seed: int) -> list[list[Route]]:
    """Improve the parts here and now."""
    return [solve_part(part, seconds, seed) for part in parts]


def best_start(
    jobs: Sequence[Job], vans: Sequence[Van], matrix: TravelMatrix, weights: Weights
) -> list[Route]:
    """The cheapest complete plan by neighbourhoods of several sizes; none if the vans don't suffice."""
    found = [constructed(jobs, vans, matrix, size) for size in (*NEIGHBOURHOOD_SIZES, len(jobs))]
    whole = [routes for routes, left in found if not left]
    return min(whole, key=lambda routes: routes_cost(routes, matrix, weights), default=[])


def split(
    routes: Sequence[Route],
    travel: Callable[[Sequence[Place]], TravelMatrix],
    weights: Weights,
    turn: int,
    stops: int = PART_STOPS,
) -> list[Part]:
    """Group routes whose middles lie together into parts of about so many stops.

    The map is halved again and again, in a direction that each turn is another one.
    """
    groups, direction = [list(routes)], turn * pi / 3
    while any(sum(len(route.jobs) for route in group) > 1.5 * stops and len(group) > 3 for group in groups):
        halves = []
        for group in groups:
            ordered = sorted(group, key=lambda route: _along(route, direction))
            middle = _middle(ordered)
            halves += [ordered[:middle], ordered[middle:]]
        groups = [half for half in halves if half]
        direction += pi / 2
    return [Part(tuple(group), travel(_places(group)), weights) for group in groups]


def solve_part(part: Part, seconds: float, seed: int, whole: Budget | None = None) -> list[Route]:
    """Improve a part with its own vans, then with fewer as long as that pays; never makes it worse.

    What it takes counts for the budget of the `whole` day.
    """
    whole = whole or Budget(seconds)
    share = SHARE_WITH_ALL_VANS if seconds >= WORTH_A_SQUEEZE_S else 1.0
    best = _searched(part, list(part.routes), whole.of(seconds * share), seed)
    left_s = seconds * (1 - share)
    while left_s > 0 and len(best) > 1 and part.weights.per_van:
        fewer = _without_the_least(best)
        tried = _searched(part, fewer, whole.of(seconds * SHARE_OF_A_SQUEEZE), seed) if fewer else best
        left_s -= seconds * SHARE_OF_A_SQUEEZE
        if routes_cost(tried, part.matrix, part.weights) >= routes_cost(best, part.matrix, part.weights):
            break
        best = tried
    if left_s > 0:
        best = _searched(part, best, whole.of(left_s), seed + 1)
    return best


def join(parts: Sequence[Sequence[Route]]) -> list[Route]:
    """The routes of all parts."""
    return [route for part in parts for route in part]


def _searched(part: Part, start: Sequence[Route], stop: Stop, seed: int) -> list[Route]:
    """Search with the vans of `start` for all jobs of the part; `start` if nothing complete was found."""
    vans = [route.van for route in start]
    problem = state(part.jobs, vans, part.matrix, part.weights, is_complete=True)
    timed = [schedule(route.trips, route.van, part.matrix) for route in start]
    starts = {stop.job_key: stop.starts_s for route in timed for stop in route.stops}
    best = improve(problem.data, stop, seed, problem.solution(start, starts))
    if best.is_feasible():
        return problem.routes(best)
    return list(part.routes)


def _without_the_least(routes: Sequence[Route]) -> list[Route]:
    """Without the route that would be missed least, if the others may take what it carries."""
    for least in sorted(routes, key=lambda route: sum(job.service_s for job in route.jobs)):
        others = [route for route in routes if route is not least]
        chilled = any(job.chilled_volume_ml for job in least.jobs)
        bound = any(job.van_key is not None for job in least.jobs)
        if not bound and (not chilled or any(route.van.chilled for route in others)):
            return others
    return []


def routes_cost(routes: Sequence[Route], matrix: TravelMatrix, weights: Weights) -> int:
    """What the search minimises, in metres' worth, from our own schedule."""
    timed = [schedule(route.trips, route.van, matrix) for route in routes]
    return sum(
        weights.per_van + weights.per_metre * route.distance_m + weights.per_second * route.duration_s
        for route in timed
    )


def _along(route: Route, direction: float) -> float:
    """How far the middle of a route lies in a direction; a degree of longitude counts as in Seoul."""
    latitude = sum(job.place.latitude for job in route.jobs) / len(route.jobs)
    longitude = sum(job.place.longitude for job in route.jobs) / len(route.jobs)
    return latitude * sin(direction) + 0.79 * longitude * cos(direction)


def _middle(routes: Sequence[Route]) -> int:
    """Where the first half of the stops ends."""
    half, seen = sum(len(route.jobs) for route in routes) / 2, 0
    for number, route in enumerate(routes):
        seen += len(route.jobs)
        if seen >= half:
            return number + 1
    return len(routes)


def _places(routes: Sequence[Route]) -> list[Place]:
    return places_of([job for route in routes for job in route.jobs], [route.van for route in routes])
