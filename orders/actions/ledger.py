"""Run a step of the cycle item by item and keep what became of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import structlog
from django.db import OperationalError, transaction
from django.db.models import F

from membership.models import Organization

from ..models import CycleItem, CycleRun

log = structlog.get_logger(__name__)
Thing = TypeVar("Thing")
# How often an item is tried when the database is busy or two workers waited for each other.
ATTEMPTS = 3
# What fails in these steps stays due and fails again with every sweep: it is written once, until it changes.
LINGERING = {CycleRun.Step.PREVIEW, CycleRun.Step.COMPOSE, CycleRun.Step.ROUTE}


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
    exclusions: int = 0


def run_step(
    step: str, things: Iterable[Thing], act: Callable[[Thing], Outcome | None], *, now: datetime
) -> CycleRun | None:
    """Call `act` on each thing and write its outcome to the ledger; return the run, None if nothing was due.

    The outcome is written in the same transaction as the deed, so a killed worker leaves both or neither.
    An exception is that item's failure alone. `act` returning None means that there was nothing to do after
    all (another worker was first, say), and leaves no trace. A database that stays busy or is gone is no
    item's failure: the item remains due, and the next sweep tries again.
    """
    run: CycleRun | None = None
    for thing in things:
        run = run or CycleRun.objects.create(step=step, started_at=now)
        for _ in range(ATTEMPTS):
            try:
                with transaction.atomic():
                    outcome = act(thing)
                    if outcome:
                        _record(run, outcome, now)
                break
            except OperationalError:
                log.warning("cycle_item_postponed", step=step, item=_key(thing), exc_info=True)
            except Exception as error:
                log.exception("cycle_item_failed", step=step, item=_key(thing))
                _record(run, _unexpected(thing, error), now)
                break
    if run:
        CycleRun.objects.filter(pk=run.pk).update(finished_at=now)
        run.refresh_from_db()
        if not run.items.exists():
            run.delete()
            return None
    return run


def _key(thing: object) -> str:
    return str(getattr(thing, "pk", thing))


def _unexpected(thing: object, error: Exception) -> Outcome:
    """A thing is a row or a key, or one of them with its delivery date."""
    first, *rest = thing if isinstance(thing, tuple) else (thing,)
    return Outcome(
        "failed",
        " ".join(map(str, [first, *rest])),
        getattr(first, "pk", None),
        getattr(first, "organization", None),
        next((part for part in rest if isinstance(part, date)), None),
        reason="unexpected",
        detail=type(error).__name__,
    )


def _is_known(run: CycleRun, outcome: Outcome) -> bool:
    """Whether the last word on this item in this step was the very same failure."""
    if outcome.outcome != CycleItem.Outcome.FAILED or run.step not in LINGERING:
        return False
    before = CycleItem.objects.filter(
        run__step=run.step,
        subject=outcome.subject[:200],
        subject_id=outcome.subject_id,
        delivery_date=outcome.delivery_date,
        exclusions=outcome.exclusions,
    )
    last = before.order_by("-pk").first()
    return last is not None and (last.outcome, last.reason, last.detail) == (
        outcome.outcome,
        outcome.reason,
        outcome.detail[:300],
    )


def _record(run: CycleRun, outcome: Outcome, now: datetime) -> None:
    if _is_known(run, outcome):
        return
    CycleItem.objects.create(
        run=run,
        subject=outcome.subject[:200],
        subject_id=outcome.subject_id,
        organization=outcome.organization,
        delivery_date=outcome.delivery_date,
        exclusions=outcome.exclusions,
        outcome=outcome.outcome,
        reason=outcome.reason,
        detail=outcome.detail[:300],
        at=now,
    )
    CycleRun.objects.filter(pk=run.pk).update(**{outcome.outcome: F(outcome.outcome) + 1})
