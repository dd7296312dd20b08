from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def day_board(request: HttpRequest) -> HttpResponse:
    return render(request, "day_board.html")
