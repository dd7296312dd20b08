"""One date of a standing order for its page: what comes, until when it may change, and all that happened."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from membership.models import User

from .actions.changing import deadline_of
from .coming import why
from .holiday import Question, question_of
from .made import ledger_entries
from .models import Occurrence, Order, StandingOrder, StandingOrderChange
from .planned import swaps_of
from .progress import occurrence_steps, order_steps, timeline
from .quote import Quote, quote
from .reasons import words
from .standing_plan import forecast_row
from .wish_words import wish_words
from .working_days import WorkingDays
from .year import FORECAST

ONE_DAY = timedelta(days=1)
Kind = StandingOrderChange.Kind
# How a decision is drawn.
LOOKS = {
    Kind.LEAVE_OUT: "skipped",
    Kind.BRING_BACK: "planned",
    Kind.PAUSE: "paused",
    Kind.RESUME: "active",
    Kind.END: "ended",
}


@dataclass(frozen=True)
class DatePage:
    """`row` is stored, or made up where the date lies beyond what is (`is_forecast`)."""

    row: Occurrence
    order: Order | None
    is_forecast: bool
    day: date
    quote: Quote
    cutoff_at: datetime | None
    change_until: datetime | None
    is_open: bool
    is_left_out: bool
    why: str
    steps: list[dict[str, Any]]
    events: list[dict[str, Any]]
    question: Question | None

    @property
    def is_moved(self) -> bool:
        return self.row.delivery_date not in (None, self.row.rule_date)

    @property
    def state(self) -> str:
        return (
            FORECAST
            if self.is_forecast and self.row.status == "planned"
            else str((self.order or self.row).status)
        )

    @property
    def state_label(self) -> str:
        if self.state == FORECAST:
            return _("forecast")
        return str((self.order or self.row).get_status_display())

    @property
    def price(self) -> int:
        return self.order.gross if self.order else self.row.price

    @property
    def wish(self) -> str:
        """What becomes of it when a producer can't bring everything, in words."""
        usual = self.row.standing_order.organization.on_shortage
        return wish_words((self.order or self.row).on_shortage or usual)

    @property
    def drafted_on(self) -> date:
        """When its contents are first put together."""
        return self.day - timedelta(days=settings.PREVIEW_HORIZON_DAYS)

    @property
    def published_on(self) -> date:
        """When its contents are published at the latest."""
        return self.day - timedelta(days=settings.PUBLISH_DAYS)


def read_date(
    standing: StandingOrder, rule_date: date, working_days: WorkingDays, *, user: User, now: datetime
) -> DatePage | None:
    """Return the date, None if the standing order has none on that day."""
    row = find_date(standing, rule_date, working_days, now=now)
    if row is None:
        return None
    order = getattr(row, "order", None) if row.pk else None
    day = row.delivery_date or rule_date
    thing = order or row
    swaps = swaps_of(row) if row.pk else {}
    priced = quote(row.bundle, thing.headcount, thing.exclusions, day, working_days, swaps)
    cutoff = row.cutoff_at or (priced.cutoff_at if row.status == Occurrence.Status.PLANNED else None)
    is_planned = row.status == Occurrence.Status.PLANNED
    until = deadline_of(cutoff, user) if cutoff else None
    return DatePage(
        row=row,
        order=order,
        is_forecast=row.pk is None,
        day=day,
        quote=priced,
        cutoff_at=cutoff,
        change_until=until,
        is_open=is_planned and until is not None and now < until,
        is_left_out=row.is_left_out and (until is None or now < until),
        why=why(row),
        steps=order_steps(order) if order else occurrence_steps(row) if is_planned else [],
        events=_events(standing, row, order, user),
        question=question_of(row, working_days, now=now) if row.pk else None,
    )


def find_date(
    standing: StandingOrder, rule_date: date, working_days: WorkingDays, *, now: datetime
) -> Occurrence | None:
    """Return the stored date, or what the rule will bring then, unsaved; None if there is none."""
    return _stored(standing, rule_date) or _made_up(standing, rule_date, working_days, now)


def _stored(standing: StandingOrder, rule_date: date) -> Occurrence | None:
    rows = standing.occurrences.filter(rule_date=rule_date).select_related(
        "bundle", "site", "department", "order"
    )
    row = rows.prefetch_related("order__events__actor", "order__lines").first()
    if row:
        row.standing_order = standing
    return row


def _made_up(
    standing: StandingOrder, rule_date: date, working_days: WorkingDays, now: datetime
) -> Occurrence | None:
    """Return what the rule will bring on a date that isn't stored yet."""
    is_running = standing.status != StandingOrder.Status.ENDED and standing.organization.is_active
    if not is_running or rule_date <= max(standing.known_until or date.min, timezone.localdate(now)):
        return None
    return forecast_row(standing, rule_date, working_days)


def _events(
    standing: StandingOrder, row: Occurrence, order: Order | None, user: User
) -> list[dict[str, Any]]:
    """Return everything that happened to the date, latest first: decisions, runs, and its order's life."""
    found = [*(timeline(order) if order else [])]
    if row.pk:
        found += ledger_entries(user, row, order)
        found += _asked(row)
    changes = standing.changes.select_related("actor", "undone_by").order_by("-pk")
    for change in changes:
        if _is_about(change, row):
            found += _decision(change)
    return sorted(found, key=lambda event: event["at"], reverse=True)


def _asked(row: Occurrence) -> list[dict[str, Any]]:
    """Return when the institution was asked about a holiday, and reminded."""
    steps = [
        (row.asked_at, _("Asked where it goes on the holiday")),
        (row.reminded_at, _("Reminded to answer")),
    ]
    return [
        {"at": at, "text": text, "who": _("automatically"), "state": "asked", "note": ""}
        for at, text in steps
        if at
    ]


def _is_about(change: StandingOrderChange, row: Occurrence) -> bool:
    """Whether a decision touched the date: its own, or one for all dates or from an earlier one on."""
    if change.occurrence_id:
        return change.occurrence_id == row.pk
    return change.since is None or change.since <= row.rule_date


def _decision(change: StandingOrderChange) -> list[dict[str, Any]]:
    state = LOOKS.get(Kind(change.kind), "")
    entry = {
        "at": change.at,
        "text": change.get_kind_display(),
        "who": change.actor.display_name if change.actor else _("automatically"),
        "state": state,
        "note": "",
    }
    if not change.undone_at:
        return [entry]
    undone = {
        "at": change.undone_at,
        "text": _("Undone: %(what)s") % {"what": change.get_kind_display()},
        "who": change.undone_by.display_name if change.undone_by else _("automatically"),
        "state": "",
        "note": "",
    }
    return [undone, entry]


def why_in_words(page: DatePage) -> str:
    """Say in a sentence why an order was made, will be or won't be."""
    if page.order:
        return _("An order was made for this date.")
    if page.is_forecast and page.row.status == Occurrence.Status.PLANNED:
        return _("It is too early: the date is prepared five weeks ahead.")
    if page.row.status == Occurrence.Status.PLANNED:
        return _("The order is made at the cut-off.")
    return page.why or words(page.row.reason) or _("Nothing is ordered for this date.")
