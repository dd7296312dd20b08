"""What an institution sees and does: its home, its orders, an order for an event."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def institution_home(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def order_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def order_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def order_cancel(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def order_statement(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def event_order_create(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")
