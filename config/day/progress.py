"""How far one delivery day is: figures read from the tables, and the steps of the cycle that they make."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Max, Min, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bundles.edition_key import EditionKey
from bundles.models import Capacity, Edition
from delivery.models import Route, RoutePlan, Stop, Unassigned
from orders.models import Occurrence, Order, OrderLine, PurchaseOrder, Statement
from orders.querysets import EDITION_COLUMNS

AFTER_CUTOFF = frozenset({"confirmed", "packed", "dispatched", "delivered"})
DELIVERY_FAILED = "delivery_failed"


@dataclass(frozen=True)
class Progress:
    """So many of a total are through a step; `troubled` ones won't get through by themselves."""

    done: int
    total: int
    troubled: int = 0

    @property
    def is_done(self) -> bool:
        return self.total > 0 and self.done == self.total


@dataclass(frozen=True)
class Cutoff:
    """A cut-off that orders of the day still wait for."""

    at: datetime
    waiting: int


@dataclass(frozen=True)
class Step:
    """A step of the cycle as `components/steps.html` draws it."""

    label: str | Promise
    icon: str
    state: str
    when: str


@dataclass(frozen=True)
class DayFigures:
    """Counts of one delivery day; `orders` and `purchase_orders` by state, distances in metres."""

    planned: int
    orders: dict[str, int]
    lines: int
    purchase_orders: dict[str, int]
    used_up: int
    products: int
    stops: int
    stops_done: int
    distance_m: int
    vans: int
    composed: Progress
    fixed: Progress
    acknowledged: Progress
    received: Progress
    packed: Progress
    routed: Progress
    dispatched: Progress
    delivered: Progress
    stated: Progress

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be delivered, and nothing was."""
        return not self.fixed.total and not self.orders

    @property
    def order_count(self) -> int:
        return sum(self.orders.values()) - self.orders.get("cancelled", 0)

    @property
    def purchase_order_count(self) -> int:
        return sum(self.purchase_orders.values())

    @property
    def distance_km(self) -> float:
        return self.distance_m / 1000


# label, icon, figure
STEPS: list[tuple[str | Promise, str, str]] = [
    (_("Previewed"), "calendar-days", "composed"),
    (_("Cut off"), "timer", "fixed"),
    (_("Acknowledged"), "clipboard-check", "acknowledged"),
    (_("Received"), "warehouse", "received"),
    (_("Packed"), "package-check", "packed"),
    (_("Routed"), "route", "routed"),
    (_("On the way"), "truck", "dispatched"),
    (_("Delivered"), "circle-check", "delivered"),
    (_("Statements"), "file-text", "stated"),
]


def steps(figures: DayFigures) -> list[Step]:
    """Return the steps: failed where something is stuck, current where the day stands."""
    found, current_is_open = [], True
    for label, icon, name in STEPS:
        progress: Progress = getattr(figures, name)
        state = "failed" if progress.troubled else "done" if progress.is_done else ""
        if not state and progress.total and current_is_open:
            state, current_is_open = "current", False
        when = f"{progress.done}/{progress.total}" if progress.total else "–"
        found.append(Step(label, icon, state, when))
    return found


def cutoffs(day: date) -> list[Cutoff]:
    """Return the cut-offs that planned occurrences and placed orders of the day wait for, earliest first."""
    waiting: Counter[datetime] = Counter()
    for rows in (
        Occurrence.objects.filter(delivery_date=day, status="planned"),
        Order.objects.on(day).filter(status__in=Order.OPEN),
    ):
        waiting.update(dict(rows.order_by().values_list("cutoff_at").annotate(Count("pk"))))
    return [Cutoff(at, count) for at, count in sorted(waiting.items())]


def last_cutoff(day: date) -> datetime | None:
    """Return the latest cut-off of the day's orders."""
    at: datetime | None = Order.objects.on(day).aggregate(at=Max("cutoff_at"))["at"]
    return at


def answers_due(day: date) -> datetime | None:
    """Return until when the first of the producers who haven't answered must do so."""
    waiting = PurchaseOrder.objects.on(day).filter(status="issued")
    at: datetime | None = waiting.aggregate(at=Min("acknowledge_by"))["at"]
    return at


