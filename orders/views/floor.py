"""The hub's tables: goods are counted in and orders packed line by line, by tick or by scan."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from membership import clock
from membership.permissions import is_operator

from ..actions.pack import pack_line, unpack_line
from ..actions.receive import receive_line, take_back_line
from ..actions.shortage import report_missing
from ..exceptions import NotPossible
from ..forms_labels import LabelForm
from ..forms_producer import CountForm
from ..models import Order, OrderLine, PurchaseOrder, PurchaseOrderLine, Shortage
from ..packing import FIXED, PackingOrder, by_route, packing_list
from ..reasons import words
from .back import redirect_back

# -- Receiving --------------------------------------------------------------------------------------


@require_POST
def purchase_order_line_receive(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """So many units of the line are here; fewer than promised are a shortage at once."""
    row = _purchase_order_line(request, number, line)
    form = CountForm(row.coming, request.POST)
    if form.is_valid():
        units = form.cleaned_data["units"]
        shortages = _try(request, lambda **who: receive_line(row, units, **who))
        if shortages:
            messages.success(request, what_became_of(shortages))
    else:
        _say_what_is_wrong(request, form)
    return redirect_back(request, receiving_page(row))


@require_POST
def purchase_order_line_take_back(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """The line was counted in by mistake."""
    row = _purchase_order_line(request, number, line)
    _try(request, lambda **who: take_back_line(row, **who))
    return redirect_back(request, receiving_page(row))


def receiving_page(line: PurchaseOrderLine) -> str:
    """Where the line is counted in, with that line in view."""
    day = line.purchase_order.delivery_date.isoformat()
    return f"{reverse('orders:packing')}?date={day}&view=receiving&line={line.pk}#line-{line.pk}"


def _purchase_order_line(request: HttpRequest, number: str, line: int) -> PurchaseOrderLine:
    rows = PurchaseOrder.objects.for_user(request.user)  # type: ignore[arg-type]
    purchase_order = get_object_or_404(rows, number=number)
    _require_operator(request)
    found: PurchaseOrderLine = get_object_or_404(
        purchase_order.lines.select_related("purchase_order", "product"), pk=line
    )
    return found


# -- Packing ----------------------------------------------------------------------------------------


@never_cache
@require_GET
def order_packing(request: HttpRequest, number: str) -> HttpResponse:
    """One order at the packing table: what goes into its boxes, chilled goods last, and the next order."""
    order = _order(request, number)
    route, place = _on_route(order)
    row = route[place]
    here = _counted_in(row)
    ticks = [{"line": line, "is_here": line.product_id in here} for line in row.lines]
    context = {
        "order": order,
        "row": row,
        "ambient": [tick for tick in ticks if tick["line"].storage == "ambient"],  # type: ignore[attr-defined]
        "chilled": [tick for tick in ticks if tick["line"].storage != "ambient"],  # type: ignore[attr-defined]
        "ambient_left": any(line.storage == "ambient" and not hasattr(line, "packed") for line in row.lines),
        "is_open": order.status in (Order.Status.CONFIRMED, Order.Status.PACKED),
        "before": route[place - 1] if place else None,
        "after": route[place + 1] if place + 1 < len(route) else None,
        "label_form": LabelForm(),
        "crumbs": [
            {
                "label": _("Packing"),
                "url": f"{reverse('orders:packing')}?date={order.delivery_date.isoformat()}&view=orders",
            }
        ],
    }
    return render(request, "orders/order_packing.html", context)


def _on_route(order: Order) -> tuple[list[PackingOrder], int]:
    """Return the orders that are packed for the same route, and the place of this one among them."""
    for route in by_route(packing_list(order.delivery_date)):
        for place, row in enumerate(route.rows):
            if row.order.pk == order.pk:
                return route.rows, place
    raise AssertionError("A fixed order is on the packing list of its day.")


def _counted_in(row: PackingOrder) -> set[int]:
    """Which of the order's products the hub has counted in."""
    lines = PurchaseOrderLine.objects.filter(
        purchase_order__delivery_date=row.order.delivery_date,
        product__in=[line.product_id for line in row.lines],
        received__isnull=False,
    )
    return set(lines.values_list("product", flat=True))


@require_POST
def order_line_pack(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """The line lies in the boxes."""
    row = _order_line(request, number, line)
    _try(request, lambda **who: pack_line(row, **who))
    return redirect("orders:order_packing", number)


@require_POST
def order_line_unpack(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """The line isn't in the boxes after all."""
    row = _order_line(request, number, line)
    _try(request, lambda **who: unpack_line(row, **who))
    return redirect("orders:order_packing", number)


@require_POST
def order_line_missing(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """Only so many units of the line are at hand; the order is mended at once."""
    row = _order_line(request, number, line)
    form = CountForm(row.coming, request.POST)
    if form.is_valid():
        shortage = _try(request, lambda **who: report_missing(row, form.cleaned_data["units"], **who))
        if shortage:
            messages.success(request, what_became_of([shortage]))
    else:
        _say_what_is_wrong(request, form)
    return redirect("orders:order_packing", number)


def _order(request: HttpRequest, number: str) -> Order:
    orders = Order.objects.for_user(request.user).filter(status__in=FIXED)  # type: ignore[arg-type]
    order: Order = get_object_or_404(orders, number=number)
    _require_operator(request)
    return order


def _order_line(request: HttpRequest, number: str, line: int) -> OrderLine:
    found: OrderLine = get_object_or_404(_order(request, number).lines.select_related("order"), pk=line)
    return found


# -- Both -------------------------------------------------------------------------------------------


def what_became_of(shortages: list[Shortage]) -> str:
    """Say how many orders a shortage touches and how they were mended."""
    if not shortages:
        return _("Nothing has changed: this is what was promised before.")
    replaced = sum(1 for shortage in shortages if shortage.substitute_id)
    asked = sum(1 for shortage in shortages if shortage.is_open)
    said = ngettext(
        "The shortage is reported. It touches %(count)d order; %(replaced)d of them got a substitute.",
        "The shortage is reported. It touches %(count)d orders; %(replaced)d of them got a substitute.",
        len(shortages),
    ) % {"count": len(shortages), "replaced": replaced}
    if not asked:
        return said
    return (
        said
        + " "
        + ngettext(
            "%(count)d institution is asked what should come instead.",
            "%(count)d institutions are asked what should come instead.",
            asked,
        )
        % {"count": asked}
    )


def _try(request: HttpRequest, act: Callable[..., Any]) -> Any:
    """Do it as the user, with the clock; if it can't be done, say why and return None."""
    try:
        return act(actor=request.user, now=clock.now())
    except NotPossible as error:
        say_why(request, error)
    return None


def say_why(request: HttpRequest, error: NotPossible) -> None:
    """Tell the reader what can't be done, and of what."""
    why = words(error.reason)
    messages.error(request, f"{error.detail}: {why}" if error.detail else why)


def _say_what_is_wrong(request: HttpRequest, form: CountForm) -> None:
    for errors in form.errors.values():
        messages.error(request, " ".join(map(str, errors)))


def _require_operator(request: HttpRequest) -> None:
    if not is_operator(request.user):  # type: ignore[arg-type]
        raise PermissionDenied
