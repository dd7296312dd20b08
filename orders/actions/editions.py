"""The contents of what is expected: every bundle and date that someone will receive gets its edition."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from bundles.actions.compose import Key, Wanted, compose_wanted, keep_edition, replace_contents
from bundles.composition import Result
from bundles.exceptions import CannotCompose
from bundles.models import Bundle, Edition, EditionBan
from membership.models import User

from ..cutoff import cutoff_at, lead_days_left
from ..exceptions import NotPossible
from ..models import CalendarDay, Occurrence, Order
from ..querysets import OccurrenceQuerySet
from ..working_days import WorkingDays
from .ledger import Outcome

# How far back members remember what they received.
MEMORY_DAYS = 120


def missing_editions(*, now: datetime) -> list[Wanted]:
    """Return the editions that somebody expects and that have no contents yet, earliest first."""
    today = timezone.localdate(now)
    expected = _expected(Occurrence.objects.filter(delivery_date__gt=today))
    composed = set(Edition.objects.filter(delivery_date__gt=today).values_list("bundle", "delivery_date"))
    missing = sorted(set(expected) - composed, key=lambda key: (key[1], key[0]))
    bundles = Bundle.objects.in_bulk({bundle for bundle, _day in missing})
    working_days = CalendarDay.objects.all().working_days()
    return [
        Wanted(bundles[bundle], day, tuple(expected[bundle, day]), lead_days_left(now, day, working_days))
        for bundle, day in missing
    ]


def compose_missing(wanted: Collection[Wanted]) -> Result:
    """Ask the composer for all of them together. Takes up to COMPOSE_SECONDS; nothing is written."""
    days = {each.delivery_date for each in wanted}
    return compose_wanted(
        wanted,
        received=_received(min(days), {each.key for each in wanted}),
        planned_units=planned_units(days, without={each.key for each in wanted}),
        seconds=settings.COMPOSE_SECONDS,
    )


def keep_missing(wanted: Wanted, result: Result, *, now: datetime) -> Outcome:
    """Keep one composed edition, and set the cut-offs it implies."""
    bundle, day = wanted.bundle, wanted.delivery_date
    subject = f"{bundle.name} {day}"
    try:
        edition = keep_edition(wanted, result, now=now)
    except CannotCompose as error:
        return Outcome(
            "failed", subject, bundle.pk, delivery_date=day, reason=error.reason, detail=error.detail
        )
    _set_cutoffs(bundle, day)
    return Outcome("done", subject, bundle.pk, delivery_date=day, detail=edition.relaxed)


def ensure_edition(bundle: Bundle, day: date, *, now: datetime, headcount: int = 0) -> Edition:
    """Return the bundle's edition for the date, composed now if it must be. Raises CannotCompose.

    An order for `headcount` people comes on top of those whom standing orders expect.
    """
    if existing := Edition.objects.filter(bundle=bundle, delivery_date=day).first():
        return existing
    expected = _expected(Occurrence.objects.filter(delivery_date=day, standing_order__bundle=bundle))
    headcounts = [*expected.get((bundle.pk, day), []), *([headcount] if headcount else [])]
    left = lead_days_left(now, day, CalendarDay.objects.all().working_days())
    wanted = Wanted(bundle, day, tuple(headcounts), left)
    edition = keep_edition(wanted, compose_missing([wanted]), now=now)
    _set_cutoffs(bundle, day)
    return edition


def recompose_edition(
    edition: Edition, *, locked: Collection[tuple[int, int]], banned: Collection[int], now: datetime
) -> Edition:
    """Compose a draft again around what is locked in it (slot, product) and without what is banned from it.

    Raises NotPossible if it is published or already ordered, CannotCompose (and changes nothing) if the rules
    can't hold together around it.
    """
    bundle, day = edition.bundle, edition.delivery_date
    expected = _expected(Occurrence.objects.filter(delivery_date=day, standing_order__bundle=bundle))
    placed = Order.objects.filter(status="placed", bundle=bundle, delivery_date=day)
    headcounts = (*expected[bundle.pk, day], *placed.values_list("headcount", flat=True))
    left = lead_days_left(now, day, CalendarDay.objects.all().working_days())
    wanted = Wanted(bundle, day, headcounts, left, frozenset(locked), frozenset(banned))
    result = compose_missing([wanted])
    with transaction.atomic():
        draft = Edition.objects.select_for_update().get(pk=edition.pk)
        if draft.status != Edition.Status.DRAFT or is_ordered(draft):
            raise NotPossible("edition_fixed")
        replace_contents(draft, wanted, result, now=now)
        draft.bans.all().delete()
        EditionBan.objects.bulk_create(
            EditionBan(edition=draft, product_id=product) for product in set(banned)
        )
        _set_cutoffs(bundle, day)
    return draft


def is_ordered(edition: Edition) -> bool:
    """Whether an order was already fixed from the edition: its contents never change silently."""
    orders = Order.objects.filter(bundle=edition.bundle_id, delivery_date=edition.delivery_date)
    return orders.exclude(status__in=["placed", "cancelled", "failed"]).exists()


def publish_edition(edition: Edition, *, actor: User | None, now: datetime) -> Edition:
    """Promise the contents to the members; twice changes nothing. Without an actor the rule did it."""
    Edition.objects.filter(pk=edition.pk, status=Edition.Status.DRAFT).update(
        status=Edition.Status.PUBLISHED, published_at=now, published_by=actor
    )
    edition.refresh_from_db()
    return edition


def publish_due_edition(edition_id: int, *, now: datetime) -> Outcome | None:
    """Publish a draft whose day is near, since nobody did: no delivery fails for want of a click."""
    edition = Edition.objects.select_related("bundle").get(pk=edition_id)
    if edition.status == Edition.Status.PUBLISHED:
        return None
    publish_edition(edition, actor=None, now=now)
    return Outcome(
        "done", str(edition), edition.pk, delivery_date=edition.delivery_date, reason="published_by_rule"
    )


def drafts_to_publish(*, now: datetime) -> list[int]:
    """Return the drafts within PUBLISH_DAYS of their delivery."""
    near = timezone.localdate(now) + timedelta(days=settings.PUBLISH_DAYS)
    drafts = Edition.objects.filter(status=Edition.Status.DRAFT, delivery_date__lte=near)
    return list(drafts.order_by("delivery_date", "pk").values_list("pk", flat=True))


def slowest_lead(bundle_id: int, day: date) -> int:
    """Return the lead time (business days) of the slowest product of the day's edition; 0 without one."""
    editions = Edition.objects.filter(bundle=bundle_id, delivery_date=day)
    return editions.aggregate(slowest=Max("items__product__lead_days"))["slowest"] or 0


