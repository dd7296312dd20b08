"""The page of one date of a standing order, stored or still to come."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from membership import clock
from membership.permissions import can_order_for, is_operator, role_required

from ..date_page import read_date, why_in_words
from ..models import CalendarDay, StandingOrder
from ..rule_words import rule_words
from .institution import READERS


@require_GET
@role_required(*READERS)
def standing_order_date(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """One date by its rule: contents, price, deadlines, what happened, why an order was or wasn't made."""
    rows = StandingOrder.objects.for_user(request.user)  # type: ignore[arg-type]
    related = rows.select_related("organization", "bundle", "site").prefetch_related("later_terms", "pauses")
    standing = get_object_or_404(related, pk=pk)
    try:
        rule_date = date.fromisoformat(day)
    except ValueError as error:
        raise Http404("This is no date.") from error
    working_days = CalendarDay.objects.all().working_days()
    page = read_date(standing, rule_date, working_days, user=request.user, now=clock.now())  # type: ignore[arg-type]
    if page is None:
        raise Http404("The standing order has no such date.")
    context = {
        "page": page,
        "row": page.row,
        "standing": standing,
        "rule_in_words": rule_words(standing.rrule, get_language() or "ko"),
        "why_in_words": why_in_words(page),
        "now": clock.now(),
        "quote": page.quote,
        "may_order": can_order_for(request.user, standing.organization),  # type: ignore[arg-type]
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
        "crumbs": [
            {"label": _("Standing orders"), "url": reverse("orders:standing_order_list")},
            {
                "label": standing.bundle.display_name,
                "url": reverse("orders:standing_order_detail", args=[standing.pk]),
            },
            {
                "label": _("Twelve months"),
                "url": reverse("orders:standing_order_calendar", args=[standing.pk]),
            },
        ],
    }
    return render(request, "orders/standing_order_date.html", context)
