"""An approver's word on an order or a standing order that waits: one tap, with a note if it is no."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from membership import clock
from membership.permissions import approver_seat, role_required

from ..actions.approval import approve_order, decline_order
from ..actions.standing_approval import approve_standing_order, decline_standing_order
from ..exceptions import NotPossible
from ..models import Order, StandingOrder
from ..reasons import words
from .back import redirect_back
from .institution import READERS

NOTE_LENGTH = 300


@require_POST
@role_required(*READERS)
def order_approve(request: HttpRequest, number: str) -> HttpResponse:
    """Let an order go ahead; the form says which price, and whether the budget was too small for it."""
    price = request.POST.get("price", "")
    seen = {
        "price": int(price) if price.isascii() and price.isdigit() and len(price) <= 10 else 0,
        "sees_overrun": "overrun" in request.POST,
    }
    return _decide_order(
        request,
        number,
        lambda order, now: approve_order(order, **seen, actor=request.user, now=now),  # type: ignore[arg-type]
        _("The order is approved."),
    )


@require_POST
@role_required(*READERS)
def order_decline(request: HttpRequest, number: str) -> HttpResponse:
    """Refuse an order, with a note to its orderer."""
    note = note_of(request)
    return _decide_order(
        request,
        number,
        lambda order, now: decline_order(order, note=note, actor=request.user, now=now),  # type: ignore[arg-type]
        _("The order is declined, and its orderer is told."),
    )


@require_POST
@role_required(*READERS)
def standing_order_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a standing order run, up to what it costs a year."""
    return _decide_standing_order(
        request,
        pk,
        lambda standing, now: approve_standing_order(standing, actor=request.user, now=now),  # type: ignore[arg-type]
        _("The standing order is approved."),
    )


@require_POST
@role_required(*READERS)
def standing_order_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """End a standing order that waits, with a note to its orderer."""
    note = note_of(request)
    return _decide_standing_order(
        request,
        pk,
        lambda standing, now: decline_standing_order(standing, note=note, actor=request.user, now=now),  # type: ignore[arg-type]
        _("The standing order is declined, and its orderer is told."),
    )


def note_of(request: HttpRequest) -> str:
    """What the approver wrote beside a no."""
    return request.POST.get("note", "").strip()[:NOTE_LENGTH]


def _decide_order(
    request: HttpRequest, number: str, deed: Callable[[Order, datetime], object], done: str
) -> HttpResponse:
    rows = Order.objects.for_user(request.user)  # type: ignore[arg-type]
    order = get_object_or_404(rows, number=number)
    return _decide(request, order, deed, done, reverse("orders:order_detail", args=[order.number]))


def _decide_standing_order(
    request: HttpRequest, pk: int, deed: Callable[[StandingOrder, datetime], object], done: str
) -> HttpResponse:
    rows = StandingOrder.objects.for_user(request.user)  # type: ignore[arg-type]
    standing = get_object_or_404(rows, pk=pk)
    return _decide(request, standing, deed, done, reverse("orders:standing_order_detail", args=[pk]))


def _decide(
    request: HttpRequest, thing: Any, deed: Callable[[Any, datetime], object], done: str, page: str
) -> HttpResponse:
    """Do it as an approver of the institution and go back; what somebody else decided meanwhile is said."""
    if not approver_seat(request.user, thing.organization_id):  # type: ignore[arg-type]
        raise PermissionDenied
    try:
        deed(thing, clock.now())
        messages.success(request, done)
    except NotPossible as error:
        messages.error(request, words(error.reason))
    return redirect_back(request, page)
