"""Changing an event order while it is open: how many people, when, and the note."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from membership import clock
from membership.permissions import can_order_for, role_required

from ..actions.event_change import change_event_order, last_event, may_change
from ..event_alternatives import HELPED_BY, event_alternatives, from_fields
from ..event_steps import event_steps
from ..exceptions import NotPossible
from ..forms_event import EventChangeForm
from ..models import CalendarDay, Order
from ..planned import swaps_of
from ..quote import quote
from ..reasons import words
from .institution import READERS


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def event_order_change(request: HttpRequest, number: str) -> HttpResponse:
    """Change an event order. A POST with `check` or `instead` only shows what would follow."""
    orders = Order.objects.for_user(request.user).select_related("organization", "site", "bundle")  # type: ignore[arg-type]
    order = get_object_or_404(orders, number=number)
    if order.event_at is None:
        raise Http404("Only event orders are changed here.")
    if not can_order_for(request.user, order.organization):  # type: ignore[arg-type]
        raise PermissionDenied
    form = _form(request, order)
    is_sent = request.method == "POST" and not {"check", "instead"}.intersection(request.POST)
    if is_sent and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            change_event_order(order, form.wanted(), seen=seen, actor=request.user, now=clock.now())  # type: ignore[arg-type]
        except NotPossible as error:
            form.blame(error.reason, error.detail)
            order.refresh_from_db()
        else:
            messages.success(request, _("The order was changed."))
            return redirect("orders:order_detail", number=order.number)
    is_partial = request.htmx and "check" in request.POST  # type: ignore[attr-defined]
    template = "orders/includes/quote.html" if is_partial else "orders/event_change_form.html"
    return render(request, template, _context(request, order, form) | {"is_partial": is_partial})


def _form(request: HttpRequest, order: Order) -> EventChangeForm:
    fixed: dict[str, Any] = {
        "order": order,
        "now": clock.now(),
        "working_days": CalendarDay.objects.all().working_days(),
    }
    seen = last_event(order)
    if request.method == "POST":
        data = request.POST.copy()
        data.update(from_fields(data.get("instead", "")))
        form = EventChangeForm(data, **fixed)
        form.is_valid()
        # Sent again, it was seen.
        form.data["seen"] = str(seen)  # type: ignore[index]
        return form
    begins = timezone.localtime(order.event_at)
    form = EventChangeForm(**fixed)
    form.initial = {
        "event_on": begins.date(),
        "event_time": begins.time(),
        "headcount": order.headcount,
        "note": order.note,
        "seen": seen,
        **form.fixed,
    }
    form.begin()
    return form


def _context(request: HttpRequest, order: Order, form: EventChangeForm) -> dict[str, Any]:
    chosen = form.cleaned_data if form.is_bound else form.initial
    now, headcount, day = clock.now(), chosen.get("headcount"), chosen.get("delivery_date")
    swaps = swaps_of(order) if day == order.delivery_date else {}
    others = event_alternatives(chosen, now=now) if form.refusal in HELPED_BY else []
    return {
        "order": order,
        "form": form,
        "chosen": chosen,
        "now": now,
        "quote": quote(order.bundle, headcount, order.exclusions, day, form.working_days, swaps)
        if headcount
        else None,
        "steps": event_steps(form.plan, form.working_days, now=now) if form.plan else [],
        # Bundle and site stay: that would be another order.
        "alternatives": [each for each in others if (each.bundle, each.site) == (order.bundle, order.site)],
        "may_change": may_change(order, actor=request.user, now=now),  # type: ignore[arg-type]
        "refusal": words("past_change"),
        "crumbs": [
            {"label": _("Orders"), "url": reverse("orders:order_list")},
            {"label": order.number, "url": reverse("orders:order_detail", args=[order.number])},
        ],
    }
