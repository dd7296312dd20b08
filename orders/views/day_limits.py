"""The hub's limits: how full the coming weeks are, by zone, and how many deliveries a day takes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from membership import clock
from membership.permissions import role_required

from ..actions.places import save_zone, set_limit_on, set_weekly_limits
from ..forms_limits import DateLimitForm, WeeklyLimitsForm, ZoneForm
from ..load import read_load
from ..models import DayLimit, Zone
from ..places import read_limits

PAGE = "orders:day_limits"


@require_GET
@role_required("operator")
def day_limits(request: HttpRequest) -> HttpResponse:
    """The load of the coming weeks, and every limit."""
    return _page(request)


def _page(request: HttpRequest, **forms: Any) -> HttpResponse:
    today = clock.today()
    context = {
        "load": read_load(now=clock.now()),
        "weekly_form": _weekly_form(),
        "date_form": DateLimitForm(today=today, initial={"day": request.GET.get("day", "")}),
        "dates": DayLimit.objects.filter(on_date__gte=today).select_related("zone").order_by("on_date", "pk"),
        **forms,
    }
    return render(request, "orders/day_limits.html", context)


def _weekly_form(data: Any = None) -> WeeklyLimitsForm:
    return WeeklyLimitsForm(
        data, zones=[None, *Zone.objects.prefetch_related("districts")], limits=read_limits()
    )


@require_POST
@role_required("operator")
def day_limits_weekly(request: HttpRequest) -> HttpResponse:
    """Set the limits of the weekdays."""
    form = _weekly_form(request.POST)
    if not form.is_valid():
        return _page(request, weekly_form=form)
    for zone, limits in form.chosen():
        set_weekly_limits(zone, limits)
    messages.success(request, _("The limits are set. What is already promised still comes."))
    return redirect(PAGE)


@require_POST
@role_required("operator")
def day_limit_add(request: HttpRequest) -> HttpResponse:
    """Set the limit of one date."""
    form = DateLimitForm(request.POST, today=clock.today())
    if not form.is_valid():
        return _page(request, date_form=form)
    chosen = form.cleaned_data
    set_limit_on(chosen["zone"], chosen["day"], chosen["deliveries"])
    messages.success(request, _("The limits are set. What is already promised still comes."))
    return redirect(PAGE)


@require_POST
@role_required("operator")
def day_limit_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a date have the limit of its weekday again."""
    get_object_or_404(DayLimit, pk=pk, on_date__isnull=False).delete()
    messages.success(request, _("The date has the limit of its weekday again."))
    return redirect(PAGE)


@require_http_methods(["GET", "POST"])
@role_required("operator")
def zone_create(request: HttpRequest) -> HttpResponse:
    """A new zone of districts."""
    return _zone(request, Zone(), _("New zone"))


@require_http_methods(["GET", "POST"])
@role_required("operator")
def zone_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A zone's name and districts."""
    return _zone(request, get_object_or_404(Zone, pk=pk), _("Change the zone"))


def _zone(request: HttpRequest, zone: Zone, title: str) -> HttpResponse:
    form = ZoneForm(request.POST or None, instance=zone)
    if request.method == "POST" and form.is_valid():
        save_zone(form.instance, form.cleaned_data["districts"])
        messages.success(request, _("The zone is saved."))
        return redirect(PAGE)
    crumbs = [{"label": _("Delivery limits"), "url": reverse(PAGE)}]
    context = {"form": form, "zone": zone, "title": title, "crumbs": crumbs, "cancel": reverse(PAGE)}
    return render(request, "orders/zone_form.html", context)


@require_POST
@role_required("operator")
def zone_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a zone away with its limits; its districts count for the hub only."""
    get_object_or_404(Zone, pk=pk).delete()
    messages.success(request, _("The zone is removed, with its limits."))
    return redirect(PAGE)
