"""The waiting list: an institution's wishes and offers, and for the hub everybody in line."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from membership import clock
from membership.permissions import can_order_for, is_operator, role_required

from ..actions.wait import accept_offer, call_off_waiting, join_waiting_list
from ..exceptions import NotPossible
from ..full_days import full_days
from ..models import Application
from ..places import Places
from ..reasons import words
from ..rule_words import rule_words
from ..waiting_list import turns
from .back import redirect_back
from .institution import READERS

PAGE = "orders:waiting_list"
RELATED = ("organization", "site", "bundle__plan", "order", "standing_order", "asked_by")
# So many of what is over are shown below.
PAST = 10


@require_GET
@role_required(*READERS)
def waiting_list(request: HttpRequest) -> HttpResponse:
    """What waits for a place and what is offered, each with where it stands in line."""
    user = request.user
    rows = Application.objects.for_user(user).from_the_list().select_related(*RELATED)  # type: ignore[arg-type]
    waiting = {turn.application.pk: turn for turn in turns(Places(now=clock.now()))}
    open_ = rows.filter(status__in=["waiting", "offered", "awaiting", "agreed"]).order_by("asked_at", "pk")
    context = {
        "now": clock.now(),
        "entries": [_entry(row, request, waiting.get(row.pk)) for row in open_],
        "past": [
            _entry(row, request)
            for row in rows.exclude(pk__in=open_.values("pk")).order_by("-asked_at", "-pk")[:PAST]
        ],
        "is_operator": is_operator(user),  # type: ignore[arg-type]
    }
    return render(request, "orders/waiting_list.html", context)


def _entry(row: Application, request: HttpRequest, turn: Any = None) -> dict[str, Any]:
    """Return what the page shows of one application, and what its reader may do."""
    may_order, at_hub = can_order_for(request.user, row.organization), is_operator(request.user)  # type: ignore[arg-type]
    is_listed = row.status in (Application.Status.WAITING, Application.Status.OFFERED)
    return {
        "row": row,
        "rule": rule_words(row.rrule, get_language() or "ko") if row.rrule else "",
        "position": turn.position if turn else None,
        "full": full_days(turn.full[:3]) if turn else [],
        "more": max(0, len(turn.full) - 3) if turn else 0,
        "why": words(row.reason) if row.reason else "",
        "may_answer": may_order and row.status == Application.Status.OFFERED,
        "may_withdraw": may_order and is_listed and not at_hub,
        "may_call_off": at_hub and is_listed,
    }


def join(request: HttpRequest, form: Form, wanted: Application) -> HttpResponse | None:
    """Put what the form asks for on the list, and lead there; None where the form says why that can't be."""
    try:
        join_waiting_list(wanted, now=clock.now())
    except ValidationError as error:
        form.add_error(None, error.messages)
    except NotPossible as error:
        form.add_error(None, words(error.reason))
    else:
        messages.success(request, _("You are on the waiting list. We tell you as soon as a place is free."))
        return redirect(PAGE)
    return None


@require_POST
@role_required(*READERS)
def application_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the place that is offered."""
    application = _application(request, pk)
    if not can_order_for(request.user, application.organization):  # type: ignore[arg-type]
        raise PermissionDenied
    try:
        made = accept_offer(application, actor=request.user, now=clock.now())  # type: ignore[arg-type]
    except NotPossible as error:
        messages.error(request, words(error.reason))
        return redirect(PAGE)
    if made.status == Application.Status.EXPIRED:
        messages.error(request, words(made.reason))
    elif made.status == Application.Status.AWAITING:
        messages.info(request, _("The place is yours. An approver is asked."))
    else:
        messages.success(request, _("The place is yours, and what you asked for is set up."))
        if made.order:
            return redirect("orders:order_detail", number=made.order.number)
        if made.standing_order:
            return redirect("orders:standing_order_detail", pk=made.standing_order.pk)
    return redirect(PAGE)


@require_POST
@role_required("operator")
def application_call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a wish off the list."""
    try:
        call_off_waiting(_application(request, pk), actor=request.user, now=clock.now())  # type: ignore[arg-type]
        messages.success(request, _("Taken off the waiting list; the institution is told."))
    except NotPossible as error:
        messages.error(request, words(error.reason))
    return redirect_back(request, reverse(PAGE))


def _application(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.for_user(request.user).select_related("organization")  # type: ignore[arg-type]
    application: Application = get_object_or_404(rows, pk=pk)
    return application
