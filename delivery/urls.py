"""Addresses of routes and stops."""

from django.urls import path, register_converter

from . import (
    views,
    views_dispatch,
    views_drive,
    views_edit,
    views_proof,
    views_records,
    views_stop,
    views_track,
)
from .converters import DayConverter

register_converter(DayConverter, "day")

app_name = "delivery"
urlpatterns = [
    path("drive/", views_drive.drive, name="drive"),
    path("drive/worker.js", views_drive.drive_worker, name="drive_worker"),
    path("drive/manifest.webmanifest", views_drive.drive_manifest, name="drive_manifest"),
    path("routes/", views.route_list, name="route_list"),
    path("routes/<int:pk>/", views.route_detail, name="route_detail"),
    path("routes/<int:pk>/accept/", views_drive.route_accept, name="route_accept"),
    path("routes/<int:pk>/start/", views.route_start, name="route_start"),
    path("routes/<int:pk>/sheet.pdf", views.route_sheet, name="route_sheet"),
    path("stops/<int:pk>/", views_stop.stop_open, name="stop_open"),
    path("stops/<int:pk>/way-in/<int:photo>/", views.stop_site_photo, name="stop_site_photo"),
    path("stops/<int:pk>/load/", views_stop.stop_load, name="stop_load"),
    path("stops/<int:pk>/arrive/", views_stop.stop_arrive, name="stop_arrive"),
    path("stops/<int:pk>/deliver/", views_stop.stop_deliver, name="stop_deliver"),
    path("stops/<int:pk>/fail/", views_stop.stop_fail, name="stop_fail"),
    path("stops/<int:pk>/photo/", views_proof.proof_photo, name="proof_photo"),
    path("stops/<int:pk>/inspection.pdf", views_proof.inspection_record, name="inspection_record"),
    path("stops/<int:pk>/back/", views_records.stop_back, name="stop_back"),
    path("road-records/", views_records.record_list, name="record_list"),
    path("road-records/<int:pk>/photo/", views_records.record_photo, name="record_photo"),
    path("road-records/<int:pk>/settle/", views_records.record_settle, name="record_settle"),
    path("track/<str:token>/", views_track.track, name="track"),
    path("track/<str:token>/leave/", views_track.track_leave, name="track_leave"),
    path("dispatch/", views_dispatch.dispatch_home, name="dispatch_home"),
    path("dispatch/<day:day>/", views_dispatch.dispatch, name="dispatch"),
    path("dispatch/<day:day>/plan/", views_dispatch.plan_ask, name="plan_ask"),
    path("dispatch/runs/<int:pk>/stop/", views_dispatch.run_stop, name="run_stop"),
    path("dispatch/plans/<int:pk>/sheets.pdf", views_dispatch.plan_sheets, name="plan_sheets"),
    path("dispatch/plans/<int:pk>/edit/", views_edit.plan_edit, name="plan_edit"),
    path("dispatch/plans/<int:pk>/keep/", views_edit.route_keep, name="route_keep"),
    path("dispatch/plans/<int:pk>/stops/<slug:number>/", views_edit.stop_move, name="stop_move"),
    path("dispatch/plans/<int:pk>/stops/<slug:number>/lock/", views_edit.stop_lock, name="stop_lock"),
    path("dispatch/plans/<int:pk>/publish/", views_dispatch.plan_publish, name="plan_publish"),
    path("dispatch/plans/<int:pk>/discard/", views_dispatch.plan_discard, name="plan_discard"),
]
