"""Addresses of the catalogue."""

from django.urls import path

from . import views

app_name = "bundles"
urlpatterns = [
    path("bundles/", views.bundle_list, name="bundle_list"),
    path("bundles/<slug:code>/", views.bundle_detail, name="bundle_detail"),
    path("products/", views.product_list, name="product_list"),
    path("products/<slug:code>/", views.product_detail, name="product_detail"),
]
