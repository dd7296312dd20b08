"""Drafts are composed again around what operators decide, and published once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from bundles.composition import Conflict
from bundles.edition_key import EditionKey
from bundles.exceptions import CannotCompose
from bundles.models import Bundle, Edition, EditionItem, Product, Slot
from orders.actions.agreement import Agreement, contents_of, is_concedable
from orders.actions.edition_choices import (
    allow_product,
    ban_product,
    lock_product,
    place_product,
    recompose_rest,
    undo_recomposition,
)
from orders.actions.editions import (
    compose_missing,
    drafts_to_publish,
    ensure_edition,
    publish_due_edition,
    publish_edition,
)
from orders.actions.publish import publish_drafts
from orders.exceptions import NotPossible
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    CapacityFactory,
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
    edition.refresh_from_db()
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
    edition.refresh_from_db()

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


@pytest.mark.parametrize("nth", [0, 1])
def test_composing_again_keeps_apart_from_what_members_receive_later(nth: int) -> None:
    bundle = bundle_with("bread", repeat_editions=1)
    first, *others = breads()
    edition = EditionFactory(bundle=bundle, products=[first])
    later = DELIVERY_DATE + timedelta(days=7)
    EditionFactory(bundle=bundle, delivery_date=later, products=[others[nth]])
    standing = StandingOrderFactory(bundle=bundle)
    for day in (DELIVERY_DATE, later):
        OccurrenceFactory(standing_order=standing, rule_date=day)

    ban_product(edition, first, now=LATER)

    edition.refresh_from_db()
    assert (products(edition), edition.relaxed) == ([others[1 - nth]], "")


# -- Two at once ----------------------------------------------------------------------------------


def while_composing(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Any]) -> None:
    """Let something happen while the composer is at it, which takes seconds in a big town."""

    def compose(wanted: Any) -> Any:
        result = compose_missing(wanted)
        happens()
        return result

    monkeypatch.setattr("orders.actions.editions.compose_missing", compose)


MEANWHILE: dict[str, Deed] = {
    "locked": lambda edition: lock_product(edition, products(edition)[1].pk, is_locked=True),
    "banned": lambda edition: ban_product(edition, products(edition)[0], now=LATER),
    "composed": lambda edition: recompose_rest(edition, now=LATER),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_what_another_operator_decides_meanwhile_is_kept(
    meanwhile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = draft()
    mine, theirs = (Edition.objects.get(pk=edition.pk) for _ in range(2))
    after: list[Any] = []

    def happens() -> None:
        monkeypatch.undo()
        MEANWHILE[meanwhile](theirs)
        after.append(everything())

    while_composing(monkeypatch, happens)

    with pytest.raises(NotPossible, match="edition_changed"):
        recompose_rest(mine, now=LATER)

    assert [everything()] == after


@pytest.mark.parametrize("deed", ["recompose", "ban", "place"])
def test_who_looks_at_old_contents_changes_nothing(deed: str) -> None:
    edition = draft()
    lock_product(Edition.objects.get(pk=edition.pk), products(edition)[0].pk, is_locked=True)
    before = everything()

    with pytest.raises(NotPossible, match="edition_changed"):
        DEEDS[deed](edition)

    assert everything() == before


def test_two_locks_do_not_disturb_each_other() -> None:
    edition = draft()
    for product in products(edition):
        lock_product(Edition.objects.get(pk=edition.pk), product.pk, is_locked=True)

    assert [item.is_locked for item in edition.items.all()] == [True, True]


def test_only_what_was_seen_is_published() -> None:
    seen, changed, published = (draft(code) for code in ("bread", "coffee", "fruit"))
    publish_edition(published, actor=None, now=TUESDAY)
    recompose_rest(Edition.objects.get(pk=changed.pk), now=LATER)
    person = operator()

    left = publish_drafts({each.pk: 0 for each in (seen, changed, published)}, actor=person, now=LATER)

    assert left == [changed]
    assert list(Edition.objects.order_by("pk").values_list("status", "published_by")) == [
        ("published", person.pk),
        ("draft", None),
        ("published", None),
    ]


# -- Undo -----------------------------------------------------------------------------------------


def test_the_last_re_composition_can_be_undone() -> None:
    edition = draft()
    bread, coffee = products(edition)
    EditionItem.objects.filter(product=bread).update(
        passed_over=other_bread(edition), passed_over_rule="max_cost"
    )
    Edition.objects.update(relaxed="max_cost")
    edition.refresh_from_db()
    columns = ("slot", "product", "reasons", "is_locked", "passed_over", "passed_over_rule")
    fields = ("composed_at", "cost", "worth", "relaxed")
    before = list(edition.items.order_by("pk").values_list(*columns))
    figures = Edition.objects.values_list(*fields).get()
    ban_product(edition, bread, now=LATER)
    edition.refresh_from_db()

    undo_recomposition(edition, now=LATER)
    after = everything()
    undo_recomposition(edition, now=LATER)

    assert everything() == after
    assert list(edition.items.order_by("pk").values_list(*columns)) == before
    assert Edition.objects.values_list(*fields).get() == figures
    assert (edition.bans.count(), Edition.objects.get().before) == (0, None)


def test_undo_keeps_a_lock_that_was_set_meanwhile() -> None:
    edition = draft()
    bread, coffee = products(edition)
    lock_product(edition, coffee.pk, is_locked=True)
    lock_product(edition, coffee.pk, is_locked=False)
    ban_product(edition, bread, now=LATER)
    edition.refresh_from_db()
    lock_product(edition, coffee.pk, is_locked=True)

    undo_recomposition(edition, now=LATER)

    assert [(each.product, each.is_locked) for each in edition.items.order_by("slot__position")] == [
        (bread, False),
        (coffee, True),
    ]


@pytest.mark.parametrize("change", [{"daily_capacity": 0}, {"lead_days": 30}, {"is_active": False}])
def test_what_is_no_longer_possible_does_not_come_back(change: dict[str, Any]) -> None:
    edition = draft()
    bread = products(edition)[0]
    ban_product(edition, bread, now=LATER)
    edition.refresh_from_db()
    Product.objects.filter(pk=bread.pk).update(**change)
    before = everything()

    with pytest.raises(NotPossible) as caught:
        undo_recomposition(edition, now=LATER)

    assert (caught.value.reason, caught.value.detail) == ("cannot_come_back", bread.name)
    assert everything() == before


def test_published_contents_are_not_undone() -> None:
    edition = draft()
    recompose_rest(edition, now=LATER)
    edition.refresh_from_db()
    publish_edition(edition, actor=None, now=LATER)
    before = everything()

    with pytest.raises(NotPossible, match="edition_fixed"):
        undo_recomposition(edition, now=LATER)

    assert everything() == before


# -- What can't hold together ---------------------------------------------------------------------


def refused(deed: Callable[[], Any]) -> Conflict:
    with pytest.raises(CannotCompose) as caught:
        deed()
    assert caught.value.conflict
    return caught.value.conflict


def test_what_breaks_a_rule_comes_only_when_the_operator_agrees_to_it() -> None:
    edition = draft("bread")
    dear = other_bread(edition)
    Product.objects.filter(pk=dear.pk).update(supply_price=1_900)
    before = everything()

    def place(agreed: Agreement) -> None:
        place_product(edition, slot_of(edition), dear, instead_of=None, agreed=agreed, now=LATER)

    conflict = refused(lambda: place(Agreement()))

    # Ten pieces at ₩1,900; of ₩20,000 the hub keeps 15 %.
    assert {figure.rule: (figure.wanted, figure.possible) for figure in conflict.figures} == {
        "max_cost": (17_000, 19_000),
        "locked": (1, 1),
    }
    assert (conflict.without, is_concedable(conflict)) == (("max_cost",), True)
    assert conflict.best
    shown = contents_of(conflict.best)
    assert shown == {(slot_of(edition).pk, dear.pk)}
    for other in (Agreement(frozenset({"max_cost"})), Agreement(frozenset({"min_worth"}), shown)):
        refused(lambda other=other: place(other))  # type: ignore[misc]
    assert everything() == before

    place(Agreement(frozenset({"max_cost"}), shown))

    edition.refresh_from_db()
    assert (products(edition), edition.relaxed, edition.cost) == ([dear], "max_cost", 19_000)


def test_what_an_operator_set_goes_if_they_agree() -> None:
    """The only bread in time is the banned one: without the ban it comes back, and the ban is gone."""
    edition = draft("bread")
    [bread] = products(edition)
    ban_product(edition, bread, now=LATER)
    Product.objects.exclude(pk=bread.pk).update(lead_days=30)
    edition.refresh_from_db()

    conflict = refused(lambda: recompose_rest(edition, now=LATER))
    assert (set(conflict.rules), conflict.without) == ({"banned", "lead_time"}, ("banned",))
    assert conflict.best
    agreed = Agreement(frozenset(conflict.without), contents_of(conflict.best))
    recompose_rest(edition, agreed=agreed, now=LATER)

    edition.refresh_from_db()
    assert (products(edition), edition.bans.count(), edition.relaxed) == ([bread], 0, "")


def test_what_could_not_be_delivered_is_not_to_be_agreed_to() -> None:
    edition = draft("bread")
    Product.objects.update(daily_capacity=3)
    before = everything()

    conflict = refused(lambda: recompose_rest(edition, now=LATER))
    assert [(each.rule, each.slot, each.wanted, each.possible) for each in conflict.figures] == [
        ("capacity", slot_of(edition).pk, 10, 3)
    ]
    assert (conflict.without, is_concedable(conflict)) == (("capacity",), False)
    assert conflict.best
    agreed = Agreement(frozenset({"capacity"}), contents_of(conflict.best))
    refused(lambda: recompose_rest(edition, agreed=agreed, now=LATER))

    assert everything() == before


def test_what_was_passed_over_is_kept_with_its_rule() -> None:
    """Both others have sold already, but the third costs more than the price allows."""
    edition = draft("bread")
    [bread] = products(edition)
    dear = other_bread(edition)
    Product.objects.filter(pk=dear.pk).update(supply_price=1_900)
    CapacityFactory(product=bread, made_on=DELIVERY_DATE - timedelta(days=1), reserved=100)
    others = Product.objects.exclude(pk__in=[bread.pk, dear.pk])
    for other in others:
        CapacityFactory(product=other, made_on=DELIVERY_DATE - timedelta(days=1), reserved=100)

    recompose_rest(edition, now=LATER)

    item = edition.items.get()
    assert item.product != dear
    assert (item.passed_over, item.passed_over_rule) == (dear, "max_cost")
    assert "passed_over" in item.reasons.split()
