"""A town with two of everyone: an institution, a producer and a courier a side, strangers to each other.

It is the Wednesday after the delivery date of the factories. On each side one route is on its way since
yesterday and one waits for its start, orders stand in every state, and there is something left to answer, to
pack, to skip and to try again, so that every address has something to act on.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from bundles.actions.contents import snapshot
from bundles.models import Closure
from delivery.actions.driving import deliver_stop, start_route
from delivery.actions.road import keep_photo as keep_proof_photo
from delivery.models import Route, RoutePlan, Shift, Stop
from membership.actions.photo import keep_photo
from membership.actions.site_photo import add_site_photo
from membership.actions.subscribe import pause_membership
from membership.models import Organization, Seat, User
from membership.photos import square_jpeg, whole_jpeg, wide_jpeg
from orders.actions.changing import state_of
from orders.actions.fulfil import issue_statement
from orders.actions.shortage import report_shortage
from orders.cutoff import seoul
from orders.models import (
    Application,
    CycleItem,
    CycleRun,
    Order,
    StandingOrder,
)

from .. import factories as f
from ..pictures import png
from .side import (
    ASKED,
    LATER,
    LATER_CUTOFF,
    NEXT_SPRING,
    NEXT_YEAR,
    NOW,
    OPEN,
    SOON,
    TODAY,
    YESTERDAY,
    Side,
)


@dataclass
class Town:
    own: Side
    other: Side
    users: dict[str, User]


def build_town(size: int = 1) -> Town:
    """Build the town; `size` is how many there are of everything that pages list."""
    own, other = (_settle(name, size) for name in ("own", "other"))
    mixed = f.viewer(own.institution, name="양쪽사람")
    f.SeatFactory(user=mixed, organization=other.institution, role=Seat.Role.ORDERER)
    users = {
        "orderer": own.orderer,
        "approver": own.approver,
        "viewer": own.viewer,
        "producer": own.producer_user,
        "courier": own.courier,
        "other orderer": other.orderer,
        "other approver": other.approver,
        "other viewer": other.viewer,
        "other producer": other.producer_user,
        "other courier": other.courier,
        "mixed": mixed,
        "operator": f.operator(name="운영이"),
        "nobody": f.UserFactory(name="무소속"),
        "superuser": User.objects.create_superuser("root@example.com", f.PASSWORD, name="관리자"),
    }
    sides = (own, other)
    for side in sides:
        _order(side, size)
    days = sorted({order.delivery_date for order in Order.objects.filter(status="confirmed")})
    for day in days:
        _plan(day, sides)
    _plan(SOON, sides, version=2, status="draft", published_at=None)
    f.PlanRunFactory(date=TODAY, asked_by=users["operator"])
    for side in sides:
        _drive(side)
    for nth in range(size):
        _keep_a_run(sides)
        f.MembershipFactory(organization__name=f"먼구청{nth}")
    f.DayLimitFactory(weekday=None, on_date=NEXT_SPRING, deliveries=0, zone=f.ZoneFactory(districts=[]))
    return Town(own, other, users)


# -- Who is there ---------------------------------------------------------------------------------


def _settle(name: str, size: int) -> Side:
    """Names say which side someone is on: 푸른 is ours, 붉은 the other's."""
    colour, digit = {"own": ("푸른", 1), "other": ("붉은", 2)}[name]

    def person(role: str, called: str, nth: int) -> dict[str, Any]:
        return {
            "name": f"{colour}{called}",
            "email": f"{name}-{role}@example.com",
            "phone": f"010-{digit * 1111}-000{nth}",
        }

    institution = f.InstitutionFactory(name=f"{colour}구청", name_en="")
    producer = f.ProducerFactory(name=f"{colour}제과", name_en="", phone=f"02-{digit}00-7777")
    side = Side(
        name=name,
        institution=institution,
        orderer=f.orderer(institution, **person("orderer", "주문이", 1)),
        approver=f.approver(institution, **person("approver", "결재이", 2)),
        viewer=f.viewer(institution, **person("viewer", "열람이", 3)),
        producer=producer,
        producer_user=f.producer_user(producer, **person("producer", "제빵이", 4)),
        courier=f.courier(**person("courier", "기사님", 5)),
        seat=f.SeatFactory(
            organization=institution,
            role=Seat.Role.VIEWER,
            user=f.UserFactory(**person("colleague", "동료님", 6)),
        ),
        department=f.DepartmentFactory(
            organization=institution, code=f"{name}-0", name=f"{colour}총무과0", name_en=""
        ),
    )
    for nth in range(size):
        if nth:
            f.DepartmentFactory(
                organization=institution, code=f"{name}-{nth}", name=f"{colour}총무과{nth}", name_en=""
            )
        f.CertificationFactory(organization=producer, number=f"{name}-{nth}")
        _settle_site(side, colour, digit, nth)
        _offer(side, colour, digit, nth)
    keep_photo(producer, wide_jpeg(png()), stem=f"producer-{producer.pk}", now=NOW)
    Closure.objects.create(producer=producer, first_day=LATER, last_day=LATER, note=f"{colour}휴무")
    # Whatever runs short has a stand-in that somebody else makes.
    for product in side.products:
        f.ProductFactory(category=product.category, producer=_third_producer(), list_price=3000)
    for product in side.products:
        f.SlotFactory(bundle=side.bundle, category=product.category)
    return side


