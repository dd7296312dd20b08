"""Scheduled work on routes; what is due stands in rows, so it may run twice, late or not at all."""

from celery import shared_task

from membership import clock

from . import cycle


@shared_task
def plan_due_routes() -> None:
    """Plan and publish the routes of every day whose planning time has come."""
    cycle.plan_due_routes(now=clock.now())
