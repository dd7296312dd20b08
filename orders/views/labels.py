"""Labels to print: the hub's for its boxes, a producer's for what it brings."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from membership import clock
from membership.permissions import is_operator, role_required

from ..forms_labels import LabelForm, ProducerLabelForm
from ..forms_producer import PackingDayForm
from ..label_pdf import Label, labels_pdf
from ..labels import box_labels, order_labels, portion_labels
from ..models import Order, PurchaseOrder
from ..packing import FIXED, by_route, packing_list, packing_orders


@never_cache
@require_GET
@role_required("operator")
def day_labels(request: HttpRequest) -> HttpResponse:
    """Labels for the boxes of a delivery day, route by route in the order of the stops."""
    day = PackingDayForm(request.GET)
    date = (day.is_valid() and day.cleaned_data["date"]) or clock.today()
    labels = order_labels(row for route in by_route(packing_list(date)) for row in route.rows)
    otherwise = f"{reverse('orders:packing')}?date={date}&view=orders"
    return _answer(request, LabelForm(request.GET), labels, f"labels-{date}", otherwise)


@never_cache
@require_GET
def one_orders_labels(request: HttpRequest, number: str) -> HttpResponse:
    """Labels for the boxes of one order."""
    rows = Order.objects.for_user(request.user).filter(status__in=FIXED)  # type: ignore[arg-type]
    order = get_object_or_404(rows, number=number)
    if not is_operator(request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    labels = order_labels(packing_orders(Order.objects.filter(pk=order.pk)))
    otherwise = reverse("orders:order_detail", args=[number])
    return _answer(request, LabelForm(request.GET), labels, f"labels-{number}", otherwise)


@never_cache
@require_GET
def purchase_order_labels(request: HttpRequest, number: str) -> HttpResponse:
    """Labels for what a producer brings, by box or by each order's portion."""
    rows = PurchaseOrder.objects.for_user(request.user).select_related("producer")  # type: ignore[arg-type]
    purchase_order = get_object_or_404(rows, number=number)
    form = ProducerLabelForm(request.GET)
    make = portion_labels if form["by"].value() == "portion" else box_labels
    otherwise = reverse("orders:purchase_order_detail", args=[number])
    return _answer(request, form, make(purchase_order), f"labels-{number}", otherwise)


def _answer(
    request: HttpRequest, form: LabelForm, labels: Sequence[Label], name: str, otherwise: str
) -> HttpResponse:
    """Return the labels; a form filled in wrongly leads back to the page `otherwise` with a word of why."""
    if not labels:
        raise Http404
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return redirect(otherwise)
    pdf = labels_pdf(labels, form.chosen, start=form.cleaned_data["start"] or 1, title=name)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
