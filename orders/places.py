"""Places of deliveries, read from the tables: their limits, how many are taken, and what wants one.

A place is taken by an order, by a planned date of a standing order, and by an application to which one is
offered or promised. Beyond the dates that are stored, standing orders are counted by their rules.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from membership.models import Site

from .cutoff import cutoff_at
from .day_limits import Board, Limits, Place
from .models import (
    Application,
    CalendarDay,
    DayLimit,
    LaterTerms,
    Occurrence,
    Order,
    Pause,
    StandingOrder,
    ZoneDistrict,
)
from .repeating import Plan, Terms, Wanted, wanted_dates
from .standing_plan import forecast_dates, read_plan

# A date may be moved to so much later than its rule says.
MOVED_BY = timedelta(days=31)


def has_limits() -> bool:
    """Whether the hub limits its deliveries at all; else nothing needs to be weighed."""
    return DayLimit.objects.exists()


def read_limits() -> Limits:
    """Return every limit that is set."""
    by_weekday: dict[tuple[int | None, int], int] = {}
    by_day: dict[Place, int | None] = {}
    for row in DayLimit.objects.order_by():
        if row.on_date:
            by_day[Place(row.zone_id, row.on_date)] = row.deliveries
        elif row.weekday is not None and row.deliveries is not None:
            by_weekday[row.zone_id, row.weekday] = row.deliveries
    return Limits(by_weekday, by_day)


class Places:
    """Turns deliveries into the places that they take; what that needs is read once."""

    def __init__(self, *, now: datetime) -> None:
        self.now, self.today = now, timezone.localdate(now)
        self.working_days = CalendarDay.objects.all().working_days()
        self._zones = dict(ZoneDistrict.objects.values_list("district", "zone"))
        self._plans_of: dict[int, list[Plan]] = {}

    def of_delivery(self, day: date, district: str) -> set[Place]:
        """Return the places of one delivery: the hub's, and its zone's."""
        zone = self._zones.get(district)
        return {Place(None, day), *([Place(zone, day)] if zone else [])}

    def of_every_zone(self, day: date) -> set[Place]:
        """Return the places of the hub and of all zones on a day."""
        return {Place(None, day), *(Place(zone, day) for zone in set(self._zones.values()))}

    def of_plan(self, plan: Plan, until: date) -> set[Place]:
        """Return the places that a standing order's coming dates take, as far as they can be ordered."""
        wanted = wanted_dates(plan, self.working_days, after=self.today - MOVED_BY, until=until)
        return set().union(*self._of_dates(wanted).values())

    def of_application(self, application: Application) -> set[Place]:
        """Return the places that it wants; those that the institution's plan has already are its own."""
        if application.event_at:
            return self.of_delivery(application.starts_on, application.site.district)
        plan = read_plan(application.as_standing_order())
        until = self.until(plan)
        wanted = self.of_plan(plan, until)
        if application.kind == Application.Kind.PLAN and wanted:
            wanted -= self._of_own_plan(application, until)
        return wanted

    def _of_own_plan(self, application: Application, until: date) -> set[Place]:
        """Return the places that a change of plan leaves: those of the present plan from its start on."""
        if application.organization_id not in self._plans_of:
            self._read_plans_of({application.organization_id})
        plans = self._plans_of[application.organization_id]
        found: set[Place] = set().union(*(self.of_plan(plan, until) for plan in plans))
        return {place for place in found if place.day >= application.starts_on}

    def _read_plans_of(self, organizations: set[int]) -> None:
        """Read the present plans of these institutions, and of all that wait for another one."""
        asking = Application.objects.filter(kind=Application.Kind.PLAN, status__in=["waiting", "offered"])
        wanted = organizations | set(asking.values_list("organization", flat=True))
        rows = StandingOrder.objects.running().filter(organization__in=wanted, bundle__plan__isnull=False)
        self._plans_of |= {pk: [] for pk in wanted}
        for row in rows.prefetch_related("later_terms", "pauses", self._decided()).order_by("pk"):
            self._plans_of[row.organization_id].append(read_plan(row, row.occurrences.all()))

    def _decided(self) -> "Prefetch[Any]":
        """The stored dates by which something may have been decided for dates to come."""
        return Prefetch("occurrences", Occurrence.objects.filter(rule_date__gt=self.today - MOVED_BY))

    def until(self, *plans: Plan) -> date:
        """Return up to which day the dates of these plans are weighed."""
        starts = [terms.starts_on for plan in plans for terms in plan.terms]
        return max([self.today, *starts]) + timedelta(days=settings.PLACE_DAYS)

    def _of_dates(self, wanted: Iterable[Wanted]) -> dict[tuple[int, date], set[Place]]:
        """Return the places of dates that come and can still be ordered, by their site and day."""
        coming = {
            (each.serving["site_id"], each.day)
            for each in wanted
            if each.is_coming and each.day and cutoff_at(each.day, 0, self.working_days) > self.now
        }
        return {(site, day): self.of_delivery(day, self._districts[site]) for site, day in coming}

    @cached_property
    def _districts(self) -> dict[int, str]:
        return dict(Site.objects.values_list("pk", "district"))

    # -- What is taken ----------------------------------------------------------------------------

    def board(
        self,
        days: Collection[date],
        *,
        standing_order: StandingOrder | None = None,
        order: Order | None = None,
        application: Application | None = None,
    ) -> Board:
        """Return the limits of these days and what is taken, not counting what is named."""
        taken: Counter[Place] = Counter()
        for day, district, number in [
            *self._orders(days, order),
            *self._dates(days, standing_order),
        ]:
            for place in self.of_delivery(day, district):
                taken[place] += number
        taken.update(self._forecast(days, standing_order))
        for row in Application.objects.holding().select_related("site"):
            if row != application:
                taken.update(place for place in self.of_application(row) if place.day in days)
        return Board(read_limits(), taken)

    def _orders(self, days: Collection[date], without: Order | None) -> Iterable[tuple[Any, str, int]]:
        rows = Order.objects.filter(delivery_date__in=days).exclude(status__in=["failed", "cancelled"])
        if without:
            rows = rows.exclude(pk=without.pk)
        grouped = rows.order_by().values("delivery_date", "site__district")
        return grouped.annotate(number=Count("pk")).values_list("delivery_date", "site__district", "number")

    def _dates(self, days: Collection[date], without: StandingOrder | None) -> Iterable[tuple[Any, str, int]]:
        rows = Occurrence.objects.filter(
            delivery_date__in=days,
            status=Occurrence.Status.PLANNED,
            standing_order__in=StandingOrder.objects.running(),
        )
        grouped = rows.exclude(standing_order=without).order_by().values("delivery_date", "site__district")
        return grouped.annotate(number=Count("pk")).values_list("delivery_date", "site__district", "number")

    def _forecast(self, days: Collection[date], without: StandingOrder | None) -> Counter[Place]:
        """Count what standing orders will bring on days for which their dates aren't stored yet.

        Those that only repeat are counted together by their rules, which a town has few of; the others, of
        which something was decided, one by one.
        """
        last = max(days, default=self.today)
        rows = StandingOrder.objects.running().filter(Q(known_until__lt=last) | Q(known_until=None))
        if without:
            rows = rows.exclude(pk=without.pk)
        own_way = (
            Q(ends_on__isnull=False)
            | Exists(LaterTerms.objects.filter(standing_order=OuterRef("pk")))
            | Exists(Pause.objects.filter(standing_order=OuterRef("pk")))
            | Exists(
                Occurrence.objects.filter(
                    standing_order=OuterRef("pk"), rule_date__gt=OuterRef("known_until")
                )
            )
        )
        found = self._forecast_alike(rows.exclude(own_way), days)
        for row in rows.filter(own_way).prefetch_related("later_terms", "pauses", self._decided()):
            after = row.known_until or self.today
            stored = [each.rule_date for each in row.occurrences.all() if each.rule_date > after]
            wanted = forecast_dates(row, self.working_days, after=after, until=last, known=stored)
            for places in self._of_dates(each for each in wanted if each.day in days).values():
                found.update(places)
        return found

    def _forecast_alike(self, rows: QuerySet[StandingOrder], days: Collection[date]) -> Counter[Place]:
        """Count standing orders that only repeat; of most rules it doesn't matter when they began."""
        columns = ("rrule", "starts_on", "holiday_policy", "holiday_default", "known_until")
        grouped = rows.order_by().values(*columns, "site__district").annotate(number=Count("pk"))
        alike: dict[tuple[str, date, str, str, date], Counter[str]] = {}
        for *rule, district, number in grouped.values_list(*columns, "site__district", "number"):
            rrule, starts_on, policy, default, known_until = rule
            after = known_until or self.today
            if "INTERVAL" not in rrule and "COUNT" not in rrule:
                starts_on = max(starts_on, after)
            key = (rrule, starts_on, policy, default, after)
            alike.setdefault(key, Counter())[district] += number
        found: Counter[Place] = Counter()
        for (rrule, starts_on, policy, default, after), districts in alike.items():
            plan = Plan((Terms(date.min, rrule, starts_on, policy, default, {}),))
            for each in wanted_dates(plan, self.working_days, after=after, until=max(days)):
                if each.day and each.day in days:
                    for district, number in districts.items():
                        for place in self.of_delivery(each.day, district):
                            found[place] += number
        return found


def plan_of(standing_order: StandingOrder, today: date) -> Plan:
    """Return its plan with what was decided for its coming dates, as it is stored."""
    rows = Occurrence.objects.filter(standing_order=standing_order, rule_date__gt=today - MOVED_BY)
    return read_plan(standing_order, rows)
