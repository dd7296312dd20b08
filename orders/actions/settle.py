"""Settle one shortage: a product takes its place or its price is taken off; what was held is free again."""

from datetime import datetime

from bundles.actions.capacity import Need, lock_products, lock_rooms, release_capacity, reserve_capacity
from bundles.exceptions import CapacityShort
from bundles.models import Product
from membership.models import User

from ..exceptions import NotPossible
from ..models import (
    Notification,
    Order,
    OrderLine,
    PackedLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Shortage,
)
from ..substitution import CREDITED, REPLACED, Option
from .advance import advance_order, advance_shortage
from .call_off import take_off
from .mend import became, held, reprice, substitute_for, sum_up
from .notify import notify_institution
from .pack import close_packing
from .purchase import lock_purchase_orders, order_from_producers


def locked_shortage(pk: int) -> Shortage:
    """Return the shortage with its order locked: the first of all locks."""
    order = Order.objects.select_for_update(of=("self",)).get(lines__shortages=pk)
    row = Shortage.objects.select_related(
        "order_line", "substitute__product", "purchase_order_line__product"
    ).get(pk=pk)
    row.order_line.order = order
    return row


def settle(
    shortage: Shortage, option: Option | None, *, reason: str, actor: User | None, now: datetime
) -> None:
    """Let the option take the place of what is missing, or credit it (None); whatever was there before goes.

    The shortage is one of `locked_shortage`. Raises NotPossible if the goods of the option or of the former
    substitute have come, the substitute lies in the boxes, or the option can't be made after all.
    """
    line, old = shortage.order_line, shortage.substitute
    was_open = shortage.is_open
    products = _lock(shortage, option, now=now)
    if needs := held(shortage):
        release_capacity(needs)
    substitute = None
    if option:
        substitute = _take(shortage, option, products[option.product], now=now)
    if was_open:
        reprice(line, line.gross - shortage.amount)
        line.save(update_fields=["gross", "supply", "vat"])
    advance_shortage(
        shortage,
        REPLACED if substitute else CREDITED,
        reason=reason,
        substitute=substitute,
        actor=actor,
        now=now,
        note=str(substitute or ""),
    )
    if old:
        take_off(line.order, [old], actor=actor, now=now)
        old.delete()
    sum_up([line.order_id])
    _pack_anew(line.order, substitute, actor=actor, now=now)
    notify_institution(line.order, Notification.Kind.ORDER_CHANGED, now=now, detail=became(shortage))


def _lock(shortage: Shortage, option: Option | None, *, now: datetime) -> dict[int, Product]:
    """Lock all that is given back or taken: products, their capacity, their purchase orders."""
    day = shortage.order_line.order.delivery_date
    uses = {(need.product.pk, need.made_on) for need in held(shortage)}
    if option:
        uses.add((option.product, option.made_on))
    products = lock_products(pk for pk, _made_on in uses)
    lock_rooms((products[pk], made_on) for pk, made_on in uses)
    old = shortage.substitute
    asked = {products[option.product].producer_id} if option else set()
    purchase_orders = lock_purchase_orders(asked | ({old.producer_id} if old else set()), day, now=now)
    for producer in asked:
        if purchase_orders[producer].status == PurchaseOrder.Status.RECEIVED:
            raise NotPossible("producer_received", purchase_orders[producer].producer.name)
    if old and PackedLine.objects.filter(order_line=old).exists():
        raise NotPossible("already_packed", old.product_name)
    if old and PurchaseOrderLine.objects.behind(old).filter(received__isnull=False).exists():
        raise NotPossible("already_received", old.product_name)
    return products


def _take(shortage: Shortage, option: Option, product: Product, *, now: datetime) -> OrderLine:
    line = shortage.order_line
    day = line.order.delivery_date
    try:
        reserve_capacity([Need(product, option.units, day, option.made_on)])
    except CapacityShort as error:
        raise NotPossible("full", product.name) from error
    substitute = substitute_for(line, product, option, shortage.amount)
    substitute.save()
    order_from_producers([substitute], day, now=now)
    return substitute


def _pack_anew(order: Order, substitute: OrderLine | None, *, actor: User | None, now: datetime) -> None:
    order.refresh_from_db(fields=["status"])
    if order.status == Order.Status.PACKED and substitute:
        advance_order(order, Order.Status.CONFIRMED, actor=actor, now=now, note=substitute.product_name)
    elif order.status == Order.Status.CONFIRMED:
        close_packing(order, actor=actor, now=now)
