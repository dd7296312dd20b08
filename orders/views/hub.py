"""The hub's floor: receiving, packing, and the run ledger."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
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
from ..forms_producer import PackingDayForm, RunFilter
from ..models import CycleItem, CycleRun, Occurrence, Order, PurchaseOrder
from ..packing import by_product, by_route, next_packing_day, packing_days, packing_list, receiving_list
from ..reasons import words
from .back import redirect_back

PAGE_SIZE = 25
DAYS_IN_TABS = 7
PACKING_VIEWS = ("receiving", "orders", "products")
# Most urgent first.
OUTCOME_ORDER = Case(
    When(outcome=CycleItem.Outcome.FAILED, then=Value(0)),
    When(outcome=CycleItem.Outcome.SKIPPED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


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


@require_GET
@role_required("operator")
def cycle_run_list(request: HttpRequest) -> HttpResponse:
    """The run ledger, newest first: what each step found due and what became of it."""
    form = RunFilter(request.GET)
    form.is_valid()
    runs = CycleRun.objects.all()
    if form.cleaned_data.get("step"):
        runs = runs.filter(step=form.cleaned_data["step"])
    if form.cleaned_data.get("failures"):
        runs = runs.filter(failed__gt=0)
    context = {
        "page_obj": Paginator(runs, PAGE_SIZE).get_page(request.GET.get("page")),
        "form": form,
        "is_filtered": any(form.cleaned_data.values()),
    }
    return render(request, "orders/cycle_run_list.html", context)


@require_GET
@role_required("operator")
def cycle_run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run, item by item, failures first."""
    run = get_object_or_404(CycleRun, pk=pk)
    items = run.items.select_related("organization").order_by(OUTCOME_ORDER, "pk")
    outcome = request.GET.get("outcome", "")
    if outcome in CycleItem.Outcome.values:
        items = items.filter(outcome=outcome)
    page_obj = Paginator(items, PAGE_SIZE).get_page(request.GET.get("page"))
    urls = _urls(run, page_obj.object_list)
    context = {
        "run": run,
        "outcome": outcome,
        "total": run.done + run.skipped + run.failed,
        "page_obj": page_obj,
        "rows": [
            {"item": item, "reason": words(item.reason), "url": urls.get(item.pk, "")} for item in page_obj
        ],
        "crumbs": [{"label": _("Runs"), "url": reverse("orders:cycle_run_list")}],
    }
    return render(request, "orders/cycle_run_detail.html", context)


def _urls(run: CycleRun, items: Iterable[CycleItem]) -> dict[int, str]:
    """Return, by item, the address of what it was about: an order, a purchase order or a standing order.

    A number is found by the item's subject; an occurrence that became no order leads to its standing order.
    """
    subjects = {item.subject: item for item in items}
    name, numbers = "", set[str]()
    if run.step in (CycleRun.Step.REMIND, CycleRun.Step.ACKNOWLEDGE):
        name = "orders:purchase_order_detail"
        numbers = set(PurchaseOrder.objects.filter(number__in=subjects).values_list("number", flat=True))
    elif run.step in (CycleRun.Step.FIX, CycleRun.Step.STATEMENT):
        name = "orders:order_detail"
        numbers = set(Order.objects.filter(number__in=subjects).values_list("number", flat=True))
    urls = {subjects[number].pk: reverse(name, args=[number]) for number in numbers}
    return {**_standing_order_urls(run, [item for item in items if item.pk not in urls]), **urls}


def _standing_order_urls(run: CycleRun, items: list[CycleItem]) -> dict[int, str]:
    keys: dict[Any, Any] = {}
    if run.step == CycleRun.Step.PREVIEW:
        keys = {item.subject_id: item.subject_id for item in items}
    elif run.step == CycleRun.Step.FIX:
        rows = Occurrence.objects.filter(pk__in=[item.subject_id for item in items])
        keys = dict(rows.values_list("pk", "standing_order"))
    return {
        item.pk: reverse("orders:standing_order_detail", args=[keys[item.subject_id]])
        for item in items
        if keys.get(item.subject_id)
    }
