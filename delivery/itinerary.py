"""What is to be planned and what a plan is: jobs and vans in, routes with times out.

Seconds since local midnight, metres, grams, millilitres, crates. A window bounds the *start* of the
service at a stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from delivery.travel import Place

Window = tuple[int, int]
ANY_TIME: tuple[Window, ...] = ((0, 24 * 3600),)
NO_LIMIT = 10**9
Trips = Sequence[Sequence["Job"]]  # what a van visits, in this order; it reloads between two trips


@dataclass(frozen=True, slots=True)
class Job:
    """One stop: what is delivered there (or picked up), how much it is, and when it can be received.

    `volume_ml` is all of it and includes `chilled_volume_ml`, the part that needs a refrigerated van.
    `windows` are the times at which the service may start, in any order; no windows at all means that
    nobody is ever there (`ANY_TIME` means the opposite). A job of `priority` 2 is worth two jobs of 1.

    A pick-up is collected on the way and unloaded where the trip ends, at `due_s` at the latest.
    `depot`: the only place where the goods can be loaded (a pick-up: unloaded); None if any will do.
    `van_key`: locked to this van, it goes there or nowhere. `late_s`: so much later than its last
    window the service may start if it can't be brought otherwise. `area`: see `Van.areas`.
    """

    key: int
    place: Place
    weight_g: int
    volume_ml: int
    chilled_volume_ml: int
    service_s: int
    windows: tuple[Window, ...]
    priority: int = 1
    crates: int = 0
    is_pickup: bool = False
    due_s: int | None = None
    depot: Place | None = None
    van_key: int | None = None
    late_s: int = 0
    area: str = ""

    def __post_init__(self) -> None:
        sizes = (self.weight_g, self.volume_ml, self.chilled_volume_ml, self.crates, self.service_s)
        if min(*sizes, self.late_s) < 0:
            raise ValueError(f"Job {self.key}: negative load, service time or lateness")
        if self.chilled_volume_ml > self.volume_ml:
            raise ValueError(f"Job {self.key}: more chilled volume than volume")
        if any(opens < 0 or opens > closes for opens, closes in self.windows):
            raise ValueError(f"Job {self.key}: a window must close after it opens, on the same day")
        if self.priority < 1:
            raise ValueError(f"Job {self.key}: the priority starts at 1")
        if self.due_s is not None and not self.is_pickup:
            raise ValueError(f"Job {self.key}: only a pick-up is due at the depot")


@dataclass(frozen=True, slots=True)
class Rest:
    """A break of a courier: parked at a stop after its service, it starts between opening and closing.

    It is owed by routes that take longer than `after_s` without it.
    """

    lasts_s: int
    opens_s: int
    closes_s: int
    after_s: int = 4 * 3600

    def __post_init__(self) -> None:
        if self.lasts_s <= 0 or self.after_s < 0 or not 0 <= self.opens_s <= self.closes_s:
            raise ValueError("A break lasts a while and starts between two times of the day")


@dataclass(frozen=True, slots=True)
class Van:
    """A vehicle on a shift: loaded at `place_start`, it leaves there and is back at `place_end` in time.

    `max_work_s` bounds the time from departure to return. `max_reloads` times it may come to
    `reloads_at`, unload what it collected and take on new goods, which takes `reload_s`.
    `is_loaded`: on its way already, it delivers only what is locked to it (until it reloads).
    `sequence`: jobs of its route keep this order, others may come between.
    `overload_percent`: so much more than its limits it may take if a job can't be brought otherwise.
    `areas`: where its courier knows the way; none named means everywhere alike.
    """

    key: int
    place_start: Place
    place_end: Place
    max_weight_g: int
    max_volume_ml: int
    chilled: bool
    starts_s: int
    ends_s: int
    max_crates: int = NO_LIMIT
    max_work_s: int = NO_LIMIT
    rest: Rest | None = None
    max_reloads: int = 0
    reloads_at: Place | None = None
    reload_s: int = 0
    is_loaded: bool = False
    sequence: tuple[int, ...] = ()
    overload_percent: int = 0
    areas: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if min(self.max_weight_g, self.max_volume_ml, self.max_crates, self.overload_percent) < 0:
            raise ValueError(f"Van {self.key}: negative capacity")
        if not 0 <= self.starts_s <= self.ends_s or self.max_work_s < 0:
            raise ValueError(f"Van {self.key}: the shift must end after it starts, on the same day")
        if self.max_reloads < 0 or self.reload_s < 0 or (self.max_reloads and self.reloads_at is None):
            raise ValueError(f"Van {self.key}: to reload it needs a place and a time")
        if len(set(self.sequence)) < len(self.sequence):
            raise ValueError(f"Van {self.key}: a job appears twice in its sequence")


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """`arrives_s` is the ETA; the service starts when the site opens and is over at `departs_s`.

    `trip` counts the trips of the route from 0. `late_s` flags a start after the last window.
    """

    job_key: int
    arrives_s: int
    starts_s: int
    departs_s: int
    trip: int = 0
    late_s: int = 0


@dataclass(frozen=True, slots=True)
class PlannedReload:
    """At the depot between two trips."""

    arrives_s: int
    departs_s: int


@dataclass(frozen=True, slots=True)
class PlannedRest:
    """The break, taken after the service of stop number `after` (from 0) and before driving on."""

    after: int
    starts_s: int
    ends_s: int


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """`over_percent` flags by how much the fullest trip exceeds a limit of the van (0: not at all)."""

    van_key: int
    departs_s: int
    returns_s: int
    distance_m: int
    duration_s: int
    stops: tuple[PlannedStop, ...]
    reloads: tuple[PlannedReload, ...] = ()
    rest: PlannedRest | None = None
    over_percent: int = 0


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a van can't take a job: a `reasons.Reason`, and what it would need against what there is.

    Grams, millilitres, crates or seconds of the day, as the rule says; None where it has no figures.
    """

    van_key: int
    rule: str
    needs: int | None = None
    has: int | None = None


@dataclass(frozen=True, slots=True)
class Sacrifice:
    """The cheapest way to bring a job after all: with this van, so much further, so late, so overloaded,
    and so much later back than its shift or hours allow."""

    van_key: int
    extra_m: int
    late_s: int
    over_percent: int
    overtime_s: int


@dataclass(frozen=True, slots=True)
class UnassignedJob:
    """A job that no route takes; `reason` is a `reasons.Reason`, `detail` the figures behind it.

    Impossible alone: `obstacles` says for each van what fails. Sacrificed: `sacrifice` is what it would
    cost (None if no van can take it at any price).
    """

    job_key: int
    reason: str
    detail: str = ""
    obstacles: tuple[Obstacle, ...] = ()
    sacrifice: Sacrifice | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    routes: tuple[PlannedRoute, ...]
    unassigned: tuple[UnassignedJob, ...]
    distance_m: int
    solver_seconds: float


@dataclass(frozen=True, slots=True)
class Route:
    """A van and what it visits, not yet timed."""

    van: Van
    trips: tuple[tuple[Job, ...], ...]

    @property
    def jobs(self) -> tuple[Job, ...]:
        return tuple(job for trip in self.trips for job in trip)


def hhmm(seconds: int) -> str:
    """A time of day for people: 34500 → 09:35."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def places_of(jobs: Sequence[Job], vans: Sequence[Van]) -> list[Place]:
    """Every place that a day's matrix has to know, each once."""
    ends = [place for van in vans for place in (van.place_start, van.place_end, van.reloads_at) if place]
    depots = [job.depot for job in jobs if job.depot]
    return list(dict.fromkeys([*ends, *depots, *(job.place for job in jobs)]))
