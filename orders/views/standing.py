"""Standing orders: set them up, see each of their dates and why, leave one out, end them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from membership import clock
from membership.permissions import approver_seat, can_order_for, is_operator, role_required

from ..actions.authority import approvers_of, why_standing_order_waits
from ..actions.change_date import leave_out_date
from ..actions.change_terms import end_standing_order
from ..actions.changing import deadline_of
from ..actions.standing import create_standing_order, retry_occurrence
from ..alternatives import SOLD_OUT, Alternative, alternatives_to_occurrence
from ..change_words import changes_of
from ..coming import why
from ..exceptions import DayFull, NotPossible
from ..forms import StandingOrderFilter, orderable_sites, own_department
from ..forms_standing import StandingOrderForm
from ..full_days import refusal_of, with_other_weekday
from ..holiday import question_of
from ..models import Application, CalendarDay, Occurrence, StandingOrder
from ..progress import standing_timeline
from ..purchases import standing_order_advice
from ..reasons import TOLD_IN_FULL, told, words
from ..rule_words import rule_words
from ..schedule import delivery_date, rule_dates
from ..waiting import waiting_standing_orders
from ..working_days import WorkingDays
from .back import redirect_back
from .event_order import wanted_exclusions, wanted_headcount
from .institution import PAGE_SIZE, READERS, may_order
from .waiting_list import join

PREVIEW_DATES = 6
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
    "window_opens",
    "window_closes",
)


@require_GET
@role_required(*READERS)
def standing_order_list(request: HttpRequest) -> HttpResponse:
    """Every standing order with its rule in words and its next date."""
    filters = StandingOrderFilter(request.GET, user=request.user)  # type: ignore[arg-type]
    coming = Q(occurrences__status=Occurrence.Status.PLANNED, occurrences__delivery_date__gte=clock.today())
    rows = (
        filters.narrow(StandingOrder.objects.for_user(request.user))  # type: ignore[arg-type]
        .select_related("organization", "site", "bundle__plan")
        .annotate(next_date=Min("occurrences__delivery_date", filter=coming))
        .order_by("status", "organization__name", "pk")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "page_obj": page,
        "rows": [(row, rule_words(row.rrule, get_language() or "ko")) for row in page],
        "may_order": may_order(request),
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
    }
    return render(request, "orders/standing_order_list.html", context)


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


def _form(request: HttpRequest) -> StandingOrderForm:
    fixed: dict[str, Any] = {"user": request.user, "today": clock.today()}
    if request.method == "POST":
        return StandingOrderForm(with_other_weekday(request.POST), **fixed)
    form = StandingOrderForm(**fixed)
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


def _wish(request: HttpRequest, form: StandingOrderForm) -> Application:
    """Return what waits for a place, not stored."""
    chosen = form.cleaned_data
    return Application(
        kind=Application.Kind.STANDING,
        organization=chosen["site"].organization,
        rrule=chosen["rule"],
        asked_by=request.user,  # type: ignore[misc]
        **{name: chosen[name] for name in STORED},
    )


def _create(request: HttpRequest, form: StandingOrderForm) -> StandingOrder | None:
    chosen = form.cleaned_data
    try:
        return create_standing_order(
            organization=chosen["site"].organization,
            rrule=chosen["rule"],
            actor=request.user,  # type: ignore[arg-type]
            now=clock.now(),
            **{name: chosen[name] for name in STORED},
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
    except DayFull as error:
        form.add_error(None, words(error.reason))
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
    working_days = CalendarDay.objects.all().working_days()
    starts_on = chosen["starts_on"]
    dates = rule_dates(
        chosen["rule"],
        starts_on,
        after=starts_on - timedelta(days=1),
        until=starts_on + timedelta(days=366),
        ends_on=chosen.get("ends_on"),
    )
    known["rule_in_words"] = rule_words(chosen["rule"], get_language() or "ko")
    known["first_dates"] = []
    for day in dates[:PREVIEW_DATES]:
        delivered_on, reason = delivery_date(day, chosen["holiday_policy"], working_days)
        moved = Occurrence(rule_date=day, reason=reason.code, detail=reason.holiday)
        known["first_dates"].append({"day": delivered_on or day, "comes": delivered_on, "why": why(moved)})
    return known


def _wanted(form: StandingOrderForm, request: HttpRequest) -> StandingOrder | None:
    """Return what it would become, not stored; None while too little is filled in."""
    chosen = form.cleaned_data if form.is_bound else {}
    if not all(chosen.get(name) for name in ("site", "bundle", "headcount", "rule", "starts_on")):
        return None
    return StandingOrder(
        organization=chosen["site"].organization,
        rrule=chosen["rule"],
        created_by=request.user,  # type: ignore[misc]
        **{name: chosen.get(name) for name in STORED},
    )


def _consequences(form: StandingOrderForm, request: HttpRequest) -> dict[str, Any]:
    """Return whether it would wait for approval, and what its year would mean for contracts."""
    wanted = _wanted(form, request)
    return standing_consequences(wanted) if wanted else {}


def _full(form: StandingOrderForm, request: HttpRequest) -> dict[str, Any]:
    """Return which of its dates are full, and the weekdays that are free."""
    wanted = _wanted(form, request)
    return refusal_of(wanted, now=clock.now()) if wanted else {}


def standing_consequences(wanted: StandingOrder) -> dict[str, Any]:
    """Return what the unsaved standing order costs, whether it would wait, and what contracts ask for."""
    return {
        "waits": words(why_standing_order_waits(wanted, now=clock.now())),
        "yearly_sum": wanted.yearly_sum,
        "advice": standing_order_advice(wanted, today=clock.today()),
    }


@require_GET
@role_required(*READERS)
def standing_order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One standing order with all of its dates: what became of each, and why."""
    rows = StandingOrder.objects.for_user(request.user)  # type: ignore[arg-type]
    standing = get_object_or_404(
        rows.select_related(
            "organization", "department", "site", "bundle__plan", "created_by"
        ).prefetch_related("events__actor"),
        pk=pk,
    )
    today = clock.today()
    working_days = CalendarDay.objects.all().working_days()
    occurrences = standing.occurrences.select_related("order")
    coming = occurrences.coming(today).order_by("rule_date")
    past = occurrences.exclude(pk__in=coming.values("pk")).order_by("-rule_date")
    page = Paginator(past, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "now": clock.now(),
        "standing": standing,
        "rule_in_words": rule_words(standing.rrule, get_language() or "ko"),
        "price": standing.price,
        "waiting": next(iter(waiting_standing_orders(request.user, [standing])), None),  # type: ignore[arg-type]
        "is_approver": approver_seat(request.user, standing.organization_id) is not None,  # type: ignore[arg-type]
        "approvers": approvers_of(standing.organization, standing.yearly_sum)
        if standing.status == StandingOrder.Status.AWAITING
        else [],
        "events": standing_timeline(standing),
        "advice": standing_order_advice(standing, today=today)
        if standing.status != StandingOrder.Status.ENDED
        else None,
        "coming": [_date(occurrence, request, working_days) for occurrence in coming],
        "changes": changes_of(standing, request.user, now=clock.now()),  # type: ignore[arg-type]
        "pauses": standing.pauses.filter(Q(last_on=None) | Q(last_on__gte=today)),
        "tomorrow": today + timedelta(days=1),
        "alternatives": _alternatives(coming, request, standing),
        "past": [_date(occurrence, request, working_days) for occurrence in page],
        "page_obj": page,
        "may_order": can_order_for(request.user, standing.organization),  # type: ignore[arg-type]
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
        "crumbs": [{"label": _("Standing orders"), "url": reverse("orders:standing_order_list")}],
    }
    return render(request, "orders/standing_order_detail.html", context)