def read_figures(day: date) -> DayFigures:
    """Count the day."""
    orders = list(
        Order.objects.on(day)
        .order_by()
        .values("status", is_late=Q(reason=DELIVERY_FAILED), is_event=Q(occurrence=None))
        .annotate(count=Count("pk"))
    )
    occurrences = _by_status(Occurrence.objects.filter(delivery_date=day))
    purchase_orders = _by_status(PurchaseOrder.objects.on(day).exclude(status="cancelled"))
    carried = _sum_by((row for row in orders if _is_fixed(row)), "status")
    alive, left = carried.total(), carried["dispatched"] + carried["delivered"] + carried["failed"]
    stops = _by_status(Stop.objects.live().filter(plan__date=day).exclude(status="cancelled"))
    plan = RoutePlan.objects.published().on(day).aggregate(distance=Sum("distance_m"))
    capacity = Capacity.objects.filter(made_on=day, limit__isnull=False).aggregate(
        used_up=Count("pk", filter=Q(reserved__gte=F("limit"))), products=Count("pk")
    )
    return DayFigures(
        planned=occurrences["planned"],
        orders=dict(_sum_by(orders, "status")),
        lines=OrderLine.objects.filter(order__delivery_date=day).exclude(order__status="cancelled").count(),
        purchase_orders=dict(purchase_orders),
        **capacity,
        stops=stops.total(),
        stops_done=stops["delivered"] + stops["failed"],
        distance_m=plan["distance"] or 0,
        vans=Route.objects.filter(plan__status="published", plan__date=day).count(),
        composed=_composed(day),
        fixed=_fixed(orders, occurrences),
        acknowledged=Progress(
            purchase_orders["accepted"] + purchase_orders["short"] + purchase_orders["received"],
            purchase_orders.total(),
            purchase_orders["overdue"],
        ),
        received=Progress(purchase_orders["received"], purchase_orders.total()),
        packed=Progress(carried["packed"] + left, alive),
        routed=Progress(stops.total(), alive, _unassigned(day)),
        dispatched=Progress(left, alive),
        delivered=Progress(carried["delivered"], alive, carried["failed"]),
        stated=Progress(_statements(day), carried["delivered"]),
    )


def _by_status(rows: Any) -> Counter[str]:
    return Counter(dict(rows.order_by().values_list("status").annotate(Count("pk"))))


def _sum_by(rows: Iterable[dict[str, Any]], key: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row[key]] += row["count"]
    return counts


def _is_fixed(row: dict[str, Any]) -> bool:
    """Whether these orders went through their cut-off: a failed one only if its delivery failed."""
    return row["status"] in AFTER_CUTOFF or (row["status"] == "failed" and row["is_late"])


def _composed(day: date) -> Progress:
    """Editions that someone expects on the day, and those of them with contents."""
    occurrences = Occurrence.objects.filter(delivery_date=day, status__in=["planned", "ordered"])
    orders = Order.objects.on(day).exclude(status__in=["cancelled", "failed"])
    expected = {EditionKey(*row) for row in occurrences.values_list(*EDITION_COLUMNS)}
    expected |= {EditionKey(*row) for row in orders.values_list("bundle", "delivery_date", "exclusions")}
    composed = Edition.objects.on(day).keys()
    return Progress(len(expected & composed), len(expected))


def _fixed(orders: list[dict[str, Any]], occurrences: Counter[str]) -> Progress:
    """What was to be ordered: dates of standing orders, and orders for an event."""
    events = [row for row in orders if row["is_event"] and row["status"] != "cancelled"]
    fixed = sum(row["count"] for row in events if _is_fixed(row))
    failed = sum(row["count"] for row in events if row["status"] == "failed" and not row["is_late"])
    expected = occurrences["planned"] + occurrences["ordered"] + occurrences["failed"]
    return Progress(
        occurrences["ordered"] + fixed,
        expected + sum(row["count"] for row in events),
        occurrences["failed"] + failed,
    )


def _unassigned(day: date) -> int:
    """Orders of which the planner says that they fit on no route."""
    return Unassigned.objects.filter(
        plan__status="published", plan__date=day, order__status__in=["confirmed", "packed"]
    ).count()


def _statements(day: date) -> int:
    return Statement.objects.filter(order__delivery_date=day, order__status="delivered").count()
