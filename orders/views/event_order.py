"""An order for one event: the form, its price and its times while it is filled in, and placing it."""

from datetime import date, time
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bundles.models import Bundle
from bundles.scaling import MAX_HEADCOUNT
from membership import clock
from membership.exclusions import BITS, mask
from membership.models import Site
from membership.permissions import role_required

from ..actions.authority import foresee_waiting
from ..actions.event_order import place_event_order
from ..event_alternatives import HELPED_BY, event_alternatives, from_fields
from ..event_steps import event_steps
from ..event_words import Said, read_event
from ..exceptions import DayFull, NotPossible
from ..forms import orderable_sites, own_department
from ..forms_event import EventOrderForm
from ..full_days import FullDay, full_days
from ..models import Application, CalendarDay, Order
from ..purchases import yearly_advice
from ..quote import Quote, quote
from ..reasons import words
from .institution import READERS, may_order
from .waiting_list import join

# What a POST says that only shows something.
SHOWS_ONLY = {"check", "instead", "fill", "queue"}


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def event_order_create(request: HttpRequest) -> HttpResponse:
    """Order a bundle for an event.

    A POST with `check` only shows what it would cost and bring, and when; one with `instead` puts an
    alternative into the form, one with `fill` what was said in a sentence. Both keep everything else. With
    `queue` the order goes on the waiting list of its day.
    """
    if not may_order(request):
        raise PermissionDenied
    form = _form(request)
    if "queue" in request.POST and form.is_valid() and (joined := join(request, form, _wish(request, form))):
        return joined
    is_sent = request.method == "POST" and not SHOWS_ONLY.intersection(request.POST)
    full: list[FullDay] = []
    if is_sent and form.is_valid():
        try:
            order = place_event_order(**form.order(), actor=request.user, now=clock.now())  # type: ignore[arg-type]
        except NotPossible as error:
            form.blame(error.reason, error.detail)
            full = full_days(error.full) if isinstance(error, DayFull) else []
        else:
            if order.status == Order.Status.AWAITING:
                messages.info(request, f"{_('The order waits for approval.')} {words(order.reason)}.")
            else:
                messages.success(request, _("The order was placed."))
            return redirect("orders:order_detail", number=order.number)
    chosen = _chosen(form)
    is_partial = request.htmx and "check" in request.POST  # type: ignore[attr-defined]
    context = {
        "form": form,
        "quote": (priced := _quote(form, chosen)),
        **_consequences(request, form, priced),
        "chosen": chosen,
        "steps": event_steps(form.plan, form.working_days, now=clock.now()) if form.plan else [],
        "gaps": form.errors.get("exclusions") or form.find_gaps(chosen),
        "alternatives": event_alternatives(chosen, now=clock.now()) if form.refusal in HELPED_BY else [],
        "full": full,
        "refusal": words(form.refusal) if form.refusal and not form.is_bound else "",
        "is_partial": is_partial,
        "now": clock.now(),
        "said": request.POST.get("said") or request.GET.get("said", ""),
        "has_sites": form.fields["site"].queryset.exists(),  # type: ignore[attr-defined]
        "has_bundles": form.fields["bundle"].queryset.exists(),  # type: ignore[attr-defined]
        "crumbs": [{"label": _("Orders"), "url": reverse("orders:order_list")}],
    }
    template = "orders/includes/quote.html" if is_partial else "orders/event_order_form.html"
    return render(request, template, context)


