"""State a day of deliveries for PyVRP and read its answer. The only importer of the library.

PyVRP sees: weight, volume and chilled volume as load dimensions (a van without refrigeration has no
chilled capacity); each job as optional with a prize that pays for any detour or van, so that a job is
left behind only if there is no room; one client per time window of a job, of which at most one is
visited. Its answer is a suggestion: it may be infeasible, and its times are not used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyvrp
from pyvrp.search import OPERATORS, LocalSearch, PerturbationManager, compute_neighbours
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, NoImprovement, StoppingCriterion

from delivery.itinerary import Job, Van
from delivery.travel import TravelMatrix

# Each half of a search is settled once this many iterations bring nothing better: a handful of stops
# takes well under a second, while a large day is ended by its seconds.
SETTLED_ITERATIONS = 2_500
# The prize of a job as a multiple of the dearest way to deliver it alone: leaving one behind must
# never pay, even if taking it along reshuffles several routes.
PRIZE_MARGIN = 10


@dataclass(frozen=True, slots=True)
class Weights:
    """What the solver minimises, in metres' worth. By default a van must save 100 km to be worth it."""

    per_metre: int = 1
    per_second: int = 1
    per_van: int = 100_000


DEFAULT_WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Per route the index of its kind of van and the jobs in their order; how long it took."""

    routes: tuple[tuple[int, tuple[Job, ...]], ...]
    search_seconds: float


def suggest_routes(
    jobs: Sequence[Job],
    fleet: Sequence[tuple[Van, int]],
    matrix: TravelMatrix,
    weights: Weights,
    *,
    seconds: float,
    seed: int,
    max_iterations: int | None,
) -> Suggestion:
    """Search for good routes of at least one job by a fleet of (kind of van, number of them).

    Half of the effort explores with a low price on overloading, so that whole loads can move between
    vans; the other half starts from what that found, at the library's prohibitive price. Days with
    more than fits lose fewer jobs this way, and full vans drive less, than with one price.
    """
    data, visits = _problem(jobs, fleet, matrix, weights)
    explored = _explore(data, _half(seconds, max_iterations), seed)
    half = _half(seconds, max_iterations)
    polished = pyvrp.solve(data, half, seed, collect_stats=False, initial_solution=explored.best)
    routes = tuple(
        (
            route.vehicle_type(),
            tuple(visits[activity.idx] for activity in route.schedule() if activity.is_client()),
        )
        for route in polished.best.routes()
    )
    return Suggestion(routes, explored.runtime + polished.runtime)


def _half(seconds: float, max_iterations: int | None) -> StoppingCriterion:
    if max_iterations is not None:
        return MaxIterations(max_iterations // 2)
    return MultipleCriteria([MaxRuntime(seconds / 2), NoImprovement(SETTLED_ITERATIONS)])


def _explore(data: pyvrp.ProblemData, stop: StoppingCriterion, seed: int) -> pyvrp.Result:
    """Search from scratch, at first with overloads and lateness at prices that can be paid.

    The library starts at 50,000 for each unit, and our units are grams and seconds: no van would ever
    be overloaded or late on the way to a better plan. From there it adjusts the prices as always.
    """
    rng = pyvrp.RandomNumberGenerator(seed)
    search = LocalSearch(data, rng, compute_neighbours(data), PerturbationManager())
    for operator in OPERATORS:
        if operator.supports(data):
            search.add_operator(operator(data))
    prices = pyvrp.PenaltyManager(_affordable_prices(data))
    start = search(pyvrp.Solution.make_random(data, rng), prices.max_cost_evaluator(), exhaustive=True)
    return pyvrp.IteratedLocalSearch(data, prices, search, start).run(stop, collect_stats=False)


def _affordable_prices(data: pyvrp.ProblemData) -> tuple[list[float], float, float]:
    """Per unit of load, second and metre too much: overloading by one average job, or half an hour
    late, costs as much as leaving one job behind. (No van has a limit on metres.)"""
    prize = min(client.prize for client in data.clients())
    loads = [[client.delivery[each] for client in data.clients()] for each in range(data.num_load_dimensions)]
    per_load = [prize * sum(map(bool, amounts)) / max(sum(amounts), 1) for amounts in loads]
    return per_load, prize / 1800, 0.0


def _problem(
    jobs: Sequence[Job], fleet: Sequence[tuple[Van, int]], matrix: TravelMatrix, weights: Weights
) -> tuple[pyvrp.ProblemData, list[Job]]:
    """State the day for PyVRP; also the job that each of its clients stands for."""
    prize = _prize(jobs, matrix, weights)
    clients: list[pyvrp.Client] = []
    visits: list[Job] = []
    groups: list[pyvrp.ClientGroup] = []
    for job in jobs:
        group = None
        if len(job.windows) > 1:
            group = len(groups)
            alternatives = list(range(len(clients), len(clients) + len(job.windows)))
            groups.append(pyvrp.ClientGroup(alternatives, required=False))
        for opens_s, closes_s in job.windows:
            visits.append(job)
            clients.append(
                pyvrp.Client(
                    location=matrix.position(job.place),
                    delivery=[job.weight_g, job.volume_ml, job.chilled_volume_ml],
                    service_duration=job.service_s,
                    tw_early=opens_s,
                    tw_late=closes_s,
                    prize=prize * job.priority,
                    required=False,
                    group=group,
                )
            )
    depots = list(dict.fromkeys(place for van, _ in fleet for place in (van.place_start, van.place_end)))
    vehicle_types = [
        pyvrp.VehicleType(
            num_available=count,
            capacity=[van.max_weight_g, van.max_volume_ml, van.max_volume_ml if van.chilled else 0],
            start_depot=depots.index(van.place_start),
            end_depot=depots.index(van.place_end),
            fixed_cost=weights.per_van,
            tw_early=van.starts_s,
            tw_late=van.ends_s,
            unit_distance_cost=weights.per_metre,
            unit_duration_cost=weights.per_second,
        )
        for van, count in fleet
    ]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(place.longitude, place.latitude) for place in matrix.places],
        clients=clients,
        depots=[pyvrp.Depot(matrix.position(place)) for place in depots],
        vehicle_types=vehicle_types,
        distance_matrices=[matrix.distance_m],  # type: ignore[list-item]  # the stubs mean np.int64
        duration_matrices=[matrix.duration_s],  # type: ignore[list-item]
        groups=groups,
    )
    return data, visits


def _prize(jobs: Sequence[Job], matrix: TravelMatrix, weights: Weights) -> int:
    """What a job of priority 1 is worth: far more than the dearest van sent out for one job alone."""
    there_and_back = 2 * (
        weights.per_metre * int(matrix.distance_m.max()) + weights.per_second * int(matrix.duration_s.max())
    )
    service = weights.per_second * max(job.service_s for job in jobs)
    return PRIZE_MARGIN * (weights.per_van + there_and_back + service)
