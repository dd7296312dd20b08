"""Something is missing: hand on to each order a substitute, or a credit, in one transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from bundles.actions.capacity import Need, lock_products, reserve_capacity, withdraw_capacity
from bundles.exceptions import CapacityShort
from bundles.models import Product
from bundles.vat import allocate, split
from membership.models import User
from membership.permissions import producer_ids

from ..choosing import Choice
from ..cutoff import lead_days_left
from ..exceptions import NotPossible
from ..models import (
    CalendarDay,
    Notification,
    Order,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Shortage,
)
from ..substitutes import stand_ins
from .advance import advance_purchase_order
from .lines import freeze_line
from .notify import notify, notify_institution, notify_producer, operators
from .pack import close_packing, open_boxes
from .purchase import order_from_producers


@transaction.atomic
def report_shortage(line: PurchaseOrderLine, confirmed: int, *, actor: User, now: datetime) -> list[Shortage]:
    """The producer brings only `confirmed` units of a line; orders not packed yet lose theirs first, and
    among them those fixed last.

    Reporting the same figure again changes nothing. Raises NotPossible for more than was promised before,
    or once the goods were received (the whole of them, or that line).
    """
    lock_for_shortage(line)
    purchase_order = PurchaseOrder.objects.select_for_update().get(pk=line.purchase_order_id)
    line = PurchaseOrderLine.objects.select_related("product__producer").get(pk=line.pk)
    if purchase_order.status in (PurchaseOrder.Status.RECEIVED, PurchaseOrder.Status.CANCELLED):
        raise NotPossible("wrong_state")
    if not 0 <= confirmed <= line.coming:
        raise NotPossible("wrong_quantity", line.product_name)
    missing = line.coming - confirmed
    if missing and line.received is not None:
        raise NotPossible("already_received", line.product_name)
    PurchaseOrderLine.objects.filter(pk=line.pk).update(confirmed=confirmed)
    if not missing:
        return []
    # First, because a substitute from the same producer puts the question to it again.
    if purchase_order.status != PurchaseOrder.Status.SHORT:
        advance_purchase_order(
            purchase_order, PurchaseOrder.Status.SHORT, actor=actor, now=now, note=line.product_name
        )
    shortages = _hand_on(line, purchase_order, missing, actor=actor, now=now)
    _tell(line, purchase_order, missing, actor=actor, now=now)
    return shortages


@transaction.atomic
def report_missing(order_line: OrderLine, there: int, *, actor: User, now: datetime) -> Shortage | None:
    """Only `there` units of an order's line are at hand: that order gets a substitute or a credit.

    The producer's purchase order counts as many units less, received or not. The same figure again changes
    nothing. Raises NotPossible if the order isn't to be packed or has that line in its boxes ("wrong_state"),
    or for more than should be there ("wrong_quantity").
    """
    line = PurchaseOrderLine.objects.behind(order_line).select_related("product__producer").get()
    order = Order.objects.select_for_update().get(pk=order_line.order_id)
    _lock_stand_ins(line.product)
    purchase_order = PurchaseOrder.objects.select_for_update().get(pk=line.purchase_order_id)
    line.refresh_from_db(fields=["ordered", "confirmed", "received"])
    order_line = order.lines.select_related("order").get(pk=order_line.pk)
    if order.status != Order.Status.CONFIRMED or not order.lines.to_pack().contains(order_line):
        raise NotPossible("wrong_state", order.number)
    missing = order_line.coming - there
    if not 0 <= there <= order_line.coming:
        raise NotPossible("wrong_quantity", order_line.product_name)
    if not missing:
        return None
    received = None if line.received is None else line.received - missing
    PurchaseOrderLine.objects.filter(pk=line.pk).update(confirmed=line.coming - missing, received=received)
    if purchase_order.status not in (PurchaseOrder.Status.SHORT, PurchaseOrder.Status.RECEIVED):
        advance_purchase_order(
            purchase_order, PurchaseOrder.Status.SHORT, actor=actor, now=now, note=line.product_name
        )
    shortage = _shorten(line, order_line, missing, actor=actor, now=now)
    _tell(line, purchase_order, missing, actor=actor, now=now)
    return shortage


def lock_for_shortage(line: PurchaseOrderLine) -> None:
    """Lock the orders that may lose units of the line, then what may stand in; the purchase order comes last.

    As when an order is fixed or called off: so nobody waits for another crosswise.
    """
    losing = OrderLine.objects.standing_to_lose(line.product_id, line.purchase_order.delivery_date)
    _lock_orders(losing)
    _lock_stand_ins(line.product)


def _lock_orders(lines: Iterable[OrderLine]) -> None:
    orders = Order.objects.select_for_update().filter(pk__in={line.order_id for line in lines})
    list(orders.order_by("pk"))


def _lock_stand_ins(product: Product) -> None:
    same_category = Product.objects.filter(category=product.category_id)
    lock_products(same_category.values_list("pk", flat=True))


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


def _hand_on(
    line: PurchaseOrderLine, purchase_order: PurchaseOrder, missing: int, *, actor: User, now: datetime
) -> list[Shortage]:
    shortages = []
    losing = OrderLine.objects.standing_to_lose(line.product_id, purchase_order.delivery_date)
    # Those are locked already but for what was ordered in the meantime: nobody packs or sends them off.
    _lock_orders(losing)
    for order_line in losing.all():
        units = min(missing, order_line.coming)
        if units:
            shortages.append(_shorten(line, order_line, units, actor=actor, now=now))
            missing -= units
    if missing:
        # The rest is on the road or delivered: nobody's order can lose it any more.
        raise NotPossible("too_late", line.product_name)
    return shortages


def _shorten(
    line: PurchaseOrderLine, order_line: OrderLine, units: int, *, actor: User, now: datetime
) -> Shortage:
    """Take `units` off the order line; their price goes to the substitute, or back to the institution."""
    withdraw_capacity(line.product, order_line.made_on, units)
    open_boxes(order_line, order_line.order, actor=actor, now=now)
    kept, freed = allocate(order_line.gross, [order_line.coming - units, units])
    _reprice(order_line, kept, order_line.short_quantity + units)
    substitute = _substitute(line.product, order_line, units, freed, now=now)
    shortage = Shortage.objects.create(
        purchase_order_line=line,
        order_line=order_line,
        quantity=units,
        substitute=substitute,
        credited=0 if substitute else freed,
        reported_by=actor,
        reported_at=now,
    )
    _sum_up(order_line)
    close_packing(order_line.order, actor=actor, now=now)
    detail = f"{order_line.product_name} −{units}" + (f" → {substitute}" if substitute else "")
    notify_institution(order_line.order, Notification.Kind.ORDER_CHANGED, now=now, detail=detail)
    return shortage


def _reprice(order_line: OrderLine, gross: int, short_quantity: int) -> None:
    order_line.gross, order_line.short_quantity = gross, short_quantity
    order_line.supply, order_line.vat = split(gross, order_line.tax_type == Product.TaxType.TAXABLE)
    order_line.save(update_fields=["gross", "supply", "vat", "short_quantity"])


def _substitute(
    product: Product, order_line: OrderLine, units: int, gross: int, *, now: datetime
) -> OrderLine | None:
    """Reserve and order the best stand-in, or return None if nothing fits."""
    order = order_line.order
    working_days = CalendarDay.objects.all().working_days()
    on_order = order.lines.values_list("product", flat=True)
    max_lead_days = lead_days_left(now, order.delivery_date, working_days)
    candidates = stand_ins(
        product,
        order.delivery_date,
        max_lead_days=max_lead_days,
        exclusions=order.exclusions,
        excluding=set(on_order),
    )
    delivered = set(
        PurchaseOrder.objects.on(order.delivery_date).received().values_list("producer", flat=True)
    )
    for other in candidates:
        if other.producer_id in delivered:
            continue
        needed = -(-units * product.servings // other.servings)
        choice = Choice(other, needed, working_days.made_on(other.made_days, order.delivery_date))
        try:
            reserve_capacity([Need(other, needed, order.delivery_date, choice.made_on)])
        except CapacityShort:
            continue
        substitute = freeze_line(order, choice, gross, substitutes=order_line)
        substitute.save()
        order_from_producers([substitute], order.delivery_date, now=now)
        return substitute
    return None


def _sum_up(order_line: OrderLine) -> None:
    """The order's totals are the sums of its lines, before and after a shortage."""
    order = order_line.order
    order.gross, order.supply, order.vat = order.lines.aggregate(
        gross=Sum("gross"), supply=Sum("supply"), vat=Sum("vat")
    ).values()
    order.save(update_fields=["gross", "supply", "vat"])
