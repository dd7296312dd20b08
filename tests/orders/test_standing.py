"""Standing orders: set up once, ended, and a date that failed tried again."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from bundles.models import Edition
from membership.models import Site
from orders import cycle
from orders.actions.change_date import leave_out_date
from orders.actions.change_terms import end_standing_order, pause_standing_order, resume_standing_order
from orders.actions.standing import create_standing_order, retry_occurrence
from orders.cutoff import seoul
from orders.exceptions import NotPossible
from orders.models import Occurrence, Order
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    OccurrenceFactory,
    SiteFactory,
    StandingOrderFactory,
    bundle_with,
    fixed_order,
    operator,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


def wanted(**changes: Any) -> dict[str, Any]:
    person = orderer()
    organization = person.seats.get().organization
    return {
        "organization": organization,
        "site": SiteFactory(organization=organization),
        "bundle": bundle_with("bread", "coffee"),
        "headcount": 12,
        "exclusions": 0,
        "rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        "starts_on": DELIVERY_DATE,
        "ends_on": None,
        "holiday_policy": "after",
        "window_opens": time(10),
        "window_closes": time(12),
        "actor": person,
        "now": TUESDAY,
        **changes,
    }


def test_a_new_standing_order_shows_its_dates_and_contents_at_once() -> None:
    standing_order = create_standing_order(**wanted())

    days = [DELIVERY_DATE + timedelta(days=14 * step) for step in range(3)]
    assert list(standing_order.occurrences.values_list("rule_date", "status")) == [
        (day, "planned") for day in days
    ]
    editions = Edition.objects.order_by("delivery_date")
    assert [(edition.delivery_date, edition.items.count()) for edition in editions] == [
        (day, 2) for day in days
    ]
    assert [run.step for run in cycle.preview(now=TUESDAY)] == ["publish"]
    after = everything()
    assert cycle.preview(now=TUESDAY) == []
    assert everything() == after


def test_setting_it_up_twice_gives_one() -> None:
    details = wanted()
    first = create_standing_order(**details)
    after = everything()

    assert create_standing_order(**details) == first
    assert everything() == after


@pytest.mark.parametrize(
    "change",
    [
        {"rrule": "FREQ=SOMETIMES"},
        {"headcount": 0},
        {"ends_on": DELIVERY_DATE - timedelta(days=1)},
        {"window_opens": time(12), "window_closes": time(10)},
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    details = wanted(**change)
    before = everything()

    with pytest.raises(ValidationError):
        create_standing_order(**details)
    assert everything() == before


def test_an_ended_standing_order_makes_no_more_orders() -> None:
    standing_order = StandingOrderFactory(created_at=TUESDAY)
    cycle.preview(now=TUESDAY)
    first = standing_order.occurrences.first()
    order = fixed_order(occurrence=first)

    end_standing_order(standing_order, actor=None, now=CUTOFF)
    after = everything()
    end_standing_order(standing_order, actor=None, now=CUTOFF + timedelta(days=1))
    cycle.preview(now=CUTOFF + timedelta(days=1))
    cycle.fix_due(now=CUTOFF + timedelta(days=30))

    assert everything() == after
    standing_order.refresh_from_db()
    assert (standing_order.status, standing_order.ends_on) == ("ended", date(2026, 11, 26))
    rows = standing_order.occurrences.values_list("status", "reason")
    assert list(rows) == [("ordered", "")] + [("skipped", "standing_order_ended")] * 4
    assert list(Order.objects.values_list("pk", "status")) == [(order.pk, "confirmed")]


def test_a_paused_standing_order_takes_up_again_where_it_is() -> None:
    standing_order = StandingOrderFactory()
    cycle.preview(now=TUESDAY)
    pause_standing_order(standing_order, DELIVERY_DATE, None, actor=None, now=TUESDAY)
    cycle.fix_due(now=CUTOFF)
    resume_standing_order(standing_order, date(2026, 12, 2), actor=None, now=CUTOFF)
    cycle.fix_due(now=CUTOFF + timedelta(days=7))

    rows = Occurrence.objects.order_by("rule_date").values_list("status", "reason")
    assert list(rows) == [("skipped", "standing_order_paused"), ("ordered", "")] + [("planned", "")] * 3


def test_a_member_leaves_out_a_date_before_its_change_deadline() -> None:
    occurrence = OccurrenceFactory()

    leave_out_date(occurrence, actor=None, now=CUTOFF - timedelta(days=1, seconds=1))
    after = everything()
    leave_out_date(occurrence, actor=None, now=CUTOFF + timedelta(days=1))
    assert everything() == after
    cycle.preview(now=CUTOFF)
    occurrence.refresh_from_db()

    assert (occurrence.status, occurrence.reason) == ("skipped", "skipped_by_member")
    assert cycle.fix_due(now=CUTOFF) == []
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("hours", "reason"),
    [(24, "past_change_deadline: 2026-11-25 15:00"), (1, "past_change_deadline"), (0, "past_cutoff")],
)
def test_a_date_past_its_change_deadline_is_not_left_out(hours: int, reason: str) -> None:
    occurrence = OccurrenceFactory()
    before = everything()

    with pytest.raises(NotPossible, match=reason):
        leave_out_date(occurrence, actor=None, now=CUTOFF - timedelta(hours=hours))
    assert everything() == before


def test_an_operator_leaves_out_a_date_until_its_cutoff() -> None:
    occurrence = OccurrenceFactory()

    leave_out_date(occurrence, actor=operator(), now=CUTOFF - timedelta(seconds=1))

    occurrence.refresh_from_db()
    assert (occurrence.status, occurrence.reason) == ("skipped", "skipped_by_member")


def test_a_failed_date_is_made_when_it_is_tried_again() -> None:
    occurrence = OccurrenceFactory()
    Site.objects.update(precision="none")
    cycle.fix_due(now=CUTOFF)
    occurrence.refresh_from_db()
    assert occurrence.status == "failed"

    Site.objects.update(precision="building")
    retry_occurrence(occurrence, now=CUTOFF)
    after = everything()
    retry_occurrence(occurrence, now=CUTOFF)
    assert everything() == after
    cycle.fix_due(now=CUTOFF)

    occurrence.refresh_from_db()
    assert (occurrence.status, occurrence.reason, occurrence.detail) == ("ordered", "", "")
    assert Order.objects.count() == 1
    with pytest.raises(NotPossible, match="wrong_state"):
        retry_occurrence(occurrence, now=CUTOFF)


@pytest.mark.parametrize("now", [seoul(DELIVERY_DATE, time(0)), seoul(date(2026, 12, 5), time(9))])
def test_a_day_that_has_come_is_not_tried_again(now: datetime) -> None:
    occurrence = OccurrenceFactory(status=Occurrence.Status.FAILED, reason="unlocated_site")

    with pytest.raises(NotPossible, match="too_late"):
        retry_occurrence(occurrence, now=now)
