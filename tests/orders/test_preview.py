"""What standing orders show weeks ahead, and how it follows the calendar and the rule."""

from datetime import date, datetime, time, timedelta

import pytest

from bundles.models import Edition
from orders import cycle
from orders.actions.change_date import leave_out_date
from orders.cutoff import seoul
from orders.models import CycleItem, CycleRun, Occurrence, StandingOrder
from tests.factories import (
    CUTOFF,
    TUESDAY,
    BundleFactory,
    CalendarDayFactory,
    CategoryFactory,
    ProductFactory,
    SlotFactory,
    StandingOrderFactory,
    bundle_with,
    fixed_order,
)

pytestmark = pytest.mark.django_db
TUESDAYS = [date(2026, 12, day) for day in (1, 8, 15, 22, 29)]
FRIDAY_RULE = "FREQ=WEEKLY;BYDAY=FR"
CHRISTMAS = date(2026, 12, 25)


def dates() -> list[tuple[date, date | None, str, str]]:
    rows = Occurrence.objects.order_by("rule_date", "pk")
    return list(rows.values_list("rule_date", "delivery_date", "status", "reason"))


def failures() -> list[tuple[str, str, str]]:
    return list(CycleItem.objects.filter(outcome="failed").values_list("run__step", "subject", "reason"))


def test_preview_shows_each_date_of_five_weeks_once() -> None:
    StandingOrderFactory()

    first = cycle.preview(now=TUESDAY)
    shown = dates()

    assert [(run.step, run.done, run.failed) for run in first] == [
        ("preview", 1, 0),
        ("compose", 5, 0),
        ("publish", 1, 0),
    ]
    assert shown == [(day, day, "planned", "") for day in TUESDAYS]
    assert cycle.preview(now=TUESDAY) == []
    assert dates() == shown
    assert CycleRun.objects.count() == 3


def test_preview_goes_on_where_it_stopped() -> None:
    StandingOrderFactory()
    cycle.preview(now=TUESDAY)
    cycle.preview(now=TUESDAY + timedelta(days=7))

    assert [row[0] for row in dates()] == [*TUESDAYS, date(2027, 1, 5)]


@pytest.mark.parametrize(
    ("policy", "delivery_date", "status", "reason"),
    [
        ("before", date(2026, 12, 24), "planned", "moved_before"),
        ("after", date(2026, 12, 28), "planned", "moved_after"),
        ("skip", None, "skipped", "skipped_holiday"),
    ],
)
def test_preview_moves_a_holiday_by_the_policy(
    policy: str, delivery_date: date | None, status: str, reason: str
) -> None:
    StandingOrderFactory(rrule=FRIDAY_RULE, starts_on=CHRISTMAS, holiday_policy=policy)

    cycle.preview(now=TUESDAY)

    assert dates() == [(CHRISTMAS, delivery_date, status, reason)]
    assert Occurrence.objects.get().detail == "기독탄신일"


def test_preview_follows_an_override_and_its_end() -> None:
    StandingOrderFactory()
    cycle.preview(now=TUESDAY)
    planned = dates()
    closed = CalendarDayFactory(day=date(2026, 12, 8))

    cycle.preview(now=TUESDAY)
    moved = Occurrence.objects.get(rule_date=closed.day)
    assert (moved.delivery_date, moved.reason) == (date(2026, 12, 7), "moved_before")
    assert moved.cutoff_at == seoul(date(2026, 12, 2), time(15))

    closed.delete()
    cycle.preview(now=TUESDAY)
    assert dates() == planned


def test_preview_leaves_alone_what_is_ordered_or_skipped_by_a_member() -> None:
    StandingOrderFactory()
    cycle.preview(now=TUESDAY)
    first, second = Occurrence.objects.all()[:2]
    fixed_order(occurrence=first)
    leave_out_date(second, actor=None, now=TUESDAY)
    before = dates()
    CalendarDayFactory(day=TUESDAYS[0])

    cycle.preview(now=TUESDAY)

    assert dates() == before


def test_preview_takes_back_what_a_changed_rule_no_longer_gives_and_revives_it() -> None:
    standing_order = StandingOrderFactory()
    cycle.preview(now=TUESDAY)
    planned = dates()

    StandingOrder.objects.filter(pk=standing_order.pk).update(ends_on=date(2026, 12, 10))
    cycle.preview(now=TUESDAY)
    assert dates() == planned[:2] + [(day, day, "skipped", "standing_order_ended") for day in TUESDAYS[2:]]

    StandingOrder.objects.filter(pk=standing_order.pk).update(ends_on=None)
    cycle.preview(now=TUESDAY)
    assert dates() == planned


def test_preview_shows_nothing_of_a_standing_order_that_does_not_run() -> None:
    StandingOrderFactory(status="ended")
    StandingOrderFactory(organization__is_active=False)

    assert cycle.preview(now=TUESDAY) == []
    assert dates() == []


def test_preview_says_why_a_first_date_comes_too_late() -> None:
    StandingOrderFactory(rrule="FREQ=WEEKLY;BYDAY=WE", starts_on=date(2026, 11, 25))

    cycle.preview(now=TUESDAY)

    assert dates()[0] == (date(2026, 11, 25), date(2026, 11, 25), "skipped", "too_late")


