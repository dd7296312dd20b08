"""The dispatch board: plan a day's routes, look at them, put them in force."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import ChannelError, KombuError

from membership import clock
from membership.permissions import role_required
from orders.exceptions import NotPossible
from orders.models import Order
from orders.reasons import words

from .actions.drafts import discard_draft, publish_draft
from .actions.runs import ask_plan, wish_of
from .board import read_board
from .board_map import drawing, map_of_board
from .day_sheets import day_sheets_pdf
from .forms_dispatch import PlanForm, SeenForm, WishForm
from .models import Depot, PlanRun, Route, RoutePlan, Shift
from .sheet import read_sheet
from .tasks import search_routes
from .timeline import timeline


@require_GET
@role_required("operator")
def dispatch_home(request: HttpRequest) -> HttpResponse:
    """Lead to today if something is still to be brought, else to the next day with fixed orders."""
    today = clock.today()
    coming = Order.objects.filter(
        delivery_date__gte=today, status__in=["confirmed", "packed", "dispatched"]
    ).aggregate(day=Min("delivery_date"))
    return redirect("delivery:dispatch", day=coming["day"] or today)


@never_cache
@require_GET
@role_required("operator")
def dispatch(request: HttpRequest, day: date) -> HttpResponse:
    """Show a day: its draft if there is one, or the plan in force (`?plan=published`)."""
    return dispatch_page(request, day)


def dispatch_page(request: HttpRequest, day: date, form: PlanForm | None = None) -> HttpResponse:
    """Show the board; `form` is what was asked for wrongly. htmx gets only what changes by itself."""
    now, today = clock.now(), clock.today()
    depots = list(Depot.objects.order_by("pk"))
    chosen = request.GET.get("depot", "")
    depot = next((one for one in depots if str(one.pk) == chosen), depots[0] if depots else None)
    run = PlanRun.objects.filter(depot=depot, date=day).select_related("asked_by", "plan").first()
    if request.headers.get("HX-Target") == "plan-run":
        return _run_part(request, run, day)
    plans = {plan.status: plan for plan in RoutePlan.objects.of(depot, day).in_view().select_related("depot")}
    draft, published = plans.get("draft"), plans.get("published")
    plan = published if published and (draft is None or request.GET.get("plan") == "published") else draft
    to_deliver = list(Order.objects.to_deliver(day).select_related("site", "organization"))
    query = request.GET.get("q", "")
    board = plan and read_board(plan, to_deliver=to_deliver, now=now, words=query)
    context = {"day": day, "now": now, "plan": plan, "board": board, "depot": depot, "query": query}
    context["timeline"] = board and timeline(board, now)
    if getattr(request, "htmx", False):
        return render(request, "delivery/dispatch_live.html", context)
    earlier, later = _neighbours(day)
    context |= {
        "earlier": earlier,
        "later": later,
        "is_past": day < today,
        "is_live": day == today and plan is not None and plan == published,
        "depots": depots,
        "run": run,
        "draft": draft,
        "published": published,
        "map_data": board and map_of_board(board),
        "drawing": board and drawing(board),
        "to_deliver": len(to_deliver),
        "shift_count": Shift.objects.filter(date=day, vehicle__depot=depot, vehicle__is_active=True).count(),
        "form": form or PlanForm(),
    }
    return render(request, "delivery/dispatch.html", context)


def _neighbours(day: date) -> tuple[date | None, date | None]:
    """The days with fixed orders before and after."""
    orders = Order.objects.exclude(status__in=[*Order.OPEN, Order.Status.CANCELLED])
    before = orders.filter(delivery_date__lt=day).aggregate(day=Max("delivery_date"))
    after = orders.filter(delivery_date__gt=day).aggregate(day=Min("delivery_date"))
    return before["day"], after["day"]


def _run_part(request: HttpRequest, run: PlanRun | None, day: date) -> HttpResponse:
    """How far the planning is; once it has ended the page is loaded anew."""
    response = render(request, "delivery/plan_run.html", {"run": run, "day": day})
    if run is None or not run.is_alive:
        response["HX-Refresh"] = "true"
    return response


@never_cache
@require_GET
@role_required("operator")
def plan_sheets(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the route sheets of a plan that is or was in force, one after the other, on paper."""
    routes = Route.objects.for_user(request.user).filter(plan=pk).with_stops()  # type: ignore[arg-type]
    sheets = [
        read_sheet(route, user=request.user, today=clock.today())  # type: ignore[arg-type]
        for route in routes.order_by("departs_at", "pk")
    ]
    if not sheets:
        raise Http404
    response = HttpResponse(day_sheets_pdf(sheets), content_type="application/pdf")
    name = f"routes-{sheets[0].route.plan.date}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