def _set_cutoffs(bundle: Bundle, day: date) -> None:
    working_days: WorkingDays = CalendarDay.objects.all().working_days()
    planned = Occurrence.objects.filter(status="planned", delivery_date=day, standing_order__bundle=bundle)
    planned.update(cutoff_at=cutoff_at(day, slowest_lead(bundle.pk, day), working_days))


def _expected(occurrences: OccurrenceQuerySet) -> dict[Key, list[int]]:
    """Return the headcounts of planned occurrences by bundle and date."""
    expected: dict[Key, list[int]] = defaultdict(list)
    rows = occurrences.filter(status="planned").order_by("pk")
    for bundle, day, people in rows.values_list(
        "standing_order__bundle", "delivery_date", "standing_order__headcount"
    ):
        expected[bundle, day].append(people)
    return expected


def _received(first_day: date, wanted: set[Key]) -> dict[int, list[Key]]:
    """Return the editions that each institution received or will receive, in order, of bundles now wanted."""
    bundles = {bundle for bundle, _day in wanted}
    since = first_day - timedelta(days=MEMORY_DAYS)
    received: dict[int, set[Key]] = defaultdict(set)
    occurrences = Occurrence.objects.filter(
        status__in=["planned", "ordered"], delivery_date__gt=since, standing_order__bundle__in=bundles
    )
    for member, bundle, day in occurrences.values_list(
        "standing_order__organization", "standing_order__bundle", "delivery_date"
    ):
        if day:
            received[member].add((bundle, day))
    orders = Order.objects.filter(bundle__in=bundles, delivery_date__gt=since).exclude(
        status__in=["failed", "cancelled"]
    )
    for member, bundle, day in orders.values_list("organization", "bundle", "delivery_date"):
        received[member].add((bundle, day))
    return {member: sorted(keys, key=lambda key: (key[1], key[0])) for member, keys in received.items()}


def planned_units(days: Collection[date], *, without: Collection[Key] = ()) -> dict[Key, int]:
    """Units of each product that composed editions will take, planned but not yet reserved.

    An edition that is composed again (`without`) doesn't stand in its own way.
    """
    headcounts = _expected(Occurrence.objects.filter(delivery_date__in=days))
    placed = Order.objects.filter(status="placed", delivery_date__in=days)
    for bundle, day, people in placed.values_list("bundle", "delivery_date", "headcount"):
        headcounts[bundle, day].append(people)
    units: dict[Key, int] = defaultdict(int)
    editions = Edition.objects.filter(delivery_date__in=days)
    for edition in editions.prefetch_related("items__slot", "items__product"):
        key = (edition.bundle_id, edition.delivery_date)
        if key in without:
            continue
        for item in edition.items.all():
            for people in headcounts.get(key, ()):
                units[item.product_id, edition.delivery_date] += item.slot.units_of(item.product, people)
    return units
