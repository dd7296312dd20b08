"""The catalogue: bundles on offer, and products."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bundle_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def bundle_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def product_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def product_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")
