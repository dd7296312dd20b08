"""The compose board: bundles by delivery date with their variants, and what about them needs an operator."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, pgettext

from bundles.edition_key import EditionKey
from bundles.edition_words import relaxed_words
from bundles.models import Bundle, Edition
from membership.exclusion_words import exclusion_words

from .demand import Demand, read_demand
from .models import CalendarDay, CycleItem
from .reasons import cannot_words

WEEKS = 4
# Drafts that nobody publishes are shown so long before the rule does it.
SOON = timedelta(days=5)
NOBODY = Demand()


STATES = ("missing", "draft", "published", "ordered")


def state_label(state: str) -> str:
    """Return one of STATES in the reader's language."""
    return {
        "draft": str(Edition.Status.DRAFT.label),
        "published": str(Edition.Status.PUBLISHED.label),
        "ordered": pgettext("edition", "ordered"),
        "missing": pgettext("edition", "missing"),
    }[state]


@dataclass(frozen=True)
class Cell:
    """An edition, or one that is missing. `saving` (won, for the base headcount) is None without figures."""

    bundle: Bundle
    day: date
    exclusions: int
    state: str
    demand: Demand
    edition: Edition | None = None
    why: str = ""

    @property
    def key(self) -> EditionKey:
        return EditionKey(self.bundle.pk, self.day, self.exclusions)

    @property
    def excluded(self) -> list[str]:
        """What a variant leaves out, in words; nothing for the standard edition."""
        return exclusion_words(self.exclusions)

    @property
    def url(self) -> str:
        """The page on which an operator decides about it."""
        if self.edition:
            return reverse("orders:edition_detail", args=[self.edition.pk])
        key = [self.bundle.pk, self.day.isoformat(), self.exclusions]
        return reverse("orders:compose_missing", args=key)

    @property
    def state_label(self) -> str:
        return state_label(self.state)

    @property
    def saving(self) -> int | None:
        return self.edition.worth - self.bundle.price if self.edition and self.edition.worth else None

    @property
    def relaxed(self) -> list[str]:
        return relaxed_words(self.edition.relaxed) if self.edition else []

    @property
    def published_by_rule_on(self) -> date:
        """The day from which the rule publishes it, unless somebody does before."""
        return self.day - timedelta(days=settings.PUBLISH_DAYS)


@dataclass(frozen=True)
class Day:
    """A column of the board; `name` is the holiday's if nothing is delivered."""

    day: date
    name: str


@dataclass(frozen=True)
class Week:
    """Its days, and how many of their editions could be published."""

    monday: date
    days: list[Day]
    drafts: int


@dataclass(frozen=True)
class BundleRow:
    """A bundle with its cells of each day, week by week: the standard edition, then its variants."""

    bundle: Bundle
    weeks: list[list[list[Cell]]]


@dataclass(frozen=True)
class ToDo:
    """What needs an operator, earliest first."""

    missing: list[Cell]
    unpublished: list[Cell]
    relaxed: list[Cell]

    def __bool__(self) -> bool:
        return bool(self.missing or self.unpublished or self.relaxed)


@dataclass(frozen=True)
class Board:
    """Weeks of days, and the bundles that anybody expects in them or that have contents."""

    weeks: list[Week]
    rows: list[BundleRow]


def read_board(monday: date, today: date) -> Board:
    """Return four weeks from a Monday on."""
    every = _cells(monday, monday + timedelta(days=7 * WEEKS - 1), today)
    cells: dict[tuple[int, date], list[Cell]] = defaultdict(list)
    for cell in every:
        cells[cell.bundle.pk, cell.day].append(cell)
    calendar, language = CalendarDay.objects.all().working_days(), get_language() or "ko"
    served = {cell.day for cell in every}

    def week(first: date) -> Week:
        days = [first + timedelta(days=place) for place in range(7)]
        shown = [day for day in days if day.weekday() < 5 or day in served]
        drafts = sum(cell.state == "draft" and cell.day > today for cell in every if cell.day in days)
        names = ["" if calendar.is_working(day) else calendar.name(day, language) for day in shown]
        return Week(first, [Day(*column) for column in zip(shown, names, strict=True)], drafts)

    weeks = [week(monday + timedelta(weeks=nth)) for nth in range(WEEKS)]
    bundles = sorted({cell.bundle for cell in every}, key=lambda row: (row.kind, row.price, row.pk))
    return Board(
        weeks,
        [
            BundleRow(
                bundle, [[cells.get((bundle.pk, column.day), []) for column in week.days] for week in weeks]
            )
            for bundle in bundles
        ],
    )


def read_to_do(today: date) -> ToDo:
    """Return what lies ahead and needs a decision, as far as contents are composed."""
    cells = _cells(today + timedelta(days=1), today + timedelta(days=settings.PREVIEW_HORIZON_DAYS), today)
    drafts = [cell for cell in cells if cell.state == "draft"]
    return ToDo(
        missing=[cell for cell in cells if cell.state == "missing"],
        unpublished=[cell for cell in drafts if cell.published_by_rule_on <= today + SOON],
        relaxed=[cell for cell in drafts if cell.relaxed],
    )


def find_cell(key: EditionKey, today: date) -> Cell | None:
    """Return one cell of the board, if it has anything to say."""
    cells = _cells(key.day, key.day, today)
    return next((cell for cell in cells if cell.key == key), None)


def read_drafts(first: date, last: date, today: date) -> list[Cell]:
    """Return what could be published of the days from `first` to `last`, with its contents."""
    cells = _cells(first, last, today)
    drafts = [cell for cell in cells if cell.state == "draft" and cell.day > today and cell.edition]
    keys = [cell.edition.pk for cell in drafts if cell.edition]
    contents = Edition.objects.with_items().in_bulk(keys)
    return [replace(cell, edition=contents[cell.edition.pk]) for cell in drafts if cell.edition]


def _cells(first: date, last: date, today: date) -> list[Cell]:
    demand = read_demand(first, last)
    rows = Edition.objects.filter(delivery_date__range=(first, last))
    editions = {row.key: row for row in rows}
    why = _why_missing(first, last)
    bundles = Bundle.objects.in_bulk()
    cells = (
        _cell(key, bundles[key.bundle], editions.get(key), demand.get(key, NOBODY), why, today)
        for key in sorted(demand.keys() | editions.keys(), key=lambda key: key.by_day)
    )
    return [cell for cell in cells if cell]


def _cell(
    key: EditionKey,
    bundle: Bundle,
    edition: Edition | None,
    demand: Demand,
    why: Mapping[EditionKey, str],
    today: date,
) -> Cell | None:
    known = (bundle, key.day, key.exclusions)
    if edition is None:
        # What was never composed for a day that is over says nothing to anybody.
        is_wanted = key.day > today and demand.orders
        return Cell(*known, "missing", demand, why=why.get(key, "")) if is_wanted else None
    return Cell(*known, "ordered" if demand.fixed else edition.status, demand, edition)


def _why_missing(first: date, last: date) -> dict[EditionKey, str]:
    """Return the latest word of the ledger on each edition that could not be composed."""
    failed: Iterable[CycleItem] = CycleItem.objects.filter(
        run__step="compose", outcome="failed", subject_id__isnull=False, delivery_date__range=(first, last)
    ).order_by("pk")
    return {
        EditionKey(item.subject_id or 0, item.delivery_date, item.exclusions): cannot_words(
            item.reason, item.detail
        )
        for item in failed
        if item.delivery_date
    }
