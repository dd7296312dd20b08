"""What is missing is composed at once, and drafts are published together, as the operator saw them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bundles.models import Bundle, Edition, Product
from membership.models import User
from orders.actions.edition_choices import lock_product
from orders.actions.editions import publish_edition
from orders.models import CycleItem
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    BundleFactory,
    EditionFactory,
    OccurrenceFactory,
    OrderFactory,
    SlotFactory,
    StandingOrderFactory,
    bundle_with,
    operator,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
PUBLISH = reverse("orders:compose_publish")
WEEK = DELIVERY_DATE - timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def missing(bundle: Bundle, /, **key: Any) -> str:
    key = {"bundle": bundle.pk, "day": DELIVERY_DATE.isoformat(), "exclusions": 0, **key}
    return reverse("orders:compose_missing", kwargs=key)


def outcomes() -> list[tuple[str, str]]:
    return list(CycleItem.objects.order_by("pk").values_list("outcome", "reason"))


def said(client: Client, address: str, data: dict[str, Any]) -> list[str]:
    response = client.post(address, data, follow=True)
    assert [status for _to, status in response.redirect_chain] == [302]
    return [str(message) for message in response.context["messages"]]


# -- What is missing --------------------------------------------------------------------------------


def test_what_is_missing_can_be_composed_at_once() -> None:
    bundle = bundle_with("bread")
    OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bundle, headcount=12))
    OrderFactory(bundle=bundle, headcount=5)
    client = client_of(operator())

    page = client.get(missing(bundle))
    assert (page.status_code, page.context["cell"].demand.people) == (200, 17)
    answer = client.post(missing(bundle))
    after = everything()
    again = client.post(missing(bundle))

    edition = Edition.objects.get()
    detail = reverse("orders:edition_detail", args=[edition.pk])
    assert [response.url for response in (answer, again)] == [detail, detail]  # type: ignore[attr-defined]
    assert (edition.bundle, edition.delivery_date, edition.items.count()) == (bundle, DELIVERY_DATE, 1)
    assert outcomes() == [("done", "")]
    assert everything() == after


def test_what_stands_against_it_is_told_in_figures() -> None:
    bundle = bundle_with("bread")
    OrderFactory(bundle=bundle, headcount=10)
    Product.objects.update(daily_capacity=3)

    response = client_of(operator()).post(missing(bundle))

    conflict = response.context["conflict"]
    assert response.status_code == 409
    assert [(each.rule, each.slot, each.wanted, each.possible) for each in conflict.obstacles] == [
        ("capacity", bundle.slots.get(), 10, 3)
    ]
    assert (conflict.may_accept, conflict.best.words) == (False, ["the producers' capacity"])
    html = response.content.decode()
    assert "10 units are needed; the product that comes nearest has 3 left." in html
    assert "Accept these contents" not in html
    assert (outcomes(), Edition.objects.count()) == ([("failed", "no_capacity")], 0)


def test_a_bundle_that_nobody_filled_says_so() -> None:
    bundle = BundleFactory()
    OrderFactory(bundle=bundle)

    response = client_of(operator()).post(missing(bundle))

    assert (response.status_code, response.context["why"]) == (409, "The bundle has no contents yet")


def test_a_category_without_products_names_the_slot() -> None:
    slot = SlotFactory()
    OrderFactory(bundle=slot.bundle)

    response = client_of(operator()).post(missing(slot.bundle))

    assert [
        (each.rule, each.slot, each.wanted, each.possible) for each in response.context["conflict"].obstacles
    ] == [("no_product", slot, 1, 0)]
    assert "bread: products needed: 1; on offer: 0." in response.content.decode()


def test_the_board_leads_to_what_is_missing() -> None:
    bundle = BundleFactory()
    OrderFactory(bundle=bundle)

    html = client_of(operator()).get(reverse("orders:compose_board")).content.decode()

    assert f'href="{missing(bundle)}"' in html


@pytest.mark.parametrize(
    "wrong",
    [{"bundle": 0}, {"day": "x"}, {"day": "2026-13-01"}, {"day": "2026-12-02"}, {"exclusions": 2**70}],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_nobody_waits_for_is_not_there(method: str, wrong: dict[str, Any]) -> None:
    bundle = bundle_with("bread")
    OrderFactory(bundle=bundle)
    client = client_of(operator())
    before = everything()

    response = getattr(client, method)(missing(bundle, **wrong))

    assert (response.status_code, everything()) == (404, before)


# -- Several drafts at once -------------------------------------------------------------------------


def drafts(count: int) -> list[Edition]:
    bundle = bundle_with("bread")
    return [
        EditionFactory(bundle=bundle, delivery_date=DELIVERY_DATE + timedelta(days=n)) for n in range(count)
    ]


def test_a_week_shows_its_drafts_with_what_they_promise() -> None:
    first, second = drafts(2)
    EditionFactory(bundle=first.bundle, delivery_date=DELIVERY_DATE + timedelta(days=7))
    published = EditionFactory(bundle=bundle_with("coffee"))
    publish_edition(published, actor=None, now=TUESDAY)
    past = EditionFactory(bundle=first.bundle, delivery_date=TUESDAY.date())
    client = client_of(operator())

    week = client.get(PUBLISH, {"week": DELIVERY_DATE})
    everything_ahead = client.get(PUBLISH)

    assert [cell.edition for cell in week.context["drafts"]] == [first, second]
    html = week.content.decode()
    assert html.count(" checked") == 2
    assert html.count(first.items.get().product.name_en) >= 2
    assert len(everything_ahead.context["drafts"]) == 3
    assert everything_ahead.content.decode().count(" checked") == 0
    assert past.status == "draft"


def test_what_is_ticked_is_published_unless_it_changed() -> None:
    first, changed, waiting = drafts(3)
    client, person = client_of(user := operator()), user
    ticked = [f"{edition.pk}-0" for edition in (first, changed)]
    lock_product(Edition.objects.get(pk=changed.pk), changed.items.get().product_id, is_locked=True)

    messages = said(client, f"{PUBLISH}?week={WEEK}", {"draft": ticked})

    assert messages == [
        "1 edition is published.",
        "1 edition was changed in the meantime and isn’t published: please look again.",
    ]
    assert list(Edition.objects.order_by("pk").values_list("pk", "status", "published_by")) == [
        (first.pk, "published", person.pk),
        (changed.pk, "draft", None),
        (waiting.pk, "draft", None),
    ]


@pytest.mark.parametrize("ticked", [[], ["x"], ["1-"], ["-1-0"], [f"{10**30}-0"]])
def test_nothing_ticked_publishes_nothing(ticked: list[str]) -> None:
    drafts(1)
    client = client_of(operator())
    before = everything()

    assert said(client, PUBLISH, {"draft": ticked}) == ["Tick what is to be published."]
    assert everything() == before


def test_many_drafts_take_as_many_queries_as_one() -> None:
    client = client_of(operator())
    [edition] = drafts(1)

    def queries() -> int:
        client.get(PUBLISH)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PUBLISH).status_code == 200
        return len(captured)

    few = queries()
    for code in ("coffee", "fruit"):
        EditionFactory(bundle=bundle_with(code), delivery_date=edition.delivery_date)

    assert queries() == few
