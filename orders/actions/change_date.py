"""Decide something for one date of a standing order: leave it out, move it, let other things come."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from membership.models import User

from ..approval import why_waits
from ..exceptions import NotPossible
from ..models import CalendarDay, Occurrence, StandingOrder, StandingOrderChange
from ..models.serving import SERVING
from ..repeating import terms_on
from ..standing_plan import forecast_row, own_of, read_plan
from .authority import ask_approvers, check_department, limit_of
from .changing import change_one_date, lock, require_followed, require_open
from .placing import order_from

Kind = StandingOrderChange.Kind


@transaction.atomic
def date_of(standing_order: StandingOrder, rule_date: date) -> Occurrence:
    """Return the row of a rule date, stored now if it lies beyond what is shown. Raises NotPossible."""
    locked = lock(standing_order)
    if row := locked.occurrences.filter(rule_date=rule_date).first():
        return row
    working_days = CalendarDay.objects.all().working_days()
    row = forecast_row(locked, rule_date, working_days)
    if row is None or locked.known_until is None or rule_date <= locked.known_until:
        raise NotPossible("rule_changed")
    row.save()
    return row


def leave_out_date(
    row: Occurrence, *, actor: User | None, now: datetime, seen: int | None = None
) -> Occurrence:
    """Let nothing come on this date; twice changes nothing. Raises NotPossible after the change deadline."""

    def leave_out(row: Occurrence) -> None:
        row.is_left_out = True

    return change_one_date(row, Kind.LEAVE_OUT, leave_out, actor=actor, now=now, seen=seen)


@transaction.atomic
def bring_back_date(
    row: Occurrence, *, actor: User | None, now: datetime, seen: int | None = None
) -> Occurrence:
    """Let a date come again that was left out; twice changes nothing. Raises NotPossible."""

    def bring_back(row: Occurrence) -> None:
        row.is_left_out = False

    return change_one_date(row, Kind.BRING_BACK, bring_back, actor=actor, now=now, seen=seen)


@transaction.atomic
def move_date(
    row: Occurrence, to: date, *, actor: User | None, now: datetime, seen: int | None = None
) -> Occurrence:
    """Deliver on another day; to the rule date itself takes the move back. Raises NotPossible.

    The day must be one of deliveries, not taken by another date of it, and its change deadline ahead.
    """
    if not CalendarDay.objects.all().working_days().is_working(to):
        raise NotPossible("not_a_working_day")
    if to <= timezone.localdate(now):
        raise NotPossible("too_late")
    others = row.standing_order.occurrences.filter(delivery_date=to, status__in=["planned", "ordered"])
    if others.exclude(pk=row.pk).exists():
        raise NotPossible("day_taken")

    def move(row: Occurrence) -> None:
        row.moved_to = None if to == row.rule_date else to

    moved = change_one_date(row, Kind.MOVE, move, actor=actor, now=now, seen=seen)
    require_followed(moved)
    if moved.status == Occurrence.Status.PLANNED:
        require_open(moved, actor=actor, now=now)
    return moved


@transaction.atomic
def change_date(
    row: Occurrence,
    changes: Mapping[str, Any],
    *,
    actor: User | None,
    now: datetime,
    seen: int | None = None,
) -> Occurrence:
    """Let other things come on this date alone. `changes` by the names of `SERVING`. Raises NotPossible.

    What costs more than usual and more than the actor orders alone becomes an order that waits for approval.
    """
    check(row.standing_order, changes)

    def change(row: Occurrence) -> None:
        usual = _usual(row)
        own = {**own_of(row).serving, **changes}
        row.own = {name: value for name, value in own.items() if value != usual[name]}

    changed = change_one_date(row, Kind.DATE, change, actor=actor, now=now, seen=seen)
    _ask_if_dearer(changed, actor, now)
    return changed


def _usual(row: Occurrence) -> Mapping[str, Any]:
    return terms_on(row.rule_date, read_plan(row.standing_order)).serving


def check(standing_order: StandingOrder, changes: Mapping[str, Any]) -> None:
    """Raise ValidationError or NotPossible unless these could come of the standing order."""
    probe = Occurrence(standing_order=standing_order, rule_date=standing_order.starts_on)
    for name in SERVING:
        setattr(probe, name, changes.get(name, getattr(standing_order, name)))
    probe.clean_fields(
        exclude=[field.name for field in Occurrence._meta.fields if field.attname not in changes]
    )
    if probe.site.organization_id != standing_order.organization_id:
        raise NotPossible("wrong_site")
    if "department_id" in changes:
        check_department(standing_order.organization, probe.department)


def _ask_if_dearer(row: Occurrence, actor: User | None, now: datetime) -> None:
    """Make the order of a dearer date at once, waiting for an approver, if the actor may not decide it."""
    if row.status != Occurrence.Status.PLANNED or ("headcount" not in row.own and "bundle_id" not in row.own):
        return
    usual = Occurrence(**_usual(row))
    waits = why_waits(row.price, limit=limit_of(actor, row.standing_order.organization_id), left=None)
    if row.price > usual.price and waits:
        order = order_from(row, now=now, waits=waits)
        Occurrence.objects.filter(pk=row.pk).update(status=Occurrence.Status.ORDERED)
        row.status = Occurrence.Status.ORDERED
        ask_approvers(order, now=now)
