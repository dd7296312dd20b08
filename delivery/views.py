"""Routes: their list, their pages, their sheets on paper, their start."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from membership import clock
from membership.models import User
from membership.permissions import is_operator, role_required
from membership.views.site_place import photo_file
from orders.exceptions import NotPossible
from orders.reasons import words

from .actions.driving import start_route
from .documents import route_sheet_pdf
from .forms import REPLACED, DeliverForm, FailForm, RouteFilter, StopForm
from .models import Route, RoutePlan, Stop
from .permissions import may_read_contacts
from .sheet import SheetStop, map_of, read_sheet

ROUTES_A_PAGE = 25


# -- Pages ----------------------------------------------------------------------------------------


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
    return route_page(request, pk)


def route_page(request: HttpRequest, pk: int, bound: StopForm | None = None) -> HttpResponse:
    """Show a route; `bound` is a form of one of its stops that was filled in wrongly."""
    route = _route_or_404(request, pk)
    context = sheet_context(request, route, bound)
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


@never_cache
@require_GET
def stop_site_photo(request: HttpRequest, pk: int, photo: int) -> Any:
    """Return a photo of the way in to whoever goes there: couriers see it on the day only."""
    stops = Stop.objects.for_user(_user(request)).select_related("plan", "order__site")
    stop: Stop = get_object_or_404(stops, pk=pk)
    if not may_read_contacts(_user(request), stop.plan.date, clock.today()):
        raise Http404
    return photo_file(get_object_or_404(stop.order.site.photos, pk=photo))


def sheet_context(request: HttpRequest, route: Route, bound: StopForm | None) -> dict[str, Any]:
    """Return what a page of the route shows; `bound` is a form that is shown again."""
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
    if try_or_say(request, lambda: start_route(route, actor=_user(request), now=clock.now())):
        messages.success(request, _("The route is on its way. Drive safely!"))
    return back_to_route(request, route)


# -- Details ----------------------------------------------------------------------------------------


def _user(request: HttpRequest) -> User:
    """Every page here is behind the log-in."""
    return request.user  # type: ignore[return-value]


def _route_or_404(request: HttpRequest, pk: int) -> Route:
    route: Route = get_object_or_404(Route.objects.for_user(_user(request)).with_stops(), pk=pk)
    return route


def try_or_say(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Carry out `act`, or say why that isn't possible."""
    try:
        act()
    except NotPossible as refusal:
        messages.error(request, words(refusal.reason))
        return False
    return True


def is_own_today(request: HttpRequest, route: Route) -> bool:
    """Whether the courier's page shows this route; otherwise the route's own page is the place."""
    is_own = route.shift.courier_id == request.user.pk and not is_operator(_user(request))
    return is_own and route.plan.date == clock.today()


def back_to_route(request: HttpRequest, route: Route) -> HttpResponse:
    """Back to where the form was: the courier's own day, or the page of the route."""
    if is_own_today(request, route):
        return redirect("delivery:drive")
    return redirect("delivery:route_detail", pk=route.pk)
