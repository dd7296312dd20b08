"""Each kind of exception: what it says, what can be done about it, and when it is none."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from config.day.finders import find_exceptions
from delivery.actions.driving import deliver_stop, fail_stop, retry_stop
from delivery.actions.loading import take_goods_back
from delivery.actions.road import settle_record
from delivery.models import Stop
from membership.actions.site import confirm_site
from membership.models import User
from orders.actions.inspect import Counted
from orders.actions.purchase import close_deadline
from orders.actions.shortage import report_shortage
from orders.cycle import preview
from orders.models import Notification, Occurrence, OrderLine
from tests import factories as f

pytestmark = pytest.mark.django_db
EIGHT_DAYS_BEFORE = f.TUESDAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def superuser() -> User:
    return User.objects.create_superuser("root@example.com", name="Root")


def found(
    user: User, now: datetime = f.CUTOFF, day: date = f.DELIVERY_DATE
) -> list[tuple[str, str, str, list[str]]]:
    """(kind, title, why, labels of the actions) of the day's exceptions."""
    return [
        (row.kind, row.title, row.why, [action.label for action in row.actions])
        for row in find_exceptions([day], now=now, user=user)
    ]


def site_nowhere(organization: Any) -> Any:
    return f.SiteFactory(
        organization=organization, precision="none", latitude=None, longitude=None, name_en="Annex"
    )


def occurrence_nowhere(**fields: Any) -> Occurrence:
    institution = f.InstitutionFactory(name_en="Library")
    occurrence: Occurrence = f.OccurrenceFactory(
        standing_order__organization=institution,
        standing_order__site=site_nowhere(institution),
        standing_order__bundle=f.bundle_with("bread", name_en="Coffee"),
        **fields,
    )
    return occurrence


def test_nothing_is_stuck_on_a_day_that_goes_well(superuser: User) -> None:
    order = f.fixed_order()
    Notification.objects.update(sent_at=f.CUTOFF)
    assert found(superuser) == []
    f.published_plan()
    Notification.objects.update(sent_at=f.CUTOFF)
    assert order.stops.count() == 1
    assert found(superuser, f.DELIVERY_MORNING) == []


def test_an_unlocated_site_warns_before_the_cutoff_and_fails_at_it(superuser: User) -> None:
    occurrence = occurrence_nowhere()
    before = (
        "unlocated",
        "Library · Annex",
        "Without a location no order can be made at the cut-off, Thu 26 Nov 15:00.",
        ["Locate the site", "Open"],
    )
    assert found(superuser, f.TUESDAY) == [before]

    f.fix(occurrence, now=f.CUTOFF)

    detail = occurrence.standing_order.site.name
    why = f"The site has no usable location: {detail}"
    assert found(superuser) == [
        ("occurrence_failed", "Library · Coffee", why, ["Locate the site", "Try again", "Open"])
    ]
    # Once the routes are planned there is no point in trying again.
    late = found(superuser, f.PLANNING_TIME)
    assert [(kind, actions) for kind, _, _, actions in late] == [
        ("occurrence_failed", ["Locate the site", "Open"])
    ]


def test_an_event_order_to_an_unlocated_site_warns_too(superuser: User) -> None:
    institution = f.InstitutionFactory(name_en="School")
    f.OrderFactory(organization=institution, site=site_nowhere(institution))
    assert [row[:2] for row in found(superuser, f.TUESDAY)] == [("unlocated", "School · Annex")]


def test_a_site_known_by_its_road_only_is_named_once_a_day_until_somebody_confirms_it() -> None:
    institution, operator = f.InstitutionFactory(name_en="School"), f.operator()
    site = f.SiteFactory(organization=institution, precision="road", name_en="Gym")
    for _ in range(2):
        f.OrderFactory(organization=institution, site=site)
    f.OccurrenceFactory(standing_order__organization=institution, standing_order__site=site)
    assert found(operator, f.TUESDAY) == [
        (
            "rough",
            "School · Gym",
            "Only its road is known, and nobody has confirmed the place on the map.",
            ["Look at the map", "The mark is right"],
        )
    ]
    confirm_site(site, seen=1, actor=operator, now=f.TUESDAY)
    assert found(operator, f.TUESDAY) == []


def test_every_operator_may_locate_a_site() -> None:
    occurrence_nowhere()
    assert [actions for *_, actions in found(f.operator(), f.TUESDAY)] == [["Locate the site", "Open"]]


