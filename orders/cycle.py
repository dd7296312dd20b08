"""The steps of the cycle that belong to orders: each finds what is due and not done, and acts item by item.

Tasks run them for everything, `manage.py run_cycle` for one delivery day; both take the same actions.
"""

from datetime import date, datetime

from bundles.edition_requests import Wanted

from .actions.approval import ask_for_date, dates_over_budget, give_up_unapproved
from .actions.editions import (
    compose_missing,
    drafts_to_publish,
    keep_missing,
    missing_editions,
    publish_due_edition,
)
from .actions.fix import fix_occurrence, fix_order
from .actions.fulfil import issue_statement
from .actions.ledger import run_step
from .actions.preview import preview_standing_order
from .actions.purchase import close_deadline, remind_producer
from .actions.reminder import due_reminders, remind
from .models import CycleRun, Occurrence, Order, PurchaseOrder, StandingOrder

Step = CycleRun.Step


def preview(*, now: datetime) -> list[CycleRun]:
    """Materialise the coming dates of every standing order, compose what they lack, publish what is near."""
    standing_orders = StandingOrder.objects.running().select_related("organization", "bundle").order_by("pk")
    runs = [
        run_step(Step.PREVIEW, standing_orders, lambda item: preview_standing_order(item, now=now), now=now)
    ]
    # Standard editions first: a variant is held to the worth of the standard one.
    for is_variant in (False, True):
        wanted = [each for each in missing_editions(now=now) if bool(each.exclusions) == is_variant]
        if wanted:
            runs.append(_compose(wanted, now=now))
    drafts = drafts_to_publish(now=now)
    runs.append(run_step(Step.PUBLISH, drafts, lambda pk: publish_due_edition(pk, now=now), now=now))
    return [run for run in runs if run]


def _compose(wanted: list[Wanted], *, now: datetime) -> CycleRun | None:
    """Compose all together, before anything is locked: it takes seconds when there is much."""
    result = compose_missing(wanted)
    return run_step(Step.COMPOSE, wanted, lambda each: keep_missing(each, result, now=now), now=now)


def ask_for_approval(*, now: datetime) -> list[CycleRun]:
    """Ask for the dates that budgets can't pay, and remind approvers of what still waits."""
    runs = [
        run_step(Step.APPROVAL, dates_over_budget(now), lambda pk: ask_for_date(pk, now=now), now=now),
        run_step(Step.APPROVAL, due_reminders(now), lambda each: remind(each, now=now), now=now),
    ]
    return [run for run in runs if run]


def fix_due(*, now: datetime, day: date | None = None) -> list[CycleRun]:
    """Fix every order whose cut-off has passed, of one delivery day or of all; what nobody approved fails."""
    occurrences = Occurrence.objects.due(now)
    orders, unapproved = Order.objects.due(now), Order.objects.unapproved(now)
    if day:
        occurrences, orders = occurrences.filter(delivery_date=day), orders.filter(delivery_date=day)
        unapproved = unapproved.filter(delivery_date=day)
    runs = [
        run_step(
            Step.FIX,
            list(unapproved.values_list("pk", flat=True)),
            lambda pk: give_up_unapproved(pk, now=now),
            now=now,
        ),
        run_step(
            Step.FIX,
            list(occurrences.values_list("pk", flat=True)),
            lambda pk: fix_occurrence(pk, now=now),
            now=now,
        ),
        run_step(
            Step.FIX, list(orders.values_list("pk", flat=True)), lambda pk: fix_order(pk, now=now), now=now
        ),
    ]
    return [run for run in runs if run]


def remind_producers(*, now: datetime, day: date | None = None) -> list[CycleRun]:
    """Remind the producers who haven't answered a purchase order of which the deadline is near."""
    waiting = PurchaseOrder.objects.to_remind(now)
    if day:
        waiting = waiting.on(day)
    keys = list(waiting.order_by("pk").values_list("pk", flat=True))
    run = run_step(Step.REMIND, keys, lambda pk: remind_producer(pk, now=now), now=now)
    return [run] if run else []


def close_deadlines(*, now: datetime, day: date | None = None) -> list[CycleRun]:
    """Mark the purchase orders that nobody acknowledged in time."""
    late = PurchaseOrder.objects.past_deadline(now)
    if day:
        late = late.on(day)
    keys = list(late.order_by("pk").values_list("pk", flat=True))
    run = run_step(Step.ACKNOWLEDGE, keys, lambda pk: close_deadline(pk, now=now), now=now)
    return [run] if run else []


def issue_statements(*, now: datetime, day: date | None = None) -> list[CycleRun]:
    """Issue the statements of delivery that delivered orders lack."""
    orders = Order.objects.without_statement()
    if day:
        orders = orders.on(day)
    keys = list(orders.order_by("pk").values_list("pk", flat=True))
    run = run_step(Step.STATEMENT, keys, lambda pk: issue_statement(pk, now=now), now=now)
    return [run] if run else []
