"""Every address of the service."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from bundles import urls as offer
from orders import urls_catalogue as catalogue

from . import views
from .views_style_guide import style_guide

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("language/", views.set_language, name="set_language"),
    path("style-guide/", style_guide, name="style_guide"),
    path("login/", views.LoginView.as_view(), name="login"),
    # Also for those whose session is over: asked to log in first, they would come back by GET and find a 405.
    path("logout/", login_not_required(auth.LogoutView.as_view()), name="logout"),
    path("password/change/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("password/change/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("password/reset/", auth.PasswordResetView.as_view(), name="password_reset"),
    path("password/reset/sent/", auth.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password/reset/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path("password/reset/done/", auth.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path("", include(([*catalogue.urlpatterns, *offer.urlpatterns], "bundles"))),
    path("", include("membership.urls")),
    path("", include("orders.urls")),
    path("", include("delivery.urls")),
    path("api/v1/", include("config.api_urls")),
    path("admin/", admin.site.urls),
]
