"""The orders of a day as rows of a table: what is ordered, and what standing orders will still bring."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from delivery.models import Stop
from delivery.sheet import in_readers_language
from orders.models import CycleItem, CycleRun, Occurrence, Order

from .progress import DayFigures

PLANNED = "planned"


@dataclass(frozen=True)
class DayOrder:
    """One delivery of the day; `number`, `eta` and `gross` (won) are missing before its cut-off."""

    url: str
    number: str
    institution: str
    site: str
    bundle: str
    headcount: int
    status: str
    status_label: str
    eta: datetime | None
    gross: int | None


@dataclass(frozen=True)
class StateTab:
    """A state in which deliveries of the day are, and how many; `state` is empty for all orders."""

    state: str
    label: str | Promise
    count: int


@dataclass(frozen=True)
class DayRun:
    """What one run of a step did for the day."""

    pk: int
    step: str
    started_at: datetime
    done: int
    skipped: int
    failed: int


def state_tabs(figures: DayFigures) -> list[StateTab]:
    """Return the tabs that have something in them: all orders, dates that are planned, and each state."""
    counts = [
        ("", _("All orders"), sum(figures.orders.values())),
        (PLANNED, Occurrence.Status.PLANNED.label, figures.planned),
        *((state.value, state.label, figures.orders.get(state.value, 0)) for state in Order.Status),
    ]
    return [StateTab(state, label, count) for state, label, count in counts if count]


def orders_of_day(day: date, state: str) -> Any:
    """Return the queryset behind the table: planned dates, or orders in a state (all of them if empty)."""
    if state == PLANNED:
        planned = Occurrence.objects.filter(delivery_date=day, status="planned")
        return planned.select_related("standing_order__organization", "site", "bundle").order_by(
            "standing_order__organization__name", "pk"
        )
    eta = Stop.objects.live().filter(order=OuterRef("pk")).values("eta")[:1]
    orders = Order.objects.on(day).annotate(eta=Subquery(eta)).select_related("organization", "site")
    if state:
        orders = orders.filter(status=state)
    return orders.order_by("organization_name", "number")


def rows(things: Iterable[Order | Occurrence]) -> list[DayOrder]:
    """Return what the table shows of the things on one page."""
    return [_planned_row(thing) if isinstance(thing, Occurrence) else _order_row(thing) for thing in things]


def _order_row(order: Order) -> DayOrder:
    return DayOrder(
        url=reverse("orders:order_detail", args=[order.number]),
        number=order.number,
        institution=in_readers_language(order.organization_name, order.organization.name_en),
        site=in_readers_language(order.site_name, order.site.name_en),
        bundle=order.bundle_display_name,
        headcount=order.headcount,
        status=order.status,
        status_label=order.get_status_display(),
        eta=order.eta,  # type: ignore[attr-defined]  # annotated by `orders_of_day`
        gross=order.gross,
    )


def _planned_row(occurrence: Occurrence) -> DayOrder:
    return DayOrder(
        url=reverse("orders:standing_order_detail", args=[occurrence.standing_order_id]),
        number="",
        institution=occurrence.standing_order.organization.display_name,
        site=occurrence.site.display_name,
        bundle=occurrence.bundle.display_name,
        headcount=occurrence.headcount,
        status=occurrence.status,
        status_label=occurrence.get_status_display(),
        eta=None,
        gross=occurrence.price,
    )


def runs_of_day(day: date, limit: int = 8) -> list[DayRun]:
    """Return the last runs that did something for the day, the latest first."""
    counts = {name: Count("pk", filter=Q(outcome=name)) for name in ("done", "skipped", "failed")}
    found: Any = (
        CycleItem.objects.filter(delivery_date=day)
        .order_by("-run__started_at", "-run")
        .values("run", "run__step", "run__started_at")
        .annotate(**counts)
    )
    return [
        DayRun(
            row["run"],
            str(CycleRun.Step(row["run__step"]).label),
            row["run__started_at"],
            row["done"],
            row["skipped"],
            row["failed"],
        )
        for row in found[:limit]
    ]
