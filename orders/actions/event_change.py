"""What an orderer may still change about an event: how many people, when it begins, the note."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from bundles.edition_key import EditionKey
from bundles.models import Edition
from membership.models import User
from membership.permissions import is_operator

from ..cutoff import change_until
from ..event_times import delivery_for
from ..exceptions import NotPossible
from ..models import CalendarDay, Order, OrderEvent
from ..places import Places
from .advance import advance_order
from .authority import ask_approvers, why_order_waits
from .event_order import edition_in_time, require_cutoff, require_enough
from .places import require_places

# What is compared with what was: names of columns.
CHANGEABLE = ("headcount", "event_at", "note")


@dataclass(frozen=True)
class Wanted:
    """The event as it shall be."""

    headcount: int
    event_at: datetime
    note: str


def deadline_of(order: Order, actor: User) -> datetime:
    """Return until when the person may change the order: members earlier than the hub."""
    return order.cutoff_at if is_operator(actor) else change_until(order.cutoff_at)


def may_change(order: Order, *, actor: User, now: datetime) -> bool:
    """Whether the person may change the order now, as far as time and state go."""
    is_open = order.event_at is not None and order.status in Order.OPEN
    return is_open and now < deadline_of(order, actor)


def last_event(order: Order) -> int:
    """Return the key of the last thing that happened to the order: who changes it says what they saw."""
    return order.events.order_by("pk").values_list("pk", flat=True).last() or 0


def change_event_order(order: Order, wanted: Wanted, *, seen: int, actor: User, now: datetime) -> Order:
    """Change an event order that isn't fixed; day, window, cut-off and price follow. Twice changes nothing.

    `seen` is the `last_event` that the person looked at. What costs more than was decided waits for an
    approver again. On another day other products come, so its swaps end.

    Raises NotPossible: "changed_meanwhile", "past_change" or "past_cutoff", and as `place_event_order` does.
    """
    _require_open(order, actor, now)
    working_days = CalendarDay.objects.all().working_days()
    delivery = delivery_for(wanted.event_at, order.site, working_days)
    key = EditionKey(order.bundle_id, delivery.day, order.exclusions)
    edition = edition_in_time(key, wanted.headcount, working_days, now)
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).select_related("bundle").get(pk=order.pk)
        changes = _changes(locked, wanted)
        if not changes:
            return locked
        _require_open(locked, actor, now)
        if last_event(locked) != seen:
            raise NotPossible("changed_meanwhile")
        locked.cutoff_at = require_cutoff(edition, working_days, now)
        _require_room(locked, wanted, edition)
        if delivery.day != locked.delivery_date:
            places = Places(now=now)
            require_places(places.of_delivery(delivery.day, order.site.district), places, order=locked)
        was, price, year = locked.status, locked.gross, locked.delivery_date.year
        if locked.edition_key != key:
            locked.swaps.all().delete()
        locked.headcount, locked.event_at, locked.note = wanted.headcount, wanted.event_at, wanted.note
        locked.delivery_date, locked.window_opens, locked.window_closes = delivery
        locked.gross = locked.bundle.price_for(wanted.headcount)
        if locked.gross > price or year != delivery.day.year or was == Order.Status.AWAITING:
            _weigh_again(locked, held=price if was == Order.Status.PLACED else 0, year=year, actor=actor)
        locked.overrun = min(locked.overrun, locked.gross)
        locked.save()
        OrderEvent.objects.create(order=locked, was=was, to=was, actor=actor, at=now, changes=changes)
        to = Order.Status.AWAITING if locked.reason else Order.Status.PLACED
        if was != to:
            advance_order(locked, to, actor=actor, now=now, note=locked.reason)
        if to == Order.Status.AWAITING:
            ask_approvers(locked, now=now)
    return locked


def _require_open(order: Order, actor: User, now: datetime) -> None:
    if order.event_at is None or order.status not in Order.OPEN:
        raise NotPossible("wrong_state")
    if order.cutoff_at <= now:
        raise NotPossible("past_cutoff")
    if not may_change(order, actor=actor, now=now):
        raise NotPossible("past_change")


def _changes(order: Order, wanted: Wanted) -> dict[str, list[str]]:
    """Return what is changed, by column: what was, what is; moments in UTC."""
    found = {}
    for name in CHANGEABLE:
        was, to = getattr(order, name), getattr(wanted, name)
        if was != to:
            found[name] = [_plain(was), _plain(to)]
    return found


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _require_room(order: Order, wanted: Wanted, edition: Edition) -> None:
    """Raise NotPossible if too little is left; what the order itself has planned counts as left."""
    more = wanted.headcount - (order.headcount if edition.key == order.edition_key else 0)
    if more > 0:
        require_enough(edition, more, CalendarDay.objects.all().working_days())


def _weigh_again(order: Order, *, held: int, year: int, actor: User) -> None:
    """Find why the order waits at its new price, if it does; what it holds of the budget is its own."""
    order.overrun = 0
    order.reason = why_order_waits(
        order.gross,
        organization=order.organization,
        department=order.department,
        year=order.delivery_date.year,
        actor=actor,
        held=held if year == order.delivery_date.year else 0,
    )
