"""Scheduled work on orders; what is due stands in rows, so any of these may run twice, late or not at all."""

from celery import shared_task
from django.conf import settings

from membership import clock

from . import cycle
from .actions.tell import tell_operators
from .emails import send_pending


@shared_task
def preview_occurrences() -> None:
    """Show what standing orders will bring in the coming weeks."""
    cycle.preview(now=clock.now())


@shared_task
def ask_for_approval() -> None:
    """Ask and remind approvers while there is time."""
    cycle.ask_for_approval(now=clock.now())


@shared_task
def ask_about_holidays() -> None:
    """Ask institutions where dates on holidays go, remind them, and keep the default without an answer."""
    cycle.ask_about_holidays(now=clock.now())


@shared_task
def serve_waiting_list() -> None:
    """Offer free places to who waits for them, and end offers that nobody took."""
    cycle.serve_waiting_list(now=clock.now())


@shared_task
def fix_due_orders() -> None:
    """Fix every order whose cut-off has passed; a long night is shared with whatever worker is free.

    The one that is asked asks the next, as long as much is left; what nobody has begun by the next sweep is
    asked anew.
    """
    now = clock.now()
    if cycle.wants_help(now=now):
        fix_due_orders.apply_async(expires=settings.SWEEP_SECONDS)
    cycle.fix_due(now=now)


@shared_task
def remind_producers() -> None:
    """Remind producers whose answer is due soon."""
    cycle.remind_producers(now=clock.now())


@shared_task
def close_producer_deadlines() -> None:
    """Mark purchase orders that nobody acknowledged in time."""
    cycle.close_deadlines(now=clock.now())


@shared_task
def settle_shortage_questions() -> None:
    """Settle the questions about shortages that nobody answered, and remind of the others."""
    cycle.settle_questions(now=clock.now())


@shared_task
def issue_due_statements() -> None:
    """Issue statements of delivery for delivered orders."""
    cycle.issue_statements(now=clock.now())


@shared_task
def tell_operators_of_contents() -> None:
    """Tell operators once a day which coming contents need them."""
    tell_operators(now=clock.now())


@shared_task
def send_notifications() -> None:
    """Send what people must be told."""
    send_pending(now=clock.now())
