"""The cut-off: due occurrences and placed orders become promises, many in one transaction.

1. What they need is composed and published, before anything is locked.
2. They are locked; whoever comes second takes the next ones. Everything is read once for all of them.
3. What becomes of each is thought over without the database (`orders/fixing.py`).
4. Orders, lines, events and messages are written, and the ledger's rows with them.
5. Last, since others wait for these: capacity is reserved, producers are asked, budgets are checked. Whoever
   finds that others were faster thinks again, and then reserves first.

A batch that the database refuses is halved until the culprit is alone, and that one fails.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import structlog
from django.db import OperationalError, transaction

from bundles.actions.capacity import Need, reserve_capacity
from bundles.bulk import check_references
from bundles.edition_key import EditionKey
from bundles.exceptions import CannotCompose, CapacityShort
from bundles.models import Edition

from ..budgets import read_lefts
from ..choosing import Choice
from ..cutoff import last_call_at
from ..exceptions import CannotFix
from ..fixing import Plan, Refusal, unexpected
from ..models import CalendarDay
from ..night import plan_night
from .due import DueOccurrences, DueOrders, DueRows
from .editions import ensure_edition, publish_edition
from .ledger import Outcome, Record
from .lines import insert_lines
from .purchase import Asked, ask_producers

log = structlog.get_logger(__name__)
# Between looking and locking, others may take what was free. Each time there is less to look at, so a few
# rounds are enough even when many workers are at it; the next sweep tries what is left over.
ROUNDS = 20
Troubles = dict[EditionKey, CannotFix]


def fix_occurrences(keys: Sequence[int], record: Record, *, now: datetime) -> None:
    """Make the orders of due occurrences of one delivery date; keep the reason where that can't be done.

    Those that aren't due, or that another worker has in hand, are left alone. Call it outside transactions.
    """
    _fix(DueOccurrences, keys, record, now)


def fix_orders(keys: Sequence[int], record: Record, *, now: datetime) -> None:
    """Fix placed orders of one delivery date whose cut-off has come, as above."""
    _fix(DueOrders, keys, record, now)


def _fix(kind: type[DueRows], keys: Sequence[int], record: Record, now: datetime) -> None:
    troubles = _prepare_editions(kind.editions(keys), now)
    parts = [keys]
    while parts:
        part = parts.pop()
        try:
            _fix_part(kind, part, troubles, record, now)
        except OperationalError:
            raise  # the database is busy or gone: that is no order's fault, and it is tried again
        except Exception as error:
            if len(part) == 1:
                log.exception("order_not_fixed", key=part[0])
                _fail(kind, part, unexpected(error), record, now)
            else:
                half = len(part) // 2
                parts += [part[half:], part[:half]]


def _prepare_editions(keys: Collection[EditionKey], now: datetime) -> Troubles:
    """Compose what is missing and publish what is a draft; return why there are no contents for some."""
    working_days = CalendarDay.objects.all().working_days()
    published = Edition.objects.filter(status=Edition.Status.PUBLISHED)
    known = published.filter(delivery_date__in={key.day for key in keys}).keys()
    troubles: Troubles = {}
    for key in sorted(set(keys) - known, key=lambda key: key.by_day):
        if now >= last_call_at(key.day, working_days):
            continue  # nothing is made of it any more
        try:
            publish_edition(ensure_edition(key, now=now), actor=None, now=now)
        except CannotCompose as error:
            troubles[key] = CannotFix(error.reason, error.detail)
        except OperationalError:
            raise
        except Exception as error:
            log.exception("edition_not_composed", key=key)
            troubles[key] = CannotFix("unexpected", type(error).__name__)
    return troubles


@transaction.atomic
def _fix_part(
    kind: type[DueRows], keys: Sequence[int], troubles: Troubles, record: Record, now: datetime
) -> None:
    rows = kind.lock(keys, now)
    if rows is None:
        return
    for attempt in range(ROUNDS):
        if attempt:
            # As they are stored: an attempt that is undone leaves its marks on what was read.
            rows = kind.lock(keys, now) or rows
        try:
            with transaction.atomic():
                record(_write(rows, troubles, reserve_first=attempt > 0))
            return
        except (CapacityShort, CannotFix):
            continue
    raise OperationalError("Others were faster every time.")


def _write(rows: DueRows, troubles: Troubles, *, reserve_first: bool) -> list[Outcome]:
    """Store what becomes of the rows. Raises CapacityShort or CannotFix if others were faster."""
    working_days = CalendarDay.objects.all().working_days()
    dues = rows.dues(is_late=rows.now >= last_call_at(rows.day, working_days))
    plan, night = plan_night(dues, rows.day, working_days, troubles)
    taken = plan.units()
    if reserve_first:
        _reserve(taken, rows.day)
    if plan.made:
        insert_lines(rows.keep(plan), night.supply.kinds)
    if plan.refused:
        rows.refuse(plan.refused)
    outcomes = [rows.outcome(row, plan.refused.get(key)) for key, row in rows.rows.items()]
    if plan.made:
        check_references()
        if not reserve_first:
            _reserve(taken, rows.day)
        _ask_producers(taken, rows.day, rows.now)
        _check_budgets(plan, rows.day)
    return outcomes


def _reserve(taken: Sequence[Choice], day: date) -> None:
    if taken:
        reserve_capacity([Need(each.product, each.units, day, each.made_on) for each in taken])


def _ask_producers(taken: Sequence[Choice], day: date, now: datetime) -> None:
    asked = [
        Asked(
            each.product.pk,
            each.product.producer_id,
            each.product.name,
            each.product.producer.name,
            each.product.supply_price,
            each.units,
        )
        for each in taken
    ]
    ask_producers(asked, day, now=now)


def _check_budgets(plan: Plan, day: date) -> None:
    """Lock the budgets that pay: with what others took meanwhile, they must still be enough."""
    if any(left < 0 for left in read_lefts(plan.charged, day.year, lock=True).values()):
        raise CannotFix("over_budget")


def _fail(kind: type[DueRows], keys: Sequence[int], why: Refusal, record: Record, now: datetime) -> None:
    """Give up what the database refuses, unless another worker had its word meanwhile."""
    with transaction.atomic():
        if rows := kind.lock(keys, now):
            refusals = dict.fromkeys(rows.rows, why)
            rows.refuse(refusals)
            record([rows.outcome(row, why) for row in rows.rows.values()])
