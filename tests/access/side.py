"""One side of the town: everybody and everything that belongs together, and the days on which it happens."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property

from bundles.models import Bundle, Closure, Edition, Product, Slot
from delivery.models import PlanRun, Proof, RoadRecord, Route, RoutePlan, Stop
from membership.models import Department, MembershipEvent, Organization, Seat, Site, SitePhoto, User
from orders.cutoff import seoul
from orders.models import (
    Application,
    CycleRun,
    DayLimit,
    Occurrence,
    Order,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Shortage,
    StandingOrder,
    StandingOrderChange,
    Zone,
)
from orders.private_address import token_of

from .. import factories as f

YESTERDAY, TODAY = f.DELIVERY_DATE, f.DELIVERY_DATE + timedelta(days=1)
NOW = seoul(TODAY, time(9, 0))
# A day on which everything is short and institutions are asked.
ASKED = date(2026, 12, 17)
SOON, LATER = date(2026, 12, 9), date(2026, 12, 15)
# A Wednesday on which nothing is ordered yet.
OPEN = date(2026, 12, 23)
NEXT_YEAR, NEXT_SPRING = date(2027, 1, 1), date(2027, 3, 2)
LATER_CUTOFF = seoul(date(2026, 12, 10), time(15, 0))


@dataclass
class Side:
    """Everybody and everything that belongs together; lists hold as many as the town was asked for.

    What is found in the database is remembered, since tests undo what they do.
    """

    name: str
    institution: Organization
    orderer: User
    approver: User
    viewer: User
    producer: Organization
    producer_user: User
    courier: User
    department: Department
    seat: Seat  # of a colleague
    sites: list[Site] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    standing_orders: list[StandingOrder] = field(default_factory=list)

    @property
    def site(self) -> Site:
        return self.sites[0]

    @property
    def product(self) -> Product:
        return self.products[0]

    @cached_property
    def site_photo(self) -> SitePhoto:
        return self.site.photos.get()

    @cached_property
    def standing_change(self) -> StandingOrderChange:
        return self.standing_order.changes.first()

    @cached_property
    def closure(self) -> Closure:
        return self.producer.closures.get()

    @property
    def bundle(self) -> Bundle:
        """The bundle of every order; its slots ask for each product of the producer."""
        return self.bundles[0]

    @property
    def standing_order(self) -> StandingOrder:
        return self.standing_orders[0]

    @cached_property
    def edition(self) -> Edition:
        return self.bundle.editions.get(delivery_date=SOON)

    @property
    def later(self) -> str:
        """A date on which the bundle is ordered without exclusions, and not composed."""
        return LATER.isoformat()

    @property
    def exclusions(self) -> int:
        return 0

    @cached_property
    def draft(self) -> Edition:
        """One that nobody has ordered from."""
        return self.bundle.editions.get(delivery_date=OPEN)

    @cached_property
    def slot(self) -> Slot:
        return self.bundle.slots.first()

    @cached_property
    def planned(self) -> Occurrence:
        return self.standing_order.occurrences.filter(status="planned").first()

    @cached_property
    def failed(self) -> Occurrence:
        return self.standing_order.occurrences.filter(status="failed").first()

    @cached_property
    def delivered(self) -> Order:
        return self.institution.orders.filter(status="delivered").first()

    @cached_property
    def placed(self) -> Order:
        return self.institution.orders.filter(status="placed").first()

    @cached_property
    def awaiting(self) -> Order:
        return self.institution.orders.filter(status="awaiting").first()

    @cached_property
    def awaiting_standing_order(self) -> StandingOrder:
        return self.institution.standing_orders.filter(status="awaiting").first()

    @cached_property
    def application(self) -> Application:
        """For a plan, above what its orderer decides alone."""
        return self.institution.applications.get(status="awaiting")

    @cached_property
    def wish(self) -> Application:
        """On the waiting list, for Wednesdays."""
        return self.institution.applications.get(status="waiting")

    @cached_property
    def offer(self) -> Application:
        """A place on the waiting list that can be accepted."""
        return self.institution.applications.get(status="offered")

    @cached_property
    def zone(self) -> Zone:
        """Of the hub, as is the limit of one date below it."""
        return Zone.objects.get()

    @cached_property
    def date_limit(self) -> DayLimit:
        return DayLimit.objects.get(on_date__isnull=False)

    @cached_property
    def change(self) -> MembershipEvent:
        """Of the membership, still to come."""
        return MembershipEvent.objects.get(membership__organization=self.institution)

    @cached_property
    def to_pack(self) -> Order:
        return self.institution.orders.filter(status="confirmed", delivery_date=SOON).first()

    @property
    def private_token(self) -> str:
        """Of the address of its delivery."""
        return token_of(self.to_pack)

    @cached_property
    def question(self) -> Shortage:
        """One about which the institution is asked."""
        return Shortage.objects.filter(
            order_line__order__organization=self.institution, status="asked"
        ).first()

    @property
    def asked_order(self) -> Order:
        return self.question.order_line.order

    @cached_property
    def line_to_pack(self) -> OrderLine:
        return self.to_pack.lines.first()

    @cached_property
    def purchase_order(self) -> PurchaseOrder:
        """One that waits for its answer."""
        return self.producer.purchase_orders.get(delivery_date=SOON)

    @cached_property
    def line(self) -> PurchaseOrderLine:
        return self.purchase_order.lines.first()

    @cached_property
    def route(self) -> Route:
        """Today's, not yet started."""
        return Route.objects.get(shift__courier=self.courier, plan__date=TODAY)

    @cached_property
    def stop(self) -> Stop:
        """Yesterday's, still to deliver."""
        return Stop.objects.filter(route__shift__courier=self.courier, route__status="started").get(
            status="pending", sequence=2
        )

    @property
    def proof(self) -> Proof:
        """Yesterday's, with its photo."""
        return Proof.objects.get(stop__order=self.delivered)

    @property
    def record(self) -> RoadRecord:
        """Of yesterday, in conflict with what the hub has."""
        return RoadRecord.objects.unsettled().get(courier=self.courier)

    @cached_property
    def draft_plan(self) -> RoutePlan:
        """Of the next delivery day, whose routes are published as well."""
        return RoutePlan.objects.drafts().get(date=SOON)

    @cached_property
    def plan_run(self) -> PlanRun:
        """One that no worker has begun."""
        return PlanRun.objects.alive().get()

    @cached_property
    def run(self) -> CycleRun:
        return CycleRun.objects.filter(items__organization=self.institution).first()