def test_one_broken_rule_is_recorded_once_and_the_others_go_through() -> None:
    broken, sound = StandingOrderFactory(), StandingOrderFactory()
    StandingOrder.objects.filter(pk=broken.pk).update(rrule="FREQ=SOMETIMES")
    broken.refresh_from_db()

    cycle.preview(now=TUESDAY)
    cycle.preview(now=TUESDAY)

    assert failures() == [("preview", str(broken), "bad_rule")]
    item = CycleItem.objects.get(outcome="failed")
    assert (item.organization, item.subject_id) == (broken.organization, broken.pk)
    assert [row.rule_date for row in sound.occurrences.all()] == TUESDAYS
    assert broken.occurrences.count() == 0


def test_an_unexpected_error_is_that_standing_order_alone() -> None:
    broken = StandingOrderFactory(rrule=FRIDAY_RULE)
    StandingOrder.objects.filter(pk=broken.pk).update(holiday_policy="never")
    sound = StandingOrderFactory()

    cycle.preview(now=TUESDAY)
    cycle.preview(now=TUESDAY)

    assert failures() == [("preview", str(broken), "unexpected")]
    assert [row.rule_date for row in sound.occurrences.all()] == TUESDAYS
    assert broken.occurrences.count() == 0


def test_the_cutoff_follows_the_slowest_producer() -> None:
    slow = ProductFactory(category=CategoryFactory(code="banner"), lead_days=5)
    standing_order = StandingOrderFactory(
        bundle=SlotFactory(bundle=BundleFactory(), category=slow.category).bundle
    )

    cycle.preview(now=TUESDAY)

    def cutoffs() -> list[datetime | None]:
        return [row.cutoff_at for row in standing_order.occurrences.all()]

    assert cutoffs()[:2] == [seoul(date(2026, 11, 24), time(15)), seoul(date(2026, 12, 1), time(15))]
    before = cutoffs()
    cycle.preview(now=TUESDAY)
    assert cutoffs() == before


def test_compose_takes_only_producers_who_have_time_left() -> None:
    slow = ProductFactory(category=CategoryFactory(code="bread"), lead_days=4)
    quick = ProductFactory(category=CategoryFactory(code="bread"), lead_days=3)
    StandingOrderFactory(bundle=SlotFactory(bundle=BundleFactory(), category=slow.category).bundle)
    # The four business days before 1 December began on the 25th at three o'clock.
    cycle.preview(now=CUTOFF - timedelta(hours=1))

    first = Edition.objects.get(delivery_date=TUESDAYS[0])

    assert [item.product for item in first.items.all()] == [quick]


def test_compose_gives_each_bundle_and_date_one_edition_with_changing_producers() -> None:
    bundle = bundle_with("bread", "coffee")
    StandingOrderFactory.create_batch(2, bundle=bundle)

    cycle.preview(now=TUESDAY)

    editions = Edition.objects.with_contents().order_by("delivery_date")
    assert [edition.delivery_date for edition in editions] == TUESDAYS
    producers = [{item.product.producer_id for item in edition.items.all()} for edition in editions]
    assert [len(found) for found in producers] == [2] * 5
    assert len(producers[0] | producers[1] | producers[2]) == 6  # six producers before anybody comes again


def test_a_bundle_that_cannot_be_composed_is_recorded_once_and_the_others_go_through() -> None:
    large = StandingOrderFactory(bundle=bundle_with("bread"), headcount=500, ends_on=TUESDAYS[0])
    empty = StandingOrderFactory(bundle=BundleFactory(), ends_on=TUESDAYS[0])
    StandingOrderFactory(bundle=bundle_with("coffee"), ends_on=TUESDAYS[0])

    first = cycle.preview(now=TUESDAY)
    second = cycle.preview(now=TUESDAY)

    assert [(run.step, run.done, run.failed) for run in first] == [
        ("preview", 3, 0),
        ("compose", 1, 2),
        ("publish", 1, 0),
    ]
    assert second == []
    assert failures() == [
        ("compose", f"{large.bundle.name} 2026-12-01", "no_capacity"),
        ("compose", f"{empty.bundle.name} 2026-12-01", "no_slots"),
    ]


def test_compose_shares_the_day_between_bundles() -> None:
    scarce = ProductFactory(category=CategoryFactory(code="bread"), daily_capacity=20)
    ample = ProductFactory(category=CategoryFactory(code="bread"), daily_capacity=20)
    bundles = [SlotFactory(bundle=BundleFactory(), category=scarce.category).bundle for _ in range(2)]
    for bundle in bundles:
        StandingOrderFactory(bundle=bundle, headcount=15, ends_on=TUESDAYS[0])

    cycle.preview(now=TUESDAY)

    taken = [edition.items.get().product for edition in Edition.objects.order_by("bundle")]
    assert set(taken) == {scarce, ample}


def test_an_order_takes_what_its_own_date_brings() -> None:
    standing_order = StandingOrderFactory(headcount=10)
    cycle.preview(now=TUESDAY)
    first = Occurrence.objects.order_by("rule_date")[0]
    Occurrence.objects.filter(pk=first.pk).update(headcount=30)

    order = fixed_order(occurrence=first, now=first.cutoff_at)

    assert (order.headcount, order.gross) == (30, standing_order.bundle.price_for(30))


def test_dates_bring_what_the_standing_order_came_to_bring() -> None:
    standing_order = StandingOrderFactory(headcount=10)
    cycle.preview(now=TUESDAY)
    StandingOrder.objects.filter(pk=standing_order.pk).update(headcount=12)

    cycle.preview(now=TUESDAY)

    assert list(Occurrence.objects.values_list("headcount", flat=True)) == [12] * 5
