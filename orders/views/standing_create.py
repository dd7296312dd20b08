"""Set up a standing order: its form, the dates that it would bring, what they cost and who must agree."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from membership import clock
from membership.permissions import role_required

from ..actions.authority import why_standing_order_waits
from ..actions.standing import Place, create_standing_order
from ..coming import why
from ..exceptions import DayFull, NotPossible
from ..forms import orderable_sites, own_department
from ..forms_sites import NewStandingOrderForm
from ..full_days import refusal_of, with_other_weekday
from ..models import Application, CalendarDay, Occurrence, StandingOrder
from ..models.terms import HolidayPolicy
from ..purchases import standing_order_advice
from ..reasons import told, words
from ..repeating import Plan, Terms, wanted_dates
from ..rule_words import rule_words
from .event_order import wanted_exclusions, wanted_headcount
from .institution import READERS, may_order
from .waiting_list import join

PREVIEW_DATES = 8
ONE_DAY, YEAR = timedelta(days=1), timedelta(days=365)
# What the form's fields become when the order is stored.
STORED = (
    "site",
    "department",
    "bundle",
    "headcount",
    "exclusions",
    "starts_on",
    "ends_on",
    "holiday_policy",
    "holiday_default",
    "window_opens",
    "window_closes",
)


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def standing_order_create(request: HttpRequest) -> HttpResponse:
    """Set up a standing order. A POST with `check` only shows its first dates and what each costs.

    One with `instead` puts another weekday into the form, one with `queue` on the waiting list what is full.
    """
    if not may_order(request):
        raise PermissionDenied
    form = _form(request)
    if "queue" in request.POST and form.is_valid() and (joined := join(request, form, _wish(request, form))):
        return joined
    is_check = not {"check", "instead", "queue"}.isdisjoint(request.POST)
    if request.method == "POST" and not is_check and form.is_valid() and (made := _create(request, form)):
        if made.status == StandingOrder.Status.AWAITING:
            messages.info(request, _("The standing order is set up and waits for approval."))
        else:
            messages.success(request, _("The standing order is set up."))
        return redirect("orders:standing_order_detail", pk=made.pk)
    context = {
        "form": form,
        **first_dates(form),
        **_consequences(form, request),
        **_full(form, request),
        "chosen": form.cleaned_data if form.is_bound else form.initial,
        "has_sites": form.fields["site"].queryset.exists(),  # type: ignore[attr-defined]
        "crumbs": [{"label": _("Standing orders"), "url": reverse("orders:standing_order_list")}],
    }
    is_partial = request.htmx and is_check  # type: ignore[attr-defined]
    template = "orders/includes/first_dates.html" if is_partial else "orders/standing_order_form.html"
    return render(request, template, context)


def _form(request: HttpRequest) -> NewStandingOrderForm:
    fixed: dict[str, Any] = {"user": request.user, "today": clock.today()}
    if request.method == "POST":
        return NewStandingOrderForm(with_other_weekday(request.POST), **fixed)
    form = NewStandingOrderForm(**fixed)
    site = orderable_sites(request.user).first()  # type: ignore[arg-type]
    bundles = form.fields["bundle"].queryset  # type: ignore[attr-defined]
    bundle = bundles.filter(code=request.GET.get("bundle", "")).first() or bundles.first()
    form.initial = {
        "exclusions": wanted_exclusions(request, site),
        "site": site,
        "department": own_department(request.user),  # type: ignore[arg-type]
        "bundle": bundle,
        "headcount": wanted_headcount(request, bundle),
    }
    return form


def _wish(request: HttpRequest, form: NewStandingOrderForm) -> Application:
    """Return what waits for a place, not stored: of several sites the first."""
    chosen = form.cleaned_data
    return Application(
        kind=Application.Kind.STANDING,
        organization=chosen["site"].organization,
        rrule=chosen["rule"],
        asked_by=request.user,  # type: ignore[misc]
        **{name: chosen[name] for name in STORED if name != "holiday_default"},
    )


def _create(request: HttpRequest, form: NewStandingOrderForm) -> StandingOrder | None:
    chosen = form.cleaned_data
    try:
        return create_standing_order(
            organization=chosen["site"].organization,
            rrule=chosen["rule"],
            actor=request.user,  # type: ignore[arg-type]
            now=clock.now(),
            more_places=chosen["more_places"],
            **{name: chosen[name] for name in STORED},
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
    except DayFull as error:
        form.add_error(None, words(error.reason))
    except NotPossible as error:
        form.add_error(None, told(error.reason, error.detail))
    return None


def first_dates(form: Any) -> dict[str, Any]:
    """Return the rule in words and its first dates, where the holidays put them, as far as they are known."""
    if not form.is_bound:
        return {}
    form.is_valid()
    chosen = form.cleaned_data
    bundle, headcount = chosen.get("bundle"), chosen.get("headcount")
    known: dict[str, Any] = {"price": bundle.price_for(headcount) if bundle and headcount else None}
    if "rule" not in chosen or "holiday_policy" not in chosen or not chosen.get("starts_on"):
        return known
    starts_on, ends_on = chosen["starts_on"], chosen.get("ends_on")
    policy, default = chosen["holiday_policy"], chosen.get("holiday_default") or HolidayPolicy.BEFORE
    terms = Terms(date.min, chosen["rule"], starts_on, policy, default, serving={})
    dates = wanted_dates(
        Plan((terms,), ends_on=ends_on),
        CalendarDay.objects.all().working_days(),
        after=starts_on - ONE_DAY,
        until=starts_on + YEAR,
    )
    known["rule_in_words"] = rule_words(chosen["rule"], get_language() or "ko")
    known["more_dates"] = max(0, len(dates) - PREVIEW_DATES)
    known["first_dates"] = [
        {
            "day": each.day or each.rule_date,
            "comes": each.day if each.is_coming else None,
            "why": why(Occurrence(rule_date=each.rule_date, reason=each.reason, detail=each.detail)),
        }
        for each in dates[:PREVIEW_DATES]
    ]
    return known


def _wanted(form: NewStandingOrderForm, request: HttpRequest) -> list[StandingOrder]:
    """Return what it would become, for each site, not stored; nothing while too little is filled in."""
    chosen = form.cleaned_data if form.is_bound else {}
    if not all(chosen.get(name) for name in ("site", "bundle", "headcount", "rule", "starts_on")):
        return []
    known = {name: chosen.get(name) for name in STORED if name not in ("site", "headcount")}
    return [
        StandingOrder(
            organization=chosen["site"].organization,
            site=place.site,
            headcount=place.headcount,
            rrule=chosen["rule"],
            created_by=request.user,  # type: ignore[misc]
            **known,
        )
        for place in (Place(chosen["site"], chosen["headcount"]), *chosen.get("more_places", ()))
    ]


def _consequences(form: NewStandingOrderForm, request: HttpRequest) -> dict[str, Any]:
    """Return whether it would wait for approval, and what its year would mean for contracts."""
    wanted = _wanted(form, request)
    return standing_consequences(*wanted) | {"places": len(wanted)} if wanted else {}


def _full(form: NewStandingOrderForm, request: HttpRequest) -> dict[str, Any]:
    """Return which of its dates are full, and the weekdays that are free."""
    wanted = _wanted(form, request)
    return refusal_of(wanted[0], now=clock.now()) if wanted else {}


def standing_consequences(*wanted: StandingOrder) -> dict[str, Any]:
    """Return what unsaved standing orders cost that are set up together, whether they would wait, and what
    contracts ask for.
    """
    total = sum(each.yearly_sum for each in wanted)
    first = wanted[0]
    return {
        "waits": words(why_standing_order_waits(first, now=clock.now(), beside=total - first.yearly_sum)),
        "yearly_sum": total,
        "price": sum(each.price for each in wanted),
        "advice": standing_order_advice(*wanted, today=clock.today()),
    }
