"""Routes on their way, and what their pages say."""

import re
from datetime import timedelta
from html import unescape

from django.test import Client

from delivery.actions.driving import start_route
from delivery.models import Proof, Route, Stop
from membership.models import User
from orders.models import Order

from .. import factories as f


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def a_route(stops: int = 1, *, driver: User | None = None) -> Route:
    """A planned route with so many stops of a courier who reads English."""
    f.ShiftFactory(courier=driver or f.courier(language="en"))
    for _ in range(stops):
        f.fixed_order()
    route: Route = f.published_plan().routes.get()
    return route


def a_route_of_another_day() -> Route:
    day = f.DELIVERY_DATE + timedelta(days=1)
    f.fixed_order(delivery_date=day)
    route: Route = f.published_plan(day).routes.get()
    return route


def on_the_way(stops: int = 1) -> tuple[Route, list[Stop], Client]:
    route = a_route(stops)
    start_route(route, actor=route.shift.courier, now=f.DELIVERY_MORNING)
    return route, list(route.stops.order_by("sequence")), logged_in(route.shift.courier)


def state() -> list[tuple[object, ...]]:
    """Everything that a courier's taps can change."""
    return [
        *Route.objects.order_by("pk").values_list("pk", "status", "started_at", "finished_at"),
        *Stop.objects.order_by("pk").values_list("pk", "status", "failure_reason"),
        *Proof.objects.order_by("pk").values_list("stop", "receiver_name", "note", "delivered_at"),
        *Order.objects.order_by("pk").values_list("pk", "status", "detail"),
    ]


def texts(html: str, class_name: str) -> list[str]:
    return [unescape(text) for text in re.findall(rf'class="{class_name}">([^<]*)', html)]


def shown_messages(html: str) -> list[str]:
    alerts = re.findall(r'<div class="alert__body">\s*<p>([^<]*)</p>', html)
    return [unescape(text) for text in alerts]
