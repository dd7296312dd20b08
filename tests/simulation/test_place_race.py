"""Many at once want the last places of a day: as many get one as there are, and nobody waits crosswise."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from orders import cycle
from orders.actions.event_order import place_event_order
from orders.actions.standing import create_standing_order
from orders.actions.wait import accept_offer, join_waiting_list
from orders.day_limits import Place
from orders.exceptions import DayFull
from orders.models import Application, Notification
from orders.places import Places
from tests.factories import (
    DELIVERY_DATE,
    EVENT_AT,
    TUESDAY,
    DayLimitFactory,
    EditionFactory,
    SiteFactory,
    ZoneFactory,
    bundle_with,
    orderer,
)
from tests.simulation.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def numbers() -> tuple[int, int]:
    """How many race, for how many places."""
    return (24, 7) if connection.vendor == "postgresql" else (6, 2)


def test_the_last_places_of_a_day_are_promised_once() -> None:
    many, places = numbers()
    zone = ZoneFactory(districts=["중구"])
    DayLimitFactory(deliveries=places)
    DayLimitFactory(zone=zone, deliveries=places)
    bundle = bundle_with("bread")
    EditionFactory(bundle=bundle)
    people = [orderer() for _ in range(many)]
    sites = [SiteFactory(organization=person.seats.get().organization) for person in people]

    def event(nth: int) -> str:
        try:
            place_event_order(
                site=sites[nth],
                bundle=bundle,
                headcount=1,
                exclusions=0,
                event_at=EVENT_AT,
                note="",
                request_key=UUID(int=nth),
                actor=people[nth],
                now=TUESDAY,
            )
        except DayFull:
            return "full"
        return "promised"

    def standing(nth: int) -> str:
        try:
            create_standing_order(
                organization=sites[nth].organization,
                site=sites[nth],
                bundle=bundle,
                headcount=1,
                exclusions=0,
                rrule="FREQ=WEEKLY;BYDAY=TU",
                starts_on=DELIVERY_DATE,
                ends_on=DELIVERY_DATE,
                holiday_policy="before",
                window_opens=None,
                window_closes=None,
                actor=people[nth],
                now=TUESDAY,
            )
        except DayFull:
            return "full"
        return "promised"

    works: list[Callable[[], str]] = [
        (lambda nth=nth: event(nth) if nth % 2 else standing(nth))  # type: ignore[misc]
        for nth in range(many)
    ]
    outcomes = Counter(at_once(*works))

    assert outcomes == {"promised": places, "full": many - places}
    board = Places(now=TUESDAY).board([DELIVERY_DATE])
    assert board.taken == {Place(None, DELIVERY_DATE): places, Place(zone.pk, DELIVERY_DATE): places}


def test_sweeps_at_once_offer_a_place_to_one_and_an_offer_is_accepted_once() -> None:
    limit = DayLimitFactory(deliveries=0)
    bundle = bundle_with("bread")
    EditionFactory(bundle=bundle)
    for nth in range(4):
        person = orderer()
        organization = person.seats.get().organization
        join_waiting_list(
            Application(
                kind="event",
                organization=organization,
                site=SiteFactory(organization=organization),
                bundle=bundle,
                headcount=1,
                starts_on=DELIVERY_DATE,
                event_at=EVENT_AT,
                asked_by=person,
            ),
            now=TUESDAY + timedelta(minutes=nth),
        )
    limit.deliveries = 1
    limit.save()

    at_once(*[lambda: cycle.serve_waiting_list(now=TUESDAY + timedelta(hours=1))] * 4)

    first = Application.objects.earliest("pk")
    assert Counter(Application.objects.values_list("status", flat=True)) == {"offered": 1, "waiting": 3}
    assert first.status == "offered"
    assert Notification.objects.filter(kind="place_offered").count() == 1

    now = TUESDAY + timedelta(hours=2)
    made = at_once(*[lambda: accept_offer(first, actor=first.asked_by, now=now)] * 4)
    assert {each.order for each in made} == {made[0].order}
    assert made[0].order is not None
    assert Places(now=now).board([DELIVERY_DATE]).taken == {Place(None, DELIVERY_DATE): 1}
