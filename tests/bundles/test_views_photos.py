"""Photos are sent to whoever is logged in, and to nobody else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from membership.actions.photo import keep_photo
from membership.models import User
from membership.photos import square_jpeg
from tests.factories import TUESDAY, ProductFactory, courier, operator, producer_user, viewer
from tests.pictures import png

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("who", [viewer, producer_user, courier, operator])
def test_photo_is_sent_to_whoever_is_logged_in(
    who: Callable[[], User], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    product = ProductFactory()
    keep_photo(product, square_jpeg(png()), stem="product", now=TUESDAY)
    url = reverse("bundles:product_photo", args=[product.code])
    response = client_of(who()).get(url)
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert {part.strip() for part in response["Cache-Control"].split(",")} == {"private", "max-age=86400"}
    assert b"".join(response.streaming_content) == Path(product.photo.path).read_bytes()
    assert Client().get(url).status_code == 302


def test_photo_that_does_not_exist_is_not_found(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    lost = ProductFactory()
    keep_photo(lost, square_jpeg(png()), stem="lost", now=TUESDAY)
    Path(lost.photo.path).unlink()
    client = client_of(viewer())
    for code in (ProductFactory().code, lost.code, "nothing"):
        response = client.get(reverse("bundles:product_photo", args=[code]))
        assert (response.status_code, response.has_header("Cache-Control")) == (404, False)
