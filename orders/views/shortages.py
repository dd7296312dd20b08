"""The hub looks at a shortage: all orders at once, what became of each and why; it may choose otherwise."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bundles.models import Product
from membership import clock
from membership.permissions import role_required

from ..actions.shortage import report_shortage
from ..actions.shortage_change import change_shortage, change_shortages
from ..exceptions import NotPossible
from ..forms_shortage import ChoiceForm, ReportForm
from ..models import OrderLine, PurchaseOrder, PurchaseOrderLine, Shortage
from ..reasons import words
from ..shortage_plan import free_now, read_plan, read_ranking, spread
from ..shortages import passed_over, shortage_steps
from .floor import say_why, what_became_of

PAGE_SIZE = 50


@never_cache
@require_GET
@role_required("operator")
def shortage_list(request: HttpRequest) -> HttpResponse:
    """Questions that are open, and every product that was short, the latest delivery first."""
    lines = (
        PurchaseOrderLine.objects.filter(shortages__isnull=False)
        .select_related("product", "purchase_order__producer")
        .annotate(
            orders=Count("shortages__order_line__order", distinct=True),
            replaced=Count("shortages", filter=Q(shortages__status="replaced")),
            credited=Sum("shortages__amount", filter=Q(shortages__status="credited")),
            asked=Count("shortages", filter=Q(shortages__status="asked")),
        )
        .order_by("-purchase_order__delivery_date", "product_name", "pk")
    )
    questions = Shortage.objects.for_user(request.user).open()  # type: ignore[arg-type]
    context = {
        "now": clock.now(),
        "page_obj": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page")),
        "questions": questions.select_related(
            "order_line__order__organization", "purchase_order_line__purchase_order"
        ).order_by("answer_by", "pk")[:PAGE_SIZE],
        "open_count": questions.count(),
    }
    return render(request, "orders/shortage_list.html", context)


@never_cache
@require_GET
@role_required("operator")
def shortage_line(request: HttpRequest, pk: int) -> HttpResponse:
    """A product on a day: what would become of all orders if so many came, or what became of them."""
    return _page(request, _line(pk))


@require_POST
@role_required("operator")
def shortage_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report what the page has shown; an order's substitute may still be another in the end."""
    line = _line(pk)
    form = ReportForm(line, request.POST)
    if not form.is_valid():
        return _page(request, line, form)
    try:
        shortages = report_shortage(
            line,
            form.cleaned_data["confirmed"],
            first=form.cleaned_data["first"],
            actor=request.user,  # type: ignore[arg-type]
            now=clock.now(),
        )
    except NotPossible as error:
        say_why(request, error)
    else:
        messages.success(request, what_became_of(shortages))
    return redirect("orders:shortage_line", pk)


@require_POST
@role_required("operator")
def shortage_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose otherwise for one order."""
    shortage = get_object_or_404(Shortage.objects.for_user(request.user), pk=pk)  # type: ignore[arg-type]
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose one of these."))
    else:
        try:
            change_shortage(
                shortage,
                form.cleaned_data["product"],
                actor=request.user,  # type: ignore[arg-type]
                now=clock.now(),
            )
            messages.success(request, _("Changed. The institution is told."))
        except NotPossible as error:
            say_why(request, error)
    page = reverse("orders:shortage_line", args=[shortage.purchase_order_line_id])
    return redirect(f"{page}#shortage-{shortage.pk}")


@require_POST
@role_required("operator")
def shortage_change_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose otherwise for all orders at once."""
    line, form = _line(pk), ChoiceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose one of these."))
        return redirect("orders:shortage_line", pk)
    done, refused = change_shortages(
        line,
        form.cleaned_data["product"],
        actor=request.user,  # type: ignore[arg-type]
        now=clock.now(),
    )
    if done:
        said = ngettext("%(count)d order has it like this.", "%(count)d orders have it like this.", done)
        messages.success(request, said % {"count": done})
    for error in refused:
        say_why(request, error)
    return redirect("orders:shortage_line", pk)


def _line(pk: int) -> PurchaseOrderLine:
    rows = PurchaseOrderLine.objects.select_related("product__category", "purchase_order__producer")
    line: PurchaseOrderLine = get_object_or_404(rows, pk=pk)
    return line


def _page(request: HttpRequest, line: PurchaseOrderLine, wrong: ReportForm | None = None) -> HttpResponse:
    now = clock.now()
    rows = Shortage.objects.filter(purchase_order_line=line).select_related(
        "order_line__order__organization", "substitute", "reported_by", "purchase_order_line"
    )
    found = list(rows.prefetch_related("events__actor").order_by("order_line__order", "pk"))
    form = wrong or (ReportForm(line, request.GET) if "confirmed" in request.GET else ReportForm(line))
    ranking = read_ranking(line, now=now)
    status = line.purchase_order.status
    context = {
        "now": now,
        "line": line,
        "rows": [(row, passed_over(row, _names(found))) for row in found],
        "figures": _figures(found),
        "steps": shortage_steps(found)[:PAGE_SIZE],
        "ranking": ranking,
        "choices": [each for each in ranking if not each.why],
        "form": form,
        "preview": _preview(line, form, now) if form.is_bound and form.is_valid() else None,
        "may_report": status not in (PurchaseOrder.Status.RECEIVED, PurchaseOrder.Status.CANCELLED)
        and line.received is None
        and line.coming > 0,
        "crumbs": [{"label": _("Shortages"), "url": reverse("orders:shortage_list")}],
    }
    return render(request, "orders/shortage_line.html", context, status=422 if wrong else 200)


def _figures(shortages: list[Shortage]) -> dict[str, int]:
    """Return units by what became of them, and the won that were credited."""
    units = dict.fromkeys(Shortage.Status.values, 0)
    for row in shortages:
        units[row.status] += row.quantity
    return {
        **units,
        "missing": sum(units.values()) - units["dropped"],
        "won": sum(row.credited for row in shortages),
    }


def _names(shortages: list[Shortage]) -> dict[int, str]:
    keys = {product for row in shortages for product, _why in row.passed_over}
    return {product.pk: product.display_name for product in Product.objects.filter(pk__in=keys)}


def _preview(line: PurchaseOrderLine, form: ReportForm, now: Any) -> dict[str, Any] | None:
    """Say what would become of each order, without doing it."""
    losing = OrderLine.objects.standing_to_lose(line.product_id, line.purchase_order.delivery_date)
    missing = line.coming - form.cleaned_data["confirmed"]
    lost, left = spread(list(losing.select_related("order__organization")), missing)
    if not lost:
        return None
    plan = read_plan(
        line.product, lost, free_now(line.product, lost), first=form.cleaned_data["first"], now=now
    )
    rows = [
        {
            "order": order_line.order,
            "units": units,
            "outcome": decision.outcome,
            "label": Shortage.Status(decision.outcome).label,
            "why": words(decision.why),
            "options": [(plan.products[option.product], option.units) for option in decision.options],
            "answer_by": decision.answer_by,
        }
        for (order_line, units), decision in zip(lost, plan.decisions, strict=True)
    ]
    return {"rows": rows, "too_late": left, "missing": missing}
