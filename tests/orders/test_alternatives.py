"""Where goods run out: who gets what instead, and what the others are offered."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from bundles.models import Bundle, Capacity
from membership.models import User
from orders.actions.event_order import place_event_order
from orders.alternatives import Alternative, rank, read_alternatives
from orders.emails import send_pending
from orders.exceptions import NotPossible
from orders.models import Occurrence, Order
from orders.reasons import words
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    EVENT_AT,
    TUESDAY,
    BundleFactory,
    CapacityFactory,
    CategoryFactory,
    EditionFactory,
    OccurrenceFactory,
    OrderFactory,
    ProductFactory,
    SiteFactory,
    SlotFactory,
    fix,
    orderer,
)

pytestmark = pytest.mark.django_db
NEXT_DAY = DELIVERY_DATE + timedelta(days=1)
AFTER_NEXT = DELIVERY_DATE + timedelta(days=2)


def bundle_of(*codes: str, units: int = 30, **fields: Any) -> Bundle:
    """A bundle with one product for each category, of which so many are made in a day."""
    bundle = BundleFactory(**fields)
    for code in codes:
        category = CategoryFactory(code=code)
        if not category.products.exists():
            ProductFactory(category=category, daily_capacity=units, name=f"{code}1", name_en=f"{code} one")
        SlotFactory(bundle=bundle, category=category)
    return bundle


def sold_out(bundle: Bundle, day: date, left: int = 0) -> None:
    """Leave so many units of the bundle's products for the day."""
    for slot in bundle.slots.all():
        for product in slot.category.products.all():
            CapacityFactory(product=product, made_on=day, limit=50, reserved=50 - left)


def found(bundle: Bundle, headcount: int = 10, **fields: Any) -> list[tuple[Bundle, date]]:
    alternatives = read_alternatives(
        bundle, headcount, fields.get("exclusions", 0), DELIVERY_DATE, now=fields.get("now", TUESDAY)
    )
    return [(each.bundle, each.day) for each in alternatives]


def place(bundle: Bundle, headcount: int, actor: User) -> Order:
    return place_event_order(
        site=SiteFactory(organization=actor.seats.get().organization),
        bundle=bundle,
        headcount=headcount,
        exclusions=0,
        event_at=EVENT_AT,
        note="",
        request_key=uuid4(),
        actor=actor,
        now=TUESDAY,
    )


# -- Which ones -----------------------------------------------------------------------------------


def test_the_nearest_dates_come_first_then_other_bundles_by_date_and_price() -> None:
    own, near, far = (BundleFactory(price=price) for price in (20_000, 22_000, 90_000))

    def on(bundle: Bundle, days: int) -> Alternative:
        return Alternative(bundle, DELIVERY_DATE + timedelta(days=days), 10, bundle.price)

    late = [on(own, days) for days in (7, 3, 2, 1)]
    others = [on(far, 0), on(near, 1), on(near, 0)]

    ranked = rank([*late, *others], own, own.price)

    assert ranked == [on(own, 1), on(own, 2), on(own, 3), on(near, 0), on(far, 0)]


def test_a_day_with_too_little_of_one_product_is_passed_over() -> None:
    bundle = bundle_of("bread", "coffee", units=30)
    bread = CategoryFactory(code="bread").products.get()
    CapacityFactory(product=bread, made_on=NEXT_DAY, limit=30, reserved=21)

    assert found(bundle)[0] == (bundle, AFTER_NEXT)
    assert found(bundle, headcount=9)[0] == (bundle, NEXT_DAY)


def test_what_is_planned_for_others_does_not_count_as_left() -> None:
    bundle = bundle_of("bread", units=30)
    EditionFactory(bundle=bundle, delivery_date=NEXT_DAY)
    OrderFactory(bundle=bundle, delivery_date=NEXT_DAY, headcount=21)

    assert found(bundle)[0] == (bundle, AFTER_NEXT)


def test_a_composed_day_needs_its_own_products() -> None:
    bundle = bundle_of("bread", units=30)
    scarce = CategoryFactory(code="bread").products.get()
    ProductFactory(category=scarce.category)
    EditionFactory(bundle=bundle, delivery_date=NEXT_DAY, products=[scarce])
    CapacityFactory(product=scarce, made_on=NEXT_DAY, limit=30, reserved=30)

    assert found(bundle)[0] == (bundle, AFTER_NEXT)


def test_what_the_order_excludes_is_nothing_to_offer() -> None:
    bundle = bundle_of("bread", units=30)
    CategoryFactory(code="bread").products.update(allergens=1)

    assert found(bundle, exclusions=1) == []
    assert found(bundle, exclusions=2)[0] == (bundle, NEXT_DAY)


def test_past_the_cutoff_only_days_that_can_still_be_ordered_are_offered() -> None:
    bundle = bundle_of("bread")

    assert found(bundle, now=CUTOFF)[0] == (bundle, NEXT_DAY)
    CategoryFactory(code="bread").products.update(lead_days=5)
    assert found(bundle, now=CUTOFF)[0] == (bundle, DELIVERY_DATE + timedelta(days=3))


