"""A small town for tests: factories for the nouns, and helpers that go through the real actions.

The clock of the tests stands at `TUESDAY`; deliveries are for `DELIVERY_DATE` a week later, fixed at `CUTOFF`
and planned at `PLANNING_TIME`. Everything is located, open and in force unless a test says otherwise.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import factory
from django.db.models import Max
from factory.django import DjangoModelFactory

from bundles.models import Bundle, Capacity, Category, Edition, EditionItem, Product, Slot
from delivery.actions.driving import deliver_stop, start_route
from delivery.actions.planning import plan_day
from delivery.models import Depot, Route, RoutePlan, Shift, Stop, Vehicle
from membership.business_number import with_check_digit
from membership.models import (
    Certification,
    Membership,
    Organization,
    Plan,
    Seat,
    Site,
    SiteWindow,
    User,
)
from orders.actions.fix import fix_occurrence, fix_order
from orders.cutoff import seoul
from orders.models import CalendarDay, Occurrence, Order, PurchaseOrder, StandingOrder

PASSWORD = "secret-pass-1"
TUESDAY = seoul(date(2026, 11, 24), time(9, 0))
DELIVERY_DATE = date(2026, 12, 1)
CUTOFF = seoul(date(2026, 11, 26), time(15, 0))
PLANNING_TIME = seoul(date(2026, 11, 30), time(16, 0))
DELIVERY_MORNING = seoul(DELIVERY_DATE, time(9, 0))


# -- Membership -----------------------------------------------------------------------------------


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"사람{n}")
    name_en = factory.Sequence(lambda n: f"Person {n}")
    phone = "010-1234-5678"
    joined_at = TUESDAY
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, **kwargs)


class OrganizationFactory(DjangoModelFactory[Organization]):
    class Meta:
        model = Organization
        abstract = True

    representative = "김대표"
    address = "서울특별시 은평구 녹번동 1"
    phone = "02-123-4567"


class InstitutionFactory(OrganizationFactory):
    kind = Organization.Kind.INSTITUTION
    name = factory.Sequence(lambda n: f"기관{n}")
    name_en = factory.Sequence(lambda n: f"Institution {n}")
    business_number = factory.Sequence(lambda n: with_check_digit(f"10183{n + 1:04d}"))


class ProducerFactory(OrganizationFactory):
    kind = Organization.Kind.PRODUCER
    name = factory.Sequence(lambda n: f"생산자{n}")
    name_en = factory.Sequence(lambda n: f"Producer {n}")
    business_number = factory.Sequence(lambda n: with_check_digit(f"20281{n + 1:04d}"))


class HubFactory(OrganizationFactory):
    kind = Organization.Kind.HUB
    name = "꾸러미 허브"
    name_en = "Hub"
    business_number = factory.Sequence(lambda n: with_check_digit(f"30382{n + 1:04d}"))


def hub() -> Organization:
    """The one hub of the town."""
    return Organization.objects.filter(kind=Organization.Kind.HUB).first() or HubFactory()


class SeatFactory(DjangoModelFactory[Seat]):
    class Meta:
        model = Seat

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(InstitutionFactory)
    role = Seat.Role.ORDERER


def _seated(organization: Organization, role: str, **user: Any) -> User:
    return SeatFactory(organization=organization, role=role, user=UserFactory(**user)).user


def orderer(organization: Organization | None = None, **user: Any) -> User:
    return _seated(organization or InstitutionFactory(), Seat.Role.ORDERER, **user)


def approver(organization: Organization | None = None, **user: Any) -> User:
    return _seated(organization or InstitutionFactory(), Seat.Role.APPROVER, **user)


def viewer(organization: Organization | None = None, **user: Any) -> User:
    return _seated(organization or InstitutionFactory(), Seat.Role.VIEWER, **user)


def producer_user(organization: Organization | None = None, **user: Any) -> User:
    return _seated(organization or ProducerFactory(), Seat.Role.PRODUCER, **user)


def courier(**user: Any) -> User:
    return _seated(hub(), Seat.Role.COURIER, **user)


def operator(**user: Any) -> User:
    return _seated(hub(), Seat.Role.OPERATOR, **user)


class CertificationFactory(DjangoModelFactory[Certification]):
    class Meta:
        model = Certification

    organization = factory.SubFactory(ProducerFactory)
    kind = Certification.Kind.SOCIAL_ENTERPRISE
    number = factory.Sequence(lambda n: f"제2026-{n:03d}호")
    issuer = "고용노동부"
    valid_from = date(2026, 1, 1)
    valid_until = date(2028, 12, 31)


class SiteFactory(DjangoModelFactory[Site]):
    """A located site near City Hall, open on weekdays from nine to six (`windows=False`: it doesn't say)."""

    class Meta:
        model = Site
        skip_postgeneration_save = True

    organization = factory.SubFactory(InstitutionFactory)
    name = factory.Sequence(lambda n: f"본관{n}")
    name_en = factory.Sequence(lambda n: f"Main building {n}")
    district = "중구"
    address = factory.Sequence(lambda n: f"서울특별시 중구 세종대로 {n + 1}")
    address_detail = "3층 회의실"
    latitude = factory.Sequence(lambda n: 37.5663 + n % 7 * 0.004)
    longitude = factory.Sequence(lambda n: 126.9779 + n % 11 * 0.004)
    precision = Site.Precision.BUILDING
    contact_name = "이담당"
    contact_phone = "02-120-0000"
    entrance_note = "후문 하역장"

    @factory.post_generation
    def windows(self, create: bool, wanted: bool | None, **kwargs: Any) -> None:
        if wanted is not False:
            SiteWindow.objects.bulk_create(
                SiteWindow(site=self, weekday=weekday, opens=time(9), closes=time(18)) for weekday in range(5)
            )


class PlanFactory(DjangoModelFactory[Plan]):
    class Meta:
        model = Plan

    code = factory.Sequence(lambda n: f"plan-{n}")
    name = "맺음 10만원"
    monthly_fee = 100_000
    deliveries_per_month = 2


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    organization = factory.SubFactory(InstitutionFactory)
    plan = factory.SubFactory(PlanFactory)
    starts_on = date(2026, 1, 1)


# -- Bundles --------------------------------------------------------------------------------------


class CategoryFactory(DjangoModelFactory[Category]):
    class Meta:
        model = Category
        django_get_or_create = ("code",)

    code = "bread"
    name = factory.SelfAttribute("code")


class ProductFactory(DjangoModelFactory[Product]):
    """One serving for ₩2,000 (₩1,500 at supply price), taxable, 200 a day."""

    class Meta:
        model = Product

    producer = factory.SubFactory(ProducerFactory)
    category = factory.SubFactory(CategoryFactory)
    code = factory.Sequence(lambda n: f"product-{n}")
    name = factory.Sequence(lambda n: f"상품{n}")
    name_en = factory.Sequence(lambda n: f"Product {n}")
    unit = "1개"
    unit_en = "1 piece"
    list_price = 2000
    supply_price = 1500
    weight_g = 200
    volume_ml = 500
    lead_days = 1
    daily_capacity = 200


class CapacityFactory(DjangoModelFactory[Capacity]):
    class Meta:
        model = Capacity

    product = factory.SubFactory(ProductFactory)
    on_date = DELIVERY_DATE
    limit = 200


class BundleFactory(DjangoModelFactory[Bundle]):
    """A bundle for events and ten people without slots; `bundle_with` fills it."""

    class Meta:
        model = Bundle

    code = factory.Sequence(lambda n: f"bundle-{n}")
    name = factory.Sequence(lambda n: f"회의 꾸러미 {n}")
    name_en = factory.Sequence(lambda n: f"Meeting bundle {n}")
    kind = Bundle.Kind.EVENT
    base_headcount = 10
    price = 20_000


class SlotFactory(DjangoModelFactory[Slot]):
    class Meta:
        model = Slot

    bundle = factory.SubFactory(BundleFactory)
    position = factory.LazyAttribute(
        lambda slot: (slot.bundle.slots.aggregate(last=Max("position"))["last"] or 0) + 1
    )
    category = factory.SubFactory(CategoryFactory)
    servings_per_person = Decimal(1)


def bundle_with(*codes: str, **fields: Any) -> Bundle:
    """A bundle of one serving a person from each category, in which three producers offer a product each."""
    bundle = BundleFactory(**{"price": 20_000 * len(codes), **fields})
    for code in codes:
        category = CategoryFactory(code=code)
        for _ in range(3 - category.products.count()):
            ProductFactory(category=category)
        SlotFactory(bundle=bundle, category=category)
    return bundle


class EditionFactory(DjangoModelFactory[Edition]):
    """The bundle's edition; `products` fills its slots in order, by default the first of each category."""

    class Meta:
        model = Edition
        django_get_or_create = ("bundle", "delivery_date")
        skip_postgeneration_save = True

    bundle = factory.LazyFunction(lambda: bundle_with("bread"))
    delivery_date = DELIVERY_DATE
    composed_at = TUESDAY

    @factory.post_generation
    def products(self, create: bool, wanted: list[Product] | None, **kwargs: Any) -> None:
        if self.items.exists():
            return
        for place, slot in enumerate(self.bundle.slots.all()):
            product = wanted[place] if wanted else slot.category.products.order_by("pk").first()
            EditionItem.objects.create(edition=self, slot=slot, product=product)


# -- Orders ---------------------------------------------------------------------------------------


class CalendarDayFactory(DjangoModelFactory[CalendarDay]):
    class Meta:
        model = CalendarDay

    day = DELIVERY_DATE
    is_working = False
    name = "창립기념일"


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
    rule_date = DELIVERY_DATE
    delivery_date = factory.SelfAttribute("rule_date")
    cutoff_at = CUTOFF


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


def fixed_order(*, now: datetime = CUTOFF, occurrence: Occurrence | None = None, **fields: Any) -> Order:
    """An order that went through its cut-off: of an occurrence, or of an event order with these fields."""
    if occurrence:
        outcome = fix_occurrence(occurrence.pk, now=now)
    else:
        outcome = fix_order(OrderFactory(**fields).pk, now=now)
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


# -- Delivery -------------------------------------------------------------------------------------


class DepotFactory(DjangoModelFactory[Depot]):
    class Meta:
        model = Depot

    organization = factory.LazyFunction(hub)
    name = "녹번 허브"
    name_en = "Nokbeon hub"
    address = "서울특별시 은평구 통일로 684"
    latitude = 37.6086
    longitude = 126.9336


def depot() -> Depot:
    """The one depot of the town."""
    return Depot.objects.first() or DepotFactory()


class VehicleFactory(DjangoModelFactory[Vehicle]):
    class Meta:
        model = Vehicle

    depot = factory.LazyFunction(depot)
    name = "냉장탑차"
    name_en = "Refrigerated van"
    plate = factory.Sequence(lambda n: f"80가 {n:04d}")
    max_weight_kg = 1000
    max_volume_l = 5000
    is_chilled = True


class ShiftFactory(DjangoModelFactory[Shift]):
    class Meta:
        model = Shift

    courier = factory.LazyFunction(courier)
    vehicle = factory.SubFactory(VehicleFactory)
    date = DELIVERY_DATE
    starts = time(8)
    ends = time(18)


def published_plan(day: date = DELIVERY_DATE, *, now: datetime = PLANNING_TIME) -> RoutePlan:
    """The routes of every fixed order of the day, with a shift made if there is none."""
    if not Shift.objects.filter(date=day).exists():
        ShiftFactory(date=day)
    plan_day(depot(), day, now=now, seconds=0.1)
    plan: RoutePlan = RoutePlan.objects.published().get(depot=depot(), date=day)
    return plan


def started_route(order: Order, *, now: datetime = DELIVERY_MORNING) -> Route:
    """The route that brings the order, on its way; the day is planned if it isn't yet."""
    stop = Stop.objects.live().filter(order=order).first()
    route = stop.route if stop else published_plan(order.delivery_date).stops.get(order=order).route
    return start_route(route, actor=route.shift.courier, now=now)


def delivered_order(*, now: datetime = DELIVERY_MORNING, **fields: Any) -> Order:
    """An order that was handed over to 박수령."""
    order = fixed_order(**fields)
    stop = started_route(order, now=now).stops.get(order=order)
    deliver_stop(stop, receiver_name="박수령", note="", actor=stop.route.shift.courier, now=now)
    order.refresh_from_db()
    return order
