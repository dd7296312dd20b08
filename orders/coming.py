"""What an institution receives next: its orders, and the dates of standing orders that are no orders yet.

Both become one kind of entry, so that a page can list them by date without asking what they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bundles.edition_key import EditionKey
from bundles.models import Edition
from membership.models import Organization, Site, User

from .models import Occurrence, Order
from .planned import SWAPS, swaps_of
from .progress import occurrence_steps, order_steps
from .reasons import words
from .working_days import WorkingDays

DAYS = 28
# Dates that nobody waits for: the institution itself changed the rule or ended the standing order.
GONE = ("rule_changed", "standing_order_ended")
FINAL = {Order.Status.DELIVERED, Order.Status.FAILED, Occurrence.Status.SKIPPED, Occurrence.Status.FAILED}
# Of each edition, its products by their keys with their names.
Editions = Mapping[EditionKey, dict[int, str]]


@dataclass(frozen=True)
class Coming:
    """One delivery to come, or that won't come; `why` says what was moved, left out or went wrong."""

    day: date
    title: str
    organization: Organization
    site: Site
    headcount: int
    state: str
    state_label: str
    contents: list[str]
    why: str = ""
    cutoff_at: datetime | None = None
    window: tuple[time, time] | None = None
    eta: datetime | None = None
    order: Order | None = None
    occurrence: Occurrence | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_expected(self) -> bool:
        """Whether it will still come."""
        return self.state not in FINAL


def coming_deliveries(user: User, *, today: date) -> list[Coming]:
    """Return what the user's institutions get within `DAYS`, earliest first, whatever became of it."""
    until = today + timedelta(days=DAYS)
    orders = (
        Order.objects.for_user(user)
        .filter(delivery_date__range=(today, until))
        .exclude(status=Order.Status.CANCELLED)
        .select_related("organization", "site", "bundle", "promise")
        .prefetch_related("lines", "events", "stops__plan", "stops__proof", *SWAPS)
    )
    occurrences = (
        Occurrence.objects.for_user(user)
        .coming(today)
        .filter(Q(delivery_date__lte=until) | Q(delivery_date=None, rule_date__lte=until))
        .exclude(status=Occurrence.Status.ORDERED)
        .exclude(reason__in=GONE)
        .select_related("standing_order__organization", "site", "bundle__plan")
        .prefetch_related(*SWAPS)
    )
    editions = _editions(orders, occurrences)
    entries = [from_order(order, editions) for order in orders]
    entries += [from_occurrence(occurrence, editions) for occurrence in occurrences]
    return sorted(entries, key=lambda entry: (entry.day, entry.eta is None, entry.eta, entry.title))


def _editions(orders: Iterable[Order], occurrences: Iterable[Occurrence]) -> Editions:
    """Return the products of the editions that these will bring."""
    bundles = {order.bundle_id for order in orders if order.status in Order.OPEN}
    bundles |= {occurrence.bundle_id for occurrence in occurrences}
    days = {order.delivery_date for order in orders}
    days |= {occurrence.delivery_date for occurrence in occurrences if occurrence.delivery_date}
    rows = Edition.objects.filter(bundle__in=bundles, delivery_date__in=days)
    return {
        edition.key: {item.product_id: item.product.display_name for item in edition.items.all()}
        for edition in rows.prefetch_related("items__product")
    }


def from_order(order: Order, editions: Editions) -> Coming:
    """Return the entry of an order: its lines once it is fixed, before that the edition that is planned."""
    is_open = order.status in Order.OPEN
    lines = [line.product_display_name for line in order.lines.all() if line.coming]
    stop = live_stop(order)
    return Coming(
        day=order.delivery_date,
        title=order.bundle_display_name,
        organization=order.organization,
        site=order.site,
        headcount=order.headcount,
        state=order.status,
        state_label=order.get_status_display(),
        contents=lines or _contents(order, order.edition_key, editions),
        why=why_failed(order) or why_waiting(order),
        cutoff_at=order.cutoff_at if is_open else None,
        window=_window(order),
        eta=stop.eta if stop and stop.status == "pending" else None,
        order=order,
        steps=order_steps(order),
    )


def from_occurrence(occurrence: Occurrence, editions: Editions) -> Coming:
    """Return the entry of a date of a standing order that is no order (yet)."""
    is_planned = occurrence.status == Occurrence.Status.PLANNED
    day = occurrence.delivery_date or occurrence.rule_date
    return Coming(
        day=day,
        title=occurrence.bundle.display_name,
        organization=occurrence.standing_order.organization,
        site=occurrence.site,
        headcount=occurrence.headcount,
        state=occurrence.status,
        state_label=occurrence.get_status_display(),
        contents=_contents(occurrence, occurrence.edition_key(day), editions) if is_planned else [],
        why=why(occurrence),
        cutoff_at=occurrence.cutoff_at if is_planned else None,
        window=_window(occurrence),
        occurrence=occurrence,
        steps=occurrence_steps(occurrence) if is_planned else [],
    )


def _contents(holder: Order | Occurrence, key: EditionKey, editions: Editions) -> list[str]:
    """Return the names of what will come, with what was swapped."""
    planned = editions.get(key)
    if not planned:
        return []
    swaps = swaps_of(holder)
    return [swaps[pk].display_name if pk in swaps else name for pk, name in planned.items()]


def why(occurrence: Occurrence) -> str:
    """Return why a date was moved, skipped or not ordered, in words; "" if there is nothing to say.

    A holiday is named in the reader's language. Other details are for the operator and are left out here.
    """
    if not occurrence.reason:
        return ""
    holiday = ""
    if occurrence.detail and occurrence.reason in ("moved_before", "moved_after", "skipped_holiday"):
        in_english = get_language() == "en" and WorkingDays().name(occurrence.rule_date, "en")
        holiday = f" ({in_english or occurrence.detail})"
    return words(occurrence.reason) + holiday


def why_failed(order: Order) -> str:
    """Return why an order failed, in words; "" if it didn't."""
    if order.status != Order.Status.FAILED:
        return ""
    stop = live_stop(order)
    said = stop.get_failure_reason_display() if stop and stop.failure_reason else ""
    return f"{words(order.reason)}: {said}" if said else words(order.reason) or _("The order failed")


def why_waiting(order: Order) -> str:
    """Return why an order waits for approval, in words; "" if it doesn't."""
    return words(order.reason) if order.status == Order.Status.AWAITING else ""


def live_stop(order: Order) -> Any:
    """Return the order's stop on the published routes, or None. Needs `stops__plan` prefetched.

    Stops belong to delivery, which knows orders but not the other way round; only the relation is followed.
    """
    return next((stop for stop in order.stops.all() if stop.plan.status == "published"), None)


def _window(thing: Any) -> tuple[time, time] | None:
    return (thing.window_opens, thing.window_closes) if thing.window_opens else None
