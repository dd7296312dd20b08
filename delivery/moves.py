"""What it means to move a stop: both routes before and after, what gets late or heavy, what is impossible."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .itinerary import Job, PlannedRoute, Van
from .models import Unassigned
from .repair import Tour
from .review import Review

# So many of the cheapest places are offered.
PLACES_SHOWN = 5


@dataclass(frozen=True)
class Change:
    """One route before and after a move; None where the van has nothing to do."""

    van: Van
    before: PlannedRoute | None
    after: PlannedRoute | None
    jobs: dict[int, Job]

    @property
    def extra_m(self) -> int:
        return _metres(self.after) - _metres(self.before)

    @property
    def extra_s(self) -> int:
        return _seconds(self.after) - _seconds(self.before)

    @property
    def late_before(self) -> int:
        return _late(self.before)

    @property
    def late_after(self) -> int:
        return _late(self.after)

    @property
    def later(self) -> list[tuple[int, int]]:
        """(order, minutes) of each stop that comes after its site closed, and later than before."""
        was = {stop.job_key: stop.late_s for stop in self.before.stops} if self.before else {}
        stops = self.after.stops if self.after else ()
        return [
            (stop.job_key, -(-stop.late_s // 60)) for stop in stops if stop.late_s > was.get(stop.job_key, 0)
        ]

    @property
    def over_percent(self) -> int:
        return self.after.over_percent if self.after else 0

    @property
    def is_heavier(self) -> bool:
        """Whether it is overloaded by more than before."""
        return self.over_percent > (self.before.over_percent if self.before else 0)

    @property
    def weight_g(self) -> int:
        return sum(job.weight_g for job in self._load)

    @property
    def volume_ml(self) -> int:
        return sum(job.volume_ml for job in self._load)

    @property
    def _load(self) -> list[Job]:
        return [self.jobs[stop.job_key] for stop in self.after.stops] if self.after else []

    @property
    def is_too_warm(self) -> bool:
        """Whether chilled goods would go in a van that doesn't cool."""
        return not self.van.chilled and any(job.chilled_volume_ml for job in self._load)

    @property
    def overtime_s(self) -> int:
        """By how much it would be back after the shift."""
        return max(0, self.after.returns_s - self.van.ends_s) if self.after else 0


@dataclass(frozen=True)
class Move:
    """What a move would mean; `after` is the whole plan with it."""

    after: Review
    changes: list[Change]
    is_on_board: bool  # of a van on its way: what it carries stays there, and nothing else gets in

    @property
    def extra_m(self) -> int:
        return sum(change.extra_m for change in self.changes)

    @property
    def extra_s(self) -> int:
        return sum(change.extra_s for change in self.changes)

    @property
    def is_impossible(self) -> bool:
        """Nobody may allow this: goods on the road, chilled goods gone warm, a courier working too long."""
        return self.is_on_board or any(
            change.is_too_warm or (change.overtime_s and change.extra_s > 0) for change in self.changes
        )

    @property
    def needs_consent(self) -> bool:
        """Whether something gets late or overloaded that wasn't."""
        return any(change.later or change.is_heavier for change in self.changes)


@dataclass(frozen=True)
class Offer:
    """A place where a job fits: with this van, as its stop number so-and-so, for so many metres more."""

    van_key: int
    position: int
    extra_m: int


def move(seen: Review, job: int, van_key: int | None, position: int) -> Move:
    """Return what it means that the van visits the job as its stop number `position`; no van: none does."""
    tours = {key: list(tour) for key, tour in seen.day.tours.items()}
    touched = [key for key, tour in tours.items() if job in tour]
    for key in touched:
        tours[key].remove(job)
    reasons = dict(seen.reasons)
    if van_key is None:
        reasons[job] = Unassigned.Reason.TAKEN_OFF
    else:
        tours.setdefault(van_key, []).insert(max(position - 1, 0), job)
        touched = [van_key, *(key for key in touched if key != van_key)]
    after = replace(seen, reasons=reasons).with_tours({key: tours[key] for key in touched})
    changes = [
        Change(seen.day.vans[key], seen.route(key), after.route(key), seen.day.jobs)
        for key in touched
        if key in seen.day.vans
    ]
    stays = van_key is not None and touched == [van_key] and job in seen.day.tours.get(van_key, [])
    is_on_board = not stays and any(change.van.is_loaded for change in changes)
    is_on_board |= van_key is not None and van_key not in seen.day.vans
    return Move(after, changes, is_on_board)


def offers(seen: Review, job: Job) -> list[Offer]:
    """Return where the job fits without harm to anybody, the shortest detour first."""
    found = []
    for key, van in seen.day.vans.items():
        tour = [seen.day.jobs[each] for each in seen.day.tours.get(key, []) if each != job.key]
        for extra_m, _, position in Tour(van, [tour], seen.matrix).insertions(job):
            found.append(Offer(key, position + 1, extra_m))
            break
    return sorted(found, key=lambda offer: offer.extra_m)[:PLACES_SHOWN]


def _metres(route: PlannedRoute | None) -> int:
    return route.distance_m if route else 0


def _seconds(route: PlannedRoute | None) -> int:
    return route.duration_s if route else 0


def _late(route: PlannedRoute | None) -> int:
    return sum(stop.late_s > 0 for stop in route.stops) if route else 0
