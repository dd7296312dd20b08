"""What would become of every order that goes without: read here, decided by `substitution.py`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from bundles.models import Product
from bundles.rooms import Rooms

from .cutoff import in_office_hours, last_call_at
from .models import CalendarDay, OrderLine, PurchaseOrderLine, Shortage, ShortageOption
from .reasons import words
from .substitutes import read_candidates
from .substitution import Candidate, Decision, Loss, Question, Source, rank, share_out
from .substitution import why_not_for as why_not_for_loss

# Lines of orders (with their orders and institutions), and how many units each loses.
Lost = list[tuple[OrderLine, int]]
Products = dict[int, Product]
# What each source of the candidates has left.
ReadFree = Callable[[Collection[Candidate], Products], Mapping[Source, int]]


@dataclass(frozen=True)
class Plan:
    """What becomes of each line that loses units, in their order, and the products that may stand in."""

    decisions: list[Decision]
    products: Products


@dataclass(frozen=True)
class Ranked:
    """A product in the rank: `why` it can stand in for nobody (""), and how many units are free."""

    product: Product
    why: str
    free: int

    @property
    def why_words(self) -> str:
        return words(self.why) if self.why else ""


def read_plan(product: Product, lost: Lost, read_free: ReadFree, *, first: int | None, now: datetime) -> Plan:
    """Share out what may stand in for the lost units; the product `first` comes before the others."""
    day = lost[0][0].order.delivery_date
    products = others_of(product)
    short, candidates = read_candidates(product, products.values(), day, now=now)
    free = read_free(candidates, products)
    decided = share_out(short, _losses(lost), candidates, free, _question(day, now), first=first)
    by_line = {decision.line: decision for decision in decided}
    return Plan([by_line[line.pk] for line, _units in lost], products)


def others_of(product: Product) -> Products:
    """Return what else of the product's category is on offer, by id."""
    offered = Product.objects.on_offer().filter(category=product.category_id).exclude(pk=product.pk)
    return {other.pk: other for other in offered.select_related("producer", "pool").order_by("pk")}


def free_now(product: Product, lost: Lost) -> ReadFree:
    """Return a reader of what is free now, unlocked; where the product itself is made, nothing will be."""
    gone = {(product.room, line.made_on) for line, _units in lost}
    day = lost[0][0].order.delivery_date

    def read(candidates: Collection[Candidate], products: Products) -> Mapping[Source, int]:
        free = _free(products, day)
        return {each.source: 0 if each.source in gone else free[each.source] for each in candidates}

    return read


def _free(products: Products, day: date) -> Mapping[Source, int]:
    return Rooms.read(products.values(), [day], CalendarDay.objects.all().working_days().made_on).free


def spread(losing: Collection[OrderLine], missing: int) -> tuple[Lost, int]:
    """Return which lines lose how many units, and how many nobody can lose any more."""
    lost: Lost = []
    for line in losing:
        if units := min(missing, line.coming):
            lost.append((line, units))
            missing -= units
    return lost, missing


def read_ranking(line: PurchaseOrderLine, *, now: datetime) -> list[Ranked]:
    """Return what could stand in for a product that is asked for, best first, as it is at this moment."""
    products = others_of(line.product)
    day = line.purchase_order.delivery_date
    short, candidates = read_candidates(line.product, products.values(), day, now=now)
    free = _free(products, day)
    return [
        Ranked(products[each.item.product], why, free[each.source] // each.room_units)
        for each, why in rank(short, candidates)
    ]


def candidate_for(shortage: Shortage, product: int, *, now: datetime) -> tuple[Candidate | None, str, int]:
    """Return the product as a candidate for one shortage, why it can't stand in (""), and the units needed.

    Whether there is enough of it is another question. None for a product of another kind.
    """
    line, short_product = shortage.order_line, shortage.purchase_order_line.product
    products = others_of(short_product)
    if product not in products:
        return None, "not_an_option", 0
    day = line.order.delivery_date
    short, candidates = read_candidates(short_product, products.values(), day, now=now)
    loss = _losses([(line, shortage.quantity)], without=shortage)[0]
    for each, bar in rank(short, candidates):
        if each.item.product == product:
            why, units = why_not_for_loss(short, loss, each)
            return each, bar or why, units
    raise AssertionError("Every candidate is in the rank.")


def _losses(lost: Lost, without: Shortage | None = None) -> list[Loss]:
    """Return the losses; what the shortage `without` brought or offers its order doesn't count as there."""
    orders = {line.order_id for line, _units in lost}
    held: dict[int, set[int]] = {pk: set() for pk in orders}
    lines = OrderLine.objects.filter(order__in=orders)
    asked = ShortageOption.objects.filter(
        shortage__status=Shortage.Status.ASKED, shortage__order_line__order__in=orders
    )
    if without:
        lines, asked = lines.exclude(stands_in_for=without), asked.exclude(shortage=without)
    for order, product in lines.values_list("order", "product"):
        held[order].add(product)
    for order, product in asked.values_list("shortage__order_line__order", "product"):
        held[order].add(product)
    return [
        Loss(
            line.pk,
            line.order_id,
            units,
            line.order.exclusions,
            frozenset(held[line.order_id]),
            line.order.wish,
        )
        for line, units in lost
    ]


def _question(day: date, now: datetime) -> Question:
    working_days = CalendarDay.objects.all().working_days()
    usual = in_office_hours(now, timedelta(hours=settings.SHORTAGE_ANSWER_HOURS), working_days)
    least = timedelta(minutes=settings.SHORTAGE_ANSWER_AT_LEAST_MINUTES)
    return Question(min(usual, last_call_at(day, working_days)), in_office_hours(now, least, working_days))
