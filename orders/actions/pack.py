"""An order is packed line by line; two packers at one order don't lose each other's ticks."""

from datetime import datetime

from django.db import transaction

from bundles.models import Product
from membership.models import User

from ..exceptions import NotPossible
from ..models import Order, OrderLine, PackedLine, Shortage
from .advance import advance_order

Status = Order.Status


@transaction.atomic
def pack_line(line: OrderLine, *, actor: User, now: datetime) -> Order:
    """The line's goods lie in the order's boxes; with the last line the order is packed.

    Twice changes nothing. Raises NotPossible: "chilled_last" for goods that leave the cold last, while
    others are left; "wrong_state" if the order isn't to be packed; "wrong_quantity" if nothing will come.
    """
    order = _locked(line)
    line = order.lines.get(pk=line.pk)
    if PackedLine.objects.filter(order_line=line).exists():
        return order
    if order.status != Status.CONFIRMED:
        raise NotPossible("wrong_state", order.number)
    if not line.coming:
        raise NotPossible("wrong_quantity", line.product_name)
    if _is_chilled(line) and any(not _is_chilled(other) for other in order.lines.to_pack()):
        raise NotPossible("chilled_last", line.product_name)
    PackedLine.objects.create(order_line=line, packed_by=actor, packed_at=now)
    close_packing(order, actor=actor, now=now)
    return order


@transaction.atomic
def pack_order(order: Order, *, actor: User, now: datetime) -> Order:
    """All that is left to pack lies in the order's boxes; twice changes nothing. Raises NotPossible:
    "wrong_state", or "question_open" while its institution is asked what else should come.
    """
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.status == Status.PACKED:
        return locked
    if locked.status != Status.CONFIRMED:
        raise NotPossible("wrong_state", locked.number)
    if _is_asked(locked):
        raise NotPossible("question_open", locked.number)
    PackedLine.objects.bulk_create(
        PackedLine(order_line=line, packed_by=actor, packed_at=now) for line in locked.lines.to_pack()
    )
    advance_order(locked, Status.PACKED, actor=actor, now=now)
    return locked


@transaction.atomic
def unpack_line(line: OrderLine, *, actor: User, now: datetime) -> Order:
    """The line isn't in the boxes after all, so the order is to be packed; twice changes nothing.

    Raises NotPossible("wrong_state") once the order is on its way.
    """
    order = _locked(line)
    if PackedLine.objects.filter(order_line=line).exists():
        if order.status not in (Status.CONFIRMED, Status.PACKED):
            raise NotPossible("wrong_state", order.number)
        open_boxes(line, order, actor=actor, now=now)
    return order


def close_packing(order: Order, *, actor: User | None, now: datetime) -> None:
    """Advance a confirmed order, locked by the caller, when its last line was packed or won't come.

    While its institution is asked about a shortage, something may still come.
    """
    order.refresh_from_db(fields=["status"])
    begun = order.lines.filter(packed__isnull=False).exists()
    is_settled = not (order.lines.to_pack().exists() or _is_asked(order))
    if order.status == Status.CONFIRMED and begun and is_settled:
        advance_order(order, Status.PACKED, actor=actor, now=now)


def open_boxes(line: OrderLine, order: Order, *, actor: User, now: datetime) -> None:
    """Take back the tick of a line that changes; its order, locked by the caller, is to be packed."""
    PackedLine.objects.filter(order_line=line).delete()
    order.refresh_from_db(fields=["status"])
    if order.status == Status.PACKED:
        advance_order(order, Status.CONFIRMED, actor=actor, now=now, note=line.product_name)


def _locked(line: OrderLine) -> Order:
    return Order.objects.select_for_update().get(pk=line.order_id)


def _is_asked(order: Order) -> bool:
    return Shortage.objects.open().filter(order_line__order=order).exists()


def _is_chilled(line: OrderLine) -> bool:
    return line.storage != Product.Storage.AMBIENT
