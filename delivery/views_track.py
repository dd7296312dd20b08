"""The recipient's private page: how the delivery goes, for whoever has its address; no log-in."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRefresh

from membership import clock
from orders.models import Order
from orders.private_address import number_in

from .tracking import Tracking, read_tracking


@login_not_required
@never_cache
@require_GET
def track(request: HttpRequest, token: str) -> HttpResponse:
    """Show the delivery until its day is over; htmx gets only what changes by itself."""
    tracking = _tracking_or_404(token)
    is_past = tracking.order.delivery_date < clock.today()
    if getattr(request, "htmx", False):
        # The page itself says that it has expired, and shows no form any more once all is over.
        if is_past or tracking.is_over:
            return HttpResponseClientRefresh()
        return _unlisted(render(request, "delivery/track/live.html", _context(tracking, token)))
    if is_past:
        return _unlisted(render(request, "delivery/track/expired.html", status=410))
    return _unlisted(render(request, "delivery/track/page.html", _context(tracking, token)))


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
    """Keep a private address out of search engines, and from the sites to which one goes from here."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
