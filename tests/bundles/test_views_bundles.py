"""The catalogue of bundles: open to every role, with the next contents and who makes them."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bundles.models import Bundle
from bundles.models.category import ICONS
from membership.actions.photo import keep_photo
from membership.models import User
from membership.photos import square_jpeg
from tests.factories import (
    DELIVERY_DATE,
    DELIVERY_MORNING,
    TUESDAY,
    BundleFactory,
    CategoryFactory,
    CertificationFactory,
    EditionFactory,
    PlanFactory,
    ProducerFactory,
    ProductFactory,
    SlotFactory,
    bundle_with,
    courier,
    operator,
    orderer,
    producer_user,
    viewer,
)
from tests.pictures import png

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("bundles:bundle_list"), reverse("orders:event_order_create")


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


def detail(bundle: Bundle, **wanted: object) -> str:
    return reverse("bundles:bundle_detail", args=[bundle.code]) + (f"?{urlencode(wanted)}" if wanted else "")


def test_list_shows_price_per_person_and_what_the_next_edition_saves() -> None:
    product = ProductFactory(list_price=2_500)
    bundle = SlotFactory(bundle=BundleFactory(price=20_000), category=product.category).bundle
    EditionFactory(bundle=bundle, products=[product])
    unplanned = bundle_with("tea")
    cards = {card["bundle"]: card["quote"] for card in client_of(viewer()).get(LIST).context["events"]}
    assert {bundle: (quote.per_person, quote.worth, quote.saving) for bundle, quote in cards.items()} == {
        bundle: (2_000, 25_000, 5_000),
        unplanned: (2_000, None, 0),
    }


def test_detail_shows_each_producer_once_with_what_is_certified_that_day() -> None:
    maker = ProducerFactory(story_en="We bake.")
    cookie = ProductFactory(category__code="cookie", producer=maker, allergens=0b1)
    bread = ProductFactory(category__code="bread", producer=maker, allergens=0b100001)
    CertificationFactory(organization=maker, kind="cooperative", valid_until=DELIVERY_DATE)
    CertificationFactory(organization=maker, kind="women_owned", valid_until=date(2026, 11, 30))
    bundle = BundleFactory()
    for product in (cookie, bread):
        SlotFactory(bundle=bundle, category=product.category)
    EditionFactory(bundle=bundle, products=[cookie, bread])
    context = client_of(orderer()).get(detail(bundle)).context
    [row] = context["producers"]
    assert (row["producer"], row["products"], row["story"]) == (maker, [cookie, bread], "We bake.")
    assert [str(label) for label in row["certifications"]] == ["cooperative"]
    assert context["allergens"] == ["1 Eggs", "6 Wheat"]


@pytest.mark.parametrize(
    ("status", "words"), [("draft", b"planned, may still change"), ("published", b"published")]
)
def test_detail_says_whether_the_contents_are_promised(status: str, words: bytes) -> None:
    edition = EditionFactory(status=status, published_at=TUESDAY if status == "published" else None)
    page = client_of(viewer()).get(detail(edition.bundle)).content
    assert [text in page for text in (b"planned, may still change", b"published")] == [
        words == b"planned, may still change",
        words == b"published",
    ]


def test_detail_switches_between_coming_dates_and_keeps_the_headcount() -> None:
    bundle = bundle_with("bread")
    days = [date(2026, 11, 23), DELIVERY_DATE, date(2026, 12, 8)]
    _past, first, second = (EditionFactory(bundle=bundle, delivery_date=day) for day in days)
    client = client_of(orderer())

    response = client.get(detail(bundle, date="2026-12-08", headcount=35))

    context = response.context
    assert (context["editions"], context["edition"]) == ([first, second], second)
    assert (context["quote"].headcount, [item.units for item in context["quote"].items]) == (35, [35])
    assert f"{detail(bundle, date='2026-12-01')}&amp;headcount=35" in response.content.decode()
    for unknown in ("2026-11-23", "2026-12-02", "soon", ""):
        assert client.get(detail(bundle, date=unknown)).context["edition"] == first


@pytest.mark.parametrize("headcount", ["0", "501", "-3", "many", ""])
def test_detail_without_a_usable_headcount_has_no_price_and_leads_to_no_order(headcount: str) -> None:
    bundle = EditionFactory().bundle
    response = client_of(orderer()).get(detail(bundle, headcount=headcount))
    assert (response.status_code, response.context["quote"]) == (200, None)
    assert list(response.context["form"].errors) == ["headcount"]
    assert b"Order this" not in response.content


def test_number_of_people_renews_the_quote_alone() -> None:
    bundle = bundle_with("bread")
    EditionFactory(bundle=bundle)
    EditionFactory(bundle=bundle, delivery_date=date(2026, 12, 8))
    client, url = client_of(orderer()), detail(bundle, headcount=30)
    part = client.get(url, headers={"HX-Request": "true"})
    restored = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    whole = [client.get(url), client.get(url, headers=restored)]
    assert (part.context["quote"].gross, part.context["order_url"]) == (
        60_000,
        f"{NEW}?bundle={bundle.code}&headcount=30&date=2026-12-01",
    )
    assert b"<html" not in part.content
    assert b'id="contents"' in part.content  # whose links to other dates carry the number along
    assert [b"<html" in response.content for response in whole] == [True, True]
    assert "HX-Request" in part["Vary"]


def test_date_past_its_cut_off_says_so_instead_of_leading_to_the_form() -> None:
    bundle = bundle_with("bread")
    for day in (date(2026, 11, 26), date(2026, 11, 27)):
        EditionFactory(bundle=bundle, delivery_date=day)
    client = client_of(orderer())
    pages = [client.get(detail(bundle, date=day)).content for day in ("2026-11-26", "2026-11-27")]
    assert [b"The earliest is Fri 27 Nov." in page for page in pages] == [True, False]
    assert [b"Order this" in page for page in pages] == [False, True]


def test_plan_bundle_is_ordered_again_and_again_for_as_many() -> None:
    bundle = bundle_with("bread", kind="plan", plan=PlanFactory())
    EditionFactory(bundle=bundle)
    context = client_of(orderer()).get(detail(bundle, headcount=12)).context
    form = reverse("orders:standing_order_create")
    assert context["order_url"] == f"{form}?bundle={bundle.code}&headcount=12"


def test_detail_asks_as_many_queries_for_one_edition_of_one_product_as_for_many() -> None:
    client = client_of(orderer())

    def queries(*codes: str) -> int:
        bundle = bundle_with(*codes)
        for week in range(len(codes)):
            EditionFactory(bundle=bundle, delivery_date=DELIVERY_DATE + timedelta(weeks=week))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(detail(bundle)).status_code == 200
        return len(captured)

    queries("bread")
    assert queries("bread", "tea", "fruit") == queries("bread")


def test_picture_is_the_photo_or_the_icon_of_the_category(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    bundle = bundle_with("bread", "tea")
    edition = EditionFactory(bundle=bundle)
    pictured, plain = (item.product for item in edition.items.all())
    keep_photo(pictured, square_jpeg(png()), stem="pictured", now=TUESDAY)
    url = reverse("bundles:product_photo", args=[pictured.code])
    # On the page of the bundle once on top and once among the contents; two producers have no photo either.
    for page, counts in ((detail(bundle), (2, 4)), (LIST, (1, 1))):
        content = client_of(viewer()).get(page).content.decode()
        assert (content.count(f'src="{url}?v='), content.count("picture--none")) == counts
    assert (plain.category.icon, CategoryFactory(code="something-new").icon) == ("leaf", "shopping-basket")
    sprite = (Path(__file__).resolve().parents[2] / "config/static/icons.svg").read_text()
    assert [name for name in {*ICONS.values(), "shopping-basket"} if f'id="{name}"' not in sprite] == []


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


def test_only_who_may_order_is_led_to_the_order_form() -> None:
    bundle = bundle_with("bread")
    url, link = reverse("bundles:bundle_detail", args=[bundle.code]), reverse("orders:event_order_create")
    EditionFactory(bundle=bundle)
    pages = {who: client_of(who()).get(url).content.decode() for who in (orderer, operator, viewer, courier)}
    assert {
        who: f"{link}?bundle={bundle.code}&amp;headcount=10&amp;date=2026-12-01" in page
        for who, page in pages.items()
    } == {
        orderer: True,
        operator: True,
        viewer: False,
        courier: False,
    }


def test_bundle_that_is_not_on_offer_does_not_exist() -> None:
    bundle = BundleFactory(is_active=False)
    url = reverse("bundles:bundle_detail", args=[bundle.code])
    assert client_of(viewer()).get(url).status_code == 404
