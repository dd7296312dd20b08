"""Take in what couriers' phones have kept: each record once, in whatever state the day is by then.

1. Photos are stored before the transaction, and thrown away if the record was here already.
2. The record is stored by the phone's key; another one with that key finds it and changes nothing.
3. It is carried out by the same actions as on the pages. What the state of things forbids is kept as it
   came, with the problem, for an operator to settle.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from membership.models import User
from orders.actions.inspect import Counted
from orders.actions.notify import notify, operators
from orders.exceptions import NotPossible
from orders.models import Notification

from ..models import FailedTry, RoadRecord, Route, RoutePlan, Stop
from .driving import Door, deliver_stop, fail_stop, retry_stop, start_route
from .loading import accept_route, arrive_at_stop, check_boxes

Kind = RoadRecord.Kind


@dataclass(frozen=True)
class Sent:
    """A record as a phone sent it; `data` are plain values, `photo` is a JPEG or empty."""

    key: str
    kind: str
    route: Route
    stop: Stop | None
    phone_at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    photo: bytes = b""


def take_record(sent: Sent, *, actor: User, now: datetime) -> RoadRecord:
    """Store and carry out a record of the courier's phone, once."""
    if found := _known(sent, actor):
        return found
    photo = keep_photo(sent.photo, sent.key, now)
    try:
        return _store(sent, photo, actor=actor, now=now)
    except IntegrityError:
        # The same record was on its way twice at once, and the other one was first.
        if photo:
            default_storage.delete(photo)
        if found := _known(sent, actor):
            return found
        raise


def keep_photo(jpeg: bytes | None, name: str, now: datetime) -> str:
    """Store a JPEG of a proof and return the name of its file; "" if there is none."""
    if not jpeg:
        return ""
    return default_storage.save(f"proofs/{now:%Y%m%d}-{name}.jpg", ContentFile(jpeg))


def _known(sent: Sent, actor: User) -> RoadRecord | None:
    return RoadRecord.objects.filter(key=sent.key, courier=actor).first()


@transaction.atomic
def _store(sent: Sent, photo: str, *, actor: User, now: datetime) -> RoadRecord:
    record = RoadRecord.objects.create(
        key=sent.key,
        courier=actor,
        route=sent.route,
        stop=sent.stop,
        kind=sent.kind,
        sent=sent.data,
        photo=photo,
        phone_at=sent.phone_at,
        received_at=now,
    )
    try:
        with transaction.atomic():
            _carry_out(record, _meant(record), actor=actor, now=now)
    except NotPossible as refusal:
        record.problem = refusal.reason
        record.save(update_fields=["problem"])
        order = record.stop.order if record.stop else None
        detail = f"{record.get_kind_display()}: {refusal.reason}"
        notify(operators(), Notification.Kind.ROAD_PROBLEM, now=now, order=order, detail=detail)
    return record


def _meant(record: RoadRecord) -> Stop | None:
    """Return the stop that is in force now: a newer plan may have given it to the same courier again."""
    stop = record.stop
    if stop is None or stop.plan.status == RoutePlan.Status.PUBLISHED:
        return stop
    live: Stop | None = Stop.objects.live().filter(order=stop.order_id).select_related("route__shift").first()
    if live is None or live.route.shift.courier_id != record.courier_id:
        raise NotPossible("moved_to_other_route")
    return live


@transaction.atomic
def settle_record(
    record: RoadRecord, *, decision: str, note: str = "", actor: User, now: datetime
) -> RoadRecord:
    """An operator settles a problem: by carrying the record out after all, or by setting it aside.

    It is carried out at the stop that is in force now, whoever drives it. Twice changes nothing. Raises
    NotPossible.
    """
    locked: RoadRecord = RoadRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
    if locked.settled_at is not None:
        return locked
    if not locked.problem:
        raise NotPossible("wrong_state")
    if decision == RoadRecord.Decision.TAKEN:
        stop = locked.stop and Stop.objects.live().filter(order=locked.stop.order_id).first()
        if locked.stop and stop is None:
            raise NotPossible("wrong_state")
        _carry_out(locked, stop, actor=actor, now=now)
    locked.settled_at, locked.settled_by = now, actor
    locked.decision, locked.settled_note = decision, note
    locked.save(update_fields=["settled_at", "settled_by", "decision", "settled_note"])
    return locked


def _carry_out(record: RoadRecord, stop: Stop | None, *, actor: User, now: datetime) -> None:
    if stop is None:
        if record.kind == Kind.ACCEPT:
            accept_route(record.route, now=now)
        else:
            start_route(record.route, actor=actor, now=now)
    elif record.kind == Kind.LOAD:
        check_boxes(stop, record.sent["boxes_missing"])
    elif record.kind == Kind.ARRIVE:
        arrive_at_stop(stop, now=now)
    elif Stop.objects.get(pk=stop.pk).status != Stop.Status.PENDING:
        # Not this record's doing: what was said first stands, and this is kept beside it.
        raise NotPossible("already_done")
    elif record.kind == Kind.DELIVER:
        _deliver(record, stop, actor=actor, now=now)
    else:
        _fail(record, stop, actor=actor, now=now)


def _deliver(record: RoadRecord, stop: Stop, *, actor: User, now: datetime) -> None:
    sent = record.sent
    deliver_stop(
        stop,
        receiver_name=sent["receiver_name"],
        neighbour=sent["neighbour"],
        note=sent["note"],
        counted=[Counted(line["line"], line["quantity"], line["reason"]) for line in sent["lines"]],
        signature=sent["signature"],
        photo=record.photo.name or "",
        door=_door(record),
        actor=actor,
        now=now,
    )


def _fail(record: RoadRecord, stop: Stop, *, actor: User, now: datetime) -> None:
    act = retry_stop if record.sent["next_step"] == FailedTry.NextStep.RETRY else fail_stop
    act(
        stop,
        reason=record.sent["reason"],
        note=record.sent["note"],
        door=_door(record),
        actor=actor,
        now=now,
    )


def _door(record: RoadRecord) -> Door:
    where = {name: record.sent.get(name) for name in ("latitude", "longitude", "accuracy_m")}
    return Door(phone_at=record.phone_at, **where)
