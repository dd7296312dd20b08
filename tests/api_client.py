"""The API as a user reaches it, one request after another."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from membership.models import User


def api(user: User) -> APIClient:
    """A client that reads English, with the user read anew: seats are kept for one request only."""
    client = APIClient(HTTP_ACCEPT_LANGUAGE="en")
    client.force_authenticate(User.objects.get(pk=user.pk))
    return client


def listed(user: User, path: str, key: str = "id") -> list[Any]:
    """Return one value of each row that the user gets on the first page."""
    return [row[key] for row in api(user).get(path).json()["results"]]


def queries(user: User, *paths: str) -> list[int]:
    """Count the queries that each of the lists takes."""
    taken = []
    for path in paths:
        client = api(user)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        taken.append(len(captured))
    return taken
