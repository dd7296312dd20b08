"""Scheduled work on routes; what is due stands in rows, so it may run twice, late or not at all."""

from celery import shared_task
from django.conf import settings

from membership import clock

from . import cycle
from .actions.leave import forget_door_codes as forget_codes
from .actions.parts import improve_part
from .actions.runs import run_plan
from .models import PlanRun
from .models.plan_run import LONGEST_S

# Nobody plans for longer, so nobody waits for a part that is older.
PART_EXPIRES_S = LONGEST_S


@shared_task
def plan_due_routes() -> None:
    """Plan and publish the routes of every day whose planning time has come."""
    cycle.plan_due_routes(now=clock.now())


@shared_task
def tell_recipients() -> None:
    """Tell recipients when to expect what is brought to them."""
    cycle.tell_recipients(now=clock.now())


@shared_task
def forget_door_codes() -> None:
    """Forget what nobody needs after the day."""
    forget_codes(clock.today())


@shared_task
def search_routes(pk: int) -> None:
    """Carry out a planning that an operator asked for."""
    run_plan(pk, clock=clock.now, tell=lambda part: search_part.apply_async([part], expires=PART_EXPIRES_S))


@shared_task
def search_part(pk: int) -> None:
    """Improve a part of a large day that another worker is planning."""
    improve_part(pk, clock=clock.now)


@shared_task
def search_asked_routes() -> None:
    """Hand to workers what was asked for and isn't under way: its message was lost, or its worker."""
    for pk in PlanRun.objects.to_run(clock.now()).values_list("pk", flat=True):
        search_routes.apply_async([pk], expires=settings.SWEEP_SECONDS)
