"""Addresses of routes and stops."""

from django.urls import path

from . import views

app_name = "delivery"
urlpatterns = [
    path("routes/", views.route_list, name="route_list"),
    path("routes/plan/", views.day_plan, name="day_plan"),
    path("routes/<int:pk>/", views.route_detail, name="route_detail"),
    path("routes/<int:pk>/start/", views.route_start, name="route_start"),
    path("routes/<int:pk>/sheet.pdf", views.route_sheet, name="route_sheet"),
    path("stops/<int:pk>/deliver/", views.stop_deliver, name="stop_deliver"),
    path("stops/<int:pk>/fail/", views.stop_fail, name="stop_fail"),
]
