"""Changing a draft by hand: a stop's place with all that follows from it, locks, and a plan's first draft."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from membership import clock
from membership.permissions import role_required
from orders.exceptions import NotPossible
from orders.models import Order
from orders.reasons import words

from .actions.drafts import draft_of
from .actions.edits import keep_order, lock_stop, move_stop
from .board import letter
from .day import instant
from .forms_dispatch import KeepForm, LockForm, MoveForm
from .models import RoutePlan, Shift, Stop
from .moves import Change, Move, Offer, move, offers
from .review import Review, review


@dataclass(frozen=True)
class ShownChange:
    """A change of one route in words: with its letter, its courier and the stops that get late by it."""

    change: Change
    letter: str
    shift: Shift
    later: list[tuple[Order, int]]
    returns: datetime | None

    @property
    def weight_kg(self) -> float:
        return self.change.weight_g / 1000

    @property
    def volume_l(self) -> float:
        return self.change.volume_ml / 1000

    @property
    def extra_km(self) -> float:
        return self.change.extra_m / 1000

    @property
    def extra_minutes(self) -> int:
        return round(self.change.extra_s / 60)


@require_POST
@role_required("operator")
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft of the plan in force, to be changed by hand; the draft of the day if there is one."""
    plan = get_object_or_404(RoutePlan.objects.published().select_related("depot"), pk=pk)
    draft_of(plan, now=clock.now())
    return _board(plan)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("operator")
def stop_move(request: HttpRequest, pk: int, number: str) -> HttpResponse:
    """Show where else an order could go and what a chosen place means (GET), then bring it there (POST)."""
    draft = _draft_or_404(pk)
    now = clock.now()
    seen = review(draft, now=now)
    order = get_object_or_404(Order.objects.for_user(request.user), number=number)  # type: ignore[arg-type]
    if order.pk not in seen.day.jobs:
        raise Http404
    letters = _letters(draft)
    data = request.POST or (request.GET if "position" in request.GET else None)
    typed = data and {"revision": draft.revision, **data.dict()}
    form = MoveForm(typed, plan=draft, letters=letters)
    chosen: Move | None = None
    if form.is_bound and form.is_valid():
        shift, position = form.cleaned_data["shift"], form.cleaned_data["position"]
        if request.method == "POST":
            try:
                move_stop(
                    draft,
                    order=order.pk,
                    shift=shift and shift.pk,
                    position=position,
                    revision=form.cleaned_data["revision"],
                    has_consent=form.cleaned_data["has_consent"],
                    now=now,
                )
            except NotPossible as refusal:
                messages.error(request, words(refusal.reason))
            else:
                messages.success(request, _("%(site)s was moved.") % {"site": order.site_name})
                return _board(draft, f"#stop-{order.pk}")
        chosen = move(seen, order.pk, shift and shift.pk, position)
    stop = draft.stops.filter(order=order).select_related("route__shift__courier").first()
    context = {
        "plan": draft,
        "order": order,
        "stop": stop,
        "code": stop and f"{letters[stop.route.shift_id]}{stop.sequence}",
        "form": form if form.is_bound else _first_form(draft, letters, stop),
        "move": chosen,
        "extra_km": chosen and chosen.extra_m / 1000,
        "extra_minutes": chosen and round(chosen.extra_s / 60),
        "changes": _changes(draft, seen, chosen, letters),
        "offers": _offers(draft, seen, order, letters),
        "crumbs": [{"label": _("Dispatch"), "url": reverse("delivery:dispatch", args=[draft.date])}],
    }
    return render(request, "delivery/dispatch_move.html", context)


@require_POST
@role_required("operator")
def stop_lock(request: HttpRequest, pk: int, number: str) -> HttpResponse:
    """Lock a stop to its courier, or no longer."""
    order = get_object_or_404(Order.objects.for_user(request.user), number=number)  # type: ignore[arg-type]
    draft, form = _draft_or_404(pk), LockForm(request.POST)
    if form.is_valid():
        _try(request, lambda: lock_stop(draft, order=order.pk, **form.cleaned_data))
    return _board(draft, f"#stop-{order.pk}")


@require_POST
@role_required("operator")
def route_keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the order of a route, or no longer."""
    draft, form = _draft_or_404(pk), KeepForm(request.POST)
    if form.is_valid():
        _try(request, lambda: keep_order(draft, **form.cleaned_data))
    return _board(draft)


# -- Details ----------------------------------------------------------------------------------------


def _try(request: HttpRequest, act: Callable[[], None]) -> None:
    try:
        act()
    except NotPossible as refusal:
        messages.error(request, words(refusal.reason))


def _draft_or_404(pk: int) -> RoutePlan:
    draft: RoutePlan = get_object_or_404(RoutePlan.objects.drafts().select_related("depot"), pk=pk)
    return draft


def _letters(plan: RoutePlan) -> dict[int, str]:
    """By shift, the letter that the board gives its route."""
    shifts = plan.routes.order_by("departs_at", "pk").values_list("shift", flat=True)
    return {shift: letter(nth) for nth, shift in enumerate(shifts)}


def _first_form(draft: RoutePlan, letters: dict[int, str], stop: Stop | None) -> MoveForm:
    now = {"shift": stop.route.shift_id, "position": stop.sequence} if stop else {}
    return MoveForm(initial={"revision": draft.revision, **now}, plan=draft, letters=letters)


def _changes(
    draft: RoutePlan, seen: Review, chosen: Move | None, letters: dict[int, str]
) -> list[ShownChange]:
    if chosen is None:
        return []
    shifts, orders = seen.problem.shifts, seen.problem.orders
    return [
        ShownChange(
            change,
            letters.get(change.van.key, ""),
            shifts[change.van.key],
            [(orders[key], minutes) for key, minutes in change.later],
            instant(draft.date, change.after.returns_s) if change.after else None,
        )
        for change in chosen.changes
    ]


def _offers(draft: RoutePlan, seen: Review, order: Order, letters: dict[int, str]) -> list[dict[str, Any]]:
    def shown(offer: Offer) -> dict[str, Any]:
        query = {"shift": offer.van_key, "position": offer.position, "revision": draft.revision}
        return {
            "letter": letters.get(offer.van_key, ""),
            "courier": seen.problem.shifts[offer.van_key].courier.display_name,
            "position": offer.position,
            "extra_km": offer.extra_m / 1000,
            "url": reverse("delivery:stop_move", args=[draft.pk, order.number], query=query),
        }

    return [shown(offer) for offer in offers(seen, seen.day.jobs[order.pk])]


def _board(plan: RoutePlan, anchor: str = "") -> HttpResponse:
    url = reverse("delivery:dispatch", args=[plan.date], query={"depot": plan.depot_id})
    return redirect(url + anchor)
