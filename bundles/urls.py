"""Addresses of what is offered; `orders.urls_catalogue` adds the pages on which it is chosen."""

from django.urls import path

from . import views_offer, views_pages, views_photos, views_products, views_share

urlpatterns = [
    path("bundles/<slug:code>/photo.jpg", views_photos.bundle_photo, name="bundle_photo"),
    path("bundles/<slug:code>/edit/", views_pages.bundle_edit, name="bundle_edit"),
    path("producers/<int:pk>/", views_pages.producer_detail, name="producer_detail"),
    path("producers/<int:pk>/photo.jpg", views_photos.producer_photo, name="producer_photo"),
    path("producers/<int:pk>/edit/", views_pages.producer_edit, name="producer_edit"),
    path("producers/<int:pk>/share/", views_share.producer_share, name="producer_share"),
    path("products/", views_products.product_list, name="product_list"),
    path("products/new/", views_offer.product_create, name="product_create"),
    path("products/<slug:code>/", views_products.product_detail, name="product_detail"),
    path("products/<slug:code>/photo.jpg", views_photos.product_photo, name="product_photo"),
    path("products/<slug:code>/edit/", views_offer.product_edit, name="product_edit"),
]
