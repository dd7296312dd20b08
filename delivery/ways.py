"""The ways between places, over the road engine that the settings name, or estimated."""

from collections.abc import Sequence

from django.conf import settings

from .itinerary import Job, Van, places_of
from .osrm import road_matrix
from .travel import TravelMatrix, travel_matrix


def ways_of(jobs: Sequence[Job], vans: Sequence[Van]) -> TravelMatrix:
    """Return the ways between all places of jobs and vans."""
    places = places_of(jobs, vans)
    return road_matrix(settings.OSRM_URL, places) if settings.OSRM_URL else travel_matrix(places)
