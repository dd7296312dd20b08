"""Share the parts of a large day among workers: the one that plans it works along with whoever is free.

1. It writes the parts of a turn down as rows and tells the others, by messages that may be lost.
2. Everybody, itself too, claims parts by compare and swap, improves them and writes down what was found.
3. When all that was claimed is done, or its time is over, it goes on: a part that nobody brought back stays
   as it was, for an improvement that is missing breaks no plan.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..decomposition import Part, routes_cost, solve_part
from ..itinerary import Route
from ..models import PlanPart, PlanRun
from ..part_data import Keys, as_data, as_task, keys_of, routes_of
from ..search import Budget, Progress, Watch
from ..ways import ways_of

Clock = Callable[[], datetime]
Tell = Callable[[int], object]
# How long others are waited for beyond the time that a part may take, and how often it is looked.
PATIENCE_S, LOOK_S = 10.0, 0.2


def nobody(pk: int) -> None:
    """Tell nobody: whoever plans works alone."""


@dataclass
class Sharing:
    """The `Spread` of one planning; `tell` asks the workers for a part by its row's key."""

    run: PlanRun
    watch: Watch
    tell: Tell
    clock: Clock
    _began: float = field(default_factory=time.monotonic)

    def __call__(self, parts: Sequence[Part], seconds: float, seed: int) -> list[list[Route]]:
        """Have the parts improved. Whoever watches may end it: what isn't begun then stays as it was."""
        rows = self._write_down(parts, seconds, seed)
        cost = sum(routes_cost(part.routes, part.matrix, part.weights) for part in parts)
        vans = sum(len(part.routes) for part in parts)

        def goes_on(_: Progress | None = None) -> bool:
            return self.watch(Progress(time.monotonic() - self._began, cost, vans, 0))

        for row, part in zip(rows, parts, strict=True):
            if goes_on() and _claim(row.pk, self.clock()):
                budget = Budget(seconds, watch=goes_on)
                _bring(row.pk, solve_part(part, seconds, seed, budget))
        return [
            routes_of(found, part.jobs, part.vans) if found else list(part.routes)
            for part, found in zip(parts, self._found(rows, seconds, goes_on), strict=True)
        ]

    def _write_down(self, parts: Sequence[Part], seconds: float, seed: int) -> list[PlanPart]:
        """The rows of the turn in place of those of the turn before; the first is our own."""
        PlanPart.objects.filter(run=self.run).delete()
        rows = PlanPart.objects.bulk_create(
            PlanPart(run=self.run, seed=seed, number=number, seconds=seconds, task=as_data(part))
            for number, part in enumerate(parts)
        )
        for row in rows[1:]:
            self.tell(row.pk)
        return rows

    def _found(self, rows: Sequence[PlanPart], seconds: float, goes_on: Callable[[], bool]) -> list[Keys]:
        """Wait for what others are at, and return what was found of each part."""
        until = time.monotonic() + seconds + PATIENCE_S
        at_work = PlanPart.objects.filter(run=self.run, claimed_at__isnull=False, found=None)
        while at_work.exists() and time.monotonic() < until and goes_on():
            time.sleep(LOOK_S)
        found = dict(PlanPart.objects.filter(run=self.run).values_list("pk", "found"))
        return [found.get(row.pk) or [] for row in rows]


def improve_part(pk: int, *, clock: Clock) -> None:
    """Improve a part that some planning shares out; nothing if another worker is at it or it is over."""
    if not _claim(pk, clock()):
        return
    row = PlanPart.objects.get(pk=pk)
    task = as_task(row.task)
    _bring(pk, solve_part(task.part(ways_of(task.jobs, task.vans)), row.seconds, row.seed))


def _claim(pk: int, now: datetime) -> bool:
    return bool(PlanPart.objects.filter(pk=pk, claimed_at=None).update(claimed_at=now))


def _bring(pk: int, routes: Sequence[Route]) -> None:
    PlanPart.objects.filter(pk=pk).update(found=keys_of(routes))
