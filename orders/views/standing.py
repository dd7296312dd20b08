"""Standing orders and their dates."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def standing_order_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def standing_order_create(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def standing_order_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def standing_order_end(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def occurrence_skip(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def occurrence_retry(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")
