"""What becomes of an application: an approver's word on it, or its own people take it back."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from membership import clock
from membership.permissions import approver_seat, can_order_for, role_required

from ..actions.apply import approve_application, decline_application, withdraw_application
from ..exceptions import NotPossible
from ..models import Application
from ..reasons import words
from .approval import note_of
from .back import redirect_back
from .institution import READERS


@require_POST
@role_required(*READERS)
def application_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to a plan, up to what it costs a year."""
    application = _application(request, pk)
    if not approver_seat(request.user, application.organization_id):  # type: ignore[arg-type]
        raise PermissionDenied
    return _do(
        request,
        application,
        lambda now: approve_application(application, actor=request.user, now=now),  # type: ignore[arg-type]
        _("The plan is approved."),
    )


@require_POST
@role_required(*READERS)
def application_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse it, with a note to who asked."""
    application = _application(request, pk)
    if not approver_seat(request.user, application.organization_id):  # type: ignore[arg-type]
        raise PermissionDenied
    note = note_of(request)
    return _do(
        request,
        application,
        lambda now: decline_application(application, note=note, actor=request.user, now=now),  # type: ignore[arg-type]
        _("The application is declined, and who asked is told."),
    )


@require_POST
@role_required(*READERS)
def application_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back before it is agreed to."""
    application = _application(request, pk)
    if not can_order_for(request.user, application.organization):  # type: ignore[arg-type]
        raise PermissionDenied
    return _do(
        request,
        application,
        lambda now: withdraw_application(application, actor=request.user, now=now),  # type: ignore[arg-type]
        _("The application is withdrawn."),
    )


def _application(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.for_user(request.user).select_related("organization")  # type: ignore[arg-type]
    application: Application = get_object_or_404(rows, pk=pk)
    return application


def _do(
    request: HttpRequest, application: Application, deed: Callable[[datetime], object], done: str
) -> HttpResponse:
    """Do it and go back; what somebody else decided meanwhile is said."""
    try:
        deed(clock.now())
        messages.success(request, done)
    except NotPossible as error:
        messages.error(request, words(error.reason))
    return redirect_back(request, reverse("orders:membership_detail", args=[application.organization_id]))