# -- Placing --------------------------------------------------------------------------------------


def test_more_than_what_is_left_cannot_be_placed() -> None:
    bundle = bundle_of("bread", units=30)
    EditionFactory(bundle=bundle)
    OrderFactory(bundle=bundle, headcount=12)
    CapacityFactory(product=CategoryFactory(code="bread").products.get(), limit=30, reserved=8)
    person = orderer()

    with pytest.raises(NotPossible) as error:
        place(bundle, 11, person)

    assert (error.value.reason, error.value.detail) == ("capacity_short", "bread1 · bread one: 10/11")
    assert place(bundle, 10, person).headcount == 10


def test_the_form_keeps_everything_and_offers_what_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    bundle = bundle_of("bread", units=30)
    other = bundle_of("coffee", units=30)
    EditionFactory(bundle=bundle)
    sold_out(bundle, DELIVERY_DATE, left=4)
    person = orderer()
    User.objects.filter(pk=person.pk).update(language="en")
    site = SiteFactory(organization=person.seats.get().organization)
    client = Client()
    client.force_login(User.objects.get(pk=person.pk))
    typed = {
        "site": site.pk,
        "bundle": bundle.pk,
        "headcount": 10,
        "event_on": DELIVERY_DATE.isoformat(),
        "event_time": "14:00",
        "note": "3층 회의실",
        "request_key": str(uuid4()),
    }

    answer = client.post(reverse("orders:event_order_create"), typed)

    form = answer.context["form"]
    assert not Order.objects.exists()
    assert form.errors == {"event_on": [f"{words('capacity_short')}: bread1 · bread one: 4/10"]}
    assert {name: form[name].value() for name in typed} == {name: str(value) for name, value in typed.items()}
    offered = [(each.bundle, each.day) for each in answer.context["alternatives"]]
    assert offered[0] == (bundle, NEXT_DAY)
    assert offered[-1] == (other, DELIVERY_DATE)
    instead = f"bundle={bundle.pk}&amp;site={site.pk}&amp;event_on={NEXT_DAY}&amp;event_time=14%3A00"
    assert f'name="instead" value="{instead}"' in answer.content.decode()
    filled = client.post(
        reverse("orders:event_order_create"), typed | {"instead": instead.replace("&amp;", "&")}
    ).context["form"]
    assert not Order.objects.exists()
    assert not filled.errors
    assert {name: filled[name].value() for name in typed} == {
        name: str(value) for name, value in (typed | {"event_on": NEXT_DAY}).items()
    }


# -- At the cut-off -------------------------------------------------------------------------------


def test_a_stand_in_says_whose_place_it_takes_on_the_line_and_in_the_mail() -> None:
    bundle = bundle_of("bread", units=5)
    EditionFactory(bundle=bundle)
    instead = ProductFactory(category=CategoryFactory(code="bread"), name="치아바타")
    person = orderer()
    order = OrderFactory(bundle=bundle, organization=person.seats.get().organization)

    fix(order, now=CUTOFF)
    send_pending(now=CUTOFF)

    line = order.lines.get()
    assert (line.product, line.instead_of, line.instead_of_en) == (instead, "bread1", "bread one")
    [message] = [message for message in mail.outbox if message.to == [person.email]]
    assert "bread1" in message.body
    assert "치아바타" in message.body


def test_an_order_that_fails_says_what_was_short_and_what_can_be_had() -> None:
    bundle = bundle_of("bread", units=5)
    EditionFactory(bundle=bundle)
    person = orderer()
    order = OrderFactory(bundle=bundle, organization=person.seats.get().organization)
    other = bundle_of("coffee")

    fix(order, now=CUTOFF)
    send_pending(now=CUTOFF)

    order.refresh_from_db()
    assert (order.status, order.reason, order.detail) == (
        "failed",
        "capacity_short",
        "bread1 · bread one: 5/10",
    )
    assert not Capacity.objects.filter(reserved__gt=0).exists()
    [message] = [message for message in mail.outbox if message.to == [person.email]]
    assert "5/10" in message.body
    assert f"?bundle={other.code}&headcount=10&date={NEXT_DAY}&site={order.site_id}" in message.body


def test_a_date_of_a_standing_order_that_fails_offers_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: CUTOFF)
    bundle = bundle_of("bread", units=5)
    EditionFactory(bundle=bundle)
    other = bundle_of("coffee")
    occurrence = OccurrenceFactory(standing_order__bundle=bundle)
    person = orderer(occurrence.standing_order.organization)

    fix(occurrence, now=CUTOFF)
    send_pending(now=CUTOFF)

    assert Occurrence.objects.get().detail == "bread1 · bread one: 5/10"
    client = Client()
    client.force_login(person)
    page = client.get(reverse("orders:standing_order_detail", args=[occurrence.standing_order_id]))
    offered = [(each.bundle, each.day) for each in page.context["alternatives"]]
    assert offered == [(other, NEXT_DAY)]
    [message] = [message for message in mail.outbox if message.to == [person.email]]
    assert f"?bundle={other.code}&headcount=10&date={NEXT_DAY}" in message.body
