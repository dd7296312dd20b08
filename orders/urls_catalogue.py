"""Addresses of the catalogue, in the namespace of `bundles`: what one chooses from before one orders."""

from django.urls import path

from .views import catalogue

urlpatterns = [
    path("bundles/", catalogue.bundle_list, name="bundle_list"),
    path("bundles/<slug:code>/", catalogue.bundle_detail, name="bundle_detail"),
]
