"""Close or open a day: every delivery that this touches is shown before, follows after, and people are told.

The preview is the deed itself, taken back at its end; so what was shown is what will be done. If something
changed in between, nothing is done and the new effects are shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone

from bundles.models import Edition
from membership.models import User
from membership.permissions import ORDERING_ROLES

from ..calendar_effects import CUTOFF, LEFT_OUT, MOVED, TO_DECIDE, CalendarChange, Effect, fingerprint
from ..coming import why
from ..cutoff import cutoff_at, seoul
from ..event_times import delivery_for
from ..exceptions import NotPossible
from ..models import CalendarDay, Notification, Occurrence, Order, OrderEvent, StandingOrder
from ..working_days import WorkingDays
from .move_order import DECISIONS, decide, target_of
from .notify import notify, notify_institution, people
from .reconcile import Moved, reconcile

# What is promised and not on its way.
FIXED = (Order.Status.CONFIRMED, Order.Status.PACKED)


class StalePreview(Exception):
    """Something changed since the effects were shown; `effects` are those of now."""

    def __init__(self, effects: list[Effect]) -> None:
        super().__init__("stale preview")
        self.effects = effects


class _TakenBack(Exception):
    """Ends the transaction of a preview."""


def preview_calendar_day(change: CalendarChange, *, now: datetime) -> list[Effect]:
    """Return what the change would do. Nothing is kept of it."""
    effects: list[Effect] = []
    try:
        with transaction.atomic():
            effects = _change(change, now)
            raise _TakenBack
    except _TakenBack:
        return effects


@transaction.atomic
def change_calendar_day(
    change: CalendarChange, decisions: Mapping[str, str], *, seen: str, actor: User, now: datetime
) -> list[Effect]:
    """Change the calendar; open deliveries follow, and each order that can't has its decision carried out.

    `decisions` say by the number of each such order "keep", "call_off" or "move". `seen` is the fingerprint
    of the effects that were shown. Raises StalePreview if they are others now, NotPossible ("not_decided") if
    a decision is missing. Changes nothing then.
    """
    effects = _change(change, now)
    if fingerprint(effects) != seen:
        raise StalePreview(effects)
    for effect in effects:
        if effect.what != TO_DECIDE:
            continue
        if decisions.get(effect.number) not in DECISIONS:
            raise NotPossible("not_decided", effect.number)
        decide(effect.number, decisions[effect.number], change, actor=actor, now=now)
    return effects


def _change(change: CalendarChange, now: datetime) -> list[Effect]:
    """Store the operator's word, let everything open follow, and return what that changed."""
    touched = _touched(change.day)
    if change.is_working is None:
        CalendarDay.objects.filter(day=change.day).delete()
    else:
        CalendarDay.objects.update_or_create(
            day=change.day, defaults={"is_working": change.is_working, "name": change.name}
        )
    working_days = CalendarDay.objects.all().working_days()
    effects = [*_dates(touched, now), *_events(change, working_days, now)]
    if not working_days.is_working(change.day):
        effects += [_to_decide(order, working_days, now) for order in _stuck(change.day)]
    return effects


def _near(day: date) -> Q:
    """Return which deliveries a change of the day can touch: on it, by its rule on it, or counted over it."""
    counted = Q(cutoff_at__lt=seoul(day, datetime.max.time()), delivery_date__gte=day)
    return counted | Q(delivery_date=day)


def _said(*cutoffs: object) -> str:
    """Return the cut-off before and after, as a notification keeps it."""
    return " → ".join(
        f"{timezone.localtime(at):%Y-%m-%d %H:%M}" for at in cutoffs if isinstance(at, datetime)
    )


# -- Dates of standing orders ---------------------------------------------------------------------


