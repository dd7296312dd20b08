"""The contents of what is expected: every bundle and date that someone will receive gets its edition."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from bundles.actions.compose import answer, compose_wanted, keep_edition
from bundles.actions.contents import replace_contents
from bundles.composition import Result
from bundles.edition_key import EditionKey
from bundles.edition_requests import Wanted
from bundles.exceptions import CannotCompose
from bundles.models import Bundle, Edition, Product, Room
from membership.models import User

from ..cutoff import cutoff_at, lead_days_left
from ..exceptions import NotPossible
from ..models import CalendarDay, CycleRun, Occurrence, Order
from ..planned import planned_items
from ..querysets import EDITION_COLUMNS, OccurrenceQuerySet
from ..ratings import stars_by_product, steady_means
from ..working_days import WorkingDays
from .agreement import NOTHING_AGREED, Agreement
from .ledger import Outcome, run_step

# How far back members remember what they received.
MEMORY_DAYS = 120
# A holiday moves a delivery by less than this, also over New Year.
FARTHEST_MOVE_DAYS = 15


def missing_editions(*, now: datetime) -> list[Wanted]:
    """Return the editions that somebody expects and that have no contents yet, earliest first.

    Dates beyond the horizon are rows only if something was decided for them; their contents have time.
    """
    today = timezone.localdate(now)
    until = today + timedelta(days=settings.PREVIEW_HORIZON_DAYS + FARTHEST_MOVE_DAYS)
    expected = _expected(Occurrence.objects.filter(delivery_date__gt=today, delivery_date__lte=until))
    composed = Edition.objects.filter(delivery_date__gt=today).keys()
    missing = sorted(set(expected) - composed, key=lambda key: key.by_day)
    bundles = Bundle.objects.in_bulk({key.bundle for key in missing})
    return _wanted({key: expected[key] for key in missing}, bundles, now)


def compose_missing(wanted: Collection[Wanted]) -> Result:
    """Ask the composer for all of them together. Takes up to twice COMPOSE_SECONDS; nothing is written.

    A variant that can't be worth as much as the standard edition of its date is composed without that.
    """
    result = _compose(wanted)
    worthless = {
        key for key, conflict in result.unsolved.items() if "min_worth" in conflict.rules + conflict.without
    }
    if not any(each.standard_worth and each.key in worthless for each in wanted):
        return result
    return _compose([replace(each, standard_worth=0) if each.key in worthless else each for each in wanted])


def compose_now(own: Collection[tuple[int, int]], *, now: datetime) -> None:
    """Compose at once what is missing of these bundles with their exclusions: somebody looks at the dates."""
    wanted = [each for each in missing_editions(now=now) if (each.bundle.pk, each.exclusions) in own]
    if wanted:
        result = compose_missing(wanted)
        for each in wanted:
            keep_missing(each, result, now=now)


def _compose(wanted: Collection[Wanted]) -> Result:
    days = {each.delivery_date for each in wanted}
    working_days = CalendarDay.objects.all().working_days()
    return compose_wanted(
        wanted,
        received=_received(min(days), {each.key for each in wanted}),
        planned=planned_rooms(days, working_days, without={each.key for each in wanted}),
        made_on=working_days.made_on,
        ratings=steady_means(stars_by_product(min(days))),
        seconds=settings.COMPOSE_SECONDS,
    )


def keep_missing(wanted: Wanted, result: Result, *, now: datetime) -> Outcome:
    """Keep one composed edition, and set the cut-offs it implies."""
    edition, reason, detail = None, "", ""
    try:
        edition = keep_edition(wanted, result, now=now)
        set_cutoffs(wanted.key)
    except CannotCompose as error:
        reason, detail = error.reason, error.detail
    return Outcome(
        "done" if edition else "failed",
        f"{wanted.bundle.name} {wanted.delivery_date}",
        wanted.bundle.pk,
        delivery_date=wanted.delivery_date,
        exclusions=wanted.exclusions,
        reason=reason,
        detail=edition.relaxed if edition else detail,
    )


def ensure_edition(key: EditionKey, *, now: datetime, headcount: int = 0) -> Edition:
    """Return the edition, composed now if it must be. Raises CannotCompose.

    An order for `headcount` people comes on top of those that wait for it already.
    """
    if existing := Edition.objects.with_key(key).first():
        return existing
    wanted = _wanted_again(key, Bundle.objects.get(pk=key.bundle), now)
    if headcount:
        wanted = replace(wanted, headcounts=(*wanted.headcounts, headcount))
    edition = keep_edition(wanted, compose_missing([wanted]), now=now)
    set_cutoffs(key)
    return edition


def _wanted(
    headcounts: Mapping[EditionKey, list[int]], bundles: Mapping[int, Bundle], now: datetime
) -> list[Wanted]:
    """Return what to compose; a variant with the worth of the standard edition of its date, if it has one."""
    working_days = CalendarDay.objects.all().working_days()
    days = {key.day for key in headcounts if key.exclusions}
    standard = Edition.objects.filter(exclusions=0, delivery_date__in=days)
    worth = {(row.bundle_id, row.delivery_date): row.worth for row in standard}
    return [
        Wanted(
            bundles[key.bundle],
            key.day,
            key.exclusions,
            tuple(people),
            lead_days_left(now, key.day, working_days),
            standard_worth=worth.get((key.bundle, key.day), 0) if key.exclusions else 0,
        )
        for key, people in headcounts.items()
    ]


def recompose_edition(
    edition: Edition,
    *,
    locked: Collection[tuple[int, int]],
    banned: Collection[int],
    agreed: Agreement = NOTHING_AGREED,
    now: datetime,
) -> Edition:
    """Compose a draft again around what is locked in it (slot, product) and without what is banned from it.

    Nobody's decision is lost: raises NotPossible where the draft was published, ordered or changed while the
    composer was at it, or since `edition` was read. Raises CannotCompose if the rules can't hold together
    around it, unless the operator agreed to just these contents without some of them. Changes nothing then.
    """
    plain = _wanted_again(edition.key, edition.bundle, now)
    wanted = replace(plain, locked=frozenset(locked), banned=frozenset(banned))
    composition, relaxed = agreed.answer(wanted, compose_missing([wanted]))
    kept_away = set(banned) - {item.product for item in composition.items}
    with transaction.atomic():
        draft = lock_draft(edition)
        replace_contents(draft, composition, relaxed=relaxed, banned=kept_away, now=now)
        set_cutoffs(draft.key)
    return draft


def retry_edition(key: EditionKey, *, now: datetime) -> Edition:
    """Compose at once what is missing; the ledger says what became of it. Raises CannotCompose.

    Twice changes nothing: what somebody else composed meanwhile counts.
    """
    if existing := Edition.objects.with_key(key).first():
        return existing
    wanted = _wanted_again(key, Bundle.objects.get(pk=key.bundle), now)
    result = compose_missing([wanted])
    run_step(CycleRun.Step.COMPOSE, [wanted], lambda each: keep_missing(each, result, now=now), now=now)
    if composed := Edition.objects.with_key(key).first():
        return composed
    answer(wanted, result)
    raise CannotCompose("no_edition")


def _wanted_again(key: EditionKey, bundle: Bundle, now: datetime) -> Wanted:
    """Return what to compose for everybody who waits for one edition."""
    placed = Order.objects.from_edition(key).filter(status__in=Order.OPEN)
    headcounts = [
        *_expected(Occurrence.objects.bringing(key))[key],
        *placed.values_list("headcount", flat=True),
    ]
    [wanted] = _wanted({key: headcounts}, {key.bundle: bundle}, now)
    return wanted


def lock_draft(edition: Edition) -> Edition:
    """Lock the edition's row and return it. Raises NotPossible if it is no draft, or not as `edition` was."""
    draft: Edition = Edition.objects.select_for_update().get(pk=edition.pk)
    require_draft(draft)
    if draft.revision != edition.revision:
        raise NotPossible("edition_changed")
    return draft


