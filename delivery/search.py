"""Run PyVRP's search: how long, from which start, at which prices, and who may watch and stop it.

With `solver.py` the only importer of the library.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pyvrp
from pyvrp import IteratedLocalSearchParams
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    compute_neighbours,
)

# A search is settled once so many iterations bring nothing better: a handful of stops takes well under a
# second, while a large day is ended by its seconds.
SETTLED_ITERATIONS = 2_500
SETTLED_ITERATIONS_PER_CLIENT = 25
WATCHED_EVERY_S = 0.5
# What seconds are counted by. (A benchmark on a busy machine counts those of the processor.)
clock = time.perf_counter
# Large plans: fewer neighbours and prices that move sooner, as there are fewer iterations.
LARGE_NEIGHBOURHOOD = 20
METRES_FOR_TOO_MUCH = 2_000
LARGE = pyvrp.PenaltyParams(solutions_between_updates=100, max_penalty=1_000.0)


@dataclass(frozen=True, slots=True)
class Progress:
    """The best plan so far, after searching for `seconds`; `cost` is what the search minimises, in metres."""

    seconds: float
    cost: int
    routes: int
    left_out: int


# Looks at the progress about twice a second; answers whether to go on. If not, the best so far is taken.
Watch = Callable[[Progress], bool]


@dataclass
class Budget:
    """How much a search may take: seconds of the wall, or iterations; ended early by who watches it."""

    seconds: float
    max_iterations: int | None = None
    watch: Watch | None = None
    spent_s: float = 0.0
    is_stopped: bool = False
    # Cost and number of the routes that the search at hand leaves alone: they count for the progress.
    elsewhere: tuple[int, int] = (0, 0)
    _watched_at: float = field(default=0.0, repr=False)

    def part(self, share: float) -> "Stop":
        """Stop after this share of the whole budget."""
        iterations = None if self.max_iterations is None else int(self.max_iterations * share)
        return Stop(self, self.seconds * share, iterations)

    def of(self, seconds: float) -> "Stop":
        """Stop after so many seconds."""
        return Stop(self, seconds, None)

    def look(self, best: pyvrp.Solution | None, cost: int, seconds: float) -> None:
        if self.watch is None or best is None or seconds - self._watched_at < WATCHED_EVERY_S:
            return
        self._watched_at = seconds
        left_out = best.num_missing_clients() + best.num_missing_groups()
        others_cost, others = self.elsewhere
        if not self.watch(Progress(seconds, others_cost + cost, others + best.num_routes(), left_out)):
            self.is_stopped = True


class Stop(IteratedLocalSearchCallbacks):
    """Ends one run of the search: on time, settled, or stopped by the one who watches."""

    def __init__(self, budget: Budget, seconds: float, iterations: int | None) -> None:
        self.budget, self.seconds, self.iterations = budget, seconds, iterations
        self.settled = SETTLED_ITERATIONS
        self.began = clock()
        self._count = self._since_best = 0
        self._best: pyvrp.Solution | None = None
        self._cost: int | None = None

    def on_start(self, ils: pyvrp.IteratedLocalSearch) -> None:
        self._best = ils.initial_solution

    def on_best(self, best: pyvrp.Solution) -> None:
        self._best = best

    def __call__(self, best_cost: int) -> bool:
        if self.budget.is_stopped:
            return True
        self._count += 1
        self._since_best = 0 if self._cost is None or best_cost < self._cost else self._since_best + 1
        self._cost = best_cost
        if self.iterations is not None:
            return self._count > self.iterations
        elapsed = clock() - self.began
        self.budget.look(self._best, best_cost, self.budget.spent_s + elapsed)
        return elapsed >= self.seconds or self._since_best > self.settled or self.budget.is_stopped


def improve(data: pyvrp.ProblemData, stop: Stop, seed: int, start: pyvrp.Solution) -> pyvrp.Solution:
    """Improve a large plan: small steps, and prices for overloads and lateness that soon find their level.

    An average job too much, or half an hour late, first costs as much as two kilometres. What the start
    leaves out is put where it costs least.
    """
    prices = _prices(data, METRES_FOR_TOO_MUCH)
    return _run(data, stop, seed, prices, start, LARGE, LARGE_NEIGHBOURHOOD)


def explore(
    data: pyvrp.ProblemData, stop: Stop, seed: int, start: pyvrp.Solution | None = None
) -> pyvrp.Solution:
    """Search at first with overloads and lateness at prices that can be paid.

    The library starts at 50,000 for each unit, and our units are grams and seconds: no van would ever
    be overloaded or late on the way to a better plan. From there it adjusts the prices as always. So whole
    loads can move between vans: days with more than fits lose fewer jobs, and full vans drive less.
    """
    return _run(data, stop, seed, _affordable_prices(data), start)


def polish(data: pyvrp.ProblemData, stop: Stop, seed: int, start: pyvrp.Solution) -> pyvrp.Solution:
    """Search on from a start at the library's prohibitive prices."""
    return _run(data, stop, seed, pyvrp.PenaltyParams().midpoint_penalties(data), start)


def _run(
    data: pyvrp.ProblemData,
    stop: Stop,
    seed: int,
    prices: tuple[list[float], float, float],
    start: pyvrp.Solution | None,
    params: pyvrp.PenaltyParams | None = None,
    neighbours: int = 50,
) -> pyvrp.Solution:
    rng = pyvrp.RandomNumberGenerator(seed)
    near = compute_neighbours(data, NeighbourhoodParams(num_neighbours=neighbours))
    search = LocalSearch(data, rng, near, PerturbationManager())
    for operator in OPERATORS:
        if operator.supports(data):
            search.add_operator(operator(data))
    penalties = pyvrp.PenaltyManager(prices, params or pyvrp.PenaltyParams())
    if start is None:
        random = pyvrp.Solution.make_random(data, rng)
        start = search(random, penalties.max_cost_evaluator(), exhaustive=True)
    elif start.num_missing_clients() or start.num_missing_groups():
        start = search(start, penalties.cost_evaluator(), exhaustive=True)
    elif params:  # at once what costs nothing elsewhere; then the detours
        start = search(start, penalties.max_cost_evaluator(), exhaustive=True)
    stop.settled = max(SETTLED_ITERATIONS, SETTLED_ITERATIONS_PER_CLIENT * data.num_clients)
    ils = IteratedLocalSearchParams(callbacks=stop, exhaustive_on_best=params is None)
    result = pyvrp.IteratedLocalSearch(data, penalties, search, start, ils).run(stop, collect_stats=False)
    stop.budget.spent_s += clock() - stop.began
    return result.best


def _affordable_prices(data: pyvrp.ProblemData) -> tuple[list[float], float, float]:
    """Overloading by one average job, or half an hour late, costs as much as leaving one job behind."""
    return _prices(data, min(client.prize for client in data.clients()))


def _prices(data: pyvrp.ProblemData, too_much: int) -> tuple[list[float], float, float]:
    """Per unit of load, second and metre too much; `too_much` for an average job or half an hour.
    (No van has a limit on metres.)"""
    clients = data.clients()
    loads = [
        [max(client.delivery[each], client.pickup[each]) for client in clients]
        for each in range(data.num_load_dimensions)
    ]
    per_load = [too_much * sum(map(bool, amounts)) / max(sum(amounts), 1) for amounts in loads]
    return per_load, too_much / 1800, 0.0
