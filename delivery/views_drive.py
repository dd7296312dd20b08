"""The courier's day on the phone: the route offered, loaded, driven, with and without signal."""

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from membership import clock
from membership.models import User
from membership.permissions import role_required

from .actions.loading import accept_route
from .drive_files import files_version, kept_files
from .drive_words import drive_words
from .forms import StopForm
from .models import Route
from .views import back_to_route, sheet_context, try_or_say

# -- The page -------------------------------------------------------------------------------------


@never_cache
@require_GET
@role_required("courier")
def drive(request: HttpRequest) -> HttpResponse:
    """Show the courier's route of today, or else the next one."""
    return drive_page(request)


def drive_page(request: HttpRequest, bound: StopForm | None = None) -> HttpResponse:
    """Show the page; `bound` is a form that was filled in wrongly: its stop shows it again."""
    today = clock.today()
    own = Route.objects.for_user(_user(request)).filter(shift__courier=_user(request))
    route = own.filter(plan__date=today).with_stops().first()
    coming = own.filter(plan__date__gt=today).order_by("plan__date").with_stops().first()
    left = own.filter(plan__date__lt=today, status=Route.Status.STARTED).select_related("plan").first()
    context: dict[str, Any] = {"today": today, "is_today": route is not None, "coming": coming, "left": left}
    if shown := route or coming:
        context |= sheet_context(request, shown, bound)
        context["current"] = context["sheet"].next_stop
    if route:
        context |= {
            "phase": context["sheet"].phase,
            "words": drive_words(),
            "shown_at": clock.now(),
        }
    response = render(request, "delivery/drive/page.html", context)
    if route and not bound:
        # The phone may show this page until the day is over.
        response["X-Drive-Seconds"] = str(clock.seconds_left_today())
    return response


@require_POST
def route_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The courier will drive the route."""
    route = get_object_or_404(Route.objects.for_user(_user(request)).select_related("plan", "shift"), pk=pk)
    try_or_say(request, lambda: accept_route(route, now=clock.now()))
    return back_to_route(request, route)


# -- An app without a shop -----------------------------------------------------------------------------


@login_not_required
@never_cache
@require_GET
def drive_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, whose scope is the courier's page."""
    no_page = render(request, "delivery/drive/no_page.html").content.decode()
    context = {
        "assets": _for_script(list(kept_files())),
        "version": files_version(),
        "page": reverse("delivery:drive"),
        "photo": reverse("delivery:stop_site_photo", args=[0, 0]),
        "no_page": _for_script(no_page),
    }
    return render(request, "delivery/drive/worker.js", context, content_type="text/javascript; charset=utf-8")


@login_not_required
@require_GET
def drive_manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the page on its home screen."""
    page = reverse("delivery:drive")
    icons = [
        {
            "src": static(f"icons/{name}-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": use,
        }
        for name, size, use in (("app", 192, "any"), ("app", 512, "any"), ("maskable", 512, "maskable"))
    ]
    manifest = {
        "id": page,
        "name": _("Kkureomi delivery"),
        "short_name": _("Kkureomi"),
        "lang": get_language(),
        "start_url": page,
        "scope": page,
        "display": "standalone",
        "background_color": "#faf7f2",
        "theme_color": "#ffffff",
        "icons": icons,
    }
    return JsonResponse(manifest, content_type="application/manifest+json")


def _for_script(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _user(request: HttpRequest) -> User:
    """Every page here is behind the log-in."""
    return request.user  # type: ignore[return-value]