def test_an_event_order_that_could_not_be_fixed_says_why(superuser: User) -> None:
    bundle = f.bundle_with("bread", name_en="Sandwiches")
    order = f.OrderFactory(organization__name_en="School", bundle=bundle)
    f.fix(order, now=f.PLANNING_TIME)
    assert found(superuser, f.PLANNING_TIME) == [
        ("order_failed", "School · Sandwiches", "It is too late for this delivery date", ["Open"])
    ]


def test_a_bundle_without_contents_stands_once_and_goes_when_it_is_composed(superuser: User) -> None:
    bundle = f.BundleFactory(name_en="Coffee")
    f.SlotFactory(bundle=bundle, category=f.CategoryFactory(code="tea"))
    f.StandingOrderFactory(bundle=bundle)
    for hour in range(2):
        preview(now=EIGHT_DAYS_BEFORE + timedelta(hours=hour))
    why = "No product is on offer for a slot of the bundle"
    assert found(superuser, f.TUESDAY) == [("edition_missing", "Coffee", why, ["Products", "Open"])]
    days = [f.DELIVERY_DATE, f.DELIVERY_DATE + timedelta(weeks=1)]
    both = find_exceptions(days, now=f.TUESDAY, user=superuser)
    assert [exception.day for exception in both] == days

    f.ProductFactory(category__code="tea")
    preview(now=f.TUESDAY)
    assert found(superuser, f.TUESDAY) == []


def test_a_producer_who_does_not_answer_is_to_be_called(superuser: User) -> None:
    producer = f.ProducerFactory(name_en="Baker", phone="02-345-6789")
    purchase_order = f.issued_purchase_order(producer)
    at = purchase_order.acknowledge_by
    Notification.objects.update(sent_at=at)
    assert found(superuser, at) == []
    close_deadline(purchase_order.pk, now=at)
    assert found(superuser, at) == [
        ("overdue", "Baker", "An answer was due by Fri 27 Nov 15:00.", ["Call", "Open"])
    ]
    (exception,) = find_exceptions([f.DELIVERY_DATE], now=at, user=superuser)
    assert exception.actions[0].url == "tel:023456789"


def test_a_shortage_says_how_much_and_what_became_of_it(superuser: User) -> None:
    purchase_order = f.issued_purchase_order(f.ProducerFactory(name_en="Baker"))
    line = purchase_order.lines.get()
    report_shortage(line, line.ordered - 3, actor=f.producer_user(purchase_order.producer), now=f.CUTOFF)
    (kind, title, why, actions) = found(superuser)[0]
    assert (kind, title, actions) == ("shortage", f"Baker · {line.product.name_en}", ["Open"])
    assert why == "3 of 10 units missing, on 1 order: ₩6,000 credited"


def test_an_order_that_fits_on_no_van_says_why(superuser: User) -> None:
    f.fixed_order(organization__name_en="School", site__name_en="Hall")
    f.ShiftFactory(vehicle__max_weight_kg=1)
    f.published_plan()
    rows = [row for row in found(superuser, f.PLANNING_TIME) if row[0] != "mail"]
    assert [(kind, title, actions) for kind, title, _, actions in rows] == [
        ("unrouted", "School · Hall", ["Open"])
    ]
    assert rows[0][2].startswith("Heavier than any vehicle carries")


def test_an_order_that_no_route_brings_is_told_from_planning_time_on(superuser: User) -> None:
    f.fixed_order()
    Notification.objects.update(sent_at=f.CUTOFF)
    assert found(superuser, f.PLANNING_TIME - timedelta(seconds=1)) == []
    ((kind, _, why, actions),) = found(superuser, f.PLANNING_TIME)
    assert (kind, why, actions) == ("unrouted", "No routes are planned yet.", ["Plan routes now", "Open"])

    f.published_plan()
    f.fixed_order()
    Notification.objects.update(sent_at=f.CUTOFF)
    ((_, _, why, actions),) = found(superuser, f.CUTOFF)
    assert (why, actions) == ("It came after the routes were planned.", ["Plan routes now", "Open"])

    f.started_route(Stop.objects.get().order)
    ((_, _, why, actions),) = found(superuser, f.DELIVERY_MORNING)
    assert (why, actions) == ("The routes had already left.", ["Open"])


