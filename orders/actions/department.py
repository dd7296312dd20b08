"""Take a department out of use, and into it again; what it paid stays in its books."""

from datetime import datetime

from django.db import transaction

from membership.models import Department, User

from ..departments import payers
from ..exceptions import NotPossible
from ..models import Application, Occurrence, StandingOrder, StandingOrderChange
from .authority import check_department
from .changing import change_for_good, change_one_date, lock

Kind = StandingOrderChange.Kind


@transaction.atomic
def retire_department(
    department: Department, *, successor: Department | None, actor: User, now: datetime
) -> None:
    """Offer the department no more: `successor` pays from now on. Twice changes nothing.

    Its standing orders, open applications and people go over. What is ordered, and dates past their change
    deadline, are still paid from its budget. Raises NotPossible without a successor that is needed.
    """
    locked_orders = [lock(standing) for standing in payers([department])[department.pk]]
    standing_orders = [row for row in locked_orders if row.status != StandingOrder.Status.ENDED]
    # Both: the successor may be about to be retired, too.
    keys = [department.pk, *([successor.pk] if successor else [])]
    rows = Department.objects.select_for_update().order_by("pk").in_bulk(keys)
    locked, successor = rows[department.pk], rows[successor.pk] if successor else None
    if not locked.is_active:
        return
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    if standing_orders or successor:
        check_department(locked.organization, successor)
    for standing in standing_orders:
        _hand_over(standing, locked, successor, actor=actor, now=now)
    Application.objects.open().filter(department=locked).update(department=successor)
    locked.seats.update(department=successor)


def _hand_over(
    standing: StandingOrder,
    department: Department,
    successor: Department | None,
    *,
    actor: User,
    now: datetime,
) -> None:
    """Let the successor pay whatever of the standing order the department would have paid."""

    def hand_over(locked: StandingOrder) -> None:
        if locked.department_id == department.pk:
            locked.department = successor
        locked.later_terms.filter(department=department).update(department=successor)

    def hand_date_over(row: Occurrence) -> None:
        row.own = row.own | {"department_id": successor.pk if successor else None}

    change_for_good(standing, Kind.ALL, hand_over, actor=actor, now=now)
    planned = standing.occurrences.filter(status=Occurrence.Status.PLANNED, department=department)
    for row in planned.filter(own__has_key="department_id").order_by("pk"):
        try:
            change_one_date(row, Kind.DATE, hand_date_over, actor=actor, now=now)
        except NotPossible:
            continue  # past its change deadline


@transaction.atomic
def reopen_department(department: Department) -> None:
    """Offer a retired department again; what went over to its successor stays there."""
    Department.objects.filter(pk=department.pk).update(is_active=True)
