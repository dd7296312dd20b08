"""The routes of a board on the map: as data for the browser's map, and as a drawing where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import get_language

from .board import Board, BoardRoute, BoardStop
from .seoul import DISTRICTS, NARROWER, Point, river

WIDTH = 1000
MARGIN = 40


def ground() -> dict[str, Any]:
    """What lies below the routes: the river, and the districts in the reader's language."""
    nth = 1 if get_language() == "en" else 0
    return {"river": river(), "places": [{"name": row[nth], "at": row[2]} for row in DISTRICTS]}


def map_of_board(board: Board) -> dict[str, Any]:
    """Return the board as `components/map.html` draws it; what a search found stands out."""
    depot = board.plan.depot
    found = {stop.stop.pk for stop in board.found}
    return {
        "depot": {"lat": depot.latitude, "lng": depot.longitude, "label": depot.display_name},
        "ground": ground(),
        "routes": [
            {
                "label": route.courier,
                "pattern": route.pattern,
                "stops": [_mark(stop, route, found) for stop in route.alive],
            }
            for route in board.routes
        ],
    }


def _mark(stop: BoardStop, route: BoardRoute, found: set[int]) -> dict[str, Any]:
    times = f"{localtime(stop.expected):%H:%M}"
    return {
        "lat": stop.order.latitude,
        "lng": stop.order.longitude,
        "number": stop.code,
        "label": f"{stop.code} {stop.name}",
        "detail": f"{times} · {route.courier} · {stop.stop.get_status_display()}",
        "state": f"{stop.stop.status} map-stop--{stop.punctuality}",
        "faint": bool(found) and stop.stop.pk not in found,
        "url": f"#stop-{stop.stop.order_id}",
    }


@dataclass(frozen=True)
class Drawing:
    """The same as a drawing of `width` × `height` with points of it."""

    width: int
    height: int
    river: str
    places: list[tuple[str, float, float]]
    depot: tuple[float, float]
    routes: list[tuple[BoardRoute, str, list[tuple[BoardStop, float, float]]]]


def drawing(board: Board) -> Drawing:
    """Draw what the map shows, cut to where the stops are."""
    depot = (board.plan.depot.latitude, board.plan.depot.longitude)
    spots: list[Point] = [depot, *((_at(stop)) for stop in board.stops)]
    south, north = min(lat for lat, _ in spots), max(lat for lat, _ in spots)
    west, east = min(lng for _, lng in spots), max(lng for _, lng in spots)
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * NARROWER, north - south, 0.01)

    def place(point: Point) -> tuple[float, float]:
        latitude, longitude = point
        x = MARGIN + (longitude - west) * NARROWER * scale
        return round(x, 1), round(MARGIN + (north - latitude) * scale, 1)

    width, height = place((south, east))
    below = ground()
    return Drawing(
        round(max(width, 300) + MARGIN),
        round(max(height, 300) + MARGIN),
        _line([place(point) for point in below["river"]]),
        [(spot["name"], *place(spot["at"])) for spot in below["places"]],
        place(depot),
        [
            (
                route,
                _line([place(depot), *(place(_at(stop)) for stop in route.alive), place(depot)]),
                [(stop, *place(_at(stop))) for stop in route.alive],
            )
            for route in board.routes
        ],
    )


def _at(stop: BoardStop) -> Point:
    return stop.order.latitude, stop.order.longitude  # type: ignore[return-value]  # a constraint holds it


def _line(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
