"""A delivery is promised only where its day has a place: standing orders, event orders and their changes."""

from collections import Counter
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from membership.models import Site
from orders import cycle
from orders.actions.change_date import bring_back_date, change_date, leave_out_date, move_date
from orders.actions.change_terms import change_terms, pause_standing_order, resume_standing_order
from orders.actions.changing import undo_change
from orders.actions.event_change import Wanted, change_event_order, last_event
from orders.actions.event_order import cancel_order, place_event_order
from orders.actions.places import save_zone, set_limit_on, set_weekly_limits
from orders.actions.preview import preview_standing_order
from orders.actions.standing import create_standing_order
from orders.actions.standing_approval import decline_standing_order
from orders.cutoff import seoul
from orders.day_limits import Full, Place
from orders.exceptions import DayFull
from orders.models import DayLimit, Occurrence, Order, StandingOrder, Zone, ZoneDistrict
from orders.places import Places, plan_of
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    EVENT_AT,
    TUESDAY,
    DayLimitFactory,
    InstitutionFactory,
    OrderFactory,
    SeatFactory,
    SiteFactory,
    StandingOrderFactory,
    ZoneFactory,
    approver,
    bundle_with,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)
WEDNESDAY = DELIVERY_DATE + timedelta(days=1)


def here(**fields: Any) -> Site:
    """A site of an institution with somebody who orders."""
    return SiteFactory(organization=orderer().seats.get().organization, **fields)


def set_up(site: Site | None = None, **changes: Any) -> StandingOrder:
    site = site or here()
    return create_standing_order(
        **{
            "organization": site.organization,
            "site": site,
            "bundle": bundle_with("bread"),
            "headcount": 10,
            "exclusions": 0,
            "rrule": "FREQ=WEEKLY;BYDAY=TU",
            "starts_on": DELIVERY_DATE,
            "ends_on": None,
            "holiday_policy": "before",
            "window_opens": None,
            "window_closes": None,
            "actor": site.organization.seats.first().user,
            "now": TUESDAY,
            **changes,
        }
    )


def place(site: Site | None = None, **changes: Any) -> Order:
    site = site or here()
    return place_event_order(
        **{
            "site": site,
            "bundle": bundle_with("bread"),
            "headcount": 10,
            "exclusions": 0,
            "event_at": EVENT_AT,
            "note": "",
            "request_key": uuid4(),
            "actor": site.organization.seats.first().user,
            "now": TUESDAY,
            **changes,
        }
    )


def refused(deed: Callable[[], object]) -> list[Full]:
    """What is full, where nothing was promised."""
    before = promised()
    with pytest.raises(DayFull) as error:
        deed()
    assert promised() == before
    return error.value.full


def promised() -> dict[str, Any]:
    """Everything but people, and contents: those are composed before anything is weighed."""
    return {name: rows for name, rows in everything().items() if name.startswith("orders.")}


def taken(day: date, scope: int | None = None) -> int:
    return Places(now=TUESDAY).board([day]).taken[Place(scope, day)]


# -- New promises ---------------------------------------------------------------------------------


def test_a_standing_order_takes_a_place_on_each_of_its_dates() -> None:
    DayLimitFactory()
    set_up()

    full = refused(lambda: set_up(bundle=bundle_with("coffee")))

    assert full[0] == Full(Place(None, DELIVERY_DATE), 1, 1)
    assert {each.place.day.weekday() for each in full} == {1}


def test_without_limits_everything_is_promised() -> None:
    assert [set_up().status for _ in range(3)] == ["active"] * 3


def test_one_full_date_is_enough_to_refuse_and_is_named() -> None:
    DayLimitFactory(weekday=None, on_date=DELIVERY_DATE + WEEK, deliveries=0)

    with pytest.raises(DayFull) as error:
        set_up()

    assert (error.value.reason, error.value.detail) == ("day_full", "2026-12-08")


def test_dates_beyond_those_that_are_stored_are_counted_by_their_rules() -> None:
    DayLimitFactory()
    far = DELIVERY_DATE + 12 * WEEK
    set_up()

    assert taken(far) == 1
    full = refused(lambda: place(event_at=seoul(far, time(14))))
    assert full == [Full(Place(None, far), 1, 1)]


