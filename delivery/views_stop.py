"""What couriers record at a stop, by forms that need no script: loaded, arrived, handed over, failed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from membership import clock
from membership.models import User
from membership.permissions import is_operator
from orders.reasons import words

from .actions.driving import deliver_stop, fail_stop, retry_stop
from .actions.loading import arrive_at_stop, check_boxes
from .actions.road import keep_photo
from .forms import NEIGHBOUR, DeliverForm, FailForm, LoadForm, StopForm
from .models import FailedTry, Stop
from .views import back_to_route, is_own_today, route_page, try_or_say
from .views_drive import drive_page


@never_cache
@require_GET
def stop_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to a stop from its code on paper, also from paper of a plan that was replaced since."""
    user = _user(request)
    known = Stop.objects.for_user(user) if is_operator(user) else Stop.objects.driven_by(user)
    stop: Stop = get_object_or_404(known.select_related("plan", "order"), pk=pk)
    in_force = Stop.objects.for_user(user).live().filter(order=stop.order_id).first()
    shown = _stop_or_404(request, in_force.pk if in_force else stop.pk)
    if is_own_today(request, shown.route):
        return redirect(f"{reverse('delivery:drive')}#stop-{shown.pk}")
    return redirect(reverse("delivery:route_detail", args=[shown.route_id]) + f"?stop={shown.pk}#record")


@require_POST
def stop_load(request: HttpRequest, pk: int) -> HttpResponse:
    """The stop's boxes were looked for at the depot."""
    stop = _stop_or_404(request, pk)
    form = LoadForm(request.POST)
    if form.is_valid():
        try_or_say(request, lambda: check_boxes(stop, form.cleaned_data["boxes_missing"]))
    else:
        messages.error(request, words("wrong_quantity"))
    return back_to_route(request, stop.route)


@require_POST
def stop_arrive(request: HttpRequest, pk: int) -> HttpResponse:
    """The van stands at the stop."""
    stop = _stop_or_404(request, pk)
    try_or_say(request, lambda: arrive_at_stop(stop, now=clock.now()))
    return back_to_route(request, stop.route)


@require_POST
def stop_deliver(request: HttpRequest, pk: int) -> HttpResponse:
    """Record who received the goods; the second tap changes nothing."""
    stop = _stop_or_404(request, pk)
    form = DeliverForm(request.POST, request.FILES, stop=stop)
    if not form.is_valid():
        return _shown_again(request, stop, form)
    told, now = form.told(), clock.now()

    def deliver() -> None:
        jpeg = told.pop("photo")
        photo = keep_photo(jpeg, f"stop-{stop.pk}", now) if stop.status == Stop.Status.PENDING else ""
        deliver_stop(stop, **told, photo=photo, actor=_user(request), now=now)

    if try_or_say(request, deliver):
        messages.success(request, _("Stop %(number)s is handed over.") % {"number": stop.sequence})
    return back_to_route(request, stop.route)


@require_POST
def stop_fail(request: HttpRequest, pk: int) -> HttpResponse:
    """Record why nobody took the goods, and what happens next; the second tap changes nothing."""
    stop = _stop_or_404(request, pk)
    form = FailForm(request.POST, stop=stop)
    if not form.is_valid():
        return _shown_again(request, stop, form)
    told = form.cleaned_data
    if told["next_step"] == NEIGHBOUR:
        hand_over = DeliverForm(stop=stop, for_neighbour=True)
        hand_over.initial["note"] = " · ".join(filter(None, [_reason(told), told["note"]]))
        return _shown_again(request, stop, hand_over)
    said = _("Recorded: %(reason)s. The hub has been told.")
    if told["next_step"] == FailedTry.NextStep.RETRY:
        said = _("Recorded: %(reason)s. The stop comes again at the end of the route.")
    if try_or_say(request, lambda: _fail(request, stop, told)):
        messages.success(request, said % {"reason": _reason(told)})
    return back_to_route(request, stop.route)


def _reason(told: dict[str, Any]) -> str:
    return str(Stop.FailureReason(told["reason"]).label)


def _fail(request: HttpRequest, stop: Stop, told: dict[str, Any]) -> None:
    what: dict[str, Any] = {"reason": told["reason"], "note": told["note"]}
    what |= {"actor": _user(request), "now": clock.now()}
    if told["next_step"] == FailedTry.NextStep.RETRY:
        retry_stop(stop, known_tries=told["tries"], **what)
    else:
        fail_stop(stop, **what)


def _shown_again(request: HttpRequest, stop: Stop, form: StopForm) -> HttpResponse:
    """Show the form again with what is wrong, on the page on which it was."""
    if stop.status != Stop.Status.PENDING:
        messages.error(request, words("already_done"))
        return back_to_route(request, stop.route)
    form.focus_first_error()
    if is_own_today(request, stop.route):
        return drive_page(request, form)
    return route_page(request, stop.route_id, form)


def _stop_or_404(request: HttpRequest, pk: int) -> Stop:
    stops = Stop.objects.for_user(_user(request)).select_related("route__plan", "route__shift", "order")
    stop: Stop = get_object_or_404(stops, pk=pk)
    return stop


def _user(request: HttpRequest) -> User:
    """Every page here is behind the log-in."""
    return request.user  # type: ignore[return-value]
