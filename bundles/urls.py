"""Addresses of the catalogue."""

from django.urls import path

from . import views, views_products

app_name = "bundles"
urlpatterns = [
    path("bundles/", views.bundle_list, name="bundle_list"),
    path("bundles/<slug:code>/", views.bundle_detail, name="bundle_detail"),
    path("products/", views_products.product_list, name="product_list"),
    path("products/<slug:code>/", views_products.product_detail, name="product_detail"),
    path("products/<slug:code>/photo.jpg", views_products.product_photo, name="product_photo"),
]