def _alternatives(
    coming: Iterable[Occurrence], request: HttpRequest, standing: StandingOrder
) -> list[Alternative]:
    """Return what can be had instead of the next date that could not be ordered."""
    failed = [row for row in coming if row.status == Occurrence.Status.FAILED and row.reason in SOLD_OUT]
    if not failed or not can_order_for(request.user, standing.organization):  # type: ignore[arg-type]
        return []
    failed[0].standing_order = standing
    return alternatives_to_occurrence(failed[0], now=clock.now())


def _date(occurrence: Occurrence, request: HttpRequest, working_days: WorkingDays) -> dict[str, Any]:
    """Return what the page shows of one date, and what may be done about it now."""
    now, today = clock.now(), clock.today()
    is_planned = occurrence.status == Occurrence.Status.PLANNED
    is_open = is_planned and occurrence.cutoff_at is not None and occurrence.cutoff_at > now
    is_retryable = (
        occurrence.status == Occurrence.Status.FAILED
        and occurrence.delivery_date is not None
        and occurrence.delivery_date > today
    )
    operator = is_operator(request.user)  # type: ignore[arg-type]
    deadline = deadline_of(occurrence.cutoff_at, request.user) if occurrence.cutoff_at else None  # type: ignore[arg-type]
    change = reverse("orders:standing_order_change", args=[occurrence.standing_order_id])
    is_told = operator or occurrence.reason in TOLD_IN_FULL
    return {
        "occurrence": occurrence,
        "day": occurrence.delivery_date or occurrence.rule_date,
        "order": getattr(occurrence, "order", None),
        "why": why(occurrence),
        "detail": occurrence.detail if is_told and occurrence.status == Occurrence.Status.FAILED else "",
        "is_open": is_open,
        "change_until": deadline,
        "is_changeable": is_open and deadline is not None and deadline > now,
        "is_left_out": occurrence.is_left_out and (deadline is None or deadline > now),
        "question": question_of(occurrence, working_days, now=now),
        "change_url": f"{change}?date={occurrence.rule_date}",
        "is_due": is_planned and not is_open,
        "is_retryable": is_retryable and operator,
    }


