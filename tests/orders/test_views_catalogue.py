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
from membership.photos import square_jpeg, wide_jpeg
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    BundleFactory,
    CategoryFactory,
    CertificationFactory,
    EditionFactory,
    PlanFactory,
    ProducerFactory,
    ProductFactory,
    RatingFactory,
    SlotFactory,
    brought_order,
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
    assert [(card.bundle, card.edition) for card in context["events"]] == [(event, first)]
    assert [(card.bundle, card.edition) for card in context["plans"]] == [(plan, None)]
    # One minute after the cut-off of the first, five days before its delivery.
    set_clock(CUTOFF + timedelta(minutes=1))
    assert client.get(LIST).context["events"][0].edition == second


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
    cards = {card.bundle: card.quote for card in client_of(viewer()).get(LIST).context["events"]}
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


def test_page_begins_with_the_first_date_that_can_still_be_ordered() -> None:
    bundle = bundle_with("bread")
    late, slow, open_ = (
        EditionFactory(bundle=bundle, delivery_date=date(2026, 11, day), products=[product])
        for day, product in (
            (26, ProductFactory(lead_days=1)),
            (27, ProductFactory(lead_days=4)),
            (30, ProductFactory(lead_days=4)),
        )
    )
    client = client_of(orderer())

    pages = [client.get(detail(bundle, date=day)) for day in ("", "2026-11-26", "2026-11-27")]

    assert [page.context["edition"] for page in pages] == [open_, late, slow]
    assert [page.context["is_open"] for page in pages] == [True, False, False]
    assert [page.context["editions"] for page in pages] == [[open_], [late, open_], [slow, open_]]
    texts = [page.content.decode() for page in pages]
    assert ["order until Tue 24 Nov 15:00" in text for text in texts] == [True, False, False]
    assert ["The earliest is Fri 27 Nov." in text for text in texts] == [False, True, True]
    assert ["Order for another day" in text for text in texts] == [False, True, True]
    form = f"{NEW}?bundle={bundle.code}&headcount=10"
    assert [page.context["order_url"] for page in pages] == [f"{form}&date=2026-11-30", form, form]


def test_page_without_a_date_to_order_shows_the_next_one_all_the_same() -> None:
    late = EditionFactory(delivery_date=date(2026, 11, 25))
    context = client_of(orderer()).get(detail(late.bundle)).context
    assert (context["edition"], context["is_open"]) == (late, False)


def test_list_is_priced_for_as_many_as_are_asked_for_and_leads_on_with_them() -> None:
    small, large = BundleFactory(price=50_000), BundleFactory(base_headcount=50, price=200_000)
    client = client_of(viewer())

    asked, plain = client.get(LIST, {"headcount": "40"}), client.get(LIST)

    assert [(card.bundle, card.quote.gross) for card in asked.context["events"]] == [
        (large, 160_000),
        (small, 200_000),
    ]
    assert [(card.bundle, card.quote.gross) for card in plain.context["events"]] == [
        (small, 50_000),
        (large, 200_000),
    ]
    assert f'href="{detail(large, headcount=40)}"' in asked.content.decode()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["dear", "cheap"]),
        ({"budget": "60000"}, ["dear", "cheap"]),
        ({"budget": "59999"}, ["cheap"]),
        ({"budget": "90000", "headcount": "20"}, ["cheap"]),
        ({"budget": "6000", "per": "person"}, ["dear", "cheap"]),
        ({"budget": "5999", "per": "person"}, ["cheap"]),
        ({"category": "tea"}, ["dear"]),
        ({"category": "nothing"}, ["dear", "cheap"]),
        ({"budget": "1"}, []),
        ({"budget": "much", "headcount": "0"}, ["dear", "cheap"]),
    ],
)
def test_filters_leave_what_fits_the_budget_and_the_kind(wanted: dict[str, str], expected: list[str]) -> None:
    bundle_with("bread", "tea", code="dear", price=60_000)
    bundle_with("bread", code="cheap", price=40_000, base_headcount=12)

    page = client_of(viewer()).get(LIST, wanted)

    assert [card.bundle.code for card in page.context["events"]] == expected
    assert ("No bundle fits" in page.content.decode()) == (not expected)


def test_contents_show_storage_allergens_and_stars_of_each_product() -> None:
    product = ProductFactory(allergens=0b100001, storage="chilled")
    bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
    EditionFactory(bundle=bundle, products=[product])
    for stars in (5, 4):
        RatingFactory(line=brought_order(bundle=bundle).lines.get(), stars=stars)

    text = client_of(viewer()).get(detail(bundle)).content.decode()

    words = ("1 Eggs, 6 Wheat", "chilled", "4.5 of 5 stars, 2 ratings")
    assert [word in text for word in words] == [True, True, True]


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
    pictured, plain = (item.product for item in EditionFactory(bundle=bundle).items.all())
    keep_photo(pictured, square_jpeg(png()), stem="pictured", now=TUESDAY)
    url = reverse("bundles:product_photo", args=[pictured.code])
    client = client_of(viewer())

    contents = client.get(LIST).content.decode()
    assert (contents.count(f'src="{url}?v='), contents.count("picture--none")) == (1, 1)
    keep_photo(bundle, wide_jpeg(png()), stem="bundle", now=TUESDAY)
    contents = client.get(LIST).content.decode()
    own = reverse("bundles:bundle_photo", args=[bundle.code])
    assert (contents.count(f'src="{own}?v='), contents.count(f'src="{url}?v=')) == (1, 0)

    assert (plain.category.icon, CategoryFactory(code="something-new").icon) == ("leaf", "shopping-basket")
    sprite = (Path(__file__).resolve().parents[2] / "config/static/icons.svg").read_text()
    assert [name for name in {*ICONS.values(), "shopping-basket"} if f'id="{name}"' not in sprite] == []


def test_nobody_is_told_that_a_banner_is_vegan() -> None:
    bundle = BundleFactory()
    for code in ("banner", "tea"):
        ProductFactory(category=CategoryFactory(code=code), is_vegan=True, is_halal=True)
        SlotFactory(bundle=bundle, category=CategoryFactory(code=code))
    EditionFactory(bundle=bundle)

    text = client_of(viewer()).get(detail(bundle)).content.decode()

    assert text.count("No allergens to declare") == 1
    assert text.count("</svg>vegan") == 1


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
