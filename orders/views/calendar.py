"""Twelve months of standing orders: of one, or of an institution; for the eye, for paper, as a file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from membership import clock
from membership.permissions import is_operator, role_required

from ..forms import InstitutionFilter
from ..ics import IcsEvent, ics_file
from ..models import CalendarDay, StandingOrder
from ..rule_words import rule_words
from ..year import YearDate, months_of, read_year
from .institution import READERS


@require_GET
@role_required(*READERS)
def standing_order_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """Every date of a standing order in twelve months, with what was moved or left out and why."""
    standing = _standing_order(request, pk)
    context = {
        "standing": standing,
        "rule_in_words": rule_words(standing.rrule, get_language() or "ko"),
        "crumbs": [
            {"label": _("Standing orders"), "url": reverse("orders:standing_order_list")},
            {
                "label": standing.bundle.display_name,
                "url": reverse("orders:standing_order_detail", args=[standing.pk]),
            },
        ],
        **_months([standing]),
    }
    return render(request, "orders/standing_order_calendar.html", context)


@require_GET
@role_required(*READERS)
def institution_calendar(request: HttpRequest) -> HttpResponse:
    """Every date of the reader's standing orders; operators choose the institution."""
    filters = InstitutionFilter(request.GET, user=request.user)  # type: ignore[arg-type]
    filters.is_valid()
    chosen = filters.cleaned_data.get("institution")
    rows = _standing_orders(request).not_ended()
    if is_operator(request.user):  # type: ignore[arg-type]
        rows = rows.filter(organization=chosen) if chosen else rows.none()
    context = {
        "filters": filters,
        "several": True,
        "has_none": not rows,
        "crumbs": [{"label": _("Standing orders"), "url": reverse("orders:standing_order_list")}],
        **_months(rows),
    }
    return render(request, "orders/institution_calendar.html", context)


@require_GET
@role_required(*READERS)
def standing_order_ics(request: HttpRequest, pk: int) -> HttpResponse:
    """The twelve months as an iCalendar file; a date keeps its identity wherever it moves."""
    standing = _standing_order(request, pk)
    working_days = CalendarDay.objects.all().working_days()
    dates = read_year([standing], working_days, today=clock.today())
    events = [_event(each, request) for each in dates]
    return HttpResponse(
        ics_file(str(standing.bundle.display_name), events, now=clock.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="kkureomi-{standing.pk}.ics"'},
    )


def _event(each: YearDate, request: HttpRequest) -> IcsEvent:
    return IcsEvent(
        uid=f"{each.standing_order.pk}-{each.rule_date:%Y%m%d}@{request.get_host()}",
        day=each.shown_on,
        summary=f"{each.bundle.display_name} ({each.label})",
        window=each.window if each.day else None,
        location=f"{each.site.display_name}, {each.site.address}",
        description=each.why,
        url=request.build_absolute_uri(each.url),
        is_cancelled=not each.is_coming,
        is_certain=each.order is not None,
    )


def _standing_orders(request: HttpRequest) -> Any:
    rows = StandingOrder.objects.for_user(request.user)  # type: ignore[arg-type]
    related = rows.select_related("organization", "bundle", "site")
    return related.prefetch_related("later_terms", "pauses").order_by("organization__name", "pk")


def _standing_order(request: HttpRequest, pk: int) -> StandingOrder:
    standing: StandingOrder = get_object_or_404(_standing_orders(request), pk=pk)
    return standing


def _months(standing_orders: Any) -> dict[str, Any]:
    today, working_days = clock.today(), CalendarDay.objects.all().working_days()
    dates = read_year(list(standing_orders), working_days, today=today)
    coming = [each for each in dates if each.is_coming]
    return {
        "today": today,
        "months": months_of(dates, working_days, today=today),
        "count": len(coming),
        "price": sum(each.price for each in coming),
        "changed": len([each for each in dates if each.is_moved or each.day is None]),
    }
