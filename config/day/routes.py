"""The routes of a day as the operator sees them: a list, and the same on a map."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.timezone import localtime

from delivery.models import Route, Stop
from delivery.sheet import in_readers_language

COLOURS = 8  # as many as css/map.css has; the ninth route starts over


@dataclass(frozen=True)
class DayRoute:
    """One published route; `colour` is the number of its colour on the map, `distance_km` in kilometres."""

    route: Route
    colour: int
    courier: str
    vehicle: str
    distance_km: float
    stops: list[Stop]

    @property
    def done(self) -> int:
        return sum(stop.status in (Stop.Status.DELIVERED, Stop.Status.FAILED) for stop in self.stops)

    @property
    def failed(self) -> int:
        return sum(stop.status == Stop.Status.FAILED for stop in self.stops)

    @property
    def next_eta(self) -> datetime | None:
        """When the next stop is expected; None once everything is done."""
        return next((stop.eta for stop in self.stops if stop.status == Stop.Status.PENDING), None)


def read_routes(day: date) -> list[DayRoute]:
    """Return the published routes of the day in the order in which they leave."""
    stops = Stop.objects.exclude(status="cancelled").select_related("order__organization", "order__site")
    routes = (
        Route.objects.filter(plan__status="published", plan__date=day)
        .select_related("plan__depot", "shift__courier", "shift__vehicle")
        .prefetch_related(Prefetch("stops", stops.order_by("sequence")))
        .order_by("departs_at", "pk")
    )
    return [_day_route(route, index) for index, route in enumerate(routes)]


def _day_route(route: Route, index: int) -> DayRoute:
    courier = route.shift.courier
    return DayRoute(
        route=route,
        colour=index % COLOURS + 1,
        courier=in_readers_language(courier.name, courier.name_en),
        vehicle=route.shift.vehicle.display_name,
        distance_km=route.distance_m / 1000,
        stops=list(route.stops.all()),
    )


def map_of_day(routes: list[DayRoute]) -> dict[str, Any]:
    """Return what `components/map.html` draws."""
    depot = routes[0].route.plan.depot if routes else None
    return {
        "depot": depot and {"lat": depot.latitude, "lng": depot.longitude, "label": depot.display_name},
        "routes": [
            {"label": row.courier, "stops": [_mark(stop, row.courier) for stop in row.stops]}
            for row in routes
        ],
    }


def _mark(stop: Stop, courier: str) -> dict[str, Any]:
    order = stop.order
    return {
        "lat": order.latitude,
        "lng": order.longitude,
        "number": stop.sequence,
        "label": in_readers_language(order.site_name, order.site.name_en),
        "detail": f"{localtime(stop.eta):%H:%M} · {courier} · {stop.get_status_display()}",
        "state": stop.status,
        "url": reverse("orders:order_detail", args=[order.number]),
    }
