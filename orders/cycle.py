"""The steps of the cycle that belong to orders: each finds what is due and not done, and acts item by item.

Tasks run them for everything, `manage.py run_cycle` for one delivery day; both take the same actions.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bundles.edition_requests import Wanted
from membership.models import Membership

from .actions.apply import follow_up
from .actions.approval import ask_for_date, dates_over_budget, give_up_unapproved
from .actions.editions import (
    compose_missing,
    drafts_to_publish,
    keep_missing,
    missing_editions,
    publish_due_edition,
)
from .actions.fix import fix_occurrences, fix_orders
from .actions.fulfil import issue_statement
from .actions.holiday import ask_about_holiday, remind_of_holiday, settle_unanswered_holiday
from .actions.ledger import run_batches, run_step
from .actions.memberships import keep_membership
from .actions.preview import preview_standing_order
from .actions.purchase import close_deadline, remind_producer
from .actions.question import remind_of_shortage, settle_unanswered
from .actions.reminder import due_reminders, remind
from .actions.wait import give_up_waiting, offer_place, why_over
from .models import Application, CycleRun, Occurrence, Order, PurchaseOrder, Shortage, StandingOrder
from .places import Places
from .querysets import OccurrenceQuerySet, OrderQuerySet
from .waiting_list import whom_to_offer

Step = CycleRun.Step
# A night of fewer batches is over before a second worker has begun.
HELP_FROM_BATCHES = 4


def preview(*, now: datetime) -> list[CycleRun]:
    """Materialise the coming dates of standing orders, within their plans, and compose what they lack."""
    standing_orders = StandingOrder.objects.running().select_related("organization", "bundle").order_by("pk")
    runs = [
        run_step(Step.PREVIEW, standing_orders, lambda item: preview_standing_order(item, now=now), now=now)
    ]
    memberships = Membership.objects.running().select_related("organization").order_by("pk")
    runs.append(run_step(Step.PLAN, memberships, lambda item: keep_membership(item, now=now), now=now))
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
    applications = Application.objects.to_follow_up(timezone.localdate(now))
    runs = [
        run_step(Step.APPROVAL, dates_over_budget(now), lambda pk: ask_for_date(pk, now=now), now=now),
        run_step(Step.APPROVAL, due_reminders(now), lambda each: remind(each, now=now), now=now),
        run_step(Step.APPROVAL, applications, lambda each: follow_up(each, now=now), now=now),
    ]
    return [run for run in runs if run]


def ask_about_holidays(*, now: datetime) -> list[CycleRun]:
    """Keep the default for holidays that nobody answered about, ask of new ones, and remind of the others."""
    rows = Occurrence.objects.all()
    steps = [
        (rows.to_settle(now), settle_unanswered_holiday),
        (rows.to_ask(now), ask_about_holiday),
        (rows.to_remind_of_holiday(now), remind_of_holiday),
    ]
    runs = [
        run_step(Step.HOLIDAY, list(due.values_list("pk", flat=True)), partial(act, now=now), now=now)
        for due, act in steps
    ]
    return [run for run in runs if run]


def _settle_holidays(now: datetime, day: date | None) -> CycleRun | None:
    """Close what was asked before the cut-off takes the date, however late the sweep that does it comes."""
    due = Occurrence.objects.to_settle(now).filter(cutoff_at__lte=now)
    if day:
        due = due.filter(delivery_date=day)
    keys = list(due.values_list("pk", flat=True))
    return run_step(Step.HOLIDAY, keys, partial(settle_unanswered_holiday, now=now), now=now)


def serve_waiting_list(*, now: datetime) -> list[CycleRun]:
    """End what waits in vain, then offer the places that are free to who is first in line for them."""
    rows = Application.objects.filter(status__in=["waiting", "offered"]).select_related("organization")
    over = [row.pk for row in rows.order_by("asked_at", "pk") if why_over(row, now=now)]
    runs = [run_step(Step.WAITING, over, lambda pk: give_up_waiting(pk, now=now), now=now)]
    if Application.objects.in_line().exists():
        next_ = whom_to_offer(Places(now=now))
        runs.append(run_step(Step.WAITING, next_, lambda pk: offer_place(pk, now=now), now=now))
    return [run for run in runs if run]


def fix_due(*, now: datetime, day: date | None = None) -> list[CycleRun]:
    """Fix every order whose cut-off has passed, of one delivery day or of all; what nobody approved fails."""
    occurrences = Occurrence.objects.due(now)
    orders, unapproved = Order.objects.due(now), Order.objects.unapproved(now)
    if day:
        occurrences, orders = occurrences.filter(delivery_date=day), orders.filter(delivery_date=day)
        unapproved = unapproved.filter(delivery_date=day)
    runs = [
        _settle_holidays(now, day),
        run_step(
            Step.FIX,
            list(unapproved.values_list("pk", flat=True)),
            lambda pk: give_up_unapproved(pk, now=now),
            now=now,
        ),
        run_batches(Step.FIX, _batches(occurrences), partial(fix_occurrences, now=now), now=now),
        run_batches(Step.FIX, _batches(orders), partial(fix_orders, now=now), now=now),
    ]
    return [run for run in runs if run]


def wants_help(*, now: datetime) -> bool:
    """Whether so much is due that a second worker is worth it, where the database lets them share."""
    if not connection.features.has_select_for_update_skip_locked:
        return False
    due = Occurrence.objects.due(now).count() + Order.objects.due(now).count()
    return due > HELP_FROM_BATCHES * settings.FIX_BATCH_SIZE


def _batches(due: OccurrenceQuerySet | OrderQuerySet) -> Iterator[list[int]]:
    """Yield the keys of what is due, in its order, each batch of one delivery date.

    Only keys are held for long, however many there are.
    """
    size = settings.FIX_BATCH_SIZE
    for _day, rows in groupby(list(due.values_list("delivery_date", "pk")), key=itemgetter(0)):
        keys = [pk for _day, pk in rows]
        yield from (keys[start : start + size] for start in range(0, len(keys), size))


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


def settle_questions(*, now: datetime, day: date | None = None) -> list[CycleRun]:
    """Do for whoever was asked about a shortage and didn't answer what it wants then; remind the others."""
    due, near = Shortage.objects.due(now), Shortage.objects.to_remind(now).order_by("answer_by", "pk")
    if day:
        due, near = due.on(day), near.on(day)
    keys, reminders = (list(rows.values_list("pk", flat=True)) for rows in (due, near))
    runs = [
        run_step(Step.ANSWER, keys, lambda pk: settle_unanswered(pk, now=now), now=now),
        run_step(Step.ANSWER, reminders, lambda pk: remind_of_shortage(pk, now=now), now=now),
    ]
    return [run for run in runs if run]


def issue_statements(*, now: datetime, day: date | None = None) -> list[CycleRun]:
    """Issue the statements of delivery that delivered orders lack."""
    orders = Order.objects.without_statement()
    if day:
        orders = orders.on(day)
    keys = list(orders.order_by("pk").values_list("pk", flat=True))
    run = run_step(Step.STATEMENT, keys, lambda pk: issue_statement(pk, now=now), now=now)
    return [run] if run else []