def _third_producer() -> Organization:
    third = Organization.objects.filter(name="이웃제과").first()
    if third is None:
        third = f.ProducerFactory(name="이웃제과", name_en="")
        f.CertificationFactory(organization=third)
    return third


def _settle_site(side: Side, colour: str, digit: int, nth: int) -> None:
    side.sites.append(
        f.SiteFactory(
            organization=side.institution,
            name=f"{colour}별관{nth}",
            name_en="",
            address=f"서울특별시 중구 {colour}로 {nth + 1}",
            address_detail=f"{colour}회의실",
            contact_name=f"{colour}담당",
            contact_phone=f"02-{digit}00-000{nth}",
            entrance_note=f"{colour}후문",
        )
    )
    add_site_photo(side.sites[nth], whole_jpeg(png()), caption=f"{colour}문", actor=side.orderer, now=NOW)


def _offer(side: Side, colour: str, digit: int, nth: int) -> None:
    """A product in a category of its own, and a bundle without slots."""
    side.products.append(
        f.ProductFactory(
            producer=side.producer,
            category=f.CategoryFactory(code=f"{side.name}-{nth}"),
            code=f"{side.name}-product-{nth}",
            name=f"{colour}빵{nth}",
            name_en="",
            supply_price=1111 * digit,
            list_price=3000,
        )
    )
    keep_photo(side.products[nth], square_jpeg(png()), stem=side.products[nth].code, now=NOW)
    side.bundles.append(
        f.BundleFactory(code=f"{side.name}-bundle-{nth}", name=f"{colour}꾸러미{nth}", name_en="")
    )
    keep_photo(side.bundles[nth], wide_jpeg(png()), stem=side.bundles[nth].code, now=NOW)


# -- What they order ------------------------------------------------------------------------------


def _order(side: Side, size: int) -> None:
    for day in (YESTERDAY, TODAY, *(SOON + timedelta(days=nth) for nth in range(size))):
        f.EditionFactory(bundle=side.bundle, delivery_date=day, products=side.products)
        # Yesterday one more: the first is handed over, the others are still on the van.
        for _ in range(size + 1 if day == YESTERDAY else size):
            f.fixed_order(**ordered(side, day))
    draft = f.EditionFactory(bundle=side.bundle, delivery_date=OPEN, products=side.products)
    draft.before = snapshot(draft)
    draft.save()
    for bundle in side.bundles[1:]:
        f.SlotFactory(bundle=bundle, category=side.products[0].category)
        f.EditionFactory(bundle=bundle, delivery_date=SOON, products=side.products[:1])
    for nth in range(size):
        f.OrderFactory(
            **ordered(side, LATER),
            cutoff_at=LATER_CUTOFF,
            event_at=seoul(LATER, time(14)),
            window_opens=time(10, 30),
            window_closes=time(13, 30),
        )
        f.OrderFactory(**ordered(side, LATER), cutoff_at=LATER_CUTOFF, status="awaiting", reason="over_limit")
        side.standing_orders.append(_stand(side, nth, size))
        _stand_and_wait(side, nth)
    _subscribe(side)
    _wait(side)
    for line in side.producer.purchase_orders.get(delivery_date=TODAY).lines.all():
        report_shortage(line, line.ordered - 1, actor=side.producer_user, now=f.CUTOFF)
    _ask(side, size)


def _ask(side: Side, size: int) -> None:
    """Everything is short of orders whose institution wants to be asked."""
    f.EditionFactory(bundle=side.bundle, delivery_date=ASKED, products=side.products)
    for _ in range(size):
        f.fixed_order(**ordered(side, ASKED))
    wishes = Organization.objects.filter(pk=side.institution.pk)
    wishes.update(on_shortage=Organization.OnShortage.ASK_CREDIT)
    for line in side.producer.purchase_orders.get(delivery_date=ASKED).lines.all():
        report_shortage(line, 0, actor=side.producer_user, now=NOW)
    wishes.update(on_shortage=Organization.OnShortage.SUBSTITUTE)


def ordered(side: Side, day: date) -> dict[str, Any]:
    """Return the fields of an order of the side's usual bundle."""
    return {
        "organization": side.institution,
        "site": side.site,
        "bundle": side.bundle,
        "delivery_date": day,
        "placed_by": side.orderer,
        "department": side.department,
        "note": f"{side.site.name} 앞",
    }


def _stand(side: Side, nth: int, size: int) -> StandingOrder:
    standing = f.StandingOrderFactory(
        organization=side.institution, site=side.site, bundle=side.bundle, headcount=10 + nth
    )
    for week in range(size):
        planned = {"standing_order": standing, "cutoff_at": LATER_CUTOFF}
        f.OccurrenceFactory(rule_date=LATER + timedelta(weeks=2 * week), **planned)
        f.OccurrenceFactory(
            rule_date=LATER + timedelta(weeks=2 * week + 1),
            status="failed",
            reason="capacity_short",
            **planned,
        )
    was = state_of(standing)
    standing.pauses.create(first_on=date(2027, 6, 1), last_on=date(2027, 6, 30))
    became = state_of(standing)
    standing.changes.create(kind="pause", was=was, became=became, actor=side.orderer, at=NOW)
    return standing


