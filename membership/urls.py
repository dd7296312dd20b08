"""Addresses of those who take part."""

from django.urls import path

from .views import site_place, sites

app_name = "membership"
urlpatterns = [
    path("sites/", sites.site_list, name="site_list"),
    path("sites/new/", sites.site_create, name="site_create"),
    path("sites/<int:pk>/", sites.site_detail, name="site_detail"),
    path("sites/<int:pk>/edit/", sites.site_edit, name="site_edit"),
    path("sites/<int:pk>/place/", site_place.site_place, name="site_place"),
    path("sites/<int:pk>/confirm/", site_place.site_confirm, name="site_confirm"),
    path("sites/<int:pk>/retire/", sites.site_retire, name="site_retire"),
    path("sites/<int:pk>/reopen/", sites.site_reopen, name="site_reopen"),
    path("sites/<int:pk>/photos/", site_place.site_photo_add, name="site_photo_add"),
    path("sites/<int:pk>/photos/<int:photo>/", site_place.site_photo, name="site_photo"),
    path("sites/<int:pk>/photos/<int:photo>/remove/", site_place.site_photo_remove, name="site_photo_remove"),
]