def require_draft(edition: Edition) -> None:
    """Raises NotPossible if the contents are promised or ordered already."""
    if edition.status != Edition.Status.DRAFT or is_ordered(edition):
        raise NotPossible("edition_fixed")


def is_ordered(edition: Edition) -> bool:
    """Whether an order was already fixed from the edition: its contents never change silently."""
    orders = Order.objects.from_edition(edition.key)
    return orders.exclude(status__in=[*Order.OPEN, "cancelled", "failed"]).exists()


def publish_edition(edition: Edition, *, actor: User | None, now: datetime) -> Edition:
    """Promise the contents to the members; twice changes nothing. Without an actor the rule did it."""
    Edition.objects.filter(pk=edition.pk, status=Edition.Status.DRAFT).update(
        status=Edition.Status.PUBLISHED, published_at=now, published_by=actor, before=None
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


def slowest_lead(key: EditionKey) -> int:
    """Return the lead time (business days) of the slowest product of the edition; 0 while there is none."""
    editions = Edition.objects.with_key(key)
    return editions.aggregate(slowest=Max("items__product__lead_days"))["slowest"] or 0


def set_cutoffs(key: EditionKey) -> None:
    """Set the cut-offs that the slowest product of the edition implies."""
    working_days: WorkingDays = CalendarDay.objects.all().working_days()
    planned = Occurrence.objects.bringing(key).filter(status="planned")
    planned.update(cutoff_at=cutoff_at(key.day, slowest_lead(key), working_days))


def _expected(occurrences: OccurrenceQuerySet) -> dict[EditionKey, list[int]]:
    """Return the headcounts of planned occurrences by edition."""
    expected: dict[EditionKey, list[int]] = defaultdict(list)
    rows = occurrences.filter(status="planned").order_by("pk")
    for *key, people in rows.values_list(*EDITION_COLUMNS, "headcount"):
        expected[EditionKey(*key)].append(people)
    return expected


def _received(first_day: date, wanted: set[EditionKey]) -> dict[int, list[EditionKey]]:
    """Return the editions that each institution received or will receive, in order, of bundles now wanted."""
    bundles = {key.bundle for key in wanted}
    since = first_day - timedelta(days=MEMORY_DAYS)
    received: dict[int, set[EditionKey]] = defaultdict(set)
    occurrences = Occurrence.objects.filter(
        status__in=["planned", "ordered"], delivery_date__gt=since, bundle__in=bundles
    )
    for member, *key in occurrences.values_list("standing_order__organization", *EDITION_COLUMNS):
        received[member].add(EditionKey(*key))
    orders = Order.objects.filter(bundle__in=bundles, delivery_date__gt=since).exclude(
        status__in=["failed", "cancelled"]
    )
    for member, *key in orders.values_list("organization", "bundle", "delivery_date", "exclusions"):
        received[member].add(EditionKey(*key))
    return {member: sorted(keys, key=lambda key: key.by_day) for member, keys in received.items()}


def planned_rooms(
    days: Collection[date], working_days: WorkingDays, *, without: Collection[EditionKey] = ()
) -> dict[tuple[Room, date], int]:
    """What composed editions will take, planned but not yet reserved, by room and production date.

    Editions of the days before and after count, too: what they need may be made on the same dates. An edition
    that is composed again (`without`) doesn't stand in its own way.
    """
    longest = Product.objects.aggregate(longest=Max("made_days"))["longest"] or 0
    near = (working_days.add(min(days), -longest), working_days.add(max(days), longest))
    planned: dict[tuple[Room, date], int] = defaultdict(int)
    for item in planned_items(*near, without=without):
        made_on = working_days.made_on(item.product.made_days, item.edition.delivery_date)
        planned[item.product.room, made_on] += item.units * item.product.room_units
    return planned
