"""The pages of ratings: stars on a delivered order, what the home asks for, what producers read."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from membership.models import User
from orders.models import Order, Rating
from tests.factories import (
    DELIVERY_MORNING,
    RatingFactory,
    brought_order,
    bundle_with,
    fixed_order,
    operator,
    orderer,
    producer_user,
    viewer,
)

pytestmark = pytest.mark.django_db
HOME, LIST = reverse("home"), reverse("orders:rating_list")


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: DELIVERY_MORNING)


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def rate(client: Client, order: Order, *given: tuple[str, str]) -> object:
    lines = order.lines.order_by("pk")
    data = {}
    for line, (stars, comment) in zip(lines, given, strict=True):
        data |= {f"line-{line.pk}-stars": stars, f"line-{line.pk}-comment": comment}
    return client.post(reverse("orders:order_rate", args=[order.number]), data)


def page_of(order: Order) -> str:
    return reverse("orders:order_detail", args=[order.number])


def test_stars_are_kept_and_shown_as_chosen() -> None:
    order = brought_order(bundle=bundle_with("bread", "tea"))
    client = client_of(orderer(order.organization))

    assert rate(client, order, ("5", "Lovely"), ("", "")).url == page_of(order)

    assert list(Rating.objects.values_list("stars", "comment")) == [(5, "Lovely")]
    page = client.get(page_of(order))
    assert [form["stars"].value() for form in page.context["rating_forms"]] == [5, None]
    assert page.content.decode().count(" checked") == 1


@pytest.mark.parametrize(
    ("given", "wrong"),
    [(("", "Too sweet"), "stars"), (("6", ""), "stars"), (("0", ""), "stars"), (("5", "x" * 501), "comment")],
)
def test_what_cannot_be_kept_is_shown_again_with_everything_filled_in(
    given: tuple[str, str], wrong: str
) -> None:
    order = brought_order(bundle=bundle_with("bread", "tea"))
    client = client_of(orderer(order.organization))

    page = rate(client, order, given, ("4", "Good"))

    first, second = page.context["rating_forms"]
    assert (page.status_code, list(first.errors), list(second.errors)) == (422, [wrong], [])
    assert (first["comment"].value(), second["comment"].value()) == (given[1], "Good")
    assert Rating.objects.count() == 0


def test_nothing_chosen_says_so_and_keeps_nothing() -> None:
    order = brought_order()
    client = client_of(orderer(order.organization))
    page = client.get(rate(client, order, ("", "")).url)
    assert "Nothing was rated yet" in page.content.decode()
    assert Rating.objects.count() == 0


def test_form_is_for_those_who_may_order_and_others_read() -> None:
    order = brought_order()
    line = order.lines.get()
    people = {who.__name__: who(order.organization) for who in (orderer, viewer)} | {"operator": operator()}
    address = f'action="{reverse("orders:order_rate", args=[order.number])}#rate"'

    before = {who: client_of(user).get(page_of(order)).content.decode() for who, user in people.items()}
    RatingFactory(line=line, comment="잘 먹었습니다")
    after = {who: client_of(user).get(page_of(order)).content.decode() for who, user in people.items()}

    assert {who: address in page for who, page in before.items()} == {
        "orderer": True,
        "viewer": False,
        "operator": False,
    }
    assert {who: 'id="rate"' in page for who, page in before.items()} == {
        "orderer": True,
        "viewer": False,
        "operator": False,
    }
    assert {who: "잘 먹었습니다" in page for who, page in after.items()} == dict.fromkeys(people, True)


def test_form_closes_thirty_days_after_the_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    order = brought_order()
    client = client_of(orderer(order.organization))
    monkeypatch.setattr("membership.clock.now", lambda: DELIVERY_MORNING + timedelta(days=31))

    page = client.get(rate(client, order, ("5", "")).url).content.decode()

    assert "A delivery can be rated for 30 days" in page
    assert ('id="rate"' in page, Rating.objects.count()) == (False, 0)


def test_order_that_is_not_delivered_has_no_stars() -> None:
    order = fixed_order()
    page = client_of(orderer(order.organization)).get(page_of(order)).content.decode()
    assert 'id="rate"' not in page


def test_home_leads_to_what_is_still_to_rate() -> None:
    first, second = brought_order(), None
    second = brought_order(organization=first.organization, site=first.site)
    client = client_of(orderer(first.organization))

    page = client.get(HOME)
    assert page.context["to_rate"] == [second, first]
    assert "2 deliveries to rate" in page.content.decode()
    RatingFactory(line=first.lines.get())
    assert client.get(HOME).context["to_rate"] == [second]
    assert client_of(viewer(first.organization)).get(HOME).context["to_rate"] == []


def test_producer_reads_its_own_ratings_without_the_person() -> None:
    mine = RatingFactory(comment="Crisp", rated_by=orderer(name="김비밀", name_en="Secret Kim"))
    RatingFactory(line=brought_order(bundle=bundle_with("tea")).lines.get(), comment="Bitter")

    page = client_of(producer_user(mine.line.producer)).get(LIST)

    text = page.content.decode()
    assert list(page.context["page_obj"]) == [mine]
    assert [row["product"] for row in page.context["products"]] == [mine.line.product]
    words = ("Crisp", "Bitter", "Secret Kim", "김비밀", mine.line.order.organization_name)
    assert [word in text for word in words] == [True, False, False, False, False]


def test_operator_sees_the_worst_of_the_last_weeks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    rated = {
        code: RatingFactory(line=brought_order(bundle=bundle_with(code)).lines.get(), stars=stars)
        for code, stars in (("bread", 4), ("tea", 1), ("fruit", 2))
    }
    long_ago = rated["tea"].line.order
    Order.objects.filter(pk=long_ago.pk).update(delivery_date=long_ago.delivery_date - timedelta(weeks=9))

    page = client_of(operator()).get(LIST)

    assert [(row["product"].category.code, row["stars"].mean) for row in page.context["products"]] == [
        ("fruit", 2.0),
        ("bread", 4.0),
    ]
    assert rated["fruit"].line.order.organization_name in page.content.decode()


def test_filters_leave_what_is_asked_for() -> None:
    low = RatingFactory(line=brought_order(bundle=bundle_with("bread")).lines.get(), stars=2)
    said = RatingFactory(line=brought_order(bundle=bundle_with("tea")).lines.get(), stars=5, comment="Good")
    client = client_of(operator())

    def listed(**wanted: str) -> list[Rating]:
        return list(client.get(LIST, wanted).context["page_obj"])

    assert listed(low="on") == [low]
    assert listed(said="on") == [said]
    assert listed(product=low.line.product.code) == [low]
    assert listed(product="nothing") == [said, low]
    assert "Nothing fits" in client.get(LIST, {"low": "on", "said": "on"}).content.decode()
