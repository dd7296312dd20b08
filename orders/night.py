"""Read what the orders of one delivery day meet at their cut-off, once for many of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from bundles.edition_key import EditionKey
from bundles.models import Bundle, EditionItem, Product, Slot

from .budgets import read_lefts
from .choosing import Wanted
from .exceptions import CannotFix
from .fixing import Due, Night, Plan, make_plan
from .models import PurchaseOrder
from .supply import read_supply
from .working_days import WorkingDays


def plan_night(
    dues: Sequence[Due], day: date, working_days: WorkingDays, troubles: Mapping[EditionKey, CannotFix]
) -> tuple[Plan, Night]:
    """Return what becomes of the due orders, and what they met; `troubles` says which editions there aren't.

    The number of queries is fixed, but for the categories in which something must stand in.
    """
    open_ = [due for due in dues if not due.refused]
    contents = {**_read_contents({due.edition for due in open_}), **troubles}
    products = _products(contents, open_)
    received = PurchaseOrder.objects.on(day).received().values_list("producer", "producer__name")
    left = read_lefts({due.budget for due in open_ if due.budget}, day.year)
    categories: set[int] = set()
    while True:
        supply = read_supply(products, day, working_days, categories=categories)
        night = Night(contents, supply, dict(received), left)
        plan = make_plan(dues, night)
        if not plan.unread:
            return plan, night
        categories |= plan.unread


def _read_contents(keys: Collection[EditionKey]) -> dict[EditionKey, Wanted | CannotFix]:
    """Return slots and products of the editions; those of nothing can't be had."""
    wanted: dict[EditionKey, list[tuple[Slot, Product]]] = defaultdict(list)
    items = EditionItem.objects.filter(
        edition__bundle__in={key.bundle for key in keys},
        edition__delivery_date__in={key.day for key in keys},
        edition__exclusions__in={key.exclusions for key in keys},
    ).select_related("edition", "slot", "product__producer", "product__pool")
    for item in items.order_by("product__category_id", "product_id"):
        wanted[item.edition.key].append((item.slot, item.product))
    bundles = Bundle.objects.in_bulk({key.bundle for key in keys if key not in wanted})
    empty = {key: CannotFix("no_slots", str(bundles[key.bundle])) for key in keys if key.bundle in bundles}
    return {**empty, **wanted}


def _products(contents: Mapping[EditionKey, Wanted | CannotFix], dues: Collection[Due]) -> list[Product]:
    """Return every product that may be asked for: of the editions, and what members take instead."""
    wanted = [each for each in contents.values() if not isinstance(each, CannotFix)]
    products = {product.pk: product for each in wanted for _slot, product in each}
    for due in dues:
        products.update({product.pk: product for product in due.swaps.values()})
    return list(products.values())