@require_POST
@role_required(*READERS)
def standing_order_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Make no more orders from it."""
    rows = StandingOrder.objects.for_user(request.user)  # type: ignore[arg-type]
    standing = get_object_or_404(rows, pk=pk)
    if not can_order_for(request.user, standing.organization):  # type: ignore[arg-type]
        raise PermissionDenied
    end_standing_order(standing, actor=request.user, now=clock.now())  # type: ignore[arg-type]
    messages.success(
        request, _("The standing order was ended. Orders that were already made will still come.")
    )
    return redirect("orders:standing_order_detail", pk=standing.pk)


@require_POST
@role_required(*READERS)
def occurrence_skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave out one date before its cut-off."""
    occurrence = _occurrence(request, pk)
    if not can_order_for(request.user, occurrence.standing_order.organization):  # type: ignore[arg-type]
        raise PermissionDenied
    try:
        leave_out_date(occurrence, actor=request.user, now=clock.now())  # type: ignore[arg-type]
        messages.success(request, _("This date is left out."))
    except NotPossible as error:
        messages.error(request, told(error.reason, error.detail))
    return _back(request, occurrence)


@require_POST
@role_required(*READERS)
def occurrence_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try again to order for a date that failed; operators only."""
    occurrence = _occurrence(request, pk)
    if not is_operator(request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    try:
        retry_occurrence(occurrence, now=clock.now())
        messages.success(request, _("This date is planned again; the next run tries to order for it."))
    except NotPossible as error:
        messages.error(request, words(error.reason))
    return _back(request, occurrence)


def _occurrence(request: HttpRequest, pk: int) -> Occurrence:
    rows = Occurrence.objects.for_user(request.user)  # type: ignore[arg-type]
    occurrence: Occurrence = get_object_or_404(rows.select_related("standing_order__organization"), pk=pk)
    return occurrence


def _back(request: HttpRequest, occurrence: Occurrence) -> HttpResponse:
    return redirect_back(
        request, reverse("orders:standing_order_detail", args=[occurrence.standing_order_id])
    )
