"""The recipient's private page: how the delivery goes, for whoever has its address; no log-in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from membership import clock
from orders.exceptions import NotPossible
from orders.models import Order
from orders.private_address import number_in
from orders.reasons import words

from .actions.leave import say_where_to_leave
from .forms_leave import LeaveForm
from .tracking import Tracking, read_tracking


@login_not_required
@never_cache
@require_GET
def track(request: HttpRequest, token: str) -> HttpResponse:
    """Show the delivery until its day is over; htmx gets only what changes by itself."""
    tracking = _tracking_or_404(token)
    is_past = _is_past(tracking)
    if getattr(request, "htmx", False):
        # The page itself says that it has expired, and shows no form any more once all is over.
        if is_past or tracking.is_over:
            return HttpResponseClientRefresh()
        return _unlisted(render(request, "delivery/track/live.html", _context(tracking, token)))
    return _page(request, tracking, token, LeaveForm(instance=tracking.instructions))


@login_not_required
@never_cache
@require_POST
def track_leave(request: HttpRequest, token: str) -> HttpResponse:
    """Keep where to leave the order."""
    tracking = _tracking_or_404(token)
    form = LeaveForm(request.POST)
    if _is_past(tracking) or not form.is_valid():
        return _page(request, tracking, token, form)
    try:
        say_where_to_leave(tracking.order, **form.cleaned_data, now=clock.now())
        messages.success(request, _("Thank you. The courier will read it."))
    except NotPossible as refusal:
        messages.error(request, words(refusal.reason))
    return redirect("delivery:track", token=token)


def _page(request: HttpRequest, tracking: Tracking, token: str, form: LeaveForm) -> HttpResponse:
    """Show the whole page, or that it has closed; `form` may have been filled in wrongly."""
    if _is_past(tracking):
        return _unlisted(render(request, "delivery/track/expired.html", status=410))
    context = _context(tracking, token) | {"form": form}
    return _unlisted(render(request, "delivery/track/page.html", context))


def _is_past(tracking: Tracking) -> bool:
    return tracking.order.delivery_date < clock.today()


def _context(tracking: Tracking, token: str) -> dict[str, object]:
    return {
        "tracking": tracking,
        "order": tracking.order,
        "token": token,
        "now": clock.now(),
        "is_live": tracking.order.delivery_date == clock.today() and not tracking.is_over,
    }


def _tracking_or_404(token: str) -> Tracking:
    number = number_in(token)
    try:
        if number:
            return read_tracking(number, clock.now())
    except Order.DoesNotExist:
        pass
    raise Http404


def _unlisted(response: HttpResponse) -> HttpResponse:
    """Keep a private address out of search engines."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