def _stand_and_wait(side: Side, nth: int) -> None:
    """One more standing order, which an approver has to agree to."""
    standing = f.StandingOrderFactory(
        organization=side.institution,
        site=side.site,
        bundle=side.bundle,
        headcount=50 + nth,
        department=side.department,
        status="awaiting",
        created_by=side.orderer,
    )
    standing.events.create(was="", to="awaiting", at=NOW, actor=side.orderer)
    f.OccurrenceFactory(standing_order=standing, rule_date=LATER, cutoff_at=LATER_CUTOFF)


def _subscribe(side: Side) -> None:
    """A membership that is paused, will pause again, and for which another plan is asked."""
    membership = f.MembershipFactory(organization=side.institution)
    membership.pauses.create(starts_on=TODAY, ends_on=OPEN)
    pause_membership(membership, starts_on=NEXT_SPRING, ends_on=NEXT_SPRING, actor=side.orderer, now=NOW)
    Application.objects.create(
        organization=side.institution,
        site=side.site,
        bundle=f.bundle_with("bread", kind="plan", plan=f.PlanFactory()),
        department=side.department,
        headcount=10,
        kind="plan",
        status="awaiting",
        reason="over_limit",
        rrule="FREQ=MONTHLY;BYDAY=1TU",
        starts_on=NEXT_YEAR,
        asked_by=side.orderer,
        asked_at=NOW,
    )


def _wait(side: Side) -> None:
    """A standing order on the waiting list, and one for which a place is held."""
    for status, nth in (("waiting", 0), ("offered", 1)):
        f.ApplicationFactory(
            organization=side.institution,
            site=side.site,
            bundle=side.bundle,
            department=side.department,
            headcount=70 + nth,
            rrule="FREQ=WEEKLY;BYDAY=WE",
            starts_on=NEXT_SPRING,
            status=status,
            offered_until=LATER_CUTOFF if nth else None,
            asked_by=side.orderer,
            asked_at=NOW,
        )


# -- How it arrives -------------------------------------------------------------------------------


def _plan(day: date, sides: tuple[Side, Side], **fields: Any) -> None:
    """Each side's orders go on its own courier's route, which no planner would promise."""
    plan = RoutePlan.objects.create(
        **{"version": 1, "published_at": NOW} | fields,
        depot=f.depot(),
        date=day,
        fingerprint=str(day),
        distance_m=9000,
        seconds=0.1,
    )
    for side in sides:
        shift = Shift.objects.filter(courier=side.courier, date=day).first() or f.ShiftFactory(
            courier=side.courier, date=day, vehicle=f.VehicleFactory()
        )
        departs = seoul(day, time(9, 0))
        route = Route.objects.create(
            plan=plan,
            shift=shift,
            departs_at=departs,
            returns_at=departs + timedelta(hours=3),
            distance_m=4500,
            weight_g=1000,
            volume_ml=1000,
        )
        orders = side.institution.orders.filter(delivery_date=day, status="confirmed").order_by("pk")
        for sequence, order in enumerate(orders, start=1):
            eta = departs + timedelta(minutes=20 * sequence)
            Stop.objects.create(
                plan=plan,
                route=route,
                sequence=sequence,
                order=order,
                eta=eta,
                leaves_at=eta + timedelta(minutes=5),
            )


def _drive(side: Side) -> None:
    """Start yesterday's route and hand over at its first stop."""
    morning = f.DELIVERY_MORNING
    route = Route.objects.get(shift__courier=side.courier, plan__date=YESTERDAY)
    start_route(route, actor=side.courier, now=morning)
    stop = route.stops.get(sequence=1)
    deliver_stop(
        stop,
        receiver_name=f"{side.site.contact_name}자",
        note="",
        photo=keep_proof_photo(whole_jpeg(png()), f"stop-{stop.pk}", morning),
        actor=side.courier,
        now=morning,
    )
    f.road_record(stop, "deliver", side.courier, photo=whole_jpeg(png()), now=morning)
    issue_statement(stop.order_id, now=morning)
    for line in stop.order.lines.all():
        f.RatingFactory(line=line, comment=f"{line.product_name} 좋아요", rated_by=side.orderer)


def _keep_a_run(sides: tuple[Side, Side]) -> None:
    run = CycleRun.objects.create(step=CycleRun.Step.FIX, started_at=f.CUTOFF, done=len(sides))
    for side in sides:
        for order in side.institution.orders.filter(delivery_date=TODAY):
            CycleItem.objects.create(
                run=run,
                subject=order.number,
                subject_id=order.pk,
                organization=side.institution,
                delivery_date=TODAY,
                outcome=CycleItem.Outcome.DONE,
                at=f.CUTOFF,
            )
