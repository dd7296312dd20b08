"""Run a step of the cycle item by item and keep what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TypeVar

import structlog
from django.db import OperationalError, transaction
from django.db.models import F

from bundles.bulk import insert_rows
from membership.models import Organization

from ..models import CycleItem, CycleRun

log = structlog.get_logger(__name__)
Thing = TypeVar("Thing")
# How often an item is tried when the database is busy or two workers waited for each other.
ATTEMPTS = 3
# What fails in these steps stays due and fails again with every sweep: it is written once, until it changes.
LINGERING = {CycleRun.Step.PREVIEW, CycleRun.Step.COMPOSE, CycleRun.Step.ROUTE, CycleRun.Step.TELL}
# Of an item: what an outcome says, in its order below.
COLUMNS = (
    "run_id",
    "subject",
    "subject_id",
    "organization_id",
    "delivery_date",
    "exclusions",
    "outcome",
    "reason",
    "detail",
    "at",
)


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


Record = Callable[[Sequence[Outcome]], None]


def run_step(
    step: str, things: Iterable[Thing], act: Callable[[Thing], Outcome | None], *, now: datetime
) -> CycleRun | None:
    """Call `act` on each thing and write its outcome to the ledger; return the run, None if nothing was due.

    The outcome is written in the same transaction as the deed, so a killed worker leaves both or neither.
    An exception is that item's failure alone. `act` returning None means that there was nothing to do after
    all (another worker was first, say), and leaves no trace. A database that stays busy or is gone is no
    item's failure: the item remains due, and the next sweep tries again.
    """

    def one(thing: Thing, record: Record) -> None:
        try:
            with transaction.atomic():
                if outcome := act(thing):
                    record([outcome])
        except OperationalError:
            raise
        except Exception as error:
            log.exception("cycle_item_failed", step=step, item=_key(thing))
            record([_unexpected(thing, error)])

    return run_batches(step, things, one, now=now)


def run_batches(
    step: str, batches: Iterable[Thing], act: Callable[[Thing, Record], object], *, now: datetime
) -> CycleRun | None:
    """Call `act` on each batch of things, with a function that writes outcomes to the ledger; return the run.

    `act` calls that function in the transaction of the deeds. Where the database is busy it is called again,
    and must do nothing twice.
    """
    run: CycleRun | None = None
    for batch in batches:
        run = run or CycleRun.objects.create(step=step, started_at=now)
        record = partial(_record, run, now=now)
        for _ in range(ATTEMPTS):
            try:
                act(batch, record)
                break
            except OperationalError:
                log.warning("cycle_item_postponed", step=step, item=_key(batch), exc_info=True)
    return _close(run, now) if run else None


def _close(run: CycleRun, now: datetime) -> CycleRun | None:
    """Finish the run; one in which there was nothing to do after all leaves no trace."""
    CycleRun.objects.filter(pk=run.pk).update(finished_at=now)
    run.refresh_from_db()
    if not run.items.exists():
        run.delete()
        return None
    return run


def _key(thing: object) -> str:
    if isinstance(thing, list):
        return f"{thing[0]} and {len(thing) - 1} more"
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


def _record(run: CycleRun, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    new = [outcome for outcome in outcomes if not _is_known(run, outcome)]
    rows = [
        (
            run.pk,
            outcome.subject[:200],
            outcome.subject_id,
            outcome.organization.pk if outcome.organization else None,
            outcome.delivery_date,
            outcome.exclusions,
            outcome.outcome,
            outcome.reason,
            outcome.detail[:300],
            now,
        )
        for outcome in new
    ]
    insert_rows(CycleItem, COLUMNS, rows)
    if counts := Counter(outcome.outcome for outcome in new):
        CycleRun.objects.filter(pk=run.pk).update(**{name: F(name) + count for name, count in counts.items()})
