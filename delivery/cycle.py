"""The steps of the cycle that belong to delivery: routes of the days that are due, and who is told."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from orders.actions.ledger import Outcome, run_step
from orders.models import CycleRun

from .actions.planning import Ready, days_to_plan, make_plan, publish_ready
from .actions.recipients import routes_to_tell, tell_route
from .models import Depot
from .search import Watch

Key = tuple[Depot, date]


def plan_due_routes(*, now: datetime) -> list[CycleRun]:
    """Plan every day that is due; days whose published routes still fit are left alone."""
    return _plan(days_to_plan(now=now), now=now)


def plan_routes_of(
    day: date, *, now: datetime, seconds: float | None = None, watch: Watch | None = None
) -> list[CycleRun]:
    """Plan one day, whether its planning time has come or not."""
    depots = Depot.objects.order_by("pk")
    return _plan([(depot, day) for depot in depots], now=now, seconds=seconds, watch=watch)


def tell_recipients(*, now: datetime) -> list[CycleRun]:
    """Tell recipients when to expect what is brought, route by route."""
    run = run_step(CycleRun.Step.TELL, routes_to_tell(now=now), lambda pk: tell_route(pk, now=now), now=now)
    return [run] if run else []


def _plan(
    days: Iterable[Key], *, now: datetime, seconds: float | None = None, watch: Watch | None = None
) -> list[CycleRun]:
    """Plan each day before its turn comes: a step is one transaction, and planning takes too long for one."""
    made: dict[Key, Ready | Exception | None] = {}

    def planned() -> Iterator[Key]:
        for key in days:
            try:
                made[key] = make_plan(*key, seconds=seconds, watch=watch)
            except Exception as error:  # that day's failure alone; the step writes it down
                made[key] = error
            if made[key] is not None:
                yield key

    def publish(key: Key) -> Outcome | None:
        ready = made[key]
        if isinstance(ready, Exception):
            raise ready
        return publish_ready(ready, now=now) if ready else None

    run = run_step(CycleRun.Step.ROUTE, planned(), publish, now=now)
    return [run] if run else []
