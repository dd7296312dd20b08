"""Scheduled work on routes; what is due stands in rows, so it may run twice, late or not at all."""

from datetime import date

from celery import shared_task

from membership import clock

from . import cycle


@shared_task
def plan_due_routes() -> None:
    """Plan and publish the routes of every day whose planning time has come."""
    cycle.plan_due_routes(now=clock.now())


@shared_task
def plan_day_routes(day: str) -> None:
    """Plan and publish the routes of one day (ISO date), because an operator asked for it."""
    cycle.plan_routes_of(date.fromisoformat(day), now=clock.now())
