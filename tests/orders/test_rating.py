"""What members say about a delivery: who may, until when, and what it comes to."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from bundles.edition_key import EditionKey
from membership.models import User
from orders.actions.editions import ensure_edition
from orders.actions.rate import rate_order
from orders.exceptions import NotPossible
from orders.forms_rating import RatingForm
from orders.models import Order, Rating
from orders.ratings import Stars, stars_by_product, steady_means
from tests.factories import (
    DELIVERY_DATE,
    DELIVERY_MORNING,
    BundleFactory,
    EditionFactory,
    OrderFactory,
    RatingFactory,
    SlotFactory,
    brought_order,
    bundle_with,
    fixed_order,
    orderer,
)

pytestmark = pytest.mark.django_db


def rated(order: Order, actor: User, *given: tuple[int, str], days: int = 0) -> list[Rating]:
    lines = order.lines.order_by("pk")
    said = {line.pk: each for line, each in zip(lines, given, strict=False)}
    return rate_order(order, said, actor=actor, now=DELIVERY_MORNING + timedelta(days=days))


def test_rating_is_kept_by_line_with_who_said_it_and_when() -> None:
    order = brought_order(bundle=bundle_with("bread", "tea"))
    actor = orderer(order.organization)

    rated(order, actor, (5, "맛있어요"))

    [rating] = Rating.objects.all()
    assert (rating.line, rating.stars, rating.comment) == (order.lines.order_by("pk")[0], 5, "맛있어요")
    assert (rating.rated_by, rating.rated_at) == (actor, DELIVERY_MORNING)


def test_rating_again_replaces_what_was_said_and_the_same_again_changes_nothing() -> None:
    order = brought_order(bundle=bundle_with("bread", "tea"))
    first, second = orderer(order.organization), orderer(order.organization)
    rated(order, first, (5, ""), (2, "눌렸어요"))

    again = rated(order, second, (5, ""), (2, "눌렸어요"), days=1)
    changed = rated(order, second, (5, ""), (3, "괜찮아요"), days=2)

    assert (len(again), [rating.stars for rating in changed]) == (0, [3])
    rows = Rating.objects.order_by("line").values_list("stars", "comment", "rated_by")
    assert list(rows) == [(5, "", first.pk), (3, "괜찮아요", second.pk)]


def test_rating_is_open_for_thirty_days_after_the_delivery() -> None:
    order = brought_order()
    actor = orderer(order.organization)

    rated(order, actor, (4, ""), days=30)
    with pytest.raises(NotPossible, match="rating_closed"):
        rated(order, actor, (1, ""), days=31)

    assert Rating.objects.get().stars == 4


def test_what_was_not_delivered_is_not_rated() -> None:
    order = fixed_order()
    with pytest.raises(NotPossible, match="wrong_state"):
        rated(order, orderer(order.organization), (4, ""))
    assert Rating.objects.count() == 0


def test_line_of_another_order_is_not_rated_with_this_one() -> None:
    bundle = bundle_with("bread")
    order, other = brought_order(bundle=bundle), brought_order(bundle=bundle)
    line = other.lines.get()

    rate_order(order, {line.pk: (1, "")}, actor=orderer(order.organization), now=DELIVERY_MORNING)

    assert Rating.objects.count() == 0


def test_stars_of_a_product_are_those_of_a_year() -> None:
    bundle = bundle_with("bread")
    first, second, third = (
        RatingFactory(line=brought_order(bundle=bundle).lines.get(), stars=n) for n in (5, 4, 1)
    )
    Order.objects.filter(pk=third.line.order_id).update(delivery_date=DELIVERY_DATE - timedelta(days=366))
    product = first.line.product_id

    assert stars_by_product(DELIVERY_DATE) == {product: Stars(9, 2)}
    assert stars_by_product(DELIVERY_DATE + timedelta(days=366)) == {}
    assert stars_by_product(DELIVERY_DATE)[product].mean == 4.5


def test_few_ratings_are_drawn_towards_the_mean_of_all() -> None:
    stars = {1: Stars(5, 1), 2: Stars(100, 20), 3: Stars(57, 19)}  # 162 stars of 40 ratings: 4.05

    means = steady_means(stars)

    assert {product: round(mean, 3) for product, mean in means.items()} == {1: 4.208, 2: 4.81, 3: 3.219}
    assert steady_means({}) == {}


def test_first_rating_moves_a_product_the_way_it_says() -> None:
    others = {2: Stars(42, 10)}
    means = [steady_means({**others, 1: Stars(stars, 1)})[1] for stars in (1, 3, 5)]
    assert means == sorted(means)
    assert means[0] < 4.2 < means[2]


def test_delivery_waits_for_its_rating_until_something_of_it_is_rated() -> None:
    order = brought_order(bundle=bundle_with("bread", "tea"))
    OrderFactory(organization=order.organization, site=order.site)
    actor, stranger = orderer(order.organization), orderer()

    assert list(Order.objects.to_rate(actor, DELIVERY_DATE)) == [order]
    assert list(Order.objects.to_rate(actor, DELIVERY_DATE + timedelta(days=1))) == []
    assert list(Order.objects.to_rate(stranger, date.min)) == []
    rated(order, actor, (3, ""))
    assert list(Order.objects.to_rate(actor, DELIVERY_DATE)) == []


def test_composer_takes_what_members_like_when_all_else_is_equal() -> None:
    bundle = bundle_with("bread")
    products = bundle.slots.get().category.products.order_by("pk")
    for product, stars in zip(products, (1, 5, 3), strict=True):
        made = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
        EditionFactory(bundle=made, products=[product])
        RatingFactory(line=brought_order(bundle=made).lines.get(), stars=stars)

    # Sales of eight weeks ago don't count any more.
    edition = ensure_edition(
        EditionKey(bundle.pk, DELIVERY_DATE + timedelta(weeks=8), 0), now=DELIVERY_MORNING
    )

    assert edition.items.get().product == products[1]


def test_stars_have_names_for_every_number() -> None:
    line = brought_order().lines.get()
    with translation.override("en"):
        choices = RatingForm(line).fields["stars"].choices
    assert choices == [(1, "1 star"), (2, "2 stars"), (3, "3 stars"), (4, "4 stars"), (5, "5 stars")]
