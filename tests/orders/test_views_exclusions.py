"""Exclusions on pages and in the API: chosen, kept, and what can't be is said before anything is ordered."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from bundles.models import Bundle, Edition, Product
from membership.exclusions import FULL_MASK, VEGAN, mask
from membership.models import Organization, User
from orders.models import Order, StandingOrder
from tests.api_client import api
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    EVENT_AT,
    TUESDAY,
    CategoryFactory,
    EditionFactory,
    InstitutionFactory,
    OccurrenceFactory,
    SiteFactory,
    StandingOrderFactory,
    bundle_with,
    fixed_order,
    operator,
    orderer,
    viewer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NEW, STANDING = reverse("orders:event_order_create"), reverse("orders:standing_order_create")
PEANUTS = mask(["4"])
NO_BREAD = "bread: no product fits “vegan only”."


@pytest.fixture(autouse=True)
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_to(now: object) -> None:
        monkeypatch.setattr("membership.clock.now", lambda: now)

    set_to(TUESDAY)
    return set_to


@pytest.fixture
def school() -> Organization:
    """An institution that takes no peanuts, with a site."""
    school = InstitutionFactory(exclusions=PEANUTS)
    SiteFactory(organization=school)
    return school


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def bundle_of_breads() -> tuple[Bundle, Product, Product]:
    """A bundle of bread; the first bread has peanuts, none is vegan."""
    bundle = bundle_with("bread")
    first, second, _third = CategoryFactory(code="bread").products.order_by("pk")
    Product.objects.filter(pk=first.pk).update(allergens=PEANUTS)
    return bundle, first, second


def event(school: Organization, bundle: Bundle, *exclusions: str, **changes: Any) -> dict[str, Any]:
    return {
        "site": school.sites.get().pk,
        "bundle": bundle.pk,
        "headcount": "12",
        "event_on": DELIVERY_DATE.isoformat(),
        "event_time": "14:00",
        "request_key": str(uuid4()),
        "note": "3층",
        "exclusions": exclusions,
        **changes,
    }


def page_of(school: Organization) -> str:
    return reverse("orders:institution_exclusions", args=[school.pk])


# -- The catalogue --------------------------------------------------------------------------------


def test_the_catalogue_shows_an_institution_its_own_editions(school: Organization) -> None:
    bundle, first, second = bundle_of_breads()
    EditionFactory(bundle=bundle, products=[first])
    variant = EditionFactory(bundle=bundle, products=[second], exclusions=PEANUTS)
    client = client_of(orderer(school))
    url = reverse("bundles:bundle_detail", args=[bundle.code])

    usual = client.get(url)
    none = client.get(url, {"ticked": "1"})
    cards = client.get(reverse("bundles:bundle_list")).context["events"]

    assert (usual.context["edition"], usual.context["exclusions"]) == (variant, PEANUTS)
    assert [item.product for item in usual.context["items"]] == [second]
    assert [item.product for item in none.context["items"]] == [first]
    assert [card.edition for card in cards] == [variant]
    assert none.context["order_url"].endswith(f"date={DELIVERY_DATE}&exclusions=")


def test_htmx_gets_quote_and_contents_of_the_chosen_exclusions(school: Organization) -> None:
    bundle, first, second = bundle_of_breads()
    EditionFactory(bundle=bundle, products=[first])
    EditionFactory(bundle=bundle, products=[second], exclusions=PEANUTS)
    url = reverse("bundles:bundle_detail", args=[bundle.code])

    page = client_of(orderer(school)).get(
        url, {"ticked": "1", "headcount": "20", "exclusions": ["4"]}, headers={"HX-Request": "true"}
    )

    text = page.content.decode()
    assert 'id="contents" hx-swap-oob="true"' in text
    assert (second.name_en in text, first.name_en in text, "no peanuts" in text) == (True, False, True)
    assert page.context["order_url"] == f"{NEW}?bundle={bundle.code}&headcount=20&date={DELIVERY_DATE}"


def test_the_catalogue_says_at_once_what_makes_it_impossible(school: Organization) -> None:
    bundle, first, _second = bundle_of_breads()
    EditionFactory(bundle=bundle, products=[first])

    page = client_of(orderer(school)).get(
        reverse("bundles:bundle_detail", args=[bundle.code]), {"exclusions": ["vegan"]}
    )

    assert [str(gap) for gap in page.context["gaps"]] == [NO_BREAD]
    assert NO_BREAD in page.content.decode()
    assert "Order this" not in page.content.decode()


def test_an_unknown_exclusion_is_shown_as_wrong(school: Organization) -> None:
    bundle, *_products = bundle_of_breads()

    page = client_of(orderer(school)).get(
        reverse("bundles:bundle_detail", args=[bundle.code]), {"exclusions": ["pork"]}
    )

    assert (page.status_code, list(page.context["form"].errors)) == (200, ["exclusions"])


# -- Ordering -------------------------------------------------------------------------------------


def test_the_forms_begin_with_what_the_institution_leaves_out_or_what_was_looked_at(
    school: Organization,
) -> None:
    bundle, *_products = bundle_of_breads()
    client = client_of(orderer(school))

    for url in (NEW, STANDING):
        assert client.get(url).context["form"]["exclusions"].value() == ["4"]
        looked_at = client.get(url, {"bundle": bundle.code, "exclusions": ["19", "no_chilled"]})
        assert looked_at.context["form"]["exclusions"].value() == ["19", "no_chilled"]
        assert client.get(url, {"exclusions": [""]}).context["form"]["exclusions"].value() == []


def test_what_the_form_quotes_is_what_the_order_brings(school: Organization) -> None:
    bundle, first, second = bundle_of_breads()
    EditionFactory(bundle=bundle, products=[first])
    EditionFactory(bundle=bundle, products=[second], exclusions=PEANUTS)
    client = client_of(orderer(school))
    sent = event(school, bundle, "4")

    quote = client.post(NEW, sent | {"check": "1"}).context["quote"]
    assert client.post(NEW, sent).status_code == 302
    order = Order.objects.get()

    assert (order.exclusions, order.gross) == (PEANUTS, quote.gross)
    assert [item.product for item in quote.items] == [second]
    assert client.get(reverse("orders:order_detail", args=[order.number])).context["quote"] == quote


def test_what_cannot_be_is_said_at_the_field_and_nothing_is_lost(school: Organization) -> None:
    bundle, *_products = bundle_of_breads()
    client = client_of(orderer(school))
    sent = event(school, bundle, "4", "vegan")

    check = client.post(NEW, sent | {"check": "1"}, headers={"HX-Request": "true"})
    page = client.post(NEW, sent)

    assert page.context["form"].errors == {"exclusions": [NO_BREAD]}
    assert page.context["form"]["note"].value() == "3층"
    assert page.context["form"]["exclusions"].value() == ["4", "vegan"]
    assert (page.context["quote"], check.context["quote"]) == (None, None)
    assert NO_BREAD in check.content.decode()
    assert not Order.objects.exists()


def test_a_conflict_of_exclusions_with_capacity_is_named_at_the_exclusions(school: Organization) -> None:
    bundle, first, second = bundle_of_breads()
    Product.objects.filter(pk=second.pk).update(is_vegan=True, daily_capacity=5)

    page = client_of(orderer(school)).post(NEW, event(school, bundle, "vegan"))

    assert page.context["form"].errors == {
        "exclusions": ["No contents could be composed for this date: the producers' capacity + vegan"]
    }
    assert not Order.objects.exists()


def test_the_form_says_what_the_institution_of_the_chosen_site_usually_leaves_out(
    school: Organization,
) -> None:
    bundle, *_products = bundle_of_breads()

    page = client_of(operator()).post(NEW, event(school, bundle) | {"check": "1"})

    assert f"{school.name_en} usually has: no peanuts." in page.content.decode()


def test_a_standing_order_keeps_what_was_ticked(school: Organization) -> None:
    bundle, _first, second = bundle_of_breads()
    sent = {
        "site": school.sites.get().pk,
        "bundle": bundle.pk,
        "headcount": "12",
        "repeat": "weekly",
        "weekdays": ["TU"],
        "interval": "1",
        "starts_on": DELIVERY_DATE.isoformat(),
        "holiday_policy": "before",
        "exclusions": ["4"],
    }
    client = client_of(orderer(school))

    refused = client.post(STANDING, sent | {"exclusions": ["vegan"]})
    assert refused.context["form"].errors == {"exclusions": [NO_BREAD]}
    assert client.post(STANDING, sent).status_code == 302

    standing = StandingOrder.objects.get()
    page = client.get(reverse("orders:standing_order_detail", args=[standing.pk])).content.decode()
    assert (standing.exclusions, "no peanuts" in page) == (PEANUTS, True)
    assert {edition.exclusions for edition in Edition.objects.all()} == {PEANUTS}


def test_programs_order_with_exclusions_by_their_codes(school: Organization) -> None:
    bundle, *_products = bundle_of_breads()
    sent = {
        "site": school.sites.get().pk,
        "bundle": bundle.pk,
        "headcount": 12,
        "event_at": EVENT_AT.isoformat(),
    }
    caller = api(orderer(school))

    usual = caller.post("/api/v1/orders/", sent, format="json")
    none = caller.post("/api/v1/orders/", sent | {"exclusions": []}, format="json")
    impossible = caller.post("/api/v1/orders/", sent | {"exclusions": ["vegan"]}, format="json")
    unknown = caller.post("/api/v1/orders/", sent | {"exclusions": ["pork"]}, format="json")

    assert (usual.json()["exclusions"], none.json()["exclusions"]) == (["4"], [])
    assert [answer.status_code for answer in (usual, none, impossible, unknown)] == [201, 201, 400, 400]
    assert list(impossible.json()) == list(unknown.json()) == ["exclusions"]
    assert Order.objects.count() == 2


# -- What the institution doesn't take ------------------------------------------------------------


def test_an_institution_says_it_once_for_new_orders_and_running_standing_orders(
    school: Organization,
) -> None:
    bundle, first, second = bundle_of_breads()
    Product.objects.filter(pk=second.pk).update(is_vegan=True, lead_days=4)
    Product.objects.exclude(pk=second.pk).update(lead_days=1)
    running = StandingOrderFactory(organization=school, bundle=bundle, ends_on=DELIVERY_DATE)
    ended = StandingOrderFactory(organization=school, bundle=bundle, status="ended")
    others = StandingOrderFactory(bundle=bundle)
    occurrence = OccurrenceFactory(standing_order=running)
    made = fixed_order(organization=school, bundle=bundle)
    client = client_of(orderer(school))

    answer = client.post(page_of(school), {"exclusions": ["4", "vegan"], "with_standing_orders": "on"})

    assert answer.status_code == 302
    for row in (school, running, ended, others, made, occurrence):
        row.refresh_from_db()
    assert (school.exclusions, running.exclusions) == (PEANUTS | VEGAN, PEANUTS | VEGAN)
    assert (ended.exclusions, others.exclusions, made.exclusions) == (0, 0, 0)
    variant = Edition.objects.get(exclusions=PEANUTS | VEGAN)
    assert [item.product for item in variant.items.all()] == [second]
    assert occurrence.cutoff_at < CUTOFF


def test_standing_orders_stay_when_only_new_orders_are_meant(school: Organization) -> None:
    running = StandingOrderFactory(organization=school)

    client_of(orderer(school)).post(page_of(school), {"exclusions": ["19"]})

    school.refresh_from_db()
    running.refresh_from_db()
    assert (school.exclusions, running.exclusions) == (mask(["19"]), 0)


def test_what_a_running_standing_order_cannot_keep_is_refused(school: Organization) -> None:
    bundle, *_products = bundle_of_breads()
    StandingOrderFactory(organization=school, bundle=bundle)
    client = client_of(orderer(school))
    before = everything()

    page = client.post(page_of(school), {"exclusions": ["vegan"], "with_standing_orders": "on"})

    assert page.context["form"].errors == {"exclusions": [f"{bundle.name_en} · {NO_BREAD}"]}
    assert everything() == before


def test_saying_it_twice_changes_nothing(school: Organization) -> None:
    StandingOrderFactory(organization=school)
    client = client_of(orderer(school))
    sent = {"exclusions": ["4"], "with_standing_orders": "on"}

    client.post(page_of(school), sent)
    before = everything()
    client.post(page_of(school), sent)

    assert everything() == before


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404)])
def test_only_those_who_order_for_it_may_say_it(school: Organization, who: str, status: int) -> None:
    client = client_of(viewer(school) if who == "viewer" else orderer())
    before = everything()

    assert client.get(page_of(school)).status_code == status
    assert client.post(page_of(school), {"exclusions": ["vegan"]}).status_code == status
    assert everything() == before


def test_packers_and_the_board_see_what_must_not_come(school: Organization) -> None:
    bundle, *_products = bundle_of_breads()
    Product.objects.update(is_vegan=True, is_halal=True, allergens=0)
    order = fixed_order(organization=school, bundle=bundle, exclusions=FULL_MASK)
    client = client_of(operator())

    day = {"date": DELIVERY_DATE.isoformat(), "view": "orders"}
    packing = client.get(reverse("orders:packing"), day).content.decode()
    board = client.get(reverse("orders:compose_board"), {"week": DELIVERY_DATE.isoformat()}).content.decode()
    edition = client.get(reverse("orders:edition_detail", args=[Edition.objects.get().pk])).content.decode()
    detail = client.get(reverse("orders:order_detail", args=[order.number])).content.decode()

    for page in (packing, board, edition, detail):
        assert [word in page for word in ("no peanuts", "halal only", "nothing chilled")] == [True] * 3
