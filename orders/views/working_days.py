"""The hub's calendar of working days: a day is closed or opened after its effects were seen."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from membership import clock
from membership.permissions import role_required

from ..actions.calendar_day import StalePreview, change_calendar_day, preview_calendar_day
from ..actions.move_order import KEEP
from ..calendar_effects import Effect, by_institution, counts, fingerprint
from ..exceptions import NotPossible
from ..forms_calendar import CalendarDayForm
from ..models import CalendarDay
from ..reasons import words

YEAR = timedelta(days=365)


@require_http_methods(["GET", "POST"])
@role_required("operator")
def working_day_list(request: HttpRequest) -> HttpResponse:
    """The days without deliveries of a year. A POST shows what a change would do; with `apply` it is made."""
    form = CalendarDayForm(request.POST or None, today=clock.today(), initial=_initial(request))
    context: dict[str, Any] = {"form": form, "days": _days(clock.today())}
    if request.method == "POST" and form.is_valid():
        effects = None
        if "apply" in request.POST:
            try:
                effects = _apply(request, form)
            except StalePreview as stale:
                context |= {"stale": True, **_shown(stale.effects, request)}
            except NotPossible as error:
                context |= {"refusal": words(error.reason)}
            else:
                return redirect("orders:working_days")
        if "affected" not in context:
            effects = preview_calendar_day(form.change(), now=clock.now())
            context |= _shown(effects, request)
    return render(request, "orders/working_days.html", context)


def _apply(request: HttpRequest, form: CalendarDayForm) -> list[Effect]:
    decisions = {
        name.removeprefix("decide-"): value
        for name, value in request.POST.items()
        if name.startswith("decide-") and isinstance(value, str)
    }
    seen = request.POST.get("seen", "")
    change = form.change()
    effects = change_calendar_day(change, decisions, seen=seen, actor=request.user, now=clock.now())  # type: ignore[arg-type]
    messages.success(
        request, _("The calendar is changed. Deliveries that changed: %(n)s") % {"n": len(effects)}
    )
    return effects


def _shown(effects: list[Effect], request: HttpRequest) -> dict[str, Any]:
    return {
        "affected": by_institution(effects),
        "counts": counts(effects),
        "seen": fingerprint(effects),
        "decided": {
            effect.number: request.POST.get(f"decide-{effect.number}", KEEP)
            for effect in effects
            if effect.number
        },
    }


def _initial(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("day", "word", "name") if name in request.GET}


def _days(today: date) -> list[dict[str, Any]]:
    """Return the days of a year that are closed although it is a weekday, and those an operator spoke of."""
    overrides = {row.day: row for row in CalendarDay.objects.filter(day__range=(today, today + YEAR))}
    working_days = CalendarDay.objects.all().working_days()
    language = "en" if get_language() == "en" else "ko"
    days = [today + timedelta(days=n) for n in range(YEAR.days + 1)]
    return [
        {
            "day": day,
            "is_working": working_days.is_working(day),
            "holiday": working_days.name(day, language),
            "override": overrides.get(day),
        }
        for day in days
        if day in overrides or (day.weekday() < 5 and working_days.name(day))
    ]
