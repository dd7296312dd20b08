"""Standing orders: see each of their dates and why, leave one out, end them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from membership import clock
from membership.permissions import approver_seat, can_order_for, is_operator, role_required

from ..actions.authority import approvers_of
from ..actions.change_date import leave_out_date
from ..actions.change_terms import at_all_sites, end_standing_order
from ..actions.changing import deadline_of
from ..actions.standing import retry_occurrence
from ..alternatives import SOLD_OUT, Alternative, alternatives_to_occurrence
from ..change_words import changes_of
from ..coming import why
from ..exceptions import NotPossible
from ..forms import StandingOrderFilter
from ..holiday import question_of
from ..models import CalendarDay, Occurrence, StandingOrder
from ..progress import standing_timeline
from ..purchases import standing_order_advice
from ..reasons import TOLD_IN_FULL, told, words
from ..rule_words import rule_words
from ..waiting import waiting_standing_orders
from ..working_days import WorkingDays
from .back import redirect_back
from .institution import PAGE_SIZE, READERS, may_order


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
    others = StandingOrder.objects.together_with(standing).select_related("bundle", "site")
    together = list(others.prefetch_related("later_terms__bundle"))
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
        "together": together,
        "advice": standing_order_advice(standing, *together, today=today)
        if standing.status != StandingOrder.Status.ENDED
        else None,
        "coming": [_date(occurrence, request, working_days) for occurrence in coming],
        "changes": changes_of(standing, request.user, now=clock.now()),  # type: ignore[arg-type]
        "pauses": standing.pauses.filter(Q(last_on=None) | Q(last_on__gte=today)),
        "today": today,
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
    """Make no more orders from it: from now on, or after a day."""
    rows = StandingOrder.objects.for_user(request.user)  # type: ignore[arg-type]
    standing = get_object_or_404(rows, pk=pk)
    if not can_order_for(request.user, standing.organization):  # type: ignore[arg-type]
        raise PermissionDenied
    last = _last_day(request)
    if last and last < clock.today():
        messages.error(request, _("Choose a day that is still to come."))
        return redirect("orders:standing_order_detail", pk=standing.pk)
    try:
        if "everywhere" in request.POST:
            at_all_sites(standing, lambda row: _end(request, row, last))
        else:
            _end(request, standing, last)
    except NotPossible as error:
        messages.error(request, told(error.reason, error.detail))
    else:
        standing.refresh_from_db()
        if last and standing.status != StandingOrder.Status.ENDED:
            said = _("The standing order ends after %(day)s.") % {"day": date_format(last)}
        else:
            said = _("The standing order was ended. Orders that were already made will still come.")
        messages.success(request, said)
    return redirect("orders:standing_order_detail", pk=standing.pk)


def _end(request: HttpRequest, standing: StandingOrder, last: date | None) -> StandingOrder:
    return end_standing_order(standing, last=last, actor=request.user, now=clock.now())  # type: ignore[arg-type]


def _last_day(request: HttpRequest) -> date | None:
    try:
        return parse_date(request.POST.get("last", ""))
    except ValueError:
        return None


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
