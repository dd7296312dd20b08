"""A route as a drawing of a few lines: it needs no map server, and so no signal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .projection import projected

WIDTH, HEIGHT = 360, 260
EDGE = 22


@dataclass(frozen=True)
class Dot:
    """A place on the drawing, as SVG writes it."""

    x: str
    y: str


@dataclass(frozen=True)
class Drawing:
    """A round trip: from the depot through the dots of its stops and back."""

    depot: Dot
    stops: list[Dot]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def path(self) -> str:
        """The way as the `d` of an SVG path."""
        return "M" + " L".join(f"{dot.x} {dot.y}" for dot in [self.depot, *self.stops]) + " Z"


def draw(depot: tuple[float, float], stops: Sequence[tuple[float, float]]) -> Drawing:
    """Lay places, given as latitude and longitude, on the drawing: north is up, and shapes are kept."""
    latitude, longitude = (np.array(axis, dtype=np.float64) for axis in zip(depot, *stops, strict=True))
    easting, northing = projected(latitude, longitude)
    east, south = easting - easting.min(), northing.max() - northing
    room_x, room_y = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    # Places within a few metres are not drawn far apart.
    scale = min(room_x / max(east.max(), 100.0), room_y / max(south.max(), 100.0))
    left = EDGE + (room_x - east.max() * scale) / 2
    top = EDGE + (room_y - south.max() * scale) / 2
    dots = [
        Dot(f"{left + x * scale:.1f}", f"{top + y * scale:.1f}") for x, y in zip(east, south, strict=True)
    ]
    return Drawing(dots[0], dots[1:])
