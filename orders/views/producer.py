"""What a producer sees and does: purchase orders to accept, what to make by day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def producer_home(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def purchase_order_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def purchase_order_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def purchase_order_accept(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def purchase_order_shortage(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def production(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")