def test_a_delivery_that_failed_stands_once_with_whom_to_call(superuser: User) -> None:
    order = f.fixed_order(organization__name_en="School", site__name_en="School")
    route = f.started_route(order)
    stop = route.stops.get()
    fail_stop(stop, reason="closed", note="back at two", actor=route.shift.courier, now=f.DELIVERY_MORNING)
    Notification.objects.update(sent_at=f.DELIVERY_MORNING)
    assert found(superuser, f.DELIVERY_MORNING) == [
        (
            "stop_failed",
            "School",
            "Nobody there or closed · back at two · The courier brings the goods back.",
            ["Goods are back", "Call", "Open"],
        )
    ]
    take_goods_back(stop, now=f.DELIVERY_MORNING)
    assert found(superuser, f.DELIVERY_MORNING) == [
        (
            "stop_failed",
            "School",
            "Nobody there or closed · back at two · The goods are back at the hub.",
            ["Call", "Open"],
        )
    ]


def test_a_stop_that_is_tried_again_says_when(superuser: User) -> None:
    order = f.fixed_order(organization__name_en="School", site__name_en="School")
    stop = f.started_route(order).stops.get()
    driver = stop.route.shift.courier
    for minutes in (0, 5):
        now = f.DELIVERY_MORNING + timedelta(minutes=minutes)
        retry_stop(stop, reason="closed", note="", actor=driver, now=now)
    Notification.objects.update(sent_at=f.DELIVERY_MORNING)
    assert found(superuser, f.DELIVERY_MORNING) == [
        (
            "stop_tried",
            "School",
            "Nobody there or closed · It is tried again at about 09:05.",
            ["Call", "Open"],
        )
    ]


def test_units_that_were_missing_at_the_door_stand_once_with_their_credit(superuser: User) -> None:
    order = f.fixed_order(organization__name_en="School", site__name_en="School")
    stop, line = f.started_route(order).stops.get(), order.lines.get()
    deliver_stop(
        stop,
        receiver_name="박수령",
        note="",
        counted=[Counted(line.pk, 8, "damaged")],
        actor=stop.route.shift.courier,
        now=f.DELIVERY_MORNING,
    )
    Notification.objects.update(sent_at=f.DELIVERY_MORNING)
    credited = line.gross - OrderLine.objects.get().gross
    assert found(superuser, f.DELIVERY_MORNING) == [
        (
            "stop_partial",
            "School",
            f"{line.product_name_en} × 2 (damaged) · ₩{credited:,} is credited.",
            ["Open"],
        )
    ]


def test_a_record_in_conflict_stands_until_it_is_settled(superuser: User) -> None:
    order = f.fixed_order(organization__name_en="School", site__name_en="School")
    stop = f.started_route(order).stops.get()
    driver = stop.route.shift.courier
    deliver_stop(stop, receiver_name="박수령", note="", actor=superuser, now=f.DELIVERY_MORNING)
    record = f.road_record(stop, "fail", driver)
    Notification.objects.update(sent_at=f.DELIVERY_MORNING)
    assert found(superuser, f.DELIVERY_MORNING) == [
        ("road_record", "School", "Not handed over · Already done", ["Settle"])
    ]
    settle_record(record, decision="kept", actor=superuser, now=f.DELIVERY_MORNING)
    assert found(superuser, f.DELIVERY_MORNING) == []


def test_mail_that_waits_too_long_is_one_exception_on_every_day(superuser: User) -> None:
    f.fixed_order(organization=f.orderer().seats.get().organization)
    assert Notification.objects.filter(sent_at=None).count() > 0
    assert found(superuser, f.CUTOFF + timedelta(minutes=9)) == []
    Notification.objects.order_by("pk").exclude(pk=Notification.objects.order_by("pk")[0].pk).delete()
    (exception,) = find_exceptions([date(2026, 6, 1)], now=f.CUTOFF + timedelta(minutes=10), user=superuser)
    assert (exception.kind, exception.day, exception.title) == ("mail", None, "1 message")


def test_the_worst_comes_first_and_queries_do_not_grow(superuser: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            find_exceptions([f.DELIVERY_DATE], now=f.CUTOFF + timedelta(hours=1), user=superuser)
        return len(captured)

    def one_of_each() -> None:
        line = f.issued_purchase_order().lines.get()
        report_shortage(line, 0, actor=f.producer_user(line.purchase_order.producer), now=f.CUTOFF)
        f.fix(occurrence_nowhere(), now=f.CUTOFF)
        occurrence_nowhere(cutoff_at=f.CUTOFF + timedelta(days=1))

    one_of_each()
    one = queries()
    one_of_each()
    one_of_each()
    assert queries() == one
    kinds = [row[0] for row in found(superuser, f.CUTOFF + timedelta(hours=1))]
    assert kinds == ["occurrence_failed"] * 3 + ["unlocated"] * 3 + ["shortage"] * 3
