"""Photos that are kept: one file a row, of our own name."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bundles.models import Bundle, Product
from membership.actions.photo import keep_photo
from membership.models import Organization
from membership.photos import square_jpeg, wide_jpeg
from tests.factories import TUESDAY, BundleFactory, ProducerFactory, ProductFactory
from tests.pictures import png


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_new_photo_takes_the_place_of_the_old_one(media: Path) -> None:
    product = ProductFactory(code="bread-1")

    for seconds in (0, 1, 1):
        keep_photo(product, square_jpeg(png()), stem="bread-1", now=TUESDAY + timedelta(seconds=seconds))

    [kept] = (media / "products").iterdir()
    assert f"products/{kept.name}" == Product.objects.get().photo.name
    assert kept.read_bytes() == square_jpeg(png())


@pytest.mark.django_db
def test_products_bundles_and_producers_keep_theirs_apart(media: Path) -> None:
    rows = {ProductFactory(): square_jpeg, BundleFactory(): wide_jpeg, ProducerFactory(): wide_jpeg}

    for row, shape in rows.items():
        keep_photo(row, shape(png()), stem="same", now=TUESDAY)

    name = f"same-{TUESDAY:%Y%m%d%H%M%S}.jpg"
    assert sorted(str(path.relative_to(media)) for path in media.rglob("*.jpg")) == [
        f"bundles/{name}",
        f"producers/{name}",
        f"products/{name}",
    ]
    assert Bundle.objects.get().photo.size == len(wide_jpeg(png()))
    assert Organization.objects.get(photo__gt="").photo.name == f"producers/{name}"
