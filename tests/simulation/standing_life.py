"""A small town for the lives of standing orders: contents are composed for a year, so only dates change."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Sum

from bundles.models import Bundle, Capacity, Edition, EditionItem, Product
from membership.exclusions import FULL_MASK
from orders.budgets import left_of
from orders.models import Budget, Occurrence, Order, OrderLine, PurchaseOrderLine, StandingOrder
from tests.factories import (
    TUESDAY,
    BudgetFactory,
    SiteFactory,
    approver,
    bundle_with,
    orderer,
)

DAYS = 420
MILK = 1 << 1
FIXED = ("confirmed", "packed", "dispatched", "delivered")


class Town:
    """One institution with two sites, two bundles, a budget, an orderer with a limit and an approver."""

    def __init__(self) -> None:
        self.bundles = [bundle_with("bread"), bundle_with("coffee")]
        self.person = orderer()
        self.institution = self.person.seats.get().organization
        self.sites = [SiteFactory(organization=self.institution) for _ in range(2)]
        self.chief = approver(self.institution)
        self.budget = BudgetFactory(department__organization=self.institution, amount=3_000_000)
        self.person.seats.update(order_limit=1_500_000)
        for bundle in self.bundles:
            _compose(bundle)


def _compose(bundle: Bundle) -> None:
    """Publish an edition for every day, the usual one and one without milk."""
    slot = bundle.slots.get()
    products = list(slot.category.products.order_by("pk"))
    days = [TUESDAY.date() + timedelta(days=place) for place in range(DAYS)]
    editions = Edition.objects.bulk_create(
        Edition(
            bundle=bundle,
            delivery_date=day,
            exclusions=exclusions,
            composed_at=TUESDAY,
            status=Edition.Status.PUBLISHED,
            published_at=TUESDAY,
        )
        for day in days
        for exclusions in (0, MILK & FULL_MASK)
    )
    EditionItem.objects.bulk_create(
        EditionItem(edition=edition, slot=slot, product=products[place % len(products)])
        for place, edition in enumerate(editions)
    )


def change_prices(bundle: Bundle, percent: int) -> None:
    """Put up or down what the bundle and its products cost, to the won."""
    Bundle.objects.filter(pk=bundle.pk).update(price=F("price") * percent / 100)
    for product in Product.objects.filter(category__slots__bundle=bundle):
        product.list_price = product.list_price * percent // 100
        product.supply_price = product.supply_price * percent // 100
        product.save()


# -- What must add up -----------------------------------------------------------------------------


def check_capacity() -> None:
    """What is reserved and asked of producers is the sum of what the orders hold."""
    held: Counter[tuple[int, date]] = Counter()
    asked: Counter[tuple[int, date]] = Counter()
    lines = OrderLine.objects.filter(order__status__in=FIXED).select_related("order")
    for line in lines:
        held[line.product_id, line.made_on] += line.quantity
        asked[line.product_id, line.order.delivery_date] += line.quantity
    rows = Capacity.objects.filter(product__isnull=False).exclude(reserved=0)
    assert {(row.product_id, row.made_on): row.reserved for row in rows} == dict(held)
    ordered: dict[tuple[int, date], int] = defaultdict(int)
    for row in PurchaseOrderLine.objects.exclude(ordered=0).select_related("purchase_order"):
        ordered[row.product_id, row.purchase_order.delivery_date] += row.ordered
    assert dict(ordered) == dict(asked)


def check_budgets() -> None:
    """What is left of a budget is its amount less its orders, and never less than approvers let it."""
    for budget in Budget.objects.all():
        orders = Order.objects.of_budget(budget.department_id, budget.year)
        taking = orders.filter(status__in=["placed", *FIXED])
        sums = taking.aggregate(used=Sum("gross"), overrun=Sum("overrun"))
        left = budget.amount + (sums["overrun"] or 0) - (sums["used"] or 0)
        assert left_of(budget) == left
        assert left >= 0


def check_orders() -> None:
    """A date is ordered exactly if it has its one order, for just what the date brings."""
    ordered = set(Occurrence.objects.filter(status="ordered").values_list("pk", flat=True))
    orders = list(Order.objects.filter(occurrence__isnull=False).select_related("occurrence"))
    assert sorted(order.occurrence_id or 0 for order in orders) == sorted(ordered)
    for order in orders:
        row = order.occurrence
        assert row is not None
        assert (order.delivery_date, order.bundle_id, order.headcount, order.site_id, order.exclusions) == (
            row.delivery_date,
            row.bundle_id,
            row.headcount,
            row.site_id,
            row.exclusions,
        )


def history() -> dict[tuple[str, Any], tuple[Any, ...]]:
    """What may never change again: fixed orders with their lines, and dates that are settled."""
    found: dict[tuple[str, Any], tuple[Any, ...]] = {}
    orders = Order.objects.filter(status__in=FIXED).prefetch_related("lines")
    for order in orders:
        lines = tuple(sorted((line.product_id, line.quantity, line.gross) for line in order.lines.all()))
        found["order", order.number] = (
            order.address,
            order.headcount,
            order.gross,
            order.delivery_date,
            lines,
        )
    for row in Occurrence.objects.filter(status__in=["ordered", "failed"]):
        found["date", row.pk] = (row.rule_date, row.delivery_date, row.headcount, row.site_id, row.status)
    return found


def identities() -> list[tuple[int, date]]:
    """Every date there is, by its standing order and rule date."""
    rows = Occurrence.objects.order_by("standing_order", "rule_date")
    return list(rows.values_list("standing_order", "rule_date"))


def running() -> list[StandingOrder]:
    rows = StandingOrder.objects.exclude(status="ended").prefetch_related("later_terms", "pauses")
    return list(rows.order_by("pk"))
