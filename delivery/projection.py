"""Korea's unified plane (EPSG:5179): metres on a map instead of degrees on the ellipsoid.

Transverse Mercator on GRS 80 after Krüger; within South Korea straight lines are off by no more than 0.04 %.
"""

from math import atan2, atanh, radians, sin, sinh, sqrt

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

SEMI_MAJOR_M, FLATTENING = 6_378_137.0, 1 / 298.257222101
ORIGIN_LATITUDE, ORIGIN_LONGITUDE = 38.0, 127.5
FALSE_EASTING_M, FALSE_NORTHING_M = 1_000_000.0, 2_000_000.0
SCALE = 0.9996

_N = FLATTENING / (2 - FLATTENING)
_RADIUS_M = SCALE * SEMI_MAJOR_M / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_ALPHA = (_N / 2 - 2 / 3 * _N**2 + 5 / 16 * _N**3, 13 / 48 * _N**2 - 3 / 5 * _N**3, 61 / 240 * _N**3)
_ECCENTRICITY = 2 * sqrt(_N) / (1 + _N)


def projected(latitude: FloatArray, longitude: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Easting and northing in metres of points in degrees."""
    sine = np.sin(np.radians(latitude))
    t = np.sinh(np.arctanh(sine) - _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine))
    away = np.radians(longitude - ORIGIN_LONGITUDE)
    xi = np.arctan2(t, np.cos(away))
    eta = np.arctanh(np.sin(away) / np.sqrt(1 + t**2))
    northing, easting = xi.copy(), eta.copy()
    for number, alpha in enumerate(_ALPHA, start=1):
        northing += alpha * np.sin(2 * number * xi) * np.cosh(2 * number * eta)
        easting += alpha * np.cos(2 * number * xi) * np.sinh(2 * number * eta)
    return FALSE_EASTING_M + _RADIUS_M * easting, FALSE_NORTHING_M + _RADIUS_M * (northing - _ORIGIN_XI)


def _origin_xi() -> float:
    sine = sin(radians(ORIGIN_LATITUDE))
    xi = atan2(sinh(atanh(sine) - _ECCENTRICITY * atanh(_ECCENTRICITY * sine)), 1.0)
    return xi + sum(alpha * sin(2 * number * xi) for number, alpha in enumerate(_ALPHA, start=1))


_ORIGIN_XI = _origin_xi()
