"""The catalogue of bundles: open to every role, with the next contents and who makes them."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from membership.models import User
from tests.factories import (
    DELIVERY_DATE,
    DELIVERY_MORNING,
    TUESDAY,
    BundleFactory,
    CertificationFactory,
    EditionFactory,
    PlanFactory,
    ProductFactory,
    SlotFactory,
    bundle_with,
    courier,
    operator,
    orderer,
    producer_user,
    viewer,
)

pytestmark = pytest.mark.django_db
LIST = reverse("bundles:bundle_list")


@pytest.fixture(autouse=True)
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_to(now: object) -> None:
        monkeypatch.setattr("membership.clock.now", lambda: now)

    set_to(TUESDAY)
    return set_to


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


@pytest.mark.parametrize("who", [orderer, viewer, producer_user, courier, operator])
def test_catalogue_is_open_to_every_role(who: Callable[[], User]) -> None:
    bundle, client = bundle_with("bread"), client_of(who())
    urls = [LIST, reverse("bundles:bundle_detail", args=[bundle.code])]
    assert [client.get(url).status_code for url in urls] == [200, 200]
    assert [Client().get(url).status_code for url in urls] == [302, 302]


def test_list_shows_the_next_edition_of_each_bundle(set_clock: Callable) -> None:
    event, plan = bundle_with("bread"), bundle_with("tea", kind="plan", plan=PlanFactory())
    BundleFactory(is_active=False)
    first = EditionFactory(bundle=event)
    second = EditionFactory(bundle=event, delivery_date=date(2026, 12, 8))
    client = client_of(viewer())

    context = client.get(LIST).context
    assert [(card["bundle"], card["edition"]) for card in context["events"]] == [(event, first)]
    assert [(card["bundle"], card["edition"]) for card in context["plans"]] == [(plan, None)]
    set_clock(DELIVERY_MORNING.replace(day=2))
    assert client.get(LIST).context["events"][0]["edition"] == second


def test_list_asks_as_many_queries_for_one_bundle_as_for_three() -> None:
    client = client_of(viewer())

    def queries() -> int:
        EditionFactory(bundle=bundle_with("bread"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    one = queries()
    queries()
    assert queries() == one


def test_detail_shows_the_producers_with_what_is_certified_that_day() -> None:
    product = ProductFactory(category__code="cookie", allergens=0b1, producer__story_en="We bake.")
    CertificationFactory(organization=product.producer, kind="cooperative", valid_until=DELIVERY_DATE)
    CertificationFactory(organization=product.producer, kind="women_owned", valid_until=date(2026, 11, 30))
    bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
    EditionFactory(bundle=bundle, products=[product])
    url = reverse("bundles:bundle_detail", args=[bundle.code])
    [item] = client_of(orderer()).get(url).context["items"]
    assert (item["product"], item["producer"], item["story"]) == (product, product.producer, "We bake.")
    assert ([str(label) for label in item["certifications"]], item["allergens"]) == (
        ["cooperative"],
        ["1 Eggs"],
    )


def test_only_who_may_order_is_led_to_the_order_form() -> None:
    bundle = bundle_with("bread")
    url, link = reverse("bundles:bundle_detail", args=[bundle.code]), reverse("orders:event_order_create")
    pages = {who: client_of(who()).get(url).content.decode() for who in (orderer, operator, viewer, courier)}
    assert {who: f"{link}?bundle={bundle.code}" in page for who, page in pages.items()} == {
        orderer: True,
        operator: True,
        viewer: False,
        courier: False,
    }


def test_bundle_that_is_not_on_offer_does_not_exist() -> None:
    bundle = BundleFactory(is_active=False)
    url = reverse("bundles:bundle_detail", args=[bundle.code])
    assert client_of(viewer()).get(url).status_code == 404
