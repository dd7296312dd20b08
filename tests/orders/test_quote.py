"""What is shown before an order is what the order then has: price, VAT, units, worth and saving."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bundles.models import Bundle, Product
from bundles.quote import share_price
from membership.models import Organization, User
from orders.actions.event_order import place_event_order
from orders.models import Order
from orders.reasons import words
from tests.access.asking import undone
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    EVENT_AT,
    TUESDAY,
    BundleFactory,
    CategoryFactory,
    EditionFactory,
    InstitutionFactory,
    ProductFactory,
    SiteFactory,
    SlotFactory,
    bundle_with,
    fix,
    fixed_order,
    orderer,
)

pytestmark = pytest.mark.django_db
NEW = reverse("orders:event_order_create")
CODES = ("bread", "coffee", "fruit", "tea")


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Organization:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    institution: Organization = InstitutionFactory()
    SiteFactory(organization=institution)
    return institution


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


PRODUCTS = st.fixed_dictionaries(
    {
        "list_price": st.integers(0, 30_000),
        "servings": st.integers(1, 12),
        "tax_type": st.sampled_from(["taxable", "exempt"]),
    }
)
SLOTS = st.lists(
    st.tuples(PRODUCTS, st.booleans(), st.integers(1, 300)),
    min_size=1,
    max_size=4,
)


def composed(price: int, base_headcount: int, slots: list[tuple[dict[str, Any], bool, int]]) -> Bundle:
    """A bundle with its edition: products, and whether their slot is counted by person, in hundredths."""
    bundle = BundleFactory(price=price, base_headcount=base_headcount)
    # The categories come to the table in the other order than the slots: lines are made by category.
    categories = [CategoryFactory(code=code) for code in CODES[: len(slots)]][::-1]
    products = []
    for category, (fields, is_per_person, measure) in zip(categories, slots, strict=True):
        measures = (
            {"servings_per_person": Decimal(measure) / 100} if is_per_person else {"fixed_quantity": measure}
        )
        SlotFactory(bundle=bundle, category=category, **{"servings_per_person": 0} | measures)
        products.append(ProductFactory(category=category, supply_price=0, daily_capacity=10_000, **fields))
    EditionFactory(bundle=bundle, products=products)
    return bundle


# What an example does is undone: the office is the same for each.
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    price=st.integers(1_000, 900_000),
    base_headcount=st.integers(1, 60),
    headcount=st.integers(1, 500),
    slots=SLOTS,
)
def test_page_and_the_order_placed_from_it_say_the_same(
    office: Organization, price: int, base_headcount: int, headcount: int, slots: Any
) -> None:
    with undone():
        bundle, person = composed(price, base_headcount, slots), orderer(office)
        query = urlencode({"headcount": headcount, "date": DELIVERY_DATE})
        url = reverse("bundles:bundle_detail", args=[bundle.code])
        quote = client_of(person).get(f"{url}?{query}").context["quote"]

        order = place_event_order(
            site=office.sites.get(),
            bundle=bundle,
            headcount=headcount,
            exclusions=0,
            event_at=EVENT_AT,
            note="",
            request_key=uuid4(),
            actor=person,
            now=TUESDAY,
        )
        assert order.gross == quote.gross
        assert fix(order, now=CUTOFF).outcome == "done"

        order = Order.objects.get(pk=order.pk)
        lines = list(order.lines.all())
        assert (order.gross, order.supply, order.vat) == (quote.gross, quote.supply, quote.vat)
        assert {line.product: line.quantity for line in lines} == {
            item.product: item.units for item in quote.items
        }
        assert quote.worth == sum(line.list_price * line.quantity for line in lines)
        assert quote.saving == max(quote.worth - order.gross, 0)


# Category, key and units: most of equal weight, so that it matters who gets the odd won.
EQUALS = [(1, 3, 4), (1, 4, 4), (2, 1, 12), (2, 5, 4), (3, 2, 4)]


@given(gross=st.integers(0, 10**6), shuffled=st.permutations(EQUALS))
def test_price_is_shared_the_same_way_in_any_order(gross: int, shuffled: list[tuple[int, int, int]]) -> None:
    def shares(filled: list[tuple[int, int, int]]) -> dict[int, int]:
        products = [
            (Product(pk=key, category_id=category, list_price=1), units) for category, key, units in filled
        ]
        parts = share_price(gross, products)
        return {product.pk: part for (product, _units), part in zip(products, parts, strict=True)}

    assert shares(shuffled) == shares(EQUALS)
    assert sum(shares(shuffled).values()) == gross


def test_order_form_takes_over_what_was_looked_at(office: Organization) -> None:
    bundle_with("tea")
    bundle = bundle_with("bread")
    edition = EditionFactory(bundle=bundle, delivery_date=date(2026, 12, 8))
    client = client_of(orderer(office))

    context = client.get(f"{NEW}?bundle={bundle.code}&headcount=35&date=2026-12-08").context

    initial, quote = context["form"].initial, context["quote"]
    assert (initial["bundle"], initial["headcount"], initial["event_on"]) == (
        bundle,
        35,
        edition.delivery_date,
    )
    assert (quote.headcount, quote.gross, quote.worth, quote.saving) == (35, 70_000, 70_000, 0)
    assert list(context["messages"]) == []


@pytest.mark.parametrize("headcount", ["0", "501", "9" * 5000, "²", "many", ""])
def test_order_form_starts_with_the_usual_number_if_none_can_be_used(
    office: Organization, headcount: str
) -> None:
    bundle = bundle_with("bread")
    query = urlencode({"bundle": bundle.code, "headcount": headcount})
    assert client_of(orderer(office)).get(f"{NEW}?{query}").context["form"].initial["headcount"] == 10


def test_order_form_says_when_the_date_that_was_looked_at_is_too_late(office: Organization) -> None:
    bundle = bundle_with("bread")
    EditionFactory(bundle=bundle, delivery_date=date(2026, 11, 25))
    client = client_of(orderer(office))
    context = client.get(f"{NEW}?bundle={bundle.code}&date=2026-11-25").context
    form = context["form"]
    assert form.initial["event_on"] == date(2026, 11, 25)
    assert context["refusal"] == words("too_late")


def test_order_page_shows_worth_and_saving_before_and_after_the_cut_off(office: Organization) -> None:
    product = ProductFactory(list_price=2_500)
    bundle = SlotFactory(bundle=BundleFactory(price=20_000), category=product.category).bundle
    EditionFactory(bundle=bundle, products=[product])
    client = client_of(orderer(office))
    order = fixed_order(bundle=bundle, organization=office, site=office.sites.get())
    url = reverse("orders:order_detail", args=[order.number])
    fixed = client.get(url).context
    line = order.lines.get()
    line.short_quantity = 4
    line.save()
    short = client.get(url).context
    order.lines.all().delete()
    Order.objects.update(status="placed")
    placed = client.get(url).context
    assert [(page["worth"], page["saving"]) for page in (fixed, placed)] == [(25_000, 5_000)] * 2
    assert (short["worth"], short["saving"]) == (15_000, 0)
