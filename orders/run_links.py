"""Where the items of the run ledger lead: the pages of what they were about."""

from collections.abc import Collection, Iterable
from typing import Any

from django.urls import reverse

from .models import CycleItem, CycleRun, Occurrence, Order, PurchaseOrder

Step = CycleRun.Step
# Steps of which a subject may be the number of an order or of a purchase order.
ABOUT_ORDERS = {Step.APPROVAL, Step.FIX, Step.ANSWER, Step.STATEMENT}
ABOUT_PURCHASE_ORDERS = {Step.REMIND, Step.ACKNOWLEDGE}
# Of the others: what their `subject_id` is.
ABOUT_DATES = {Step.APPROVAL, Step.FIX}
ABOUT_STANDING_ORDERS = {Step.PREVIEW}


def urls_of(items: Collection[CycleItem]) -> dict[int, str]:
    """Return, by item, the address of an order, a purchase order, a date or its standing order.

    Orders are known by their number, a date by its key; what leads nowhere is left out. Needs `run`.
    """
    urls = _by_number(_of(items, ABOUT_ORDERS), Order, "orders:order_detail")
    urls |= _by_number(_of(items, ABOUT_PURCHASE_ORDERS), PurchaseOrder, "orders:purchase_order_detail")
    urls |= _by_date(item for item in _of(items, ABOUT_DATES) if item.pk not in urls)
    for item in _of(items, ABOUT_STANDING_ORDERS):
        if item.subject_id:
            urls[item.pk] = reverse("orders:standing_order_detail", args=[item.subject_id])
    return urls


def _of(items: Iterable[CycleItem], steps: Collection[str]) -> list[CycleItem]:
    return [item for item in items if item.run.step in steps]


def _by_number(items: Iterable[CycleItem], model: Any, page: str) -> dict[int, str]:
    keys = {item.pk: item.subject for item in items}
    known = set(model.objects.filter(number__in=set(keys.values())).values_list("number", flat=True))
    return {pk: reverse(page, args=[number]) for pk, number in keys.items() if number in known}


def _by_date(items: Iterable[CycleItem]) -> dict[int, str]:
    keys = {item.pk: item.subject_id for item in items}
    rows = Occurrence.objects.filter(pk__in=set(keys.values())).values_list(
        "pk", "standing_order", "rule_date"
    )
    known = {pk: (standing, day) for pk, standing, day in rows}
    return {
        pk: reverse("orders:standing_order_date", args=[known[key][0], known[key][1].isoformat()])
        for pk, key in keys.items()
        if key in known
    }
