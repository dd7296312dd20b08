"""Every read of orders with a meaning; pages, API, tasks and admin share these definitions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from bundles.edition_key import EditionKey
from membership.permissions import institution_ids, is_operator, ordering_institution_ids, producer_ids

from .repeating import ASKED
from .working_days import WorkingDays

if TYPE_CHECKING:
    from membership.models import User


# Of an occurrence: the parts of its edition's key.
EDITION_COLUMNS = ("bundle", "delivery_date", "exclusions")


class CalendarDayQuerySet(models.QuerySet[Any]):
    def working_days(self) -> WorkingDays:
        """The calendar of public holidays with the operators' overrides above it."""
        return WorkingDays({day.day: day.is_working for day in self})


class StandingOrderQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> StandingOrderQuerySet:
        return self if is_operator(user) else self.filter(organization__in=institution_ids(user))

    def together_with(self, standing_order: Any) -> StandingOrderQuerySet:
        """Those that were set up for several sites with this one, without itself; still running."""
        first = standing_order.together_with_id or standing_order.pk
        others = self.filter(Q(pk=first) | Q(together_with=first)).exclude(pk=standing_order.pk)
        return others.not_ended().order_by("pk") if first else self.none()

    def not_ended(self) -> StandingOrderQuerySet:
        """Those that make orders, or will again."""
        return self.exclude(status="ended")

    def running(self) -> StandingOrderQuerySet:
        """Those that give dates: active ones, and ones that an approver may still agree to."""
        return self.filter(status__in=["active", "awaiting"], organization__is_active=True)


class OccurrenceQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> OccurrenceQuerySet:
        return (
            self if is_operator(user) else self.filter(standing_order__organization__in=institution_ids(user))
        )

    def of_plans(self, organization: Any) -> OccurrenceQuerySet:
        """Dates on which the institution's plan brings something."""
        return self.filter(standing_order__organization=organization, bundle__plan__isnull=False)

    def due(self, now: datetime) -> OccurrenceQuerySet:
        """Planned occurrences whose cut-off has passed, whenever that was."""
        return self.filter(status="planned", cutoff_at__lte=now).order_by("delivery_date", "pk")

    def asked(self) -> OccurrenceQuerySet:
        """Dates on a holiday of which the institution has still to say where they go."""
        return self.filter(reason__in=sorted(ASKED.values()), answer="")

    def to_ask(self, now: datetime) -> OccurrenceQuerySet:
        """Those that nobody was asked about yet, while something of them is still to come."""
        today = timezone.localdate(now)
        ahead = self.asked().filter(status__in=["planned", "skipped"], rule_date__gt=today)
        running = Q(
            standing_order__status__in=["active", "awaiting"], standing_order__organization__is_active=True
        )
        return ahead.filter(running, asked_at=None).order_by("rule_date", "pk")

    def to_answer(self, user: User, now: datetime) -> OccurrenceQuerySet:
        """Those of which the user may still say where they go, the most urgent first."""
        own = self.asked().filter(standing_order__organization__in=ordering_institution_ids(user))
        return own.filter(answer_by__gt=now).select_related("bundle").order_by("answer_by", "pk")

    def to_settle(self, now: datetime) -> OccurrenceQuerySet:
        """Those that nobody answered in time, or that nobody can change any more."""
        nearest = now + timedelta(hours=settings.CHANGE_HOURS)
        over = Q(answer_by__lte=now) | Q(status="planned", cutoff_at__lte=nearest)
        return self.asked().filter(over).order_by("answer_by", "pk")

    def to_remind_of_holiday(self, now: datetime) -> OccurrenceQuerySet:
        """Those with their deadline near of which nobody was reminded; nor need who was asked just then."""
        ahead = timedelta(hours=settings.HOLIDAY_REMINDER_HOURS)
        near = self.asked().filter(answer_by__gt=now, answer_by__lte=now + ahead, reminded_at=None)
        return near.filter(answer_by__gt=F("asked_at") + ahead).order_by("answer_by", "pk")

    def bringing(self, key: EditionKey) -> OccurrenceQuerySet:
        """Occurrences that are made from this edition."""
        return self.filter(**dict(zip(EDITION_COLUMNS, key, strict=True)))

    def coming(self, today: date) -> OccurrenceQuerySet:
        return self.filter(Q(delivery_date__gte=today) | Q(delivery_date=None, rule_date__gte=today))


class ApplicationQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> ApplicationQuerySet:
        return self if is_operator(user) else self.filter(organization__in=institution_ids(user))

    def open(self) -> ApplicationQuerySet:
        """Those that may still become something."""
        return self.filter(status__in=["awaiting", "waiting", "offered", "agreed"])

    def holding(self) -> ApplicationQuerySet:
        """Those whose places count as taken: offered, waiting for an approver, or being set up."""
        return self.filter(status__in=["awaiting", "offered", "agreed"])

    def in_line(self) -> ApplicationQuerySet:
        """Those that wait for a place, who asked first first."""
        return self.filter(status="waiting").order_by("asked_at", "pk")

    def from_the_list(self) -> ApplicationQuerySet:
        """Those that wait for a place or once did."""
        waited = Q(status__in=["waiting", "offered"]) | Q(events__to="waiting")
        return self.filter(waited).distinct()

    def of_plan(self, organization: Any) -> ApplicationQuerySet:
        """The open one for a plan; there is one at most."""
        return self.open().filter(organization=organization, kind="plan")

    def to_follow_up(self, today: date) -> ApplicationQuerySet:
        """Agreed to and not set up, or to start before anybody approved."""
        late = self.filter(Q(status="agreed") | Q(status="awaiting", starts_on__lte=today))
        return late.select_related("organization", "bundle__plan")


class StandingOrderChangeQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> StandingOrderChangeQuerySet:
        if is_operator(user):
            return self
        return self.filter(standing_order__organization__in=institution_ids(user))

    def in_force(self) -> StandingOrderChangeQuerySet:
        """Those that nobody undid."""
        return self.filter(undone_at=None)


class OrderQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> OrderQuerySet:
        return self if is_operator(user) else self.filter(organization__in=institution_ids(user))

    def due(self, now: datetime) -> OrderQuerySet:
        """Placed orders whose cut-off has passed, whenever that was."""
        return self.filter(status="placed", cutoff_at__lte=now).order_by("delivery_date", "pk")

    def unapproved(self, now: datetime) -> OrderQuerySet:
        """Orders that nobody approved before their cut-off."""
        return self.filter(status="awaiting", cutoff_at__lte=now).order_by("delivery_date", "pk")

    def of_budget(self, department_id: int, year: int) -> OrderQuerySet:
        """Orders of a department that belong to a fiscal year: that of their delivery."""
        return self.filter(department=department_id, delivery_date__year=year)

    def reserving(self) -> OrderQuerySet:
        """Promised and not yet delivered."""
        return self.filter(status__in=["placed", "confirmed", "packed", "dispatched"])

    def spent(self) -> OrderQuerySet:
        return self.filter(status="delivered")

    def on(self, day: date) -> OrderQuerySet:
        return self.filter(delivery_date=day)

    def from_edition(self, key: EditionKey) -> OrderQuerySet:
        """Orders that are made from this edition."""
        return self.filter(bundle=key.bundle, delivery_date=key.day, exclusions=key.exclusions)

    def to_deliver(self, day: date) -> OrderQuerySet:
        """Fixed orders of the day that are still to be brought."""
        return self.on(day).filter(status__in=["confirmed", "packed", "dispatched"])

    def without_statement(self) -> OrderQuerySet:
        return self.filter(status="delivered", statement=None)

    def to_rate(self, user: User, since: date) -> OrderQuerySet:
        """Orders that were delivered since the day and of which nothing is rated, for those who may order."""
        own = self.filter(organization__in=ordering_institution_ids(user), status="delivered")
        return own.filter(delivery_date__gte=since).exclude(lines__rating__isnull=False)


class OrderLineQuerySet(models.QuerySet[Any]):
    def standing_to_lose(self, product_id: int, delivery_date: date) -> OrderLineQuerySet:
        """Lines that a shortage of the product hits: those not packed first, then the order fixed last."""
        return (
            self.filter(
                product=product_id,
                order__delivery_date=delivery_date,
                order__status__in=["confirmed", "packed"],
                quantity__gt=F("short_quantity"),
            )
            .select_related("order")
            .annotate(is_packed=Q(packed__isnull=False))
            .order_by("order__status", "is_packed", "-order__pk", "-pk")
        )

    def to_pack(self) -> OrderLineQuerySet:
        """Lines of which something will come that isn't in the order's boxes yet."""
        return self.filter(quantity__gt=F("short_quantity"), packed=None)

    def behind(self, purchase_order: Any) -> OrderLineQuerySet:
        """Lines of the orders for which the purchase order asks."""
        return self.filter(
            producer=purchase_order.producer_id,
            order__delivery_date=purchase_order.delivery_date,
        ).exclude(order__status="cancelled")


class ShortageQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> ShortageQuerySet:
        """Those of an institution's own orders; everything for operators."""
        return (
            self
            if is_operator(user)
            else self.filter(order_line__order__organization__in=institution_ids(user))
        )

    def on(self, day: date) -> ShortageQuerySet:
        return self.filter(order_line__order__delivery_date=day)

    def open(self) -> ShortageQuerySet:
        """Those about which an institution is asked."""
        return self.filter(status="asked")

    def due(self, now: datetime) -> ShortageQuerySet:
        """Questions that nobody answered in time, whenever that was, or whose order has left without."""
        has_left = ~Q(order_line__order__status="confirmed")
        return self.open().filter(has_left | Q(answer_by__lte=now)).order_by("answer_by", "pk")

    def to_remind(self, now: datetime) -> ShortageQuerySet:
        """Questions whose deadline is near and of which nobody was reminded."""
        ahead = timedelta(minutes=settings.SHORTAGE_REMINDER_MINUTES)
        # Whoever was asked later than that need not hear it twice.
        near = self.open().filter(answer_by__lte=now + ahead, answer_by__gt=F("reported_at") + ahead)
        return near.filter(reminded_at=None, answer_by__gt=now)


class PurchaseOrderLineQuerySet(models.QuerySet[Any]):
    def behind(self, order_line: Any) -> PurchaseOrderLineQuerySet:
        """The line that asks for what the order's line holds."""
        return self.filter(
            product=order_line.product_id, purchase_order__delivery_date=order_line.order.delivery_date
        )


# Units of a purchase order line that will come, as far as is known.
COMING = Coalesce("lines__confirmed", "lines__ordered")


class PurchaseOrderQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> PurchaseOrderQuerySet:
        return self if is_operator(user) else self.filter(producer__in=producer_ids(user))

    def to_remind(self, now: datetime) -> PurchaseOrderQuerySet:
        """Purchase orders whose deadline is near and whose producer hasn't been reminded of it."""
        near = now + timedelta(hours=settings.PRODUCER_REMINDER_HOURS)
        return self.filter(
            status="issued", reminded_at=None, acknowledge_by__gt=now, acknowledge_by__lte=near
        )

    def past_deadline(self, now: datetime) -> PurchaseOrderQuerySet:
        """Purchase orders that nobody acknowledged in time."""
        return self.filter(status="issued", acknowledge_by__lte=now)

    def on(self, day: date) -> PurchaseOrderQuerySet:
        return self.filter(delivery_date=day)

    def received(self) -> PurchaseOrderQuerySet:
        """Purchase orders whose goods are at the hub."""
        return self.filter(status="received")

    def never_came(self, day: date) -> PurchaseOrderQuerySet:
        """Purchase orders of the week before the day that nobody received."""
        before = self.filter(delivery_date__range=(day - timedelta(days=7), day - timedelta(days=1)))
        missing = before.exclude(status__in=["received", "cancelled"])
        return missing.order_by("-delivery_date", "producer__name")

    def to_answer(self) -> PurchaseOrderQuerySet:
        """Purchase orders that wait for their producer's word, in time or late."""
        return self.filter(status__in=["issued", "overdue"])

    def with_amount(self) -> PurchaseOrderQuerySet:
        """With `units` and `amount` (won at supply prices) of what will come, over the lines."""
        return self.annotate(units=Sum(COMING), amount=Sum(COMING * F("lines__supply_price")))

    def totals(self) -> dict[str, int]:
        """Return `units` and `amount` (won at supply prices) of what will come, over all of them."""
        sums = self.aggregate(units=Sum(COMING), amount=Sum(COMING * F("lines__supply_price")))
        return {name: value or 0 for name, value in sums.items()}


class CycleItemQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> CycleItemQuerySet:
        return self if is_operator(user) else self.filter(organization__in=institution_ids(user))


class RatingQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> RatingQuerySet:
        """What members say of a producer's own products; everything for operators."""
        return self if is_operator(user) else self.filter(line__producer__in=producer_ids(user))

    def of_order(self, order: Any) -> RatingQuerySet:
        return self.filter(line__order=order)

    def since(self, day: date) -> RatingQuerySet:
        """Ratings of what was delivered on the day or later."""
        return self.filter(line__order__delivery_date__gte=day)

    def since_a_year(self, today: date) -> RatingQuerySet:
        return self.since(today - timedelta(days=365))

    def sums(self) -> models.QuerySet[Any, tuple[int, int, int]]:
        """Return rows of product, sum of its stars, number of its ratings."""
        grouped = self.order_by().values("line__product").annotate(total=Sum("stars"), count=Count("pk"))
        return grouped.values_list("line__product", "total", "count")