def _touched(day: date) -> list[int]:
    """Return the standing orders with a date that the day touches, locked in one order."""
    rows = Occurrence.objects.filter(status__in=["planned", "skipped"]).filter(_near(day) | Q(rule_date=day))
    running = StandingOrder.objects.running().filter(pk__in=rows.values("standing_order"))
    return list(running.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def _dates(touched: list[int], now: datetime) -> Iterator[Effect]:
    rows = StandingOrder.objects.filter(pk__in=touched).select_related("organization").order_by("pk")
    for standing in rows.prefetch_related("later_terms", "pauses"):
        for moved in reconcile(standing, now=now):
            if effect := _of_date(moved, standing, now):
                yield effect


def _of_date(moved: Moved, standing: StandingOrder, now: datetime) -> Effect | None:
    """Return how a date that was shown before changed; None if it is new or only its words changed.

    That a date moved is told by whatever moves it; that only its cut-off did is told here.
    """
    was, row = moved.was, moved.row
    if was is None:
        return None
    was_day = was["delivery_date"] if was["status"] == Occurrence.Status.PLANNED else None
    day = row.delivery_date if row.status == Occurrence.Status.PLANNED else None
    if (was_day, was["cutoff_at"]) == (day, row.cutoff_at):
        return None
    what = LEFT_OUT if day is None else MOVED if was_day != day else CUTOFF
    if what == CUTOFF:
        told = people(standing.organization, *ORDERING_ROLES)
        said = _said(was["cutoff_at"], row.cutoff_at)
        notify(told, Notification.Kind.CUTOFF_MOVED, now=now, occurrence=row, detail=said)
    return Effect(
        what,
        standing.organization,
        row.bundle.display_name,
        row.site.display_name,
        reverse("orders:standing_order_date", args=[standing.pk, row.rule_date.isoformat()]),
        "",
        was_day,  # type: ignore[arg-type]
        day,
        was["cutoff_at"],  # type: ignore[arg-type]
        row.cutoff_at,
        why(row),
    )


# -- Orders ---------------------------------------------------------------------------------------


def _events(change: CalendarChange, working_days: WorkingDays, now: datetime) -> Iterator[Effect]:
    """Let open event orders follow, and yield those that changed; what can't follow is left as it is."""
    rows = Order.objects.filter(status__in=Order.OPEN, event_at__isnull=False).filter(_near(change.day))
    orders = rows.select_for_update(of=("self",)).select_related("organization", "bundle", "site")
    for order in orders.order_by("pk"):
        if effect := _follow(order, change, working_days, now):
            yield effect


def _follow(order: Order, change: CalendarChange, working_days: WorkingDays, now: datetime) -> Effect | None:
    was_day, was_cutoff = order.delivery_date, order.cutoff_at
    if not working_days.is_working(order.delivery_date):
        try:
            delivery = delivery_for(order.event_at, order.site, working_days)  # type: ignore[arg-type]
        except NotPossible:
            return None
        order.delivery_date, order.window_opens, order.window_closes = delivery
    order.cutoff_at = _cutoff(order, working_days)
    if order.cutoff_at <= now or (was_day, was_cutoff) == (order.delivery_date, order.cutoff_at):
        return None
    order.save(update_fields=["delivery_date", "window_opens", "window_closes", "cutoff_at"])
    if order.delivery_date != was_day:
        order.swaps.all().delete()
        said = f"{was_day} → {order.delivery_date} ({change.name})"
        OrderEvent.objects.create(order=order, was=order.status, to=order.status, at=now, note=said)
        notify_institution(order, Notification.Kind.ORDER_MOVED, now=now, detail=said)
    else:
        said = _said(was_cutoff, order.cutoff_at)
        notify_institution(order, Notification.Kind.CUTOFF_MOVED, now=now, detail=said)
    return _of_order(order, MOVED if order.delivery_date != was_day else CUTOFF, was_day, was_cutoff)


def _cutoff(order: Order, working_days: WorkingDays) -> datetime:
    edition = Edition.objects.with_key(order.edition_key)
    slowest = edition.aggregate(slowest=Max("items__product__lead_days"))["slowest"] or 0
    return cutoff_at(order.delivery_date, slowest, working_days)


def _stuck(day: date) -> Iterator[Order]:
    """Yield the orders that still stand on the closed day: fixed, or too late to go elsewhere."""
    rows = Order.objects.on(day).filter(status__in=[*Order.OPEN, *FIXED])
    yield from rows.select_related("organization", "bundle", "site").order_by("pk")


def _to_decide(order: Order, working_days: WorkingDays, now: datetime) -> Effect:
    target = target_of(order, working_days, now)
    effect = _of_order(order, TO_DECIDE, order.delivery_date, order.cutoff_at)
    return replace(effect, moves_to=target.day if target else None)


def _of_order(order: Order, what: str, was_day: date, was_cutoff: datetime) -> Effect:
    return Effect(
        what,
        order.organization,
        order.bundle_display_name,
        order.site.display_name,
        reverse("orders:order_detail", args=[order.number]),
        order.number,
        was_day,
        order.delivery_date,
        was_cutoff,
        order.cutoff_at,
        str(order.get_status_display()),
    )
