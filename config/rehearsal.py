"""Play the days before today in the demo town, through the same actions as real days.

On each working day: preview in the morning, producers answer, goods come in and are packed, couriers drive,
orders are fixed at the cut-off, routes are planned in the afternoon. What happens is decided by counting,
never by chance.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from delivery.actions.driving import deliver_stop, fail_stop, start_route
from delivery.cycle import plan_due_routes
from delivery.models import Route, Stop
from membership.models import Seat, User
from orders import cycle
from orders.actions.pack import pack_order
from orders.actions.purchase import accept_purchase_order
from orders.actions.rate import rate_order
from orders.actions.receive import receive_purchase_order
from orders.actions.shortage import report_shortage
from orders.cutoff import seoul
from orders.models import CalendarDay, Notification, Order, OrderLine, PurchaseOrder

# One purchase order of so many brings a unit less; nobody answers one; one stop finds closed doors.
SHORT_OF = 23
SILENT_OF = 31
CLOSED_OF = 37
# Of so many deliveries one is left unrated, one product is liked less, and one line disappoints.
UNRATED_OF = 3
PLAIN_OF = 9
POOR_OF = 41
# What members say by stars, of some lines.
SAID_OF = 4
SAID = {
    2: [
        "한쪽이 눌려서 왔어요. 포장을 조금 더 단단히 해 주시면 좋겠습니다.",
        "양이 사람 수에 비해 모자랐습니다.",
    ],
    3: ["무난했습니다.", "맛은 괜찮은데 조금 달았어요."],
    4: [
        "모두 맛있게 먹었습니다. 감사합니다.",
        "낱개 포장이라 나누기 편했어요.",
        "다음에도 또 만나고 싶습니다.",
    ],
    5: [
        "회의 끝나고 어디 제품이냐고 다들 물어봤어요.",
        "정성이 느껴졌습니다.",
        "신선하고 향이 정말 좋았습니다.",
    ],
}


def play(first_day: date, now: datetime) -> None:
    """Play from the morning of `first_day` up to `now`."""
    working_days = CalendarDay.objects.all().working_days()
    day = first_day
    while seoul(day, time()) <= now:
        if working_days.is_working(day):
            for at, scene in _scenes(day):
                if at <= now:
                    scene(at)
        day += timedelta(days=1)
    # Mail about the past would only confuse whoever reads it now.
    Notification.objects.filter(sent_at=None).update(sent_at=now)


def _scenes(day: date) -> Iterator[tuple[datetime, Callable[[datetime], object]]]:
    yield seoul(day, time(6)), lambda at: cycle.preview(now=at)
    yield seoul(day, time(7)), lambda at: _receive_and_pack(day, at)
    yield seoul(day, time(8)), lambda at: _start_routes(day, at)
    yield seoul(day, time(9)), lambda at: cycle.ask_for_approval(now=at)
    yield seoul(day, time(9)), lambda at: cycle.ask_about_holidays(now=at)
    yield seoul(day, time(10)), _answer_purchase_orders
    yield seoul(day, time(11)), lambda at: _rate(day, at)
    for hour in range(9, 15):
        yield seoul(day, time(hour, 59)), lambda at: _drive(day, at)
    yield seoul(day, time(15)), lambda at: _cut_off(at)
    yield seoul(day, time(16)), lambda at: plan_due_routes(now=at)
    for hour in range(16, 18):
        yield seoul(day, time(hour, 59)), lambda at: _drive(day, at)
    yield seoul(day, time(18)), lambda at: cycle.issue_statements(now=at)


def _cut_off(at: datetime) -> None:
    cycle.close_deadlines(now=at)
    cycle.settle_questions(now=at)
    cycle.fix_due(now=at)


def _answer_purchase_orders(at: datetime) -> None:
    for purchase_order in PurchaseOrder.objects.filter(status="issued").order_by("pk"):
        if purchase_order.pk % SILENT_OF == 0:
            continue
        actor = _producer_of(purchase_order)
        if purchase_order.pk % SHORT_OF == 0:
            line = purchase_order.lines.order_by("-ordered", "pk")[0]
            report_shortage(line, line.ordered - 1, actor=actor, now=at)
        accept_purchase_order(purchase_order, actor=actor, now=at)


def _producer_of(purchase_order: PurchaseOrder) -> User:
    return Seat.objects.filter(organization=purchase_order.producer, role="producer").order_by("pk")[0].user


def _operator() -> User:
    return Seat.objects.filter(role="operator").order_by("pk")[0].user


def _receive_and_pack(day: date, at: datetime) -> None:
    for purchase_order in PurchaseOrder.objects.on(day).exclude(status__in=["received", "cancelled"]):
        receive_purchase_order(purchase_order, actor=_operator(), now=at)
    for order in Order.objects.on(day).filter(status="confirmed"):
        pack_order(order, actor=_operator(), now=at)


def _start_routes(day: date, at: datetime) -> None:
    routes = Route.objects.filter(plan__date=day, plan__status="published").select_related("shift__courier")
    for route in routes.filter(status="planned"):
        start_route(route, actor=route.shift.courier, now=at)


def _drive(day: date, at: datetime) -> None:
    """Hand over what should have arrived by now, each at its own time."""
    stops = Stop.objects.live().filter(plan__date=day, status="pending", leaves_at__lte=at)
    for stop in stops.select_related("route__shift__courier", "order").order_by("leaves_at", "pk"):
        courier = stop.route.shift.courier
        if stop.order_id % CLOSED_OF == 0:
            fail_stop(stop, reason=Stop.FailureReason.CLOSED, note="", actor=courier, now=stop.leaves_at)
        else:
            receiver = stop.order.contact_name or stop.order.site_name
            deliver_stop(stop, receiver_name=receiver, note="", actor=courier, now=stop.leaves_at)


def _rate(day: date, at: datetime) -> None:
    """Give stars to what came on the days before."""
    orders = Order.objects.filter(status="delivered", delivery_date__lt=day)
    for order in orders.exclude(lines__rating__isnull=False).order_by("pk"):
        if order.pk % UNRATED_OF:
            stars = {line: _stars(line) for line in order.lines.all() if line.coming}
            given = {line.pk: (number, _said(line, number)) for line, number in stars.items()}
            rate_order(order, given, actor=_orderer_of(order), now=at)


def _stars(line: OrderLine) -> int:
    if line.pk % POOR_OF == 0:
        return 2
    return (3 if line.product_id % PLAIN_OF == 0 else 4) + line.pk % 2


def _said(line: OrderLine, stars: int) -> str:
    return SAID[stars][line.pk % len(SAID[stars])] if line.pk % SAID_OF == 0 or stars == 2 else ""


def _orderer_of(order: Order) -> User:
    return Seat.objects.filter(organization=order.organization, role="orderer").order_by("pk")[0].user