# -- What operators do ------------------------------------------------------------------------------


@require_POST
@role_required("operator")
def plan_ask(request: HttpRequest, day: date) -> HttpResponse:
    """Ask a worker for a plan of the day; what it finds becomes the day's draft."""
    if day < clock.today():
        messages.error(request, _("Routes can be planned for today and the days to come."))
        return redirect("delivery:dispatch", day=day)
    form = PlanForm(request.POST or {"seconds": PlanForm.base_fields["seconds"].initial})
    if not form.is_valid():
        return dispatch_page(request, day, form)
    chosen = request.POST.get("depot", "")
    depots = Depot.objects.filter(pk=chosen) if chosen.isdigit() else Depot.objects.all()
    for depot in depots.order_by("pk"):
        run = ask_plan(
            depot,
            day,
            base=_base(depot, day),
            **form.cleaned_data,
            actor=request.user,  # type: ignore[arg-type]
            now=clock.now(),
        )
        _hurry(run)
    return redirect("delivery:dispatch", day=day)


def _base(depot: Depot, day: date) -> RoutePlan | None:
    """The plan whose locks hold: the draft, or else what is in force."""
    plans = RoutePlan.objects.of(depot, day)
    base: RoutePlan | None = plans.drafts().first() or plans.published().first()
    return base


def _hurry(run: PlanRun) -> None:
    """Tell a worker; if none can be told, the next sweep finds the row."""
    try:
        search_routes.delay(run.pk)
    except (KombuError, ChannelError, OSError):
        return


@require_POST
@role_required("operator")
def run_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a planning: take the best so far, or forget it."""
    run = get_object_or_404(PlanRun, pk=pk)
    form = WishForm(request.POST)
    if form.is_valid():
        wish_of(run, form.cleaned_data["wish"], now=clock.now())
    return _back(run.date, run.depot_id)


@require_POST
@role_required("operator")
def plan_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft in force: couriers and recipients are told."""
    draft = get_object_or_404(RoutePlan.objects.select_related("depot"), pk=pk)
    form = SeenForm(request.POST)
    try:
        if form.is_valid():
            publish_draft(draft, **form.cleaned_data, actor=request.user, now=clock.now())  # type: ignore[arg-type]
            messages.success(request, _("The plan is in force. Couriers and recipients are told."))
    except NotPossible as refusal:
        messages.error(request, words(refusal.reason))
    return _back(draft.date, draft.depot_id)


@require_POST
@role_required("operator")
def plan_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft away; what is in force stays as it is."""
    draft = get_object_or_404(RoutePlan, pk=pk)
    form = SeenForm(request.POST)
    try:
        if form.is_valid():
            discard_draft(draft, **form.cleaned_data)
            messages.success(request, _("The draft is discarded."))
    except NotPossible as refusal:
        messages.error(request, words(refusal.reason))
    return _back(draft.date, draft.depot_id)


def _back(day: date, depot: int, **query: Any) -> HttpResponse:
    return redirect(reverse("delivery:dispatch", args=[day], query={"depot": depot, **query}))
