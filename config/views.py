"""The home of each role, the health of the service and the choice of language."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from membership.models import User
from membership.permissions import home_role
from orders.views.institution import institution_home
from orders.views.producer import producer_home

from .day_board import day_board


def to_the_road(request: HttpRequest) -> HttpResponse:
    """A courier's home is a page of its own, which the phone can keep."""
    return redirect("delivery:drive")


HOMES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "operator": day_board,
    "courier": to_the_road,
    "producer": producer_home,
    "institution": institution_home,
}


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the home of the user's role."""
    role = home_role(request.user)  # type: ignore[arg-type]
    return HOMES[role](request) if role else render(request, "no_seat.html")


class LoginView(auth.LoginView):
    """The log-in page; a part of a page that is fetched when the session has ended leads the browser here."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request, "htmx", False):
            return HttpResponseClientRefresh()
        return super().get(request, *args, **kwargs)


@login_not_required
@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """Answer when the web server and the database work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Change the reader's language, for this browser and, when logged in, for good."""
    language = request.POST.get("language", "")
    next_url = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(next_url, {request.get_host()}, request.is_secure()):
        next_url = "/"
    response = redirect(next_url)
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.PRODUCTION,
        )
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response
