"""What a producer sees and does: purchase orders to accept, what to make by day."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from bundles.models import Product
from membership import clock
from membership.models import Organization
from membership.permissions import is_operator, role_required

from ..actions.note import write_note
from ..actions.purchase import accept_purchase_order
from ..actions.shortage import report_shortage
from ..exceptions import NotPossible
from ..forms_labels import ProducerLabelForm
from ..forms_producer import NoteForm, PurchaseOrderFilter, ShortageForm
from ..labels import portions
from ..models import OrderLine, PurchaseOrder, PurchaseOrderEvent, Shortage
from ..production import what_to_make
from ..production_sheet import production_xlsx
from ..reasons import words
from .back import redirect_back
from .floor import what_became_of

PAGE_SIZE = 25
PRODUCTION_DAYS = 28
DAYS_AT_HOME = 7
RECENT = 5
# Notes that actions write for everybody; any other note is a name or a person's own words.
NOTES = {"more was ordered": gettext_lazy("more was ordered")}


@require_GET
def producer_home(request: HttpRequest) -> HttpResponse:
    """What needs an answer now, what to make next, what was answered lately."""
    today = clock.today()
    own = PurchaseOrder.objects.for_user(request.user)  # type: ignore[arg-type]
    monday = today - timedelta(days=today.weekday())
    waiting = own.to_answer().with_amount().prefetch_related("lines__product")
    context = {
        "now": clock.now(),
        "waiting": list(waiting.order_by("acknowledge_by", "delivery_date")[:PAGE_SIZE]),
        "waiting_count": own.to_answer().count(),
        "days": _production(request, today, DAYS_AT_HOME),
        "recent": own.exclude(status__in=["issued", "overdue"])
        .with_amount()
        .order_by("-delivery_date")[:RECENT],
        "week": own.filter(delivery_date__range=(monday, monday + timedelta(days=6))).totals(),
        "month": own.filter(delivery_date__year=today.year, delivery_date__month=today.month).totals(),
    }
    return render(request, "orders/producer_home.html", context)


@require_GET
@role_required("producer", "operator")
def purchase_order_list(request: HttpRequest) -> HttpResponse:
    """The producer's purchase orders, or those of all producers for operators."""
    form = PurchaseOrderFilter(request.GET)
    form.is_valid()
    rows = _filtered(PurchaseOrder.objects.for_user(request.user), form.cleaned_data)  # type: ignore[arg-type]
    rows = rows.select_related("producer").with_amount().order_by("-delivery_date", "producer__name", "pk")
    context = {
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "form": form,
        "is_filtered": any(form.cleaned_data.values()),
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
    }
    return render(request, "orders/purchase_order_list.html", context)


def _filtered(rows: Any, wanted: dict[str, Any]) -> Any:
    if wanted.get("state") == "open":
        rows = rows.to_answer()
    elif wanted.get("state"):
        rows = rows.filter(status=wanted["state"])
    if wanted.get("since"):
        rows = rows.filter(delivery_date__gte=wanted["since"])
    if wanted.get("until"):
        rows = rows.filter(delivery_date__lte=wanted["until"])
    return rows


