"""Planning that an operator asks for: a worker searches, people watch, and it ends in a draft.

1. Asked: one row; only one planning of a depot and day is alive at a time.
2. A worker claims the row, by compare and swap, and searches outside any transaction. It writes down how far
   it is and reads there what people wish: to stop and take the best so far, or to forget it.
3. What it found, faulted by no check, becomes the draft of the day in place of the draft before.

A worker that was killed leaves a row that nobody keeps alive: another claims it again.
"""

from collections.abc import Callable
from datetime import date, datetime

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from membership.models import User

from ..day import Day, read_day
from ..itinerary import Plan
from ..models import Depot, PlanPart, PlanRun, RoutePlan
from ..plan_rows import as_plan, bound
from ..planner import InfeasiblePlan
from ..search import Progress, Watch
from ..under_way import as_of
from ..ways import ways_of
from .parts import Sharing, Tell, nobody
from .planning import search_day
from .store import store_plan

log = structlog.get_logger(__name__)
Status = PlanRun.Status
Clock = Callable[[], datetime]


def ask_plan(
    depot: Depot,
    day: date,
    *,
    seconds: int,
    base: RoutePlan | None = None,
    is_warm: bool = False,
    actor: User,
    now: datetime,
) -> PlanRun:
    """Ask for a plan of the day; if one is being made already, that is it."""
    try:
        with transaction.atomic():
            return PlanRun.objects.create(
                depot=depot,
                date=day,
                seconds=seconds,
                base=base,
                is_warm=is_warm and base is not None,
                asked_by=actor,
                asked_at=now,
            )
    except IntegrityError:
        run: PlanRun = PlanRun.objects.alive().get(depot=depot, date=day)
        return run


def wish_of(run: PlanRun, wish: str, *, now: datetime) -> None:
    """Stop a planning: take the best so far, or forget it. One that has ended stays as it is."""
    rows = PlanRun.objects.filter(pk=run.pk)
    waiting = wish == PlanRun.Wish.CANCEL and rows.filter(status=Status.ASKED).update(
        status=Status.CANCELLED, ended_at=now
    )
    if not waiting:
        rows.filter(status=Status.RUNNING).update(wish=wish)


def run_plan(pk: int, *, clock: Clock, tell: Tell = nobody) -> PlanRun | None:
    """Carry a planning out; None if another worker is at it or it has ended.

    The parts of a large day are shared with whatever worker is free; `tell` asks for one by its row's key.
    """
    now = clock()
    claimed = PlanRun.objects.to_run(now).filter(pk=pk)
    if not claimed.update(status=Status.RUNNING, started_at=now, alive_at=now, wish=""):
        return None
    run = PlanRun.objects.select_related("depot", "base").get(pk=pk)
    try:
        published = RoutePlan.objects.published().of(run.depot, run.date).first()
        problem = as_of(read_day(run.depot, run.date), published, now)
        watch = _watch(run, clock)
        plan = _search(run, problem, watch, Sharing(run, watch, tell, clock))
    except InfeasiblePlan as error:
        log.exception("plan_refused", run=pk)
        _end(run, Status.FAILED, clock(), fault="; ".join(error.faults)[:300])
    except Exception as error:
        log.exception("plan_failed", run=pk)
        _end(run, Status.FAILED, clock(), fault=type(error).__name__)
    else:
        _keep(run, problem, plan, clock())
    run.refresh_from_db()
    return run


def _search(run: PlanRun, problem: Day, watch: Watch, sharing: Sharing) -> Plan:
    day = bound(problem, run.base)
    jobs, vans = list(day.jobs.values()), list(day.vans.values())
    previous = as_plan(day, ways_of(jobs, vans)) if run.is_warm else None
    return search_day(
        jobs,
        vans,
        seconds=run.seconds,
        previous=previous,
        watch=watch,
        workers=settings.ROUTE_WORKERS,
        spread=sharing,
    )


def _watch(run: PlanRun, clock: Clock) -> Watch:
    """Write the progress down, and go on until somebody wishes otherwise or another worker took over."""

    def look(progress: Progress) -> bool:
        mine = PlanRun.objects.filter(pk=run.pk, status=Status.RUNNING, started_at=run.started_at)
        is_mine = mine.update(
            alive_at=clock(),
            searched_s=progress.seconds,
            cost=progress.cost,
            vans=progress.routes,
            left_out=progress.left_out,
        )
        return bool(is_mine and mine.filter(wish="").exists())

    return look


def _keep(run: PlanRun, problem: Day, plan: Plan, now: datetime) -> None:
    """Make the plan the draft of its day, unless it was cancelled meanwhile."""
    with transaction.atomic():
        Depot.objects.select_for_update().get(pk=run.depot_id)
        mine = PlanRun.objects.select_for_update().filter(
            pk=run.pk, status=Status.RUNNING, started_at=run.started_at
        )
        row = mine.first()
        if row is None:
            return
        if row.wish == PlanRun.Wish.CANCEL:
            _end(run, Status.CANCELLED, now)
            return
        RoutePlan.objects.drafts().of(run.depot, run.date).update(status=RoutePlan.Status.DISCARDED)
        draft = store_plan(run.depot, problem, plan, base=run.base, status=RoutePlan.Status.DRAFT)
        _end(run, Status.DONE, now, plan=draft, vans=len(plan.routes), left_out=len(plan.unassigned))


def _end(run: PlanRun, status: str, now: datetime, **fields: object) -> None:
    mine = PlanRun.objects.filter(pk=run.pk, status=Status.RUNNING, started_at=run.started_at)
    mine.update(status=status, ended_at=now, **fields)
    PlanPart.objects.filter(run=run).delete()