def _form(request: HttpRequest) -> EventOrderForm:
    fixed: dict[str, Any] = {
        "user": request.user,
        "now": clock.now(),
        "working_days": CalendarDay.objects.all().working_days(),
    }
    if request.method == "POST":
        data = request.POST.copy()
        data.update(from_fields(data.get("instead", "")))
        if "fill" in data:
            for name, value in _fields(read_event(data.get("said", ""), clock.today())).items():
                data[name] = str(value)
        return EventOrderForm(data, **fixed)
    sites = orderable_sites(request.user)  # type: ignore[arg-type]
    named = request.GET.get("site", "")
    site = (sites.filter(pk=named).first() if named.isascii() and named.isdigit() else None) or sites.first()
    bundles = Bundle.objects.for_events()
    bundle = bundles.filter(code=request.GET.get("bundle", "")).first() or bundles.first()
    form = EventOrderForm(**fixed)
    form.initial = {
        "bundle": bundle,
        "headcount": wanted_headcount(request, bundle),
        "exclusions": wanted_exclusions(request, site),
        "site": site,
        "department": own_department(request.user),  # type: ignore[arg-type]
        "event_on": _read(date.fromisoformat, request.GET.get("date", "")),
        "event_time": _read(time.fromisoformat, request.GET.get("time", "")),
        **_fields(read_event(request.GET.get("said", ""), clock.today())),
    }
    form.begin()
    return form


def _wish(request: HttpRequest, form: EventOrderForm) -> Application:
    """Return what waits for a place on its day, not stored."""
    chosen = form.order()
    chosen.pop("request_key")
    return Application(
        kind=Application.Kind.EVENT,
        organization=chosen["site"].organization,
        starts_on=form.cleaned_data["delivery_date"],
        asked_by=request.user,  # type: ignore[misc]
        **chosen,
    )


def _fields(said: Said) -> dict[str, Any]:
    """Return the fields that a sentence fills in."""
    wanted = {
        "event_on": said.day,
        "event_time": said.at and said.at.replace(second=0),
        "headcount": said.headcount if said.headcount and said.headcount <= MAX_HEADCOUNT else None,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _read(parse: Any, text: str) -> Any:
    """Return what an address says, None if it can't be read."""
    try:
        return parse(text)
    except ValueError:
        return None


def wanted_headcount(request: HttpRequest, bundle: Bundle | None) -> int | None:
    """Return for how many people the bundle was looked at before, else as many as it is priced for."""
    wanted = request.GET.get("headcount", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= 3 and 1 <= int(wanted) <= MAX_HEADCOUNT:
        return int(wanted)
    return bundle.base_headcount if bundle else None


def wanted_exclusions(request: HttpRequest, site: Site | None) -> int:
    """Return what was left out when the bundle was looked at, else what the site's institution leaves out."""
    if "exclusions" in request.GET:
        return mask(code for code in request.GET.getlist("exclusions") if code in BITS)
    return site.organization.exclusions if site else 0


def _consequences(request: HttpRequest, form: EventOrderForm, priced: Quote | None) -> dict[str, Any]:
    """Return whether it would wait for approval, and what it would mean for the year's contracts."""
    chosen = form.cleaned_data if form.is_bound else form.initial
    site, day = chosen.get("site"), chosen.get("delivery_date")
    if not priced or not site or not day:
        return {}
    institution, department = site.organization, chosen.get("department")
    if not form.is_bound:
        department = institution.departments.active().filter(pk=department).first()
    waits = foresee_waiting(
        priced.gross,
        organization=institution,
        department=department,
        year=day.year,
        actor=request.user,  # type: ignore[arg-type]
    )
    advice = yearly_advice(institution, day.year, today=clock.today(), more=priced.gross)
    return {"waits": words(waits), "advice": advice}


def _chosen(form: EventOrderForm) -> dict[str, Any]:
    """Return what is filled in so far, as far as it can be read."""
    form.is_valid()
    return form.cleaned_data if form.is_bound else dict(form.initial)


def _quote(form: EventOrderForm, chosen: dict[str, Any]) -> Quote | None:
    """Return the quote for what is chosen, or None while bundle, people or exclusions can't be used."""
    bundle, headcount, exclusions = (chosen.get(name) for name in ("bundle", "headcount", "exclusions"))
    if not bundle or not headcount or exclusions is None:
        return None
    return quote(bundle, headcount, exclusions, chosen.get("delivery_date"), form.working_days)
