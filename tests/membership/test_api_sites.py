"""Sites through the API: the same rules as on the pages."""

from typing import Any

import pytest
from django.test import Client

from membership.models import Site
from tests import factories as f
from tests.api_client import api
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
SITES = "/api/v1/sites/"
HALL = "서울특별시 은평구 은평로 195"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: f.TUESDAY)


def send(client: Client, path: str, data: Any) -> Any:
    return client.post(f"{SITES}{path}", data, content_type="application/json")


def test_a_site_is_added_changed_placed_confirmed_and_retired() -> None:
    user = f.orderer()
    client = api(user)
    organization = user.active_seats[0].organization_id
    windows = [
        {"weekday": 0, "opens": "13:00", "closes": "18:00"},
        {"weekday": 0, "opens": "09:00", "closes": "12:00"},
    ]
    answer = send(
        client, "", {"organization": organization, "name": "본관", "address": HALL, "windows": windows}
    )
    assert answer.status_code == 201
    made = answer.json()
    assert (made["precision"], made["located_by"], made["revision"]) == ("district", "gazetteer", 1)
    assert [window["opens"] for window in made["windows"]] == ["09:00:00", "13:00:00"]

    key = made["id"]
    changed = send(client, f"{key}/change/", {"seen": 1, "lift": "no", "parking_height_cm": 210}).json()
    assert (changed["lift"], changed["parking_height_cm"], changed["revision"]) == ("no", 210, 2)
    assert changed["windows"] == made["windows"]

    place = {"seen": 2, "latitude": 37.6027, "longitude": 126.9291, "precision": "entrance"}
    placed = send(client, f"{key}/place/", place).json()
    assert (placed["precision"], placed["located_by"], placed["confirmed_at"]) == (
        "entrance",
        "person",
        "2026-11-24T09:00:00+09:00",
    )
    assert send(client, f"{key}/confirm/", {"seen": 3}).status_code == 200
    assert send(client, f"{key}/retire/", {}).json()["is_active"] is False
    assert send(client, f"{key}/reopen/", {}).json()["is_active"] is True


def test_what_somebody_changed_meanwhile_is_a_conflict() -> None:
    user = f.orderer()
    site = f.SiteFactory(organization=user.active_seats[0].organization)
    client = api(user)
    assert send(client, f"{site.pk}/change/", {"seen": 1, "lift": "no"}).status_code == 200
    before = everything()
    for path, data in (
        ("change", {"seen": 1, "lift": "yes"}),
        ("confirm", {"seen": 1}),
        ("place", {"seen": 1, "latitude": 37.6, "longitude": 126.9, "precision": "building"}),
    ):
        answer = send(client, f"{site.pk}/{path}/", data)
        assert (answer.status_code, answer.json()["code"]) == (409, "site_changed")
    assert everything() == before


def test_a_site_to_which_something_comes_is_not_retired() -> None:
    user = f.orderer()
    site = f.SiteFactory(organization=user.active_seats[0].organization)
    f.OrderFactory(organization=site.organization, site=site)
    answer = send(api(user), f"{site.pk}/retire/", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "site_in_use")
    assert Site.objects.get().is_active


@pytest.mark.parametrize(
    ("path", "data", "field"),
    [
        ("change", {"lift": "no"}, "seen"),
        ("change", {"seen": 1, "lift": "escalator"}, "lift"),
        ("change", {"seen": 1, "name": "별관"}, "name"),
        ("change", {"seen": 1, "windows": [{"weekday": 0, "opens": "18:00", "closes": "09:00"}]}, "windows"),
        ("change", {"seen": 1, "windows": [{"weekday": 7, "opens": "09:00", "closes": "18:00"}]}, "windows"),
        ("place", {"seen": 1, "latitude": 126.9, "longitude": 37.6, "precision": "building"}, "latitude"),
        ("place", {"seen": 1, "latitude": 37.6, "longitude": 126.9, "precision": "road"}, "precision"),
        ("confirm", {}, "seen"),
    ],
)
def test_bad_input_is_named_by_field(path: str, data: Any, field: str) -> None:
    user = f.orderer()
    site = f.SiteFactory(organization=user.active_seats[0].organization)
    f.SiteFactory(organization=site.organization, name="별관")
    before = everything()
    answer = send(api(user), f"{site.pk}/{path}/", data)
    assert answer.status_code == 400
    assert field in answer.json()
    assert everything() == before


def test_viewers_may_not_change_sites() -> None:
    user = f.viewer()
    site = f.SiteFactory(organization=user.active_seats[0].organization)
    before = everything()
    for path in ("", f"{site.pk}/change/", f"{site.pk}/place/", f"{site.pk}/retire/"):
        assert send(api(user), path, {"seen": 1}).status_code == 403
    assert everything() == before
