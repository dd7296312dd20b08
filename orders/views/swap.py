"""A member looks through what will come, and takes another product of the same kind instead of one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bundles.models import Edition, EditionItem
from bundles.views_products import allergen_words
from membership import clock
from membership.models import Organization
from membership.permissions import can_order_for, role_required

from ..actions.swap import swap_product, undo_swap
from ..exceptions import NotPossible
from ..forms_swap import SwapForm
from ..models import Occurrence, Order
from ..planned import swaps_of
from ..reasons import words
from ..swapping import Coming, find_alternatives, ranked
from .institution import READERS


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def order_swap(request: HttpRequest, number: str) -> HttpResponse:
    """Swap products of a placed order."""
    rows = Order.objects.for_user(request.user).select_related("organization", "bundle")  # type: ignore[arg-type]
    order = get_object_or_404(rows, number=number)
    here, back = (reverse(f"orders:{name}", args=[order.number]) for name in ("order_swap", "order_detail"))
    return _swap(request, order, order.organization, here, back)


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def occurrence_swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Swap products of one date of a standing order."""
    rows = Occurrence.objects.for_user(request.user)  # type: ignore[arg-type]
    rows = rows.select_related("standing_order__organization", "bundle")
    occurrence = get_object_or_404(rows, pk=pk)
    here = reverse("orders:occurrence_swap", args=[pk])
    back = reverse("orders:standing_order_detail", args=[occurrence.standing_order_id])
    return _swap(request, occurrence, occurrence.standing_order.organization, here, back)


def _swap(
    request: HttpRequest, holder: Occurrence | Order, organization: Organization, here: str, back: str
) -> HttpResponse:
    may_order = can_order_for(request.user, organization)  # type: ignore[arg-type]
    if request.method == "POST":
        if not may_order:
            raise PermissionDenied
        _act(request, holder)
        return redirect(here)
    coming = Coming.of(holder)
    now = clock.now()
    edition = coming.edition() if coming else None
    is_open = bool(edition and coming and coming.cutoff_at > now and may_order)
    chosen = _chosen(request, edition) if is_open else None
    context = {
        "coming": coming,
        "edition": edition,
        "bundle": edition.bundle if edition else None,
        "rows": _rows(coming, edition) if coming and edition else [],
        "is_open": is_open,
        "chosen": chosen,
        "alternatives": _alternatives(coming, edition, chosen) if coming and edition and chosen else [],
        "now": now,
        "here": here,
        "back": back,
    }
    return render(request, "orders/swap.html", context)


def _act(request: HttpRequest, holder: Occurrence | Order) -> None:
    form = SwapForm(request.POST)
    if not form.is_valid():
        messages.error(request, words("no_alternative"))
        return
    product, alternative = form.cleaned_data["product"], form.cleaned_data["alternative"]
    try:
        if alternative is None:
            undo_swap(holder, product, now=clock.now())
            messages.success(request, _("What was planned comes again."))
        else:
            swap = swap_product(holder, product, alternative, actor=request.user, now=clock.now())  # type: ignore[arg-type]
            said = {"new": swap.alternative.display_name, "old": swap.product.display_name}
            messages.success(request, _("%(new)s comes instead of %(old)s.") % said)
    except NotPossible as error:
        messages.error(request, words(error.reason))


def _chosen(request: HttpRequest, edition: Edition | None) -> EditionItem | None:
    wanted = request.GET.get("item", "")
    items = edition.items.all() if edition else ()
    return next((item for item in items if str(item.product_id) == wanted), None)


def _rows(coming: Coming, edition: Edition) -> list[dict[str, Any]]:
    """Return what will come, slot by slot; `swapped` is what the member takes instead."""
    swaps = swaps_of(coming.holder)
    rows = []
    for item in edition.items.all():
        product = swaps.get(item.product_id, item.product)
        rows.append(
            {
                "item": item,
                "product": product,
                "is_swapped": item.product_id in swaps,
                "units": item.slot.units_of(product, coming.headcount),
                "allergens": allergen_words(product.allergen_codes),
            }
        )
    return rows


def _alternatives(coming: Coming, edition: Edition, item: EditionItem) -> list[dict[str, Any]]:
    found = ranked(find_alternatives(coming, edition, item), today=clock.today())
    return [
        {
            "product": product,
            "units": (units := item.slot.units_of(product, coming.headcount)),
            "worth": units * product.list_price,
            "allergens": allergen_words(product.allergen_codes),
        }
        for product in found
    ]
