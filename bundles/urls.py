"""Addresses of the catalogue."""

from django.urls import path

from . import views, views_capacity, views_offer, views_products

app_name = "bundles"
urlpatterns = [
    path("bundles/", views.bundle_list, name="bundle_list"),
    path("bundles/<slug:code>/", views.bundle_detail, name="bundle_detail"),
    path("products/", views_products.product_list, name="product_list"),
    path("products/new/", views_offer.product_create, name="product_create"),
    path("products/<slug:code>/", views_products.product_detail, name="product_detail"),
    path("products/<slug:code>/photo.jpg", views_products.product_photo, name="product_photo"),
    path("products/<slug:code>/edit/", views_offer.product_edit, name="product_edit"),
    path("products/<slug:code>/photo/", views_offer.product_photo_upload, name="product_photo_upload"),
    path("capacity/", views_capacity.capacity_calendar, name="capacity_calendar"),
    path("capacity/set/", views_capacity.capacity_set, name="capacity_set"),
    path("closures/add/", views_capacity.closure_add, name="closure_add"),
    path("closures/<int:pk>/remove/", views_capacity.closure_remove, name="closure_remove"),
]
