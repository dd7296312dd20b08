"""The hub's floor: receiving, packing, and the run ledger."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def packing(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def order_pack(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def purchase_order_receive(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def cycle_run_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")


def cycle_run_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "base.html")
