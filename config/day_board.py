"""The operator's home: one delivery day, what is stuck on it, how far it is, its routes and its orders."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Max, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from membership import clock
from orders.cutoff import last_call_at
from orders.models import CalendarDay, Occurrence, Order, PurchaseOrder

from .day.finders import find_exceptions
from .day.orders import orders_of_day, rows, runs_of_day, state_tabs
from .day.progress import DayFigures, answers_due, cutoffs, last_cutoff, read_figures, steps
from .day.routes import DayRoute, map_of_day, read_routes

ORDERS_A_PAGE = 25
# More exceptions than this hide the rest of the board; the others come with `?all=1`.
EXCEPTIONS_SHOWN = 8


class DayForm(forms.Form):
    """Which delivery day to look at."""

    date = forms.DateField(label=_("Delivery day"), widget=forms.DateInput(attrs={"type": "date"}))


def day_board(request: HttpRequest) -> HttpResponse:
    """Show a delivery day; htmx gets only the part that lives."""
    now, today = clock.now(), clock.today()
    form = DayForm(request.GET) if "date" in request.GET else None
    day = form.cleaned_data["date"] if form and form.is_valid() else default_day(today)
    figures = read_figures(day)
    context = _live_part(request, day, figures, now)
    is_partial = bool(getattr(request, "htmx", False))
    if not is_partial:
        context |= _standing_part(request, day, figures, context["routes"])
        context["form"] = form if form and form.errors else DayForm(initial={"date": day})
    response = render(request, "day_board/live.html" if is_partial else "day_board.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


# -- Which day --------------------------------------------------------------------------------------


def default_day(today: date) -> date:
    """Return today if it has deliveries, else the next day that has some; today again if none is known."""
    return _first_day(Q(delivery_date__gte=today)) or today


def neighbours(day: date) -> tuple[date | None, date | None]:
    """Return the delivery days before and after."""
    before = Q(delivery_date__lt=day)
    earlier = [rows.filter(before).aggregate(day=Max("delivery_date"))["day"] for rows in _deliveries()]
    return max(filter(None, earlier), default=None), _first_day(Q(delivery_date__gt=day))


def _first_day(condition: Q) -> date | None:
    days = [rows.filter(condition).aggregate(day=Min("delivery_date"))["day"] for rows in _deliveries()]
    return min(filter(None, days), default=None)


def _deliveries() -> tuple[Any, Any]:
    """Orders, and dates on which standing orders bring or should have brought something."""
    return Order.objects.exclude(status="cancelled"), Occurrence.objects.exclude(status="skipped")


# -- What is shown ----------------------------------------------------------------------------------


def _live_part(request: HttpRequest, day: date, figures: DayFigures, now: datetime) -> dict[str, Any]:
    today = clock.today()
    horizon = {today + timedelta(days=ahead) for ahead in range(settings.PREVIEW_HORIZON_DAYS + 1)}
    found = find_exceptions(horizon | {day}, now=now, user=request.user)  # type: ignore[arg-type]
    here = [exception for exception in found if exception.day in (day, None)]
    elsewhere = Counter(exception.day for exception in found if exception.day not in (day, None))
    shown = here if "all" in request.GET else here[:EXCEPTIONS_SHOWN]
    return {
        "day": day,
        "now": now,
        "is_today": day == today,
        "is_past": day < today,
        "figures": figures,
        "steps": steps(figures),
        "order_states": _by_state(Order.Status, figures.orders),
        "purchase_order_states": _by_state(PurchaseOrder.Status, figures.purchase_orders),
        "cutoffs": cutoffs(day),
        "last_cutoff": last_cutoff(day),
        "answers_due": answers_due(day),
        "planning_at": last_call_at(day, CalendarDay.objects.all().working_days()),
        "exceptions": shown,
        "exception_count": len(here),
        "exceptions_hidden": len(here) - len(shown),
        "exceptions_elsewhere": sorted(elsewhere.items()),
        "routes": read_routes(day),
    }


def _standing_part(
    request: HttpRequest, day: date, figures: DayFigures, routes: list[DayRoute]
) -> dict[str, Any]:
    tabs = state_tabs(figures)
    state = request.GET.get("state", "")
    if tabs and state not in [tab.state for tab in tabs]:
        state = tabs[0].state
    page = Paginator(orders_of_day(day, state), ORDERS_A_PAGE).get_page(request.GET.get("page"))
    earlier, later = neighbours(day)
    return {
        "earlier": earlier,
        "later": later,
        "tabs": tabs,
        "state": state,
        "page_obj": page,
        "orders": rows(page.object_list),
        "runs": runs_of_day(day),
        "map_data": map_of_day(routes),
    }


def _by_state(states: Any, counts: dict[str, int]) -> str:
    """Such as "confirmed 10 · packed 3", in the order of the states."""
    return " · ".join(f"{state.label} {counts[state.value]}" for state in states if counts.get(state.value))
