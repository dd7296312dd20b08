"""Swapping on pages: what will come, what could come instead, and back, with and without JavaScript."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bundles.models import Edition, Product
from membership.models import User
from orders.models import Occurrence, Order, Swap
from orders.reasons import words
from tests.factories import (
    CUTOFF,
    TUESDAY,
    CategoryFactory,
    EditionFactory,
    OccurrenceFactory,
    OrderFactory,
    ProductFactory,
    StandingOrderFactory,
    bundle_with,
    orderer,
    viewer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


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


def published() -> Edition:
    edition: Edition = EditionFactory(
        bundle=bundle_with("bread", "coffee"), status="published", published_at=TUESDAY
    )
    return edition


def breads() -> list[Product]:
    return list(CategoryFactory(code="bread").products.order_by("pk"))


def page_of(holder: Order | Occurrence) -> str:
    if isinstance(holder, Order):
        return reverse("orders:order_swap", args=[holder.number])
    return reverse("orders:occurrence_swap", args=[holder.pk])


def said(client: Client, url: str, sent: dict[str, object]) -> list[str]:
    response = client.post(url, sent, follow=True)
    assert [status for _to, status in response.redirect_chain] == [302]
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("kind", ["order", "occurrence"])
def test_an_item_is_swapped_and_put_back(kind: str) -> None:
    edition = published()
    first, second, third = breads()
    holder = (
        OrderFactory(bundle=edition.bundle)
        if kind == "order"
        else OccurrenceFactory(standing_order=StandingOrderFactory(bundle=edition.bundle))
    )
    organization = holder.organization if kind == "order" else holder.standing_order.organization
    client, url = client_of(orderer(organization)), page_of(holder)

    shown = client.get(url, {"item": first.pk}).context
    assert [row["product"] == first for row in shown["rows"]] == [True, False]
    assert {row["product"] for row in shown["alternatives"]} == {second, third}
    assert shown["alternatives"][0]["worth"] == 20_000

    assert said(client, url, {"product": first.pk, "alternative": second.pk}) == [
        f"{second.name_en} comes instead of {first.name_en}."
    ]
    rows = client.get(url).context["rows"]
    assert [(row["product"] == second, row["is_swapped"]) for row in rows] == [(True, True), (False, False)]

    assert said(client, url, {"product": first.pk}) == ["What was planned comes again."]
    assert not Swap.objects.exists()


def test_the_orders_page_quotes_what_was_swapped_in() -> None:
    edition = published()
    first, second, _third = breads()
    Product.objects.filter(pk=second.pk).update(list_price=2_500)
    order = OrderFactory(bundle=edition.bundle)
    client = client_of(orderer(order.organization))
    url = reverse("orders:order_detail", args=[order.number])
    worth = client.get(url).context["quote"].worth

    client.post(page_of(order), {"product": first.pk, "alternative": second.pk})
    quote = client.get(url).context["quote"]

    assert ({item.product for item in quote.items} & {first, second}, quote.gross) == ({second}, order.gross)
    assert quote.worth == worth + 5_000


def test_what_cannot_be_swapped_says_why_and_changes_nothing(set_clock: Callable[..., None]) -> None:
    edition = published()
    first, second, _third = breads()
    Product.objects.filter(pk=second.pk).update(daily_capacity=3)
    order = OrderFactory(bundle=edition.bundle)
    client, url = client_of(orderer(order.organization)), page_of(order)
    client.get(url)
    before = everything()

    full = said(client, url, {"product": first.pk, "alternative": second.pk})
    gone = said(client, url, {"product": ProductFactory().pk, "alternative": second.pk})
    wrong = said(client, url, {"product": "bread"})
    set_clock(CUTOFF)
    late = said(client, url, {"product": first.pk, "alternative": second.pk})

    assert (full, wrong) == (["This can't come instead (any more): please choose again"],) * 2
    assert gone == [words("edition_changed")]
    assert late == ["The cut-off has passed"]
    assert not Swap.objects.exists()
    assert {key for key, rows in everything().items() if rows != before[key]} <= {
        "membership.Organization",
        "bundles.Product",
    }


def test_before_the_contents_are_published_the_page_says_when() -> None:
    edition = published()
    Edition.objects.update(status="draft", published_at=None)
    order = OrderFactory(bundle=edition.bundle)

    page = client_of(orderer(order.organization)).get(page_of(order)).content.decode()

    assert ("The contents may still change" in page, "Take this" in page) == (True, False)


def test_a_fixed_order_says_that_nothing_changes_any_more() -> None:
    order = OrderFactory(bundle=published().bundle, status="cancelled")

    page = client_of(orderer(order.organization)).get(page_of(order)).content.decode()

    assert "This delivery is fixed: its products don't change any more." in page.replace("&#x27;", "'")


@pytest.mark.parametrize(("who", "read", "write"), [("viewer", 200, 403), ("stranger", 404, 404)])
def test_only_those_who_order_may_swap(who: str, read: int, write: int) -> None:
    edition = published()
    first, second, _third = breads()
    order = OrderFactory(bundle=edition.bundle)
    client = client_of(viewer(order.organization) if who == "viewer" else orderer())
    before = everything()

    page = client.get(page_of(order), {"item": first.pk})
    answer = client.post(page_of(order), {"product": first.pk, "alternative": second.pk})

    assert (page.status_code, answer.status_code) == (read, write)
    assert b"Take this" not in page.content
    assert everything() == before


def test_the_page_asks_as_often_for_one_alternative_as_for_three() -> None:
    edition = published()
    first, *_others = breads()
    standing = StandingOrderFactory(bundle=edition.bundle)
    occurrence = OccurrenceFactory(standing_order=standing)
    client = client_of(orderer(standing.organization))

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(page_of(occurrence), {"item": first.pk})
        return len(asked)

    queries()
    few = queries()
    ProductFactory.create_batch(3, category=first.category)
    OrderFactory.create_batch(2, bundle=edition.bundle)

    assert queries() == few
