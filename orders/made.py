"""Why an order was or wasn't made: what the run ledger says of a date or an order, for its page."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from membership.models import User
from membership.permissions import is_operator

from .models import CycleItem, CycleRun, Occurrence, Order
from .reasons import TOLD_IN_FULL, words

# The steps that decide about one delivery.
STEPS = (CycleRun.Step.APPROVAL, CycleRun.Step.FIX)
# How what became of it is drawn.
LOOKS = {"done": "ordered", "skipped": "skipped", "failed": "failed"}
# Numbers of orders begin with their date; the other subjects are standing orders.
NUMBER = r"^[0-9]{6}-"


def ledger_entries(user: User, occurrence: Occurrence | None, order: Order | None) -> list[dict[str, Any]]:
    """Return what the cut-off and the sweeps for approval wrote of it, latest first, as a timeline.

    A run that made the order names it, one that didn't names its date.
    """
    about = Q(pk=None)
    if order:
        about |= Q(subject=order.number)
    if occurrence:
        about |= Q(subject_id=occurrence.pk) & ~Q(outcome="done") & ~Q(subject__regex=NUMBER)
    items = CycleItem.objects.for_user(user).filter(about, run__step__in=STEPS).select_related("run")
    return [_entry(item, user) for item in items.order_by("-at", "-pk")]


def _entry(item: CycleItem, user: User) -> dict[str, Any]:
    is_told = is_operator(user) or item.reason in TOLD_IN_FULL
    detail = item.detail if is_told else ""
    return {
        "at": item.at,
        "text": _("%(step)s: %(outcome)s")
        % {"step": item.run.get_step_display(), "outcome": item.get_outcome_display()},
        "who": _("automatically"),
        "state": LOOKS[item.outcome],
        "note": ": ".join(part for part in (words(item.reason), detail) if part),
    }
