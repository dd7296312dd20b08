"""Routes: the courier's day, the stops, the sheets; planning by the operator."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def courier_home(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def route_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def route_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def route_start(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def route_sheet(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def stop_deliver(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def stop_fail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def day_plan(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")