def test_counting_rules_together_gives_what_each_standing_order_brings() -> None:
    bundle = bundle_with("bread")
    rules: list[dict[str, Any]] = [
        {},
        {"starts_on": DELIVERY_DATE + WEEK},
        {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"},
        {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "starts_on": DELIVERY_DATE + WEEK},
        {"rrule": "FREQ=WEEKLY;COUNT=9;BYDAY=TU"},
        {"rrule": "FREQ=WEEKLY;COUNT=9;BYDAY=TU", "starts_on": DELIVERY_DATE + 2 * WEEK},
        {"rrule": "FREQ=MONTHLY;BYDAY=1FR", "holiday_policy": "after"},
        {"rrule": "FREQ=MONTHLY;BYDAY=1FR", "holiday_policy": "skip"},
        {"starts_on": DELIVERY_DATE + 10 * WEEK},
        {"ends_on": DELIVERY_DATE + 8 * WEEK},
    ]
    standing = [set_up(bundle=bundle, **rule) for rule in rules]
    changed, paused = set_up(bundle=bundle), set_up(bundle=bundle)
    since, actor = DELIVERY_DATE + 7 * WEEK, changed.created_by
    change_terms(changed, {"rrule": "FREQ=WEEKLY;BYDAY=TH"}, since=since, actor=actor, now=TUESDAY)
    pause_standing_order(paused, since, since + 2 * WEEK, actor=paused.created_by, now=TUESDAY)
    places = Places(now=TUESDAY)
    until = DELIVERY_DATE + 14 * WEEK
    days = {DELIVERY_DATE + timedelta(days=n) for n in range(15 * 7)}

    one_by_one = Counter[Place]()
    for each in [*standing, changed, paused]:
        each.refresh_from_db()
        one_by_one.update(each for each in places.of_plan(plan_of(each, places.today), until))

    together = places.board({day for day in days if day <= until}).taken
    assert +together == one_by_one
    assert one_by_one[Place(None, DELIVERY_DATE + 12 * WEEK)] == 5


def test_an_event_order_is_refused_on_a_full_day_and_placed_on_another() -> None:
    DayLimitFactory()
    OrderFactory()

    assert refused(place) == [Full(Place(None, DELIVERY_DATE), 1, 1)]
    assert place(event_at=EVENT_AT + timedelta(days=1)).delivery_date == WEDNESDAY


def test_cancelled_and_failed_orders_take_no_place() -> None:
    DayLimitFactory()
    OrderFactory(status="cancelled")
    OrderFactory(status="failed")
    assert place().status == "placed"


def test_a_zone_has_its_own_places_and_takes_those_of_the_hub() -> None:
    near = ZoneFactory(districts=["중구", "종로구"])
    DayLimitFactory(deliveries=3)
    DayLimitFactory(zone=near, deliveries=1)
    place(here(district="종로구"))

    full = refused(lambda: place(here(district="중구")))
    assert full == [Full(Place(near.pk, DELIVERY_DATE), 1, 1)]
    place(here(district="강남구"))
    place(here(district=""))
    assert refused(lambda: place(here(district="강남구"))) == [Full(Place(None, DELIVERY_DATE), 3, 3)]


def test_a_lower_limit_cuts_no_promise() -> None:
    standing = [set_up() for _ in range(2)]
    set_weekly_limits(None, {1: 1})
    for each in standing:
        preview_standing_order(each, now=TUESDAY + WEEK)

    assert taken(DELIVERY_DATE) == 2
    planned = Occurrence.objects.filter(status="planned", delivery_date=DELIVERY_DATE + 5 * WEEK)
    assert planned.count() == 2


# -- Changes --------------------------------------------------------------------------------------


def full_wednesdays() -> StandingOrder:
    """A standing order on Tuesdays, of which it has the only place, beside full Wednesdays."""
    DayLimitFactory()
    DayLimitFactory(weekday=2, deliveries=0)
    return set_up()


def row_of(standing: StandingOrder) -> Occurrence:
    return standing.occurrences.get(rule_date=DELIVERY_DATE)


def test_a_date_is_not_moved_to_a_full_day() -> None:
    standing = full_wednesdays()
    actor = standing.created_by

    def move() -> object:
        return move_date(row_of(standing), WEDNESDAY, actor=actor, now=TUESDAY)

    assert refused(move) == [Full(Place(None, WEDNESDAY), 0, 0)]
    moved = move_date(row_of(standing), WEDNESDAY + timedelta(days=1), actor=actor, now=TUESDAY)
    assert moved.delivery_date == WEDNESDAY + timedelta(days=1)


def test_a_rule_is_not_changed_to_full_days() -> None:
    standing = full_wednesdays()
    wanted = {"rrule": "FREQ=WEEKLY;BYDAY=WE"}
    since = DELIVERY_DATE + WEEK

    full = refused(
        lambda: change_terms(standing, wanted, since=since, actor=standing.created_by, now=TUESDAY)
    )

    assert full[0].place == Place(None, since + timedelta(days=1))


def test_what_takes_no_other_day_is_changed_however_full_its_days_are() -> None:
    standing = full_wednesdays()
    set_weekly_limits(None, {1: 0})

    change_terms(standing, {"headcount": 12}, actor=standing.created_by, now=TUESDAY)
    change_date(row_of(standing), {"headcount": 14}, actor=standing.created_by, now=TUESDAY)

    assert row_of(standing).headcount == 14


def test_a_place_that_was_given_up_can_be_had_back_while_nobody_took_it() -> None:
    standing = full_wednesdays()
    actor = standing.created_by
    leave_out_date(row_of(standing), actor=actor, now=TUESDAY)
    other = place()
    assert refused(lambda: bring_back_date(row_of(standing), actor=actor, now=TUESDAY)) == [
        Full(Place(None, DELIVERY_DATE), 1, 1)
    ]
    leaving = standing.changes.get()
    refused(lambda: undo_change(leaving, actor=actor, now=TUESDAY))

    cancel_order(other, actor=other.placed_by, now=TUESDAY)
    assert bring_back_date(row_of(standing), actor=actor, now=TUESDAY).status == "planned"


def test_paused_dates_are_free_for_others_and_resuming_asks_again() -> None:
    standing = full_wednesdays()
    actor = standing.created_by
    pause_standing_order(standing, DELIVERY_DATE, None, actor=actor, now=TUESDAY)
    place()

    full = refused(lambda: resume_standing_order(standing, DELIVERY_DATE, actor=actor, now=TUESDAY))
    assert full == [Full(Place(None, DELIVERY_DATE), 1, 1)]
    resume_standing_order(standing, DELIVERY_DATE + WEEK, actor=actor, now=TUESDAY)


def test_moving_to_a_site_of_a_full_zone_is_refused() -> None:
    full_zone = ZoneFactory(districts=["강남구"])
    DayLimitFactory(zone=full_zone, deliveries=0)
    standing = set_up(here(district="중구"))
    there = SiteFactory(organization=standing.organization, district="강남구")

    full = refused(
        lambda: change_date(row_of(standing), {"site_id": there.pk}, actor=standing.created_by, now=TUESDAY)
    )

    assert full == [Full(Place(full_zone.pk, DELIVERY_DATE), 0, 0)]


def test_declining_takes_a_change_back_even_to_days_that_became_full() -> None:
    site = SiteFactory()
    person = SeatFactory(organization=site.organization, order_limit=2_000_000).user
    boss = approver(site.organization)
    standing = set_up(site, actor=person)
    DayLimitFactory()
    change_terms(standing, {"rrule": "FREQ=WEEKLY;BYDAY=WE,TH"}, actor=person, now=TUESDAY)
    place()
    standing.refresh_from_db()

    assert standing.status == "awaiting"
    assert decline_standing_order(standing, note="", actor=boss, now=TUESDAY).status == "active"
    assert row_of(standing).status == "planned"


def test_an_event_moves_to_days_with_a_place_only() -> None:
    DayLimitFactory(weekday=2, deliveries=0)
    DayLimitFactory()
    order = place()

    def change(days: int, people: int = 10) -> Order:
        wanted = Wanted(people, EVENT_AT + timedelta(days=days), "")
        return change_event_order(order, wanted, seen=last_event(order), actor=order.placed_by, now=TUESDAY)

    assert refused(lambda: change(1)) == [Full(Place(None, WEDNESDAY), 0, 0)]
    assert change(0, 12).headcount == 12
    assert change(2).delivery_date == WEDNESDAY + timedelta(days=1)


# -- The cut-off ----------------------------------------------------------------------------------


def test_the_cutoff_keeps_every_promise() -> None:
    standing = StandingOrderFactory(organization=InstitutionFactory())
    preview_standing_order(standing, now=TUESDAY)
    DayLimitFactory(deliveries=0)

    cycle.preview(now=TUESDAY)
    cycle.fix_due(now=CUTOFF)

    assert Order.objects.get().status == "confirmed"


# -- Setting limits -------------------------------------------------------------------------------


def test_limits_are_set_changed_and_taken_back() -> None:
    zone = ZoneFactory()
    set_weekly_limits(zone, {0: 5, 1: 6})
    set_weekly_limits(zone, {0: None, 1: 7})
    set_limit_on(None, DELIVERY_DATE, 3)
    set_limit_on(None, DELIVERY_DATE, None)

    assert set(DayLimit.objects.values_list("zone", "weekday", "on_date", "deliveries")) == {
        (zone.pk, 1, None, 7),
        (None, None, DELIVERY_DATE, None),
    }


def test_a_district_belongs_to_the_zone_that_named_it_last() -> None:
    north = save_zone(Zone(name="북부"), ["은평구", "종로구"])
    centre = save_zone(Zone(name="도심"), ["종로구", "중구"])
    save_zone(centre, ["종로구"])

    assert list(ZoneDistrict.objects.values_list("district", "zone")) == [
        ("은평구", north.pk),
        ("종로구", centre.pk),
    ]
