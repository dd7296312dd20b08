"""The hub's floor: receiving and packing."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from membership import clock
from membership.permissions import is_operator, role_required

from ..actions.call_off import call_off_order
from ..actions.pack import pack_order
from ..actions.receive import receive_purchase_order
from ..exceptions import NotPossible
from ..forms import CallOffForm
from ..forms_labels import LabelForm
from ..forms_producer import PackingDayForm
from ..models import Order, PurchaseOrder
from ..packing import by_product, by_route, next_packing_day, packing_days, packing_list, receiving_list
from ..reasons import words
from .back import redirect_back

PAGE_SIZE = 25
DAYS_IN_TABS = 7
PACKING_VIEWS = ("receiving", "orders", "products")


@require_GET
@role_required("operator")
def packing(request: HttpRequest) -> HttpResponse:
    """One delivery day at the hub: goods coming in, orders to pack, and goods by product.

    Without a date it is the next day with orders that haven't left; without a view, receiving until all
    is there, then packing.
    """
    today = clock.today()
    form = PackingDayForm(request.GET)
    day = (form.is_valid() and form.cleaned_data["date"]) or next_packing_day(today) or today
    purchase_orders, orders = receiving_list(day), packing_list(day)
    focus = request.GET.get("line", "")
    purchase_orders.sort(key=lambda row: not any(str(line.pk) == focus for line in row.lines.all()))
    received = sum(row.status == PurchaseOrder.Status.RECEIVED for row in purchase_orders)
    view = request.GET.get("view", "")
    if view not in PACKING_VIEWS:
        view = "receiving" if received < len(purchase_orders) else "orders"
    context = {
        "day": day,
        "form": form if form.errors else PackingDayForm({"date": day}),
        "days": packing_days(today)[:DAYS_IN_TABS],
        "view": view,
        "purchase_orders": purchase_orders,
        "focus": focus,
        "late": PurchaseOrder.objects.never_came(day).select_related("producer")
        if view == "receiving"
        else [],
        "received": received,
        "orders": orders,
        "routes": by_route(orders),
        "packed": sum(not row.is_to_pack for row in orders),
        "boxes": sum(row.boxes for row in orders),
        "products": by_product(orders) if view == "products" else [],
        "label_form": LabelForm(),
        "label_day": {"date": day.isoformat()},
        "here": f"{request.path}?date={day.isoformat()}&view={view}",
    }
    return render(request, "orders/packing.html", context)


@require_POST
def order_pack(request: HttpRequest, number: str) -> HttpResponse:
    """The order's boxes stand ready."""
    order = get_object_or_404(Order.objects.for_user(request.user), number=number)  # type: ignore[arg-type]
    if not is_operator(request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    try:
        pack_order(order, actor=request.user, now=clock.now())  # type: ignore[arg-type]
    except NotPossible as error:
        messages.error(request, f"{order.number}: {words(error.reason)}")
    return redirect_back(request, _packing_page(order.delivery_date, "orders"))


@require_POST
def order_call_off(request: HttpRequest, number: str) -> HttpResponse:
    """Take a fixed order back for the institution, with a reason."""
    order = get_object_or_404(Order.objects.for_user(request.user), number=number)  # type: ignore[arg-type]
    if not is_operator(request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    form = CallOffForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please say why: the institution reads it."))
    else:
        try:
            call_off_order(
                order,
                reason=form.cleaned_data["reason"],
                actor=request.user,  # type: ignore[arg-type]
                now=clock.now(),
            )
            messages.success(request, _("The order was cancelled. Institution and producers are told."))
        except NotPossible as error:
            messages.error(request, words(error.reason))
    return redirect("orders:order_detail", number=order.number)


@require_POST
def purchase_order_receive(request: HttpRequest, number: str) -> HttpResponse:
    """The goods are at the hub, as promised; fewer must be reported as a shortage first."""
    rows = PurchaseOrder.objects.for_user(request.user)  # type: ignore[arg-type]
    purchase_order = get_object_or_404(rows, number=number)
    if not is_operator(request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    try:
        receive_purchase_order(purchase_order, actor=request.user, now=clock.now())  # type: ignore[arg-type]
    except NotPossible as error:
        messages.error(request, f"{purchase_order.number}: {words(error.reason)}")
    return redirect_back(request, _packing_page(purchase_order.delivery_date, "receiving"))


def _packing_page(day: date, view: str) -> str:
    return f"{reverse('orders:packing')}?date={day.isoformat()}&view={view}"
