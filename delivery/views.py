"""Routes: the courier's day, the stops, the sheets; planning by the operator."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from kombu.exceptions import ChannelError, KombuError

from membership import clock
from membership.models import User
from membership.permissions import is_operator, role_required
from orders.exceptions import NotPossible
from orders.reasons import words

from .actions.driving import deliver_stop, fail_stop, start_route
from .documents import route_sheet_pdf
from .forms import REPLACED, DeliverForm, FailForm, PlanDayForm, RouteFilter, StopForm
from .models import Route, RoutePlan, Stop
from .sheet import SheetStop, map_of, read_sheet
from .tasks import plan_day_routes

ROUTES_A_PAGE = 25


# -- Pages ----------------------------------------------------------------------------------------


@never_cache
def courier_home(request: HttpRequest, bound: StopForm | None = None) -> HttpResponse:
    """Show the courier's route of today, or else the next one, on a phone.

    `bound` is a form that was filled in wrongly: its stop shows it again.
    """
    today = clock.today()
    own = Route.objects.for_user(_user(request)).filter(shift__courier=_user(request))
    route = own.filter(plan__date=today).with_stops().first()
    coming = own.filter(plan__date__gt=today).order_by("plan__date").with_stops().first()
    left = own.filter(plan__date__lt=today, status=Route.Status.STARTED).select_related("plan").first()
    context: dict[str, Any] = {"today": today, "is_today": route is not None, "coming": coming, "left": left}
    if shown := route or coming:
        context |= _sheet_context(request, shown, bound)
        context["current"] = context["sheet"].next_stop
    return render(request, "delivery/courier_home.html", context)


@require_GET
@role_required("courier", "operator")
def route_list(request: HttpRequest) -> HttpResponse:
    """List the courier's own routes, or all of them to operators, the latest day first."""
    filters = RouteFilter(request.GET, with_replaced=is_operator(_user(request)))
    wanted = filters.cleaned_data if filters.is_valid() else {}
    routes = Route.objects.for_user(_user(request)).filter(
        plan__status="superseded" if wanted.get("status") == REPLACED else RoutePlan.Status.PUBLISHED
    )
    if wanted.get("date"):
        routes = routes.filter(plan__date=wanted["date"])
    if wanted.get("status") and wanted["status"] != REPLACED:
        routes = routes.filter(status=wanted["status"])
    routes = (
        routes.with_progress()
        .select_related("plan", "shift__courier", "shift__vehicle")
        .order_by("-plan__date", "departs_at", "pk")
    )
    page = Paginator(routes, ROUTES_A_PAGE).get_page(request.GET.get("page"))
    context = {"filters": filters, "is_filtered": any(wanted.values()), "page_obj": page}
    return render(request, "delivery/route_list.html", context)


