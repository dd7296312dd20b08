"""Distance and driving time between places, without a road engine.

Distance on Korea's unified plane times a detour factor, driven at a usual speed that is lower inside the
Four Gates (사대문 안), the old centre of Seoul, and that changes with the hour (`speeds.py`). Good enough to
group deliveries and to promise an hour; `osrm.py` asks a road engine instead. Metres and whole seconds
throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from delivery.projection import FloatArray, projected
from delivery.speeds import SEOUL_WEEKDAY, SpeedOfDay

# The box around the Four Gates: Donuimun in the west, Heunginjimun in the east, Sungnyemun in the
# south, and in the north where the streets end below Bugaksan.
CENTRE_SOUTH, CENTRE_NORTH = 37.5590, 37.5870
CENTRE_WEST, CENTRE_EAST = 126.9675, 127.0100

IntMatrix = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map in degrees (WGS 84). ValueError if it cannot be one (or the two are swapped)."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError(f"Not a latitude and longitude: {self.latitude}, {self.longitude}")


@dataclass(frozen=True, eq=False)
class TravelMatrix:
    """Metres and seconds from each place (row) to each place (column), at the usual speed.

    `speed` says how it changes over the day; None if it doesn't.
    """

    places: tuple[Place, ...]
    distance_m: IntMatrix
    duration_s: IntMatrix
    speed: SpeedOfDay | None = None
    _position: dict[Place, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        shape = (len(self.places), len(self.places))
        for matrix in (self.distance_m, self.duration_s):
            # The solver takes floats without a word and cuts them off: insist on integers here.
            if matrix.shape != shape or matrix.dtype != np.int64:
                raise ValueError(f"Expected int64 {shape}, got {matrix.dtype} {matrix.shape}")
        first = {place: row for row, place in reversed(list(enumerate(self.places)))}
        object.__setattr__(self, "_position", first)

    def position(self, place: Place) -> int:
        """The row and column of a place. KeyError if the matrix doesn't have it."""
        return self._position[place]

    def metres(self, origin: Place, destination: Place) -> int:
        return int(self.distance_m[self._position[origin], self._position[destination]])

    def seconds(self, origin: Place, destination: Place) -> int:
        """The way at the usual speed; when it ends depends on the time of day (`after`)."""
        return int(self.duration_s[self._position[origin], self._position[destination]])

    def among(self, places: Sequence[Place]) -> "TravelMatrix":
        """The ways between some of the places alone."""
        rows = [self._position[place] for place in places]
        cut = np.ix_(rows, rows)
        return TravelMatrix(tuple(places), self.distance_m[cut], self.duration_s[cut], self.speed)

    def typical(self, from_s: int, to_s: int) -> IntMatrix:
        """What the ways take on average between two times of the day."""
        if self.speed is None:
            return self.duration_s
        return np.rint(self.duration_s / self.speed.typical(from_s, to_s)).astype(np.int64)

    def after(self, leaves_s: int, way_s: int) -> int:
        """When a way of so many seconds ends that begins at this time of day."""
        return self.speed.after(leaves_s, way_s) if self.speed else leaves_s + way_s

    def before(self, arrives_s: int, way_s: int) -> int:
        """When a way has to begin at the latest that must end at this time of day."""
        return self.speed.before(arrives_s, way_s) if self.speed else arrives_s - way_s


def travel_matrix(
    places: Sequence[Place],
    detour: float = 1.35,
    speed_kmh: float = 26.0,
    centre_speed_kmh: float = 17.0,
    speed: SpeedOfDay | None = SEOUL_WEEKDAY,
) -> TravelMatrix:
    """Estimate the trips between all places.

    `detour` is the road distance over the straight one. The share of the straight line that lies
    inside the Four Gates is driven at `centre_speed_kmh`, the rest at `speed_kmh` (so that a trip
    across the centre is slow as well). The speeds are Seoul's daytime averages; `speed` varies them.
    """
    latitude = np.array([place.latitude for place in places], dtype=np.float64)
    longitude = np.array([place.longitude for place in places], dtype=np.float64)
    easting, northing = projected(latitude, longitude)
    distance = np.hypot(easting[:, None] - easting, northing[:, None] - northing) * detour
    centre = _share_in_centre(latitude, longitude)
    seconds_per_m = 3.6 * (centre / centre_speed_kmh + (1 - centre) / speed_kmh)
    return TravelMatrix(
        tuple(places),
        np.rint(distance).astype(np.int64),
        np.rint(distance * seconds_per_m).astype(np.int64),
        speed,
    )


def _share_in_centre(latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Which part (0 to 1) of the straight line between each pair of points lies inside the centre."""
    enters_ns, leaves_ns = _crossing(latitude, CENTRE_SOUTH, CENTRE_NORTH)
    enters_we, leaves_we = _crossing(longitude, CENTRE_WEST, CENTRE_EAST)
    enters = np.maximum(np.maximum(enters_ns, enters_we), 0.0)
    leaves = np.minimum(np.minimum(leaves_ns, leaves_we), 1.0)
    share: FloatArray = np.maximum(leaves - enters, 0.0)
    return share


def _crossing(coordinate: FloatArray, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Where on the way (0 start, 1 end) the line between each pair enters and leaves [low, high]."""
    start = coordinate[:, None]
    way = coordinate - start
    along = way == 0  # never crosses a border: inside all the way, or not at all
    way = np.where(along, 1.0, way)
    at_low, at_high = (low - start) / way, (high - start) / way
    outside = along & ((start < low) | (start > high))
    enters = np.where(along, np.where(outside, np.inf, -np.inf), np.minimum(at_low, at_high))
    leaves = np.where(along, np.inf, np.maximum(at_low, at_high))
    return enters, leaves
