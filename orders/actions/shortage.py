"""Something is missing: what becomes of every order that goes without, in one transaction.

Locks are taken in the order of the whole service: orders, products, capacity, purchase orders. What was read
before its lock is looked at again after it; if it has moved, all of it begins anew.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction

from bundles.actions.capacity import lock_products, lock_rooms, withdraw_capacity
from bundles.models import Product
from membership.models import User
from membership.permissions import producer_ids

from ..exceptions import NotPossible, StaleState
from ..models import (
    Notification,
    Order,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Shortage,
)
from ..shortage_plan import Lost, Products, ReadFree, read_plan, spread
from ..substitution import Candidate, Source
from .advance import advance_purchase_order
from .mend import Mending, mend
from .notify import notify, notify_producer, operators

# How often it is tried when others move what was looked at.
TRIES = 5
Answer = TypeVar("Answer")


def report_shortage(
    line: PurchaseOrderLine, confirmed: int, *, first: int | None = None, actor: User, now: datetime
) -> list[Shortage]:
    """The producer brings only `confirmed` units of a line; orders not packed yet lose theirs first, and
    among them those fixed last.

    Of what may stand in for them, the product `first` is taken before the others.
    Reporting the same figure again changes nothing. Raises NotPossible for more than was promised before,
    or once the goods were received (the whole of them, or that line).
    """

    def report() -> list[Shortage]:
        losing = _lock_losing(line)
        row = PurchaseOrderLine.objects.select_related("purchase_order").get(pk=line.pk)
        _check_report(row, confirmed)
        missing = row.coming - confirmed
        if not missing:
            PurchaseOrderLine.objects.filter(pk=row.pk).update(confirmed=confirmed)
            return []
        lost, left = spread(losing, missing)
        if left:
            # The rest is on the road or delivered: nobody's order can lose it any more.
            raise NotPossible("too_late", row.product_name)
        return _hand_on(row, lost, first=first, actor=actor, now=now)

    return again(report)


def report_missing(order_line: OrderLine, there: int, *, actor: User, now: datetime) -> Shortage | None:
    """Only `there` units of an order's line are at hand: that order gets a substitute or a credit.

    The producer's purchase order counts as many units less, received or not. The same figure again changes
    nothing. Raises NotPossible if the order isn't to be packed or has that line in its boxes ("wrong_state"),
    or for more than should be there ("wrong_quantity").
    """

    def report() -> Shortage | None:
        order = Order.objects.select_for_update().get(pk=order_line.order_id)
        lock_category(order_line.product)
        row = order.lines.select_related("order__organization").get(pk=order_line.pk)
        if order.status != Order.Status.CONFIRMED or not order.lines.to_pack().contains(row):
            raise NotPossible("wrong_state", order.number)
        if not 0 <= there <= row.coming:
            raise NotPossible("wrong_quantity", row.product_name)
        if there == row.coming:
            return None
        line = PurchaseOrderLine.objects.behind(row).select_related("purchase_order").get()
        (shortage,) = _hand_on(line, [(row, row.coming - there)], at_table=True, actor=actor, now=now)
        return shortage

    return again(report)


def again(act: Callable[[], Answer]) -> Answer:
    """Do it in a transaction, anew if others moved what it stands on. Raises NotPossible("busy")."""
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return act()
        except StaleState:
            continue
    raise NotPossible("busy")


# -- Who goes without ---------------------------------------------------------------------------------


def _lock_losing(line: PurchaseOrderLine) -> list[OrderLine]:
    """Return the lines that stand to lose units, with their orders and what may stand in locked."""
    losing = OrderLine.objects.standing_to_lose(line.product_id, line.purchase_order.delivery_date)
    seen = {row.order_id for row in losing.all()}
    list(Order.objects.select_for_update().filter(pk__in=seen).order_by("pk").values_list("pk"))
    lock_category(line.product)
    # The product is locked: nobody orders more of it now. Whoever did in between must be locked first, too.
    rows = list(losing.select_related("order__organization"))
    if {row.order_id for row in rows} - seen:
        raise StaleState("more was ordered")
    return rows


def lock_category(product: Product) -> None:
    """Lock the product and all that may stand in for it, whatever it becomes."""
    lock_products(Product.objects.filter(category=product.category_id).values_list("pk", flat=True))


def _check_report(line: PurchaseOrderLine, confirmed: int) -> None:
    Status = PurchaseOrder.Status
    if line.purchase_order.status in (Status.RECEIVED, Status.CANCELLED):
        raise NotPossible("wrong_state")
    if not 0 <= confirmed <= line.coming:
        raise NotPossible("wrong_quantity", line.product_name)
    if line.received is not None and confirmed < line.coming:
        raise NotPossible("already_received", line.product_name)


# -- What becomes of them -----------------------------------------------------------------------------


def _hand_on(
    line: PurchaseOrderLine,
    lost: Lost,
    *,
    first: int | None = None,
    at_table: bool = False,
    actor: User,
    now: datetime,
) -> list[Shortage]:
    product = Product.objects.get(pk=line.product_id)
    plan = read_plan(product, lost, _locked_free(product, lost), first=first, now=now)
    missing = sum(units for _line, units in lost)
    mending = Mending(line, lost, plan.decisions, plan.products, actor, now)
    purchase_orders = mending.lock_purchase_orders()
    own = purchase_orders[line.purchase_order.producer_id]
    _lower(line, own, missing, at_table=at_table)
    # First, because a substitute from the same producer puts the question to it again.
    if own.status not in (PurchaseOrder.Status.SHORT, PurchaseOrder.Status.RECEIVED):
        advance_purchase_order(own, PurchaseOrder.Status.SHORT, actor=actor, now=now, note=line.product_name)
    shortages = mend(mending)
    _tell(line, own, missing, actor=actor, now=now)
    return shortages


def _lower(line: PurchaseOrderLine, own: PurchaseOrder, missing: int, *, at_table: bool) -> None:
    """Count on so many units less. What was received meanwhile is short at the packing table only."""
    row = PurchaseOrderLine.objects.get(pk=line.pk)
    if not at_table and (own.status == PurchaseOrder.Status.RECEIVED or row.received is not None):
        raise StaleState("it was counted in")
    PurchaseOrderLine.objects.filter(pk=line.pk).update(
        confirmed=row.coming - missing,
        received=None if row.received is None else row.received - missing,
    )


def _tell(
    line: PurchaseOrderLine, purchase_order: PurchaseOrder, missing: int, *, actor: User, now: datetime
) -> None:
    """Operators hear of every shortage, the producer of one that it didn't report itself."""
    detail = f"{line.product_name} −{missing}"
    notify(
        operators(), Notification.Kind.ORDER_CHANGED, now=now, purchase_order=purchase_order, detail=detail
    )
    if purchase_order.producer_id not in producer_ids(actor):
        notify_producer(purchase_order, Notification.Kind.PURCHASE_ORDER_SHORT, now=now, detail=detail)


def _locked_free(product: Product, lost: Lost) -> ReadFree:
    """Return a reader that locks what the products are made from, and takes the lost units off it first.

    Whoever can't make what is promised can't promise more: nothing of it is left that day.
    """

    def read(candidates: Collection[Candidate], products: Products) -> Mapping[Source, int]:
        uses = [(products[each.item.product], each.made_on) for each in candidates]
        lock_rooms([*((product, line.made_on) for line, _units in lost), *uses])
        by_day = Counter[date]()
        for line, units in lost:
            by_day[line.made_on] += units
        for made_on, units in by_day.items():
            withdraw_capacity(product, made_on, units)
        rows = lock_rooms(uses)
        return {each.source: rows[each.source].free or 0 for each in candidates}

    return read