@never_cache
@require_GET
def route_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a route with its map; `?stop=` opens the form of one stop."""
    return _route_page(request, pk)


def _route_page(request: HttpRequest, pk: int, bound: StopForm | None = None) -> HttpResponse:
    route = _route_or_404(request, pk)
    context = _sheet_context(request, route, bound)
    wanted = str(bound.stop.pk) if bound else request.GET.get("stop")
    pending = context["sheet"].pending
    context["current"] = next((stop for stop in pending if str(stop.stop.pk) == wanted), None)
    context["crumbs"] = [{"label": _("Routes"), "url": reverse("delivery:route_list")}]
    return render(request, "delivery/route_detail.html", context)


@never_cache
@require_GET
def route_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the route sheet on paper."""
    sheet = read_sheet(_route_or_404(request, pk), user=_user(request), today=clock.today())
    response = HttpResponse(route_sheet_pdf(sheet), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="route-{sheet.route.plan.date}-{pk}.pdf"'
    return response


def _sheet_context(request: HttpRequest, route: Route, bound: StopForm | None) -> dict[str, Any]:
    sheet = read_sheet(route, user=_user(request), today=clock.today())
    return {
        "sheet": sheet,
        "cards": [_card(stop, bound) for stop in sheet.pending],
        "map_data": map_of([sheet]),
        "can_start": route.status == Route.Status.PLANNED
        and route.plan.status == RoutePlan.Status.PUBLISHED
        and route.plan.date == clock.today(),
        "is_operator": is_operator(_user(request)),
    }


def _card(stop: SheetStop, bound: StopForm | None) -> dict[str, Any]:
    """A stop with its two forms; the one that was filled in wrongly keeps what was typed."""
    typed = bound if bound and bound.stop == stop.stop else None
    return {
        "stop": stop,
        "deliver": typed if isinstance(typed, DeliverForm) else DeliverForm(stop=stop.stop),
        "fail": typed if isinstance(typed, FailForm) else FailForm(stop=stop.stop),
    }


# -- What couriers do -------------------------------------------------------------------------------


@require_POST
def route_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the depot; the second tap changes nothing."""
    route = _route_or_404(request, pk)
    try:
        start_route(route, actor=_user(request), now=clock.now())
    except NotPossible as refusal:
        messages.error(request, words(refusal.reason))
    else:
        messages.success(request, _("The route is on its way. Drive safely!"))
    return _back(request, route)


@require_POST
def stop_deliver(request: HttpRequest, pk: int) -> HttpResponse:
    """Record who received the goods; the second tap changes nothing."""

    def deliver(stop: Stop, typed: dict[str, Any]) -> str:
        deliver_stop(stop, **typed, actor=_user(request), now=clock.now())
        return _("Stop %(number)s is handed over.") % {"number": stop.sequence}

    return _record(request, pk, DeliverForm, deliver)


@require_POST
def stop_fail(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the goods could not be handed over, and why; the second tap changes nothing."""

    def fail(stop: Stop, typed: dict[str, Any]) -> str:
        failed = fail_stop(stop, **typed, actor=_user(request), now=clock.now())
        return _("Recorded: %(reason)s. The hub has been told.") % {
            "reason": failed.get_failure_reason_display()
        }

    return _record(request, pk, FailForm, fail)


def _record(
    request: HttpRequest, pk: int, form_class: type[StopForm], act: Callable[[Stop, dict[str, Any]], str]
) -> HttpResponse:
    """Carry out what was typed at the door, or show it again with what is wrong."""
    stops = Stop.objects.for_user(_user(request)).select_related("route__plan", "route__shift")
    stop = get_object_or_404(stops, pk=pk)
    form = form_class(request.POST, stop=stop)
    try:
        if form.is_valid():
            messages.success(request, act(stop, form.cleaned_data))
        elif stop.status != Stop.Status.PENDING:
            messages.error(request, words("already_done"))
        else:
            form.focus_first_error()
            is_on_home = _is_on_home(request, stop.route)
            return courier_home(request, form) if is_on_home else _route_page(request, stop.route_id, form)
    except NotPossible as refusal:
        messages.error(request, words(refusal.reason))
    return _back(request, stop.route)


# -- What operators do ------------------------------------------------------------------------------


@require_POST
@role_required("operator")
def day_plan(request: HttpRequest) -> HttpResponse:
    """Ask a worker to plan the routes of a day: that takes seconds, which no page should."""
    form = PlanDayForm(request.POST)
    if not form.is_valid() or form.cleaned_data["date"] < clock.today():
        messages.error(request, _("Routes can be planned for today and the days to come."))
        return redirect("home")
    day = form.cleaned_data["date"]
    try:
        plan_day_routes.delay(day.isoformat())
    except (KombuError, ChannelError, OSError):
        messages.error(request, _("The queue of work cannot be reached, so nothing is being planned."))
    else:
        shown = date_format(day, "SHORT_DATE_FORMAT")
        messages.success(
            request,
            _("Routes for %(day)s are being planned; whoever is already on the way is left alone.")
            % {"day": shown},
        )
    return redirect(f"{reverse('home')}?date={day}")


# -- Details ----------------------------------------------------------------------------------------


def _user(request: HttpRequest) -> User:
    """Every page here is behind the log-in."""
    return request.user  # type: ignore[return-value]


def _route_or_404(request: HttpRequest, pk: int) -> Route:
    route: Route = get_object_or_404(Route.objects.for_user(_user(request)).with_stops(), pk=pk)
    return route


def _is_on_home(request: HttpRequest, route: Route) -> bool:
    """Whether this is the route that the user's home shows; otherwise the route's own page is the place."""
    is_own = route.shift.courier_id == request.user.pk and not is_operator(_user(request))
    return is_own and route.plan.date == clock.today()


def _back(request: HttpRequest, route: Route) -> HttpResponse:
    """Back to where the form was: the courier's own day, or the page of the route."""
    if _is_on_home(request, route):
        return redirect("home")
    return redirect("delivery:route_detail", pk=route.pk)
