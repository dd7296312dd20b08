"""Why an order was or wasn't made: what the run ledger says of a date or an order, for its page."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from membership.models import User
from membership.permissions import is_operator

from .models import CycleItem, CycleRun, Occurrence, Order
from .reasons import TOLD_IN_FULL, words

# The steps that decide about a date that is no order yet.
STEPS = (CycleRun.Step.APPROVAL, CycleRun.Step.FIX)
# How what became of it is drawn.
LOOKS = {"done": "ordered", "skipped": "skipped", "failed": "failed"}
# Numbers of orders begin with their date; the other subjects are standing orders.
NUMBER = r"^[0-9]{6}-"


def ledger_entries(user: User, occurrence: Occurrence | None, order: Order | None) -> list[dict[str, Any]]:
    """Return what runs wrote of the date and its order, latest first, as a timeline; operators find the runs.

    A run that made the order names it, one that didn't names its date.
    """
    about = Q(pk=None)
    if order:
        about |= Q(subject=order.number)
    if occurrence:
        about |= (
            Q(run__step__in=STEPS, subject_id=occurrence.pk) & ~Q(outcome="done") & ~Q(subject__regex=NUMBER)
        )
    owner = order.organization_id if order else occurrence and occurrence.standing_order.organization_id
    items = CycleItem.objects.for_user(user).filter(about, organization=owner).select_related("run")
    return [_entry(item, user) for item in items.order_by("-at", "-pk")]


def _entry(item: CycleItem, user: User) -> dict[str, Any]:
    may_see_all = is_operator(user)
    detail = item.detail if may_see_all or item.reason in TOLD_IN_FULL else ""
    return {
        "at": item.at,
        "text": _("%(step)s: %(outcome)s")
        % {"step": item.run.get_step_display(), "outcome": item.get_outcome_display()},
        "who": _("automatically"),
        "state": LOOKS[item.outcome],
        "note": ": ".join(part for part in (words(item.reason), detail) if part),
        "url": reverse("orders:cycle_run_detail", args=[item.run_id]) if may_see_all else "",
    }