@require_GET
def purchase_order_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One purchase order: lines, deadline, shortages and what became of them, history."""
    return _detail(request, _purchase_order(request, number))


@require_POST
def purchase_order_accept(request: HttpRequest, number: str) -> HttpResponse:
    """Promise everything that is asked; for the producer, or an operator on its behalf."""
    purchase_order = _purchase_order(request, number)
    try:
        accept_purchase_order(purchase_order, actor=request.user, now=clock.now())  # type: ignore[arg-type]
    except NotPossible as error:
        messages.error(request, words(error.reason))
    else:
        messages.success(request, _("%(number)s is accepted.") % {"number": purchase_order.number})
    return redirect_back(request, reverse("orders:purchase_order_detail", args=[number]))


@require_POST
def purchase_order_shortage(request: HttpRequest, number: str, line: int) -> HttpResponse:
    """Bring fewer units of a line than was asked; each order that goes without is mended at once."""
    purchase_order = _purchase_order(request, number)
    row = get_object_or_404(purchase_order.lines, pk=line)
    form = ShortageForm(row, request.POST)
    if not form.is_valid():
        return _detail(request, purchase_order, form)
    try:
        shortages = report_shortage(
            row,
            form.cleaned_data["confirmed"],
            actor=request.user,  # type: ignore[arg-type]
            now=clock.now(),
        )
    except NotPossible as error:
        messages.error(request, words(error.reason))
    else:
        messages.success(request, what_became_of(shortages))
    return redirect("orders:purchase_order_detail", number)


@require_POST
def purchase_order_note(request: HttpRequest, number: str) -> HttpResponse:
    """Write to the other side: a producer to the hub, the hub to a producer."""
    purchase_order = _purchase_order(request, number)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _detail(request, purchase_order, note=form)
    write_note(purchase_order, form.cleaned_data["text"], actor=request.user, now=clock.now())  # type: ignore[arg-type]
    messages.success(request, _("The message is on its way."))
    return redirect("orders:purchase_order_detail", number)


@require_GET
@role_required("producer", "operator")
def production(request: HttpRequest) -> HttpResponse:
    """What to make in the coming weeks, by day: asked for, and expected."""
    today = clock.today()
    context = {
        "days": _production(request, today, PRODUCTION_DAYS),
        "until": today + timedelta(days=PRODUCTION_DAYS - 1),
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
    }
    return render(request, "orders/production.html", context)


@require_GET
@role_required("producer", "operator")
def production_file(request: HttpRequest) -> HttpResponse:
    """The same weeks as a spreadsheet."""
    today = clock.today()
    file = production_xlsx(_production(request, today, PRODUCTION_DAYS))
    response = HttpResponse(
        file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = f'attachment; filename="production-{today}.xlsx"'
    return response


def _production(request: HttpRequest, today: date, days: int) -> list[Any]:
    products = Product.objects.for_user(request.user)  # type: ignore[arg-type]
    return what_to_make(products, today, today + timedelta(days=days - 1))


def _purchase_order(request: HttpRequest, number: str) -> PurchaseOrder:
    rows = PurchaseOrder.objects.for_user(request.user).select_related("producer")  # type: ignore[arg-type]
    found: PurchaseOrder = get_object_or_404(rows, number=number)
    return found


def _detail(
    request: HttpRequest,
    purchase_order: PurchaseOrder,
    wrong: ShortageForm | None = None,
    note: NoteForm | None = None,
) -> HttpResponse:
    """Show the purchase order; `wrong` and `note` are forms that were filled in badly."""
    lines = list(purchase_order.lines.select_related("product"))
    status = PurchaseOrder.Status(purchase_order.status)
    may_change = status not in (PurchaseOrder.Status.RECEIVED, PurchaseOrder.Status.CANCELLED)
    context = {
        "now": clock.now(),
        "purchase_order": purchase_order,
        "lines": lines,
        "units": sum(line.coming for line in lines),
        "amount": sum(line.amount for line in lines),
        "shortages": _shortages(purchase_order),
        "shortage_forms": _shortage_forms(lines, wrong) if may_change else [],
        "shortage_open": wrong is not None,
        "to_answer": purchase_order.is_to_answer,
        "note_form": note or NoteForm(),
        "may_receive": may_change and is_operator(request.user),  # type: ignore[arg-type]
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
        "hub": Organization.objects.filter(kind=Organization.Kind.HUB).order_by("pk").first(),
        "events": _timeline(purchase_order),
        "label_form": ProducerLabelForm(),
        "portions": _portion_sizes(purchase_order),
        "crumbs": [{"label": _("Purchase orders"), "url": reverse("orders:purchase_order_list")}],
    }
    return render(request, "orders/purchase_order_detail.html", context, status=422 if wrong or note else 200)


def _portion_sizes(purchase_order: PurchaseOrder) -> list[tuple[OrderLine, list[tuple[int, int]]]]:
    """Return a line of each product with how many orders take how many units of it, the largest first."""
    return [
        (
            rows[0],
            [(orders, units) for units, orders in sorted(Counter(row.coming for row in rows).items())[::-1]],
        )
        for rows in portions(purchase_order).values()
    ]


def _shortage_forms(lines: list[Any], wrong: ShortageForm | None) -> list[ShortageForm]:
    return [
        wrong if wrong and wrong.line.pk == line.pk else ShortageForm(line) for line in lines if line.coming
    ]


def _shortages(purchase_order: PurchaseOrder) -> QuerySet[Shortage]:
    rows = Shortage.objects.filter(purchase_order_line__purchase_order=purchase_order)
    return rows.select_related("order_line__order", "substitute").order_by("reported_at", "pk")


def _timeline(purchase_order: PurchaseOrder) -> list[dict[str, Any]]:
    """Return what happened to the purchase order and what was written about it, in that order."""
    events: QuerySet[PurchaseOrderEvent] = purchase_order.events.select_related("actor")
    happened = [
        {
            "at": event.at,
            "text": event.get_to_display(),
            "who": event.actor or "",
            "state": event.to,
            "note": NOTES.get(event.note, event.note),
        }
        for event in events
    ]
    written = [
        {"at": note.at, "text": _("Message"), "who": note.author, "state": "", "note": note.text}
        for note in purchase_order.notes.select_related("author")
    ]
    return sorted(happened + written, key=lambda entry: entry["at"])
