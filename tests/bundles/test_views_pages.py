"""What members see of a producer and of a bundle, and who changes it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bundles.models import Bundle
from membership.models import Organization, User
from membership.photo_field import PHOTO_WORDS
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    BundleFactory,
    CertificationFactory,
    EditionFactory,
    ProducerFactory,
    ProductFactory,
    SlotFactory,
    bundle_with,
    courier,
    operator,
    producer_user,
    viewer,
)
from tests.pictures import png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Path:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def shown(producer: Organization) -> str:
    return reverse("bundles:producer_detail", args=[producer.pk])


def changed(producer: Organization) -> str:
    return reverse("bundles:producer_edit", args=[producer.pk])


def test_producer_tells_its_story_with_certificates_products_and_bundles() -> None:
    producer = ProducerFactory(story="빵을 굽습니다", story_en="We bake.")
    bread = ProductFactory(producer=producer, allergens=0b100001)
    ProductFactory(producer=producer, is_active=False)
    valid = CertificationFactory(organization=producer, kind="cooperative")
    expired = CertificationFactory(
        organization=producer, kind="women_owned", number="W-1", valid_until=date(2026, 11, 1)
    )
    bundle = SlotFactory(bundle=BundleFactory(), category=bread.category).bundle
    for days in (-70, -7, 0):
        EditionFactory(bundle=bundle, delivery_date=DELIVERY_DATE + timedelta(days=days), products=[bread])
    EditionFactory(bundle=bundle_with("tea"))

    page = client_of(viewer()).get(shown(producer))

    context, text = page.context, page.content.decode()
    assert (list(context["products"]), list(context["certifications"])) == ([bread], [valid, expired])
    assert context["bundles"] == [{"bundle": bundle, "day": DELIVERY_DATE}]
    words = (
        "We bake.",
        "빵을 굽습니다",
        "1 Eggs, 6 Wheat",
        "valid until 2028-12-31",
        "expired on 2026-11-01",
    )
    assert [word in text for word in words] == [True, False, True, True, True]


def test_producer_that_left_is_not_found() -> None:
    producer = ProducerFactory(is_active=False)
    for who in (viewer, courier, operator):
        assert client_of(who()).get(shown(producer)).status_code == 404


def test_people_of_the_producer_change_its_story_and_photo(media: Path) -> None:
    producer = ProducerFactory(name="한결같은 이름")
    client = client_of(producer_user(producer))
    upload = SimpleUploadedFile("us.png", png(900, 900), "image/png")

    response = client.post(
        changed(producer), {"story": "새 이야기", "story_en": "New story", "photo": upload}
    )

    assert response["Location"] == shown(producer)
    producer.refresh_from_db()
    assert (producer.name, producer.story, producer.story_en) == ("한결같은 이름", "새 이야기", "New story")
    photo = client.get(reverse("bundles:producer_photo", args=[producer.pk]))
    assert b"".join(photo.streaming_content) == (media / producer.photo.name).read_bytes()


def test_bad_photo_keeps_the_typed_story_on_the_page() -> None:
    producer = ProducerFactory(story="예전")
    upload = SimpleUploadedFile("us.png", b"no picture", "image/png")

    page = client_of(producer_user(producer)).post(
        changed(producer), {"story": "길게 쓴 글", "photo": upload}
    )

    form = page.context["form"]
    assert (form["story"].value(), form.errors) == ("길게 쓴 글", {"photo": [PHOTO_WORDS["not_a_picture"]]})
    assert Organization.objects.get(pk=producer.pk).story == "예전"


def test_others_change_nothing() -> None:
    producer = ProducerFactory(story="예전")
    for user in (viewer(), producer_user(), courier()):
        assert client_of(user).post(changed(producer), {"story": "새"}).status_code == 404
    assert Organization.objects.get(pk=producer.pk).story == "예전"


def test_operators_change_how_a_bundle_looks_but_not_its_price() -> None:
    bundle = BundleFactory(price=20_000)
    url = reverse("bundles:bundle_edit", args=[bundle.code])
    upload = SimpleUploadedFile("b.png", png(), "image/png")

    client_of(operator()).post(
        url, {"name": "새 이름", "description": "새 설명", "price": 1, "photo": upload}
    )

    kept = Bundle.objects.get()
    assert (kept.name, kept.description, kept.price) == ("새 이름", "새 설명", 20_000)
    assert kept.photo.name == f"bundles/{bundle.code}-{TUESDAY:%Y%m%d%H%M%S}.jpg"
    assert client_of(producer_user()).get(url).status_code == 404


@pytest.mark.parametrize("kind", ["bundle", "producer"])
def test_missing_photo_is_not_found(kind: str) -> None:
    key = BundleFactory().code if kind == "bundle" else ProducerFactory().pk
    assert client_of(viewer()).get(reverse(f"bundles:{kind}_photo", args=[key])).status_code == 404
