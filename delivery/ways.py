"""The ways between places, over the road engine that the settings name, or estimated."""

from collections.abc import Sequence

from django.conf import settings

from .itinerary import Job, Van, places_of
from .osrm import road_matrix
from .travel import Place, TravelMatrix, travel_matrix


def ways_of(jobs: Sequence[Job], vans: Sequence[Van]) -> TravelMatrix:
    """Return the ways between all places of jobs and vans."""
    return ways_among(places_of(jobs, vans))


def ways_among(places: Sequence[Place]) -> TravelMatrix:
    """Return the ways between these places."""
    return road_matrix(settings.OSRM_URL, places) if settings.OSRM_URL else travel_matrix(places)
