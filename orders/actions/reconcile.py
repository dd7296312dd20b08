"""Bring the stored dates of a standing order in line with what its plan wants (`orders/repeating.py`).

Which dates may follow:
| of a date | what follows |
|---|---|
| ordered or failed, or its cut-off has passed | nothing: that is history |
| its change deadline has passed | only the calendar: a day that closes is left for the nearest to be had |
| the rest | everything |

A date that comes too late to be ordered says so; one that the service missed, because it stood still, is
planned all the same: the cut-off finds out what can still be made, and says what can't.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q
from django.utils import timezone

from bundles.edition_key import EditionKey
from bundles.models import Edition

from ..cutoff import change_until, cutoff_at
from ..models import CalendarDay, LaterTerms, Notification, Occurrence, StandingOrder, Swap
from ..models.serving import SERVING
from ..models.terms import copy_terms
from ..plan_cover import PLAN_REASONS
from ..repeating import Plan, Wanted, terms_on, wanted_dates, wanted_on, why_gone
from ..schedule import delivery_date
from ..standing_plan import read_plan
from ..working_days import WorkingDays
from .notify import notify, people

Status = Occurrence.Status
FIELDS = ("status", "delivery_date", "reason", "detail", "cutoff_at", *SERVING)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Moved:
    """A stored date that changed: as it was (None if it is new), and as it is."""

    row: Occurrence
    was: dict[str, object] | None

    @property
    def deadline(self) -> datetime | None:
        """Until when members can still change it, as it was and as it is."""
        cutoffs = [(self.was or {}).get("cutoff_at"), self.row.cutoff_at]
        known = [change_until(cutoff) for cutoff in cutoffs if isinstance(cutoff, datetime)]
        return min(known) if known else None


def reconcile(
    standing_order: StandingOrder,
    *,
    now: datetime,
    is_asked: bool = False,
    forced: date | None = None,
) -> list[Moved]:
    """Let the dates follow the plan, and return those that changed. Raises BadRule.

    The standing order must be locked. `is_asked`: somebody changed it just now and sees what follows, so
    nobody needs to be told; `forced` is the rule date that an operator may change until its cut-off.
    """
    today = timezone.localdate(now)
    work = _Work(standing_order, now, CalendarDay.objects.all().working_days(), forced)
    until = today + timedelta(days=settings.PREVIEW_HORIZON_DAYS)
    known_until = standing_order.known_until or today
    open_ = standing_order.occurrences.filter(Q(rule_date__gt=today) | Q(status=Status.PLANNED))
    first = open_.order_by("rule_date").values_list("rule_date", flat=True).first()
    since = min([today, known_until, *([first - ONE_DAY] if first else [])])
    rows = list(standing_order.occurrences.filter(rule_date__gt=since).order_by("rule_date"))
    last = max([until, *(row.rule_date for row in rows)])
    plan = read_plan(standing_order, rows)
    wanted = {each.rule_date: each for each in wanted_dates(plan, work.working_days, after=since, until=last)}
    work.read_leads(wanted.values())
    known = {row.rule_date for row in rows}
    missing = [
        each
        for each in wanted.values()
        if each.rule_date not in known
        and each.rule_date <= until
        and (each.rule_date > today or each.rule_date > known_until)
    ]
    moved = _add(missing, work, is_asked=is_asked)
    moved += [change for row in rows if (change := _follow(row, wanted.get(row.rule_date), plan, work))]
    if not is_asked:
        _tell(moved, now)
    _remember(standing_order, rows, wanted, until, today)
    return moved


class _Work:
    """What every date asks: the clock, the calendar, and how slow the contents of an edition are."""

    def __init__(
        self, standing_order: StandingOrder, now: datetime, working_days: WorkingDays, forced: date | None
    ) -> None:
        self.standing_order, self.now, self.working_days = standing_order, now, working_days
        self.forced = forced
        self._leads: dict[EditionKey, int] = {}

    def read_leads(self, wanted: Iterable[Wanted]) -> None:
        """Read the lead times of the editions that these bring, in one query."""
        rows = Edition.objects.filter(
            bundle__in={each.serving["bundle_id"] for each in wanted},
            delivery_date__in={each.day for each in wanted if each.day},
        ).order_by()
        slowest = rows.values_list("bundle", "delivery_date", "exclusions").annotate(
            Max("items__product__lead_days")
        )
        self._leads = {EditionKey(*key): lead or 0 for *key, lead in slowest}

    def cutoff(self, wanted: Wanted) -> datetime | None:
        """Return the cut-off that the slowest product implies, as far as the contents are composed."""
        if wanted.day is None:
            return None
        key = EditionKey(wanted.serving["bundle_id"], wanted.day, wanted.serving["exclusions"])
        return cutoff_at(wanted.day, self._leads.get(key, 0), self.working_days)


def _set(row: Occurrence, wanted: Wanted, cutoff: datetime | None) -> None:
    row.delivery_date, row.cutoff_at = wanted.day, cutoff
    # What the membership doesn't grant stays left out until it does (`plan.py`).
    if not (wanted.is_coming and row.status == Status.SKIPPED and row.reason in PLAN_REASONS):
        row.status = Status.PLANNED if wanted.is_coming else Status.SKIPPED
        row.reason, row.detail = wanted.reason, wanted.detail
    for name, value in wanted.serving.items():
        setattr(row, name, value)


def _add(missing: Iterable[Wanted], work: _Work, *, is_asked: bool) -> list[Moved]:
    """Store new dates. One whose cut-off has passed was missed by the service, or set up too late."""
    known_until = work.standing_order.known_until
    rows = []
    for wanted in missing:
        row = Occurrence(standing_order=work.standing_order, rule_date=wanted.rule_date)
        cutoff = work.cutoff(wanted)
        _set(row, wanted, cutoff)
        is_missed = not is_asked and known_until is not None and wanted.rule_date > known_until
        if wanted.is_coming and cutoff and cutoff <= work.now and not is_missed:
            row.status, row.reason, row.detail = Status.SKIPPED, "too_late", ""
        rows.append(row)
    return [Moved(row, None) for row in Occurrence.objects.bulk_create(rows)]


def _follow(row: Occurrence, wanted: Wanted | None, plan: Plan, work: _Work) -> Moved | None:
    """Let one stored date follow as far as it may; None if nothing changes."""
    if row.status not in (Status.PLANNED, Status.SKIPPED) or (row.cutoff_at and row.cutoff_at <= work.now):
        return None
    before = {name: getattr(row, name) for name in FIELDS}
    is_held = row.cutoff_at and change_until(row.cutoff_at) <= work.now and row.rule_date != work.forced
    if is_held:
        _leave_closed_day(row, plan, work)
    elif wanted is None:
        row.status, row.reason, row.detail = Status.SKIPPED, why_gone(row.rule_date, plan), ""
    else:
        _place(row, wanted, work)
    if before == {name: getattr(row, name) for name in FIELDS}:
        return None
    _store(row, str(before["status"]))
    _drop_swaps(row, before, work.now)
    return Moved(row, before)


def _place(row: Occurrence, wanted: Wanted, work: _Work) -> None:
    cutoff = work.cutoff(wanted)
    if wanted.is_coming and cutoff and cutoff <= work.now:
        # There it can't be ordered any more; where it was it can, unless that day is closed now.
        _leave_closed_day(row, None, work)
    else:
        _set(row, wanted, cutoff)


def _leave_closed_day(row: Occurrence, plan: Plan | None, work: _Work) -> None:
    """Move a date whose day was closed to the nearest one that can be had, as its policy has it if it can."""
    day = row.delivery_date
    if row.status != Status.PLANNED or day is None or work.working_days.is_working(day):
        return
    for option in _ways_out(row, plan, work):
        cutoff = work.cutoff(option)
        if not option.is_coming or (cutoff and cutoff > work.now):
            _set(row, option, cutoff)
            return


def _ways_out(row: Occurrence, plan: Plan | None, work: _Work) -> list[Wanted]:
    """Return where a date goes that must leave its day: by its policy, else to the working day after."""
    day = row.delivery_date or row.rule_date
    serving = {name: getattr(row, name) for name in SERVING}
    after, reason = delivery_date(day, "after", work.working_days)
    nearest = Wanted(row.rule_date, after, True, reason.code, reason.holiday, serving)
    if plan is None:
        return [nearest]
    own = wanted_on(row.rule_date, terms_on(row.rule_date, plan), plan, work.working_days)
    return [replace(own, serving=serving), nearest]


def _store(row: Occurrence, was: str) -> None:
    """Compare and swap: what the cut-off made of it meanwhile stays."""
    Occurrence.objects.filter(pk=row.pk, status=was).update(**{name: getattr(row, name) for name in FIELDS})


def _drop_swaps(row: Occurrence, before: dict[str, object], now: datetime) -> None:
    """Forget the swaps of contents that don't come any more, and say so."""
    brings = EditionKey(row.bundle_id, row.delivery_date or row.rule_date, row.exclusions)
    brought = (before["bundle_id"], before["delivery_date"] or row.rule_date, before["exclusions"])
    if brings == brought:
        return
    dropped = Swap.objects.filter(occurrence=row.pk)
    people_ = {swap.swapped_by for swap in dropped.select_related("swapped_by")}
    if people_:
        dropped.delete()
        notify(
            people_, Notification.Kind.SWAPS_DROPPED, now=now, occurrence=row, detail=f"{row.delivery_date}"
        )


def _tell(moved: Collection[Moved], now: datetime) -> None:
    """Tell the orderers of dates that the calendar or the hub moved since they were shown."""
    for change in moved:
        was = change.was
        if was and was["status"] == Status.PLANNED and was["delivery_date"] != change.row.delivery_date:
            told = people(change.row.standing_order.organization, "orderer")
            detail = f"{was['delivery_date']} {change.row.reason}"
            notify(told, Notification.Kind.DATE_MOVED, now=now, occurrence=change.row, detail=detail)


def _remember(
    standing_order: StandingOrder,
    rows: Iterable[Occurrence],
    wanted: Collection[date],
    until: date,
    today: date,
) -> None:
    """Keep how far dates are shown; terms become its own when no date before them is open."""
    fields = []
    if standing_order.known_until is None or standing_order.known_until < until:
        standing_order.known_until = until
        fields.append("known_until")
    open_ = [row.rule_date for row in rows if row.status == Status.PLANNED]
    first = min([*open_, *(day for day in wanted if day > today)], default=until + ONE_DAY)
    for terms in LaterTerms.objects.filter(standing_order=standing_order, valid_from__lte=first):
        copy_terms(terms, standing_order)
        terms.delete()
        fields += ["pk"]
    if fields:
        standing_order.save()
