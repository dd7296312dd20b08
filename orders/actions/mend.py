"""Carry out what was decided about lost units, for all orders at once: in a few statements, however many."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from bundles.actions.capacity import Need, reserve_capacity
from bundles.models import Product
from bundles.vat import allocate, split
from membership.models import User

from ..choosing import Choice
from ..exceptions import StaleState
from ..models import (
    Notification,
    Order,
    OrderLine,
    PackedLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Shortage,
    ShortageEvent,
    ShortageOption,
)
from ..substitution import ASKED, REPLACED, Decision, Option
from .lines import freeze_line
from .notify import people_of
from .pack import close_packing, open_boxes
from .purchase import lock_purchase_orders, order_from_producers


@dataclass(frozen=True)
class Mending:
    """Lines that lose units (with their orders, locked), and what was decided about each."""

    line: PurchaseOrderLine
    lost: list[tuple[OrderLine, int]]
    decisions: list[Decision]
    products: dict[int, Product]
    actor: User
    now: datetime

    def lock_purchase_orders(self) -> dict[int, PurchaseOrder]:
        """Return the producer's purchase order and those that get more, by producer. Raises StaleState if one
        of the others has brought its goods in the meantime."""
        own = self.line.purchase_order
        producers = {self.products[pk].producer_id for pk in units_of(self.decisions, REPLACED)}
        locked = lock_purchase_orders(producers | {own.producer_id}, own.delivery_date, now=self.now)
        if any(locked[producer].status == PurchaseOrder.Status.RECEIVED for producer in producers):
            raise StaleState("the goods came in the meantime")
        return locked


def mend(mending: Mending) -> list[Shortage]:
    """Write shortages, substitutes, questions and credits; purchase orders and capacity follow."""
    lines = {line.pk: line for line, _units in mending.lost}
    units = {line.pk: lost for line, lost in mending.lost}
    freed = _take_off(mending, lines, units)
    _reserve(mending)
    substitutes = _order_substitutes(mending, lines, freed)
    shortages = Shortage.objects.bulk_create(
        Shortage(
            purchase_order_line=mending.line,
            order_line=lines[decision.line],
            quantity=units[decision.line],
            amount=freed[decision.line],
            status=decision.outcome,
            reason=decision.why,
            substitute=substitutes.get(decision.line),
            passed_over=decision.passed_over,
            answer_by=decision.answer_by,
            reported_by=mending.actor,
            reported_at=mending.now,
        )
        for decision in mending.decisions
    )
    _keep_steps(mending, shortages)
    orders = {line.order_id: line.order for line in lines.values()}
    sum_up(orders)
    _pack_anew(lines, actor=mending.actor, now=mending.now)
    _tell_institutions(shortages, now=mending.now)
    return shortages


def units_of(decisions: Collection[Decision], *outcomes: str) -> Counter[int]:
    """Return how many units of each product the decisions of these outcomes take."""
    units = Counter[int]()
    for decision in decisions:
        if decision.outcome in outcomes:
            for option in decision.options:
                units[option.product] += option.units
    return units


def _take_off(mending: Mending, lines: dict[int, OrderLine], units: dict[int, int]) -> dict[int, int]:
    """Take the units off the lines, and their price unless somebody is asked; return that price by line."""
    asked = Shortage.objects.open().filter(order_line__in=lines).order_by()
    held = dict(asked.values_list("order_line").annotate(Sum("amount")))
    freed: dict[int, int] = {}
    emptied: list[OrderLine] = []
    waiting: list[OrderLine] = []
    others: list[OrderLine] = []
    for decision in mending.decisions:
        line = lines[decision.line]
        lost = units[line.pk]
        price = line.gross - held.get(line.pk, 0)
        _kept, freed[line.pk] = allocate(price, [line.coming - lost, lost])
        line.short_quantity += lost
        if decision.outcome != ASKED:
            reprice(line, line.gross - freed[line.pk])
        # All but one of them lose everything: two statements for those.
        if line.coming == 0 and decision.outcome == ASKED:
            waiting.append(line)
        else:
            (others if line.gross else emptied).append(line)
    whole = {"short_quantity": F("quantity")}
    OrderLine.objects.filter(pk__in=[line.pk for line in emptied]).update(gross=0, supply=0, vat=0, **whole)
    OrderLine.objects.filter(pk__in=[line.pk for line in waiting]).update(**whole)
    OrderLine.objects.bulk_update(others, ["gross", "supply", "vat", "short_quantity"])
    return freed


def reprice(line: OrderLine, gross: int) -> None:
    """Give the line another price, unsaved."""
    line.gross = gross
    line.supply, line.vat = split(gross, line.tax_type == Product.TaxType.TAXABLE)


def _reserve(mending: Mending) -> None:
    day = mending.line.purchase_order.delivery_date
    made_on = {
        option.product: option.made_on for decision in mending.decisions for option in decision.options
    }
    taken = units_of(mending.decisions, REPLACED, ASKED)
    if taken:
        reserve_capacity(
            [Need(mending.products[pk], units, day, made_on[pk]) for pk, units in sorted(taken.items())]
        )


def _order_substitutes(
    mending: Mending, lines: dict[int, OrderLine], freed: dict[int, int]
) -> dict[int, OrderLine]:
    """Store the substitutes and order them; return them by the line whose place they take."""
    models: dict[int, OrderLine] = {}
    made = []
    for decision in mending.decisions:
        if decision.outcome == REPLACED:
            (option,) = decision.options
            line = lines[decision.line]
            if option.product not in models:
                models[option.product] = substitute_for(line, mending.products[option.product], option, 0)
            made.append(_like(models[option.product], line, option.units, freed[line.pk]))
    OrderLine.objects.bulk_create(made)
    for product, units in units_of(mending.decisions, REPLACED).items():
        models[product].quantity = units
    order_from_producers(models.values(), mending.line.purchase_order.delivery_date, now=mending.now)
    return {line.substitutes_id: line for line in made}  # type: ignore[misc]


def substitute_for(line: OrderLine, product: Product, option: Option, gross: int) -> OrderLine:
    """Return the unsaved line of a product that takes the place of another at the price that was freed."""
    choice = Choice(product, option.units, option.made_on)
    return freeze_line(line.order, choice, gross, substitutes=line)


def _like(model: OrderLine, line: OrderLine, units: int, gross: int) -> OrderLine:
    """Return another line of the same product; what is copied of a product is the same for a whole day."""
    fields = [field.attname for field in OrderLine._meta.concrete_fields if not field.primary_key]
    other = OrderLine(**{name: getattr(model, name) for name in fields})
    other.order, other.substitutes, other.quantity = line.order, line, units
    reprice(other, gross)
    return other


def _keep_steps(mending: Mending, shortages: list[Shortage]) -> None:
    ShortageEvent.objects.bulk_create(
        ShortageEvent(shortage=shortage, was="", to=shortage.status, actor=mending.actor, at=mending.now)
        for shortage in shortages
    )
    ShortageOption.objects.bulk_create(
        ShortageOption(
            shortage=shortage, product_id=option.product, units=option.units, made_on=option.made_on
        )
        for shortage, decision in zip(shortages, mending.decisions, strict=True)
        if shortage.is_open
        for option in decision.options
    )


def sum_up(orders: Collection[int]) -> None:
    """The totals of these orders are the sums of their lines, before and after a shortage."""

    def total(name: str) -> Coalesce:
        lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
        return Coalesce(Subquery(lines.annotate(sum=Sum(name)).values("sum")), 0)

    names = ("gross", "supply", "vat")
    Order.objects.filter(pk__in=list(orders)).update(**{name: total(name) for name in names})


def _pack_anew(lines: dict[int, OrderLine], *, actor: User, now: datetime) -> None:
    """What changed is to be packed again; an order that lacks nothing else is packed."""
    ticked = set(PackedLine.objects.filter(order_line__in=lines).values_list("order_line", flat=True))
    orders = {line.order_id: line.order for line in lines.values()}
    for pk in ticked:
        open_boxes(lines[pk], lines[pk].order, actor=actor, now=now)
    begun = OrderLine.objects.filter(order__in=orders, packed__isnull=False)
    for pk in sorted(set(begun.values_list("order", flat=True))):
        close_packing(orders[pk], actor=actor, now=now)


def _tell_institutions(shortages: list[Shortage], *, now: datetime) -> None:
    told = people_of(
        {shortage.order_line.order.organization_id for shortage in shortages}, "orderer", "approver"
    )
    Kind = Notification.Kind
    Notification.objects.bulk_create(
        Notification(
            recipient=person,
            kind=Kind.SHORTAGE_ASKED if shortage.is_open else Kind.ORDER_CHANGED,
            order=shortage.order_line.order,
            detail=became(shortage)[:300],
            created_at=now,
        )
        for shortage in shortages
        for person in told[shortage.order_line.order.organization_id]
    )


def became(shortage: Shortage) -> str:
    """Return what is missing and what comes instead, by names and numbers only."""
    missing = f"{shortage.order_line.product_name} −{shortage.quantity}"
    return f"{missing} → {shortage.substitute}" if shortage.substitute else missing


def held(shortage: Shortage) -> list[Need]:
    """Return the capacity that the shortage takes: of its options while it is asked, or of its substitute."""
    day = shortage.order_line.order.delivery_date
    if shortage.is_open:
        options = shortage.options.select_related("product")
        return [Need(option.product, option.units, day, option.made_on) for option in options]
    old = shortage.substitute
    return [Need(old.product, old.coming, day, old.made_on)] if old and old.coming else []
