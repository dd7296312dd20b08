"""Standing orders, orders, and how they get past their cut-off."""

from datetime import date, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from membership.models import Organization
from orders.actions.fix import fix_occurrences, fix_orders
from orders.actions.ledger import Outcome
from orders.models import (
    Application,
    Budget,
    CalendarDay,
    DayLimit,
    Occurrence,
    Order,
    PurchaseOrder,
    Rating,
    StandingOrder,
    Zone,
    ZoneDistrict,
)

from .bundles import BundleFactory, EditionFactory, ProductFactory, SlotFactory, bundle_with
from .membership import DepartmentFactory, InstitutionFactory, SiteFactory, orderer
from .times import CUTOFF, DELIVERY_DATE, DELIVERY_MORNING, TUESDAY


class CalendarDayFactory(DjangoModelFactory[CalendarDay]):
    class Meta:
        model = CalendarDay

    day = DELIVERY_DATE
    is_working = False
    name = "창립기념일"


class ZoneFactory(DjangoModelFactory[Zone]):
    """A zone of the district in which sites stand; `districts` names others."""

    class Meta:
        model = Zone
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"권역{n}")
    name_en = factory.Sequence(lambda n: f"Zone {n}")

    @factory.post_generation
    def districts(self, create: bool, wanted: list[str] | None, **kwargs: Any) -> None:
        for district in ["중구"] if wanted is None else wanted:
            ZoneDistrict.objects.create(zone=self, district=district)


class DayLimitFactory(DjangoModelFactory[DayLimit]):
    """One delivery on Tuesdays, of the whole hub."""

    class Meta:
        model = DayLimit

    weekday = 1
    deliveries = 1


class StandingOrderFactory(DjangoModelFactory[StandingOrder]):
    """Every Tuesday for ten people, from `DELIVERY_DATE` on; its occurrences come with `preview`."""

    class Meta:
        model = StandingOrder

    organization = factory.SubFactory(InstitutionFactory)
    site = factory.SubFactory(SiteFactory, organization=factory.SelfAttribute("..organization"))
    bundle = factory.LazyFunction(lambda: bundle_with("bread"))
    headcount = 10
    rrule = "FREQ=WEEKLY;BYDAY=TU"
    starts_on = DELIVERY_DATE
    created_at = TUESDAY


class OccurrenceFactory(DjangoModelFactory[Occurrence]):
    class Meta:
        model = Occurrence

    standing_order = factory.SubFactory(StandingOrderFactory)
    site = factory.SelfAttribute("standing_order.site")
    bundle = factory.SelfAttribute("standing_order.bundle")
    department = factory.SelfAttribute("standing_order.department")
    headcount = factory.SelfAttribute("standing_order.headcount")
    exclusions = factory.SelfAttribute("standing_order.exclusions")
    window_opens = factory.SelfAttribute("standing_order.window_opens")
    window_closes = factory.SelfAttribute("standing_order.window_closes")
    rule_date = DELIVERY_DATE
    delivery_date = factory.SelfAttribute("rule_date")
    cutoff_at = CUTOFF


class BudgetFactory(DjangoModelFactory[Budget]):
    """A million won for the year of `DELIVERY_DATE`."""

    class Meta:
        model = Budget

    department = factory.SubFactory(DepartmentFactory)
    year = DELIVERY_DATE.year
    amount = 1_000_000


class ApplicationFactory(DjangoModelFactory[Application]):
    """A wish for Tuesdays, on the waiting list."""

    class Meta:
        model = Application

    organization = factory.SubFactory(InstitutionFactory)
    site = factory.SubFactory(SiteFactory, organization=factory.SelfAttribute("..organization"))
    bundle = factory.LazyFunction(lambda: bundle_with("bread"))
    headcount = 10
    kind = Application.Kind.STANDING
    status = Application.Status.WAITING
    reason = "day_full"
    rrule = "FREQ=WEEKLY;BYDAY=TU"
    starts_on = DELIVERY_DATE
    asked_by = factory.LazyAttribute(lambda application: orderer(application.organization))
    asked_at = TUESDAY


class OrderFactory(DjangoModelFactory[Order]):
    """A placed order for one event; for one that is fixed, packed or brought see the helpers below."""

    class Meta:
        model = Order

    organization = factory.SubFactory(InstitutionFactory)
    site = factory.SubFactory(SiteFactory, organization=factory.SelfAttribute("..organization"))
    bundle = factory.LazyFunction(lambda: bundle_with("bread"))
    number = factory.Sequence(lambda n: f"261201-T{n:05d}")
    headcount = 10
    delivery_date = DELIVERY_DATE
    cutoff_at = CUTOFF
    placed_at = TUESDAY
    bundle_name = factory.SelfAttribute("bundle.name")
    bundle_name_en = factory.SelfAttribute("bundle.name_en")
    organization_name = factory.SelfAttribute("organization.name")
    business_number = factory.SelfAttribute("organization.business_number")
    site_name = factory.SelfAttribute("site.name")
    address = factory.SelfAttribute("site.address")
    latitude = factory.SelfAttribute("site.latitude")
    longitude = factory.SelfAttribute("site.longitude")
    gross = factory.LazyAttribute(lambda order: order.bundle.price_for(order.headcount))


def fix(row: Occurrence | Order, *, now: datetime = CUTOFF) -> Outcome | None:
    """What its cut-off makes of one date or order, not in the ledger; None if it isn't due."""
    outcomes: list[Outcome] = []
    fix_rows = fix_orders if isinstance(row, Order) else fix_occurrences
    fix_rows([row.pk], outcomes.extend, now=now)
    return outcomes[0] if outcomes else None


def fixed_order(*, now: datetime = CUTOFF, occurrence: Occurrence | None = None, **fields: Any) -> Order:
    """An order that went through its cut-off: of an occurrence, or of an event order with these fields."""
    outcome = fix(occurrence or OrderFactory(**fields), now=now)
    assert outcome
    assert (outcome.outcome, outcome.reason) == ("done", "")
    order: Order = Order.objects.get(pk=outcome.subject_id)
    return order


def issued_purchase_order(
    producer: Organization | None = None, *, day: date = DELIVERY_DATE, **order: Any
) -> PurchaseOrder:
    """The purchase order that follows from one order for which `producer` makes everything."""
    product = ProductFactory(**({"producer": producer} if producer else {}))
    bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
    EditionFactory(bundle=bundle, delivery_date=day, products=[product])
    fixed_order(bundle=bundle, delivery_date=day, **order)
    issued: PurchaseOrder = PurchaseOrder.objects.get(producer=product.producer, delivery_date=day)
    return issued


def brought_order(**fields: Any) -> Order:
    """An order that went all the way, as far as its own row is concerned."""
    order = fixed_order(**fields)
    Order.objects.filter(pk=order.pk).update(status=Order.Status.DELIVERED)
    order.refresh_from_db()
    return order


class RatingFactory(DjangoModelFactory[Rating]):
    """Four stars for the first line of a delivered order, by somebody of its institution."""

    class Meta:
        model = Rating

    line = factory.LazyFunction(lambda: brought_order().lines.first())
    stars = 4
    rated_by = factory.LazyAttribute(lambda rating: orderer(rating.line.order.organization))
    rated_at = DELIVERY_MORNING
