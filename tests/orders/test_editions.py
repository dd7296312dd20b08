"""Drafts are composed again around what operators decide, and published once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from bundles.edition_key import EditionKey
from bundles.exceptions import CannotCompose
from bundles.models import Bundle, Edition, Product, Slot
from orders.actions.edition_choices import (
    allow_product,
    ban_product,
    lock_product,
    place_product,
    recompose_rest,
)
from orders.actions.editions import (
    drafts_to_publish,
    ensure_edition,
    publish_due_edition,
    publish_edition,
)
from orders.exceptions import NotPossible
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    CategoryFactory,
    EditionFactory,
    OccurrenceFactory,
    StandingOrderFactory,
    bundle_with,
    fixed_order,
    operator,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
LATER = TUESDAY + timedelta(hours=1)
Deed = Callable[[Edition], Any]


def draft(*codes: str, **fields: Any) -> Edition:
    return composed(bundle_with(*codes or ("bread", "coffee"), **fields))


def composed(bundle: Bundle, exclusions: int = 0) -> Edition:
    return ensure_edition(EditionKey(bundle.pk, DELIVERY_DATE, exclusions), now=TUESDAY)


def products(edition: Edition) -> list[Product]:
    return [item.product for item in edition.items.order_by("slot__position", "pk")]


def breads() -> list[Product]:
    return list(CategoryFactory(code="bread").products.order_by("pk"))


def slot_of(edition: Edition) -> Slot:
    slot: Slot = edition.bundle.slots.first()
    return slot


def other_bread(edition: Edition) -> Product:
    return next(product for product in breads() if product not in products(edition))


# -- Composing again ------------------------------------------------------------------------------


def test_composing_again_gives_the_same_and_keeps_what_is_locked() -> None:
    edition = draft()
    bread = products(edition)[0]
    lock_product(edition, bread.pk, is_locked=True)

    recompose_rest(edition, now=LATER)
    after = products(edition)
    recompose_rest(edition, now=LATER)

    edition.refresh_from_db()
    assert products(edition) == after
    assert after[0] == bread
    assert [item.is_locked for item in edition.items.order_by("slot__position")] == [True, False]
    assert (edition.composed_at, Edition.objects.count()) == (LATER, 1)


def test_a_draft_does_not_stand_in_its_own_way() -> None:
    """All three breads are needed once over: what the draft itself will take is free for it."""
    bundle = bundle_with("bread", base_headcount=10, price=20_000)
    OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bundle, headcount=150))
    edition = composed(bundle)
    [bread] = products(edition)
    lock_product(edition, bread.pk, is_locked=True)

    recompose_rest(edition, now=LATER)

    assert (products(edition), edition.items.get().is_locked) == ([bread], True)


def test_a_banned_product_goes_and_stays_away_until_it_is_allowed() -> None:
    edition = draft()
    bread = products(edition)[0]
    lock_product(edition, bread.pk, is_locked=True)

    ban_product(edition, bread, now=LATER)
    after = everything()
    ban_product(edition, bread, now=LATER + timedelta(hours=1))

    assert everything() == after
    assert bread not in products(edition)
    assert [ban.product for ban in edition.bans.all()] == [bread]
    allow_product(edition, bread)
    allow_product(edition, bread)
    assert not edition.bans.exists()


def test_a_placed_product_is_locked_in_place_of_another() -> None:
    edition = draft()
    first, wanted = products(edition)[0], other_bread(edition)
    lock_product(edition, first.pk, is_locked=True)

    place_product(edition, slot_of(edition), wanted, instead_of=first.pk, now=LATER)
    after = everything()
    place_product(edition, slot_of(edition), wanted, instead_of=first.pk, now=LATER + timedelta(hours=1))

    assert everything() == after
    assert (products(edition)[0], edition.items.get(product=wanted).is_locked) == (wanted, True)
    assert edition.items.count() == 2


def test_placing_a_banned_product_allows_it() -> None:
    edition = draft()
    bread = products(edition)[0]
    ban_product(edition, bread, now=LATER)

    place_product(edition, slot_of(edition), bread, instead_of=products(edition)[0].pk, now=LATER)

    assert (products(edition)[0], edition.bans.count()) == (bread, 0)


def test_a_conflict_leaves_everything_as_it_was() -> None:
    edition = draft("bread")
    slow = other_bread(edition)
    Product.objects.filter(pk=slow.pk).update(lead_days=30)
    before = everything()

    with pytest.raises(CannotCompose) as caught:
        place_product(edition, slot_of(edition), slow, instead_of=None, now=LATER)

    assert (caught.value.reason, set(caught.value.detail.split())) == ("no_edition", {"locked", "lead_time"})
    assert everything() == before


DEEDS: dict[str, Deed] = {
    "recompose": lambda edition: recompose_rest(edition, now=LATER),
    "lock": lambda edition: lock_product(edition, products(edition)[0].pk, is_locked=True),
    "ban": lambda edition: ban_product(edition, products(edition)[0], now=LATER),
    "allow": lambda edition: allow_product(edition, products(edition)[0]),
    "place": lambda edition: place_product(
        edition, slot_of(edition), other_bread(edition), instead_of=None, now=LATER
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("how", ["published", "ordered"])
def test_published_and_ordered_contents_never_change(deed: str, how: str) -> None:
    edition = draft()
    if how == "published":
        publish_edition(edition, actor=None, now=TUESDAY)
    else:
        fixed_order(bundle=edition.bundle)
    edition.refresh_from_db()
    before = everything()

    with pytest.raises(NotPossible, match="edition_fixed"):
        DEEDS[deed](edition)

    assert everything() == before


def test_locking_what_is_no_longer_in_it_says_so() -> None:
    edition = draft()

    with pytest.raises(NotPossible, match="edition_changed"):
        lock_product(edition, other_bread(edition).pk, is_locked=True)


# -- Publishing -----------------------------------------------------------------------------------


def test_the_first_to_publish_is_the_one_who_did() -> None:
    edition = draft()
    first, second = operator(), operator()

    publish_edition(edition, actor=first, now=TUESDAY)
    after = everything()
    publish_edition(edition, actor=second, now=LATER)

    assert (edition.status, edition.published_by, edition.published_at) == ("published", first, TUESDAY)
    assert everything() == after


def test_the_rule_publishes_what_is_near_once_and_says_that_nobody_had() -> None:
    bundle: Bundle = bundle_with("bread")
    near = TUESDAY.date() + timedelta(days=settings.PUBLISH_DAYS)
    last, first = (EditionFactory(bundle=bundle, delivery_date=near - timedelta(days=n)) for n in (0, 1))
    EditionFactory(bundle=bundle, delivery_date=near + timedelta(days=1))

    assert drafts_to_publish(now=TUESDAY) == [first.pk, last.pk]
    outcome = publish_due_edition(first.pk, now=TUESDAY)

    assert outcome
    assert (outcome.outcome, outcome.reason) == ("done", "published_by_rule")
    assert publish_due_edition(first.pk, now=LATER) is None
    assert drafts_to_publish(now=TUESDAY) == [last.pk]
    first.refresh_from_db()
    assert (first.published_by, first.published_at) == (None, TUESDAY)
