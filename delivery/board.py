"""A day at the dispatch board: the routes of a plan with loads, times, promises and who is where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Prefetch

from membership.site_facts import Fact
from orders.models import Order
from orders.packing import boxes

from .arrival import Window
from .day import instant, jobs_of
from .itinerary import Job
from .leaving import leave_facts
from .models import Promise, Route, RoutePlan, Stop, Unassigned
from .progress import behind
from .sheet import in_readers_language

# As many as css/map.css has; letters and line patterns tell apart what shares a colour.
COLOURS, PATTERNS = 8, 4
# Nearer than this to the time at which the site closes is tight.
TIGHT = timedelta(minutes=15)
STOPS = Stop.objects.select_related(
    "order__organization", "order__site", "order__promise", "order__leave_instructions", "proof"
).order_by("sequence")


@dataclass(frozen=True)
class BoardStop:
    """One stop. `expected` is when it is reached as things are now, `windows` when the site receives."""

    stop: Stop
    job: Job
    code: str
    delay: timedelta
    windows: list[tuple[datetime, datetime]]
    crates: int

    @property
    def order(self) -> Order:
        return self.stop.order

    @property
    def name(self) -> str:
        return in_readers_language(self.order.site_name, self.order.site.name_en)

    @property
    def organization(self) -> str:
        return in_readers_language(self.order.organization_name, self.order.organization.name_en)

    @property
    def expected(self) -> datetime:
        return self.stop.eta + self.delay if self.is_pending else self.stop.eta

    @property
    def is_pending(self) -> bool:
        return self.stop.status == Stop.Status.PENDING

    @property
    def closes(self) -> datetime | None:
        return max((closes for _, closes in self.windows), default=None)

    @property
    def late_minutes(self) -> int:
        """By how much it comes after the site has closed."""
        if not self.is_pending or self.closes is None:
            return 0
        return max(0, -int((self.closes - self.expected).total_seconds() // 60))

    @property
    def promised(self) -> Window | None:
        """What its recipient was told; None before."""
        promise: Promise | None = getattr(self.order, "promise", None)
        return Window(promise.opens_at, promise.closes_at) if promise else None

    @property
    def off_promise_minutes(self) -> int:
        """By how much it comes before or after what its recipient was told."""
        if not self.is_pending or self.promised is None:
            return 0
        return int(self.promised.missed_by(self.expected).total_seconds() // 60)

    @property
    def leave(self) -> list[Fact]:
        """Where its recipient wants it to be left."""
        return leave_facts(self.order)

    @property
    def punctuality(self) -> str:
        """`late`, `tight` or `fine`; what became of it once it is done."""
        if not self.is_pending:
            return str(self.stop.status)
        if self.late_minutes:
            return "late"
        return "tight" if self.closes and self.closes - self.expected < TIGHT else "fine"

    @property
    def weight_kg(self) -> float:
        return self.job.weight_g / 1000

    def is_meant(self, words: str) -> bool:
        """Whether a search for these words finds it."""
        order = self.order
        texts = [order.number, order.site_name, order.site.name_en, order.organization_name, order.address]
        return words in " ".join([*texts, order.organization.name_en, self.code]).lower()


@dataclass(frozen=True)
class BoardRoute:
    """One route with its letter, colour and pattern, and what is on the van."""

    route: Route
    nth: int
    stops: list[BoardStop]
    delay: timedelta

    @property
    def letter(self) -> str:
        return letter(self.nth)

    @property
    def colour(self) -> int:
        return self.nth % COLOURS + 1

    @property
    def pattern(self) -> int:
        return self.nth % PATTERNS + 1

    @property
    def shift(self) -> object:
        return self.route.shift

    @property
    def courier(self) -> str:
        courier = self.route.shift.courier
        return in_readers_language(courier.name, courier.name_en)

    @property
    def alive(self) -> list[BoardStop]:
        return [stop for stop in self.stops if stop.stop.status != Stop.Status.CANCELLED]

    @property
    def done(self) -> int:
        return sum(not stop.is_pending for stop in self.alive)

    @property
    def failed(self) -> int:
        return sum(stop.stop.status == Stop.Status.FAILED for stop in self.stops)

    @property
    def next(self) -> BoardStop | None:
        return next((stop for stop in self.stops if stop.is_pending), None)

    @property
    def late(self) -> int:
        return sum(stop.punctuality == "late" for stop in self.stops)

    @property
    def tight(self) -> int:
        return sum(stop.punctuality == "tight" for stop in self.stops)

    @property
    def off_promise(self) -> int:
        """How many recipients were told another time than what is expected now."""
        return sum(stop.off_promise_minutes > 0 for stop in self.stops)

    @property
    def crates(self) -> int:
        return sum(stop.crates for stop in self.alive)

    @property
    def delay_minutes(self) -> int:
        return int(self.delay.total_seconds() // 60)

    @property
    def returns(self) -> datetime:
        return self.route.returns_at + self.delay

    @property
    def hours(self) -> timedelta:
        return self.route.returns_at - self.route.departs_at

    @property
    def is_overtime(self) -> bool:
        shift = self.route.shift
        ends_s = shift.ends.hour * 3600 + shift.ends.minute * 60
        return self.returns > instant(shift.date, ends_s)

    @property
    def overload(self) -> bool:
        vehicle = self.route.shift.vehicle
        return (
            self.route.weight_g > vehicle.max_weight_kg * 1000
            or self.route.volume_ml > vehicle.max_volume_l * 1000
        )


@dataclass(frozen=True)
class Board:
    """A plan as the board shows it; `missing` are orders of the day that came after it."""

    plan: RoutePlan
    routes: list[BoardRoute]
    unassigned: list[Unassigned]
    missing: list[Order]
    found: list[BoardStop] = field(default_factory=list)

    @cached_property
    def stops(self) -> list[BoardStop]:
        return [stop for route in self.routes for stop in route.stops]

    @property
    def left(self) -> int:
        """How many orders are on no route."""
        return len(self.unassigned) + len(self.missing)

    @property
    def late(self) -> int:
        return sum(route.late for route in self.routes)

    @property
    def done(self) -> int:
        return sum(route.done for route in self.routes)

    @property
    def stop_count(self) -> int:
        return sum(len(route.alive) for route in self.routes)

    @property
    def distance_km(self) -> float:
        return sum(route.route.distance_m for route in self.routes) / 1000

    @property
    def hours(self) -> float:
        return sum(route.hours.total_seconds() for route in self.routes) / 3600

    @property
    def on_the_way(self) -> int:
        return sum(route.route.status == Route.Status.STARTED for route in self.routes)


def letter(nth: int) -> str:
    """A, B, … Z, AA, AB: what routes are called beside their colour."""
    name = ""
    nth += 1
    while nth:
        nth, rest = divmod(nth - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def read_board(plan: RoutePlan, *, to_deliver: Iterable[Order], now: datetime, words: str = "") -> Board:
    """Return the plan; `to_deliver` are the orders of its day that are still to be brought.

    `words` search: an order's number, a site, an institution, an address, or a stop's code such as B7.
    """
    routes = list(
        plan.routes.select_related("shift__courier", "shift__vehicle")
        .prefetch_related(Prefetch("stops", STOPS.prefetch_related("order__lines")))
        .order_by("departs_at", "pk")
    )
    orders = {stop.order_id: stop.order for route in routes for stop in route.stops.all()}
    jobs = jobs_of(orders.values(), plan.date)
    unassigned = list(plan.unassigned.select_related("order__organization", "order__site"))
    known = orders.keys() | {row.order_id for row in unassigned}
    shown = [_route(route, nth, jobs, now) for nth, route in enumerate(routes)]
    wanted = words.strip().lower()
    found = [stop for route in shown for stop in route.stops if stop.is_meant(wanted)] if wanted else []
    missing = [order for order in to_deliver if order.pk not in known]
    return Board(plan, shown, unassigned, missing, found)


def _route(route: Route, nth: int, jobs: dict[int, Job], now: datetime) -> BoardRoute:
    stops = list(route.stops.all())
    delay = behind(route, stops, now)
    day = route.shift.date
    return BoardRoute(
        route,
        nth,
        [
            BoardStop(
                stop,
                jobs[stop.order_id],
                f"{letter(nth)}{stop.sequence}",
                delay,
                _instants(jobs[stop.order_id].windows, day),
                boxes(line for line in stop.order.lines.all() if line.coming),
            )
            for stop in stops
        ],
        delay,
    )


def _instants(windows: Sequence[tuple[int, int]], day: date) -> list[tuple[datetime, datetime]]:
    return [(instant(day, opens), instant(day, closes)) for opens, closes in windows]
