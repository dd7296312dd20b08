"""The run ledger for operators: run by run, and item by item for an institution or a delivery date."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from membership.permissions import role_required

from ..forms_runs import ItemFilter, RunFilter
from ..models import CycleItem, CycleRun
from ..reasons import words
from ..run_links import urls_of

PAGE_SIZE = 25
# Most urgent first.
OUTCOME_ORDER = Case(
    When(outcome=CycleItem.Outcome.FAILED, then=Value(0)),
    When(outcome=CycleItem.Outcome.SKIPPED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


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
def cycle_item_list(request: HttpRequest) -> HttpResponse:
    """What runs did for an institution or a delivery date, the latest first."""
    form = ItemFilter(request.GET)
    items = form.narrow(CycleItem.objects.order_by("-pk"))
    page_obj = _page(request, items)
    context = {
        "page_obj": page_obj,
        "rows": _rows(page_obj),
        "form": form,
        "is_filtered": any(form.cleaned_data.values()),
    }
    return render(request, "orders/cycle_item_list.html", context)


@require_GET
@role_required("operator")
def cycle_run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run, item by item, failures first."""
    run = get_object_or_404(CycleRun, pk=pk)
    items = CycleItem.objects.filter(run=run).order_by(OUTCOME_ORDER, "pk")
    outcome = request.GET.get("outcome", "")
    if outcome in CycleItem.Outcome.values:
        items = items.filter(outcome=outcome)
    page_obj = _page(request, items)
    context = {
        "run": run,
        "outcome": outcome,
        "total": run.done + run.skipped + run.failed,
        "page_obj": page_obj,
        "rows": _rows(page_obj),
        "crumbs": [{"label": _("Runs"), "url": reverse("orders:cycle_run_list")}],
    }
    return render(request, "orders/cycle_run_detail.html", context)


def _page(request: HttpRequest, items: QuerySet[CycleItem]) -> Page[CycleItem]:
    items = items.select_related("organization", "run")
    return Paginator(items, PAGE_SIZE).get_page(request.GET.get("page"))


def _rows(page: Page[CycleItem]) -> list[dict[str, Any]]:
    """Return what the tables show of items: why, in words, and the address of what they were about."""
    urls = urls_of(list(page))
    return [{"item": item, "reason": words(item.reason), "url": urls.get(item.pk, "")} for item in page]
