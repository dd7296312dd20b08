"""Ways over real roads from an OSRM server (`/table/v1`), in pieces that it accepts.

What the server cannot answer, for one pair of places or at all, is estimated as without it. The only
module that speaks to a road engine.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from http.client import HTTPException
from urllib.request import urlopen

import numpy as np

from delivery.travel import Place, TravelMatrix, travel_matrix

logger = logging.getLogger(__name__)

# A server accepts 100 places in a table unless it is told otherwise: so many from, so many to.
PLACES_EACH_WAY = 50
TIMEOUT_S = 10


def road_matrix(url: str, places: Sequence[Place]) -> TravelMatrix:
    """Metres and seconds between all places over roads, in either direction.

    `url` is the server's root, e.g. http://osrm:5000. If it fails the whole matrix is estimated, so that
    two ways are never compared that were measured differently.
    """
    matrix = travel_matrix(places)
    distance_m, duration_s = matrix.distance_m.copy(), matrix.duration_s.copy()
    pieces = [slice(start, start + PLACES_EACH_WAY) for start in range(0, len(places), PLACES_EACH_WAY)]
    try:
        for rows in pieces:
            for columns in pieces:
                answer = _table(url, places[rows], places[columns])
                _fill(distance_m[rows, columns], answer["distances"])
                _fill(duration_s[rows, columns], answer["durations"])
    except (OSError, HTTPException, ValueError, KeyError) as error:
        logger.warning("OSRM does not answer (%s): ways are estimated", error)
        return matrix
    return replace(matrix, distance_m=distance_m, duration_s=duration_s)


def _table(url: str, origins: Sequence[Place], destinations: Sequence[Place]) -> dict:
    coordinates = ";".join(
        f"{place.longitude:.6f},{place.latitude:.6f}" for place in [*origins, *destinations]
    )
    sources = ";".join(map(str, range(len(origins))))
    targets = ";".join(map(str, range(len(origins), len(origins) + len(destinations))))
    query = f"annotations=duration,distance&sources={sources}&destinations={targets}"
    address = f"{url.rstrip('/')}/table/v1/driving/{coordinates}?{query}"
    if not address.startswith(("http://", "https://")):
        raise ValueError(f"Not the address of a server: {url}")
    with urlopen(address, timeout=TIMEOUT_S) as response:  # noqa: S310  # http(s) only, from the settings
        answer = json.load(response)
    if answer.get("code") != "Ok":
        raise ValueError(answer.get("message") or answer.get("code"))
    return answer


def _fill(cells: np.ndarray, table: list[list[float | None]]) -> None:
    """Copy what the server knows; a pair without a way stays as estimated."""
    known = np.array(table, dtype=np.float64)
    if known.shape != cells.shape:
        raise ValueError(f"A table of {known.shape} instead of {cells.shape}")
    has_way = ~np.isnan(known)
    cells[has_way] = np.rint(known[has_way]).astype(np.int64)
