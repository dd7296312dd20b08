"""Run a step of the cycle item by item and keep what became of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import structlog
from django.db import transaction
from django.db.models import F

from membership.models import Organization

from ..models import CycleItem, CycleRun

log = structlog.get_logger(__name__)
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Outcome:
    """What became of one item, and whom it concerns."""

    outcome: str
    subject: str
    subject_id: int | None = None
    organization: Organization | None = None
    delivery_date: date | None = None
    reason: str = ""
    detail: str = ""


def run_step(
    step: str, things: Iterable[Thing], act: Callable[[Thing], Outcome | None], *, now: datetime
) -> CycleRun | None:
    """Call `act` on each thing and write its outcome to the ledger; return the run, or None if nothing was due.

    The outcome is written in the same transaction as the deed, so a killed worker leaves both or neither.
    An exception is that item's failure alone. `act` returning None means that there was nothing to do after
    all (another worker was first, say), and leaves no trace.
    """
    run: CycleRun | None = None
    for thing in things:
        run = run or CycleRun.objects.create(step=step, started_at=now)
        try:
            with transaction.atomic():
                outcome = act(thing)
                if outcome:
                    _record(run, outcome, now)
        except Exception as error:
            log.exception("cycle_item_failed", step=step, item=str(getattr(thing, "pk", thing)))
            _record(
                run,
                Outcome("failed", str(thing)[:200], reason="unexpected", detail=type(error).__name__),
                now,
            )
    if run:
        CycleRun.objects.filter(pk=run.pk).update(finished_at=now)
        run.refresh_from_db()
        if not run.items.exists():
            run.delete()
            return None
    return run


def _record(run: CycleRun, outcome: Outcome, now: datetime) -> None:
    CycleItem.objects.create(
        run=run,
        subject=outcome.subject[:200],
        subject_id=outcome.subject_id,
        organization=outcome.organization,
        delivery_date=outcome.delivery_date,
        outcome=outcome.outcome,
        reason=outcome.reason,
        detail=outcome.detail[:300],
        at=now,
    )
    CycleRun.objects.filter(pk=run.pk).update(**{outcome.outcome: F(outcome.outcome) + 1})
