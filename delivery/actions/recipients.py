"""Tell recipients when to expect what is brought: the day before, when the van leaves, and if that changes.

What is due is found from promises and stops: a sweep that is lost or comes twice tells nobody twice.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.db.models import Prefetch
from django.utils import timezone

from membership.models import User
from orders.actions.ledger import Outcome
from orders.actions.notify import notify, people_of
from orders.cutoff import SEOUL, last_call_at
from orders.models import CalendarDay, Order

from ..arrival import Told, Window, Word, live_window, planned_window, word_due
from ..day import instant, windows_of
from ..models import Promise, Route, RoutePlan, Stop
from ..progress import Coming, arrival_rules, coming_stops

Due = tuple[Coming, Word]


def routes_to_tell(*, now: datetime) -> list[int]:
    """Return the keys of the routes of which some recipient is to be told something."""
    today = timezone.localdate(now)
    working_days = CalendarDay.objects.all().working_days()
    plans = RoutePlan.objects.published().filter(date__gte=today)
    # However early a plan is published, recipients are told when the usual time of planning has come.
    days = [
        day for day in set(plans.values_list("date", flat=True)) if last_call_at(day, working_days) <= now
    ]
    routes = Route.objects.filter(plan__in=plans.filter(date__in=days)).exclude(status=Route.Status.FINISHED)
    stops = Stop.objects.select_related("order__promise", "proof").order_by("sequence")
    found = routes.prefetch_related(Prefetch("stops", stops)).order_by("plan__date", "pk")
    return [route.pk for route in found if any(_due(route, route.stops.all(), now))]


def tell_route(pk: int, *, now: datetime) -> Outcome | None:
    """Tell the recipients of a route what is due; None if there is nothing (any more).

    Must run inside a transaction: the route's lock keeps it from being driven, replaced or told meanwhile.
    """
    locked = Route.objects.select_for_update(of=("self",)).select_related("plan__depot", "shift__courier")
    route: Route = locked.get(pk=pk)
    if route.plan.status != RoutePlan.Status.PUBLISHED:
        return None
    stops = route.stops.select_related("order__promise", "order__occurrence__standing_order", "proof")
    due = list(_due(route, list(stops.order_by("sequence")), now))
    if not due:
        return None
    orders = [coming.stop.order for coming, _word in due]
    readers = _readers(orders)
    windows = windows_of(orders, route.plan.date)
    for coming, word in due:
        order = coming.stop.order
        receiving = [Window(*(instant(route.plan.date, s) for s in pair)) for pair in windows[order.pk]]
        window = _window(route, coming, receiving)
        detail = _words(window)
        if word == Word.MOVED:
            detail += " " + _words(_told(order).window)  # type: ignore[union-attr]  # only what was told moves
        notify(readers[order.pk], word, now=now, order=order, detail=detail)
        _keep(route, coming.stop, window, now)
    subject = f"{route.plan.depot.name} {route.plan.date} · {route.shift.courier}"
    return Outcome("done", subject, route.pk, delivery_date=route.plan.date, detail=f"{len(due)} told")


def promise_again(route: Route, stop: Stop, *, now: datetime) -> str:
    """Keep the window in which a stop is tried again, and return it in words for who is told of the try."""
    stops = list(route.stops.select_related("proof").order_by("sequence"))
    coming = next(each for each in coming_stops(route, stops, now) if each.stop.pk == stop.pk)
    window = _window(route, coming, ())
    _keep(route, stop, window, now)
    return f"{_clock(window.opens)}–{_clock(window.closes)}"


def _due(route: Route, stops: Collection[Stop], now: datetime) -> Iterator[Due]:
    """Yield what is to be told; the stops were read with proofs and with the promises of their orders."""
    for coming in coming_stops(route, list(stops), now):
        word = word_due(
            _told(coming.stop.order),
            planned=coming.stop.eta,
            expected=coming.expected,
            has_left=route.status == Route.Status.STARTED,
            now=now,
            rules=arrival_rules(),
        )
        if word:
            yield coming, word


def _told(order: Order) -> Told | None:
    promise: Promise | None = getattr(order, "promise", None)
    if promise is None:
        return None
    window = Window(promise.opens_at, promise.closes_at)
    return Told(window, promise.eta, promise.told_at, promise.told_of_start_at is not None)


def _window(route: Route, coming: Coming, receiving: Collection[Window]) -> Window:
    margin = arrival_rules().margin
    if route.status == Route.Status.STARTED:
        return live_window(coming.expected, coming.before, margin)
    return planned_window(coming.stop.eta, margin, list(receiving))


def _keep(route: Route, stop: Stop, window: Window, now: datetime) -> None:
    has_left = route.status == Route.Status.STARTED
    told = {"eta": stop.eta, "opens_at": window.opens, "closes_at": window.closes, "told_at": now}
    promise, _is_new = Promise.objects.update_or_create(order=stop.order, defaults=told)
    if has_left and promise.told_of_start_at is None:
        Promise.objects.filter(pk=promise.pk).update(told_of_start_at=now)


def _words(window: Window) -> str:
    day = window.opens.astimezone(SEOUL).date()
    return f"{day} {_clock(window.opens)} {_clock(window.closes)}"


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SEOUL):%H:%M}"


def _readers(orders: Iterable[Order]) -> dict[int, list[User]]:
    """Return by order who ordered it, or everybody who orders there if that person no longer does."""
    orders = list(orders)
    people = people_of({order.organization_id for order in orders}, "orderer", "approver")
    readers = {}
    for order in orders:
        own = people[order.organization_id]
        by = order.placed_by_id or (order.occurrence and order.occurrence.standing_order.created_by_id)
        readers[order.pk] = [user for user in own if user.pk == by] or own
    return readers
