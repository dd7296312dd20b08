"""Recipients are told when to expect what is brought: once each thing, and again if it becomes untrue."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from delivery import cycle
from delivery.actions.driving import deliver_stop, retry_stop, start_route
from delivery.actions.planning import plan_day
from delivery.actions.recipients import routes_to_tell, tell_route
from delivery.models import Promise, Route, Stop
from membership.models import Organization, User
from orders.cutoff import SEOUL, seoul
from orders.emails import send_pending
from orders.models import CycleRun, Notification, Order

from .. import factories as f
from ..snapshot import everything

pytestmark = pytest.mark.django_db
NOW, MORNING = f.PLANNING_TIME, f.DELIVERY_MORNING


def told(kind: str = "") -> list[tuple[str, str]]:
    """Who was told what, of the notifications of arrivals."""
    kinds = [kind] if kind else ["order_eta", "order_on_the_way", "order_eta_moved"]
    rows = Notification.objects.filter(kind__in=kinds).order_by("pk")
    return list(rows.values_list("kind", "recipient__email"))


def a_recipient(stops: int = 1) -> tuple[User, list[Stop]]:
    """An orderer with so many orders on the one route of the day, as planned."""
    person = f.orderer(language="en")
    organization = person.seats.get().organization
    f.ShiftFactory()
    for nth in range(stops):
        site = f.SiteFactory(organization=organization, latitude=37.60 - 0.02 * nth)
        f.fixed_order(organization=organization, site=site, placed_by=person)
    plan = f.published_plan()
    return person, list(plan.stops.order_by("sequence"))


def clock(moment: datetime) -> str:
    return f"{moment.astimezone(SEOUL):%H:%M}"


def drive(stop: Stop, now: datetime) -> None:
    deliver_stop(stop, receiver_name="박수령", note="", actor=stop.route.shift.courier, now=now)


# -- The day before ---------------------------------------------------------------------------------


def test_who_ordered_is_told_the_window_the_day_before_once() -> None:
    person, [stop] = a_recipient()
    f.approver(stop.order.organization)

    runs = cycle.tell_recipients(now=NOW)
    before = everything()

    assert [(run.step, run.done, run.failed) for run in runs] == [("tell", 1, 0)]
    assert told() == [("order_eta", person.email)]
    promise = Promise.objects.get()
    assert (promise.order, promise.eta, promise.told_at) == (stop.order, stop.eta, NOW)
    assert promise.told_of_start_at is None
    assert promise.opens_at <= stop.eta <= promise.closes_at
    assert cycle.tell_recipients(now=NOW + timedelta(hours=1)) == []
    assert everything() == before


def test_a_worker_that_was_slower_tells_nobody_again() -> None:
    person, [stop] = a_recipient()
    due = routes_to_tell(now=NOW)
    assert due == [stop.route_id]
    cycle.tell_recipients(now=NOW)
    before = everything()

    assert tell_route(stop.route_id, now=NOW) is None
    assert everything() == before


def test_nobody_is_told_before_the_usual_time_of_planning() -> None:
    person, _stops = a_recipient()

    assert cycle.tell_recipients(now=NOW - timedelta(seconds=1)) == []
    assert told() == []
    cycle.tell_recipients(now=NOW)
    assert told() == [("order_eta", person.email)]


def test_a_draft_and_a_plan_that_was_replaced_tell_nobody() -> None:
    _person, [stop] = a_recipient()
    due = stop.route_id
    stop.plan.status = "superseded"
    stop.plan.save()
    f.draft_plan()
    before = everything()

    assert cycle.tell_recipients(now=NOW) == []
    assert tell_route(due, now=NOW) is None
    assert everything() == before


def test_a_new_plan_is_told_only_if_it_moves_the_time() -> None:
    person, [stop] = a_recipient()
    site = stop.order.site
    cycle.tell_recipients(now=NOW)
    later = NOW + timedelta(hours=1)

    for opens, messages in [(time(9, 15), 1), (time(9, 31), 2)]:
        site.windows.update(opens=opens)
        plan_day(f.depot(), f.DELIVERY_DATE, now=later, seconds=0.1)
        assert clock(Stop.objects.live().get().eta) == f"{opens:%H:%M}"
        cycle.tell_recipients(now=later)
        assert len(told()) == messages

    assert told("order_eta_moved") == [("order_eta_moved", person.email)]
    detail = Notification.objects.get(kind="order_eta_moved").detail
    assert detail == "2026-12-01 09:31 10:15 2026-12-01 09:00 09:30"


def test_everybody_who_orders_is_told_if_who_ordered_has_left() -> None:
    person, [stop] = a_recipient()
    others = [f.orderer(stop.order.organization), f.approver(stop.order.organization)]
    f.viewer(stop.order.organization)
    f.orderer()
    person.seats.all().delete()

    cycle.tell_recipients(now=NOW)

    assert told() == [("order_eta", user.email) for user in others]


def test_who_stands_behind_a_standing_order_is_told_of_its_dates() -> None:
    person = f.orderer()
    organization: Organization = person.seats.get().organization
    f.orderer(organization)
    standing = f.StandingOrderFactory(
        organization=organization, site=f.SiteFactory(organization=organization), created_by=person
    )
    f.fixed_order(occurrence=f.OccurrenceFactory(standing_order=standing))
    f.published_plan()

    cycle.tell_recipients(now=NOW)

    assert told() == [("order_eta", person.email)]


# -- On the road ------------------------------------------------------------------------------------


def test_the_start_of_the_route_is_told_with_the_window_as_it_is_now() -> None:
    person, [stop] = a_recipient()
    cycle.tell_recipients(now=NOW)
    left = stop.route.departs_at + timedelta(minutes=40)
    start_route(stop.route, actor=stop.route.shift.courier, now=left)

    cycle.tell_recipients(now=left)
    before = everything()

    assert told() == [("order_eta", person.email), ("order_on_the_way", person.email)]
    promise = Promise.objects.get()
    assert promise.told_of_start_at == promise.told_at == left
    assert promise.opens_at <= stop.eta + timedelta(minutes=40) <= promise.closes_at
    assert cycle.tell_recipients(now=left) == []
    assert everything() == before


def test_what_the_route_loses_at_a_door_is_told_to_those_who_come_after() -> None:
    person, [first, second] = a_recipient(2)
    start_route(first.route, actor=first.route.shift.courier, now=first.route.departs_at)
    cycle.tell_recipients(now=first.route.departs_at)
    assert len(told("order_on_the_way")) == 2

    done = first.leaves_at + timedelta(minutes=20)
    drive(first, done)
    cycle.tell_recipients(now=done)
    assert told("order_eta_moved") == []  # twenty minutes are within the window and what is let pass

    late = second.eta + timedelta(minutes=55)
    cycle.tell_recipients(now=late)
    assert told("order_eta_moved") == [("order_eta_moved", person.email)]
    promise = Promise.objects.get(order=second.order)
    assert promise.opens_at <= late <= promise.closes_at

    cycle.tell_recipients(now=late + timedelta(minutes=29))
    assert len(told("order_eta_moved")) == 1  # never twice within half an hour
    cycle.tell_recipients(now=late + timedelta(minutes=30))
    assert len(told("order_eta_moved")) == 2


def test_a_second_try_is_told_once_in_its_own_words() -> None:
    _person, [first, second] = a_recipient(2)
    actor = first.route.shift.courier
    start_route(first.route, actor=actor, now=first.route.departs_at)
    cycle.tell_recipients(now=first.route.departs_at)
    later = first.eta + timedelta(minutes=31)

    retry_stop(first, reason="closed", note="", actor=actor, now=later)
    cycle.tell_recipients(now=later)

    promise = Promise.objects.get(order=first.order)
    assert promise.told_at == later
    why = Stop.FailureReason("closed").label
    words = f"{why} → {clock(promise.opens_at)}–{clock(promise.closes_at)}"
    retry = Notification.objects.filter(kind="order_retry", order=first.order)
    assert {row.detail for row in retry} == {words}
    moved = Notification.objects.filter(kind="order_eta_moved")
    assert list(moved.values_list("order", flat=True)) in ([], [second.order_id])


def test_what_is_handed_over_failed_or_called_off_is_not_told_any_more() -> None:
    _person, [first, second] = a_recipient(2)
    start_route(first.route, actor=first.route.shift.courier, now=first.route.departs_at)
    drive(first, first.leaves_at)
    Stop.objects.filter(pk=second.pk).update(status="cancelled")

    assert cycle.tell_recipients(now=first.leaves_at) == []
    assert told() == []


def test_yesterday_is_over() -> None:
    a_recipient()

    assert cycle.tell_recipients(now=seoul(f.DELIVERY_DATE + timedelta(days=1), time(0))) == []
    assert told() == []


# -- The mails --------------------------------------------------------------------------------------


def test_mails_say_the_window_and_what_was_said_before() -> None:
    person, [stop] = a_recipient()
    cycle.tell_recipients(now=NOW)
    Promise.objects.update(
        eta=stop.eta + timedelta(hours=1),
        opens_at=stop.eta + timedelta(minutes=30),
        closes_at=stop.eta + timedelta(minutes=90),
    )
    cycle.tell_recipients(now=NOW + timedelta(hours=1))
    Notification.objects.exclude(kind__startswith="order_eta").delete()

    send_pending(now=NOW)

    first, moved = mail.outbox
    assert [mail_.to for mail_ in mail.outbox] == [[person.email], [person.email]]
    assert first.subject == f"[Kkureomi] time of arrival · {stop.order.number}"
    assert first.body.count("Expected: 09:00–09:30\n") == 1
    assert moved.subject == f"[Kkureomi] your order comes at another time · {stop.order.number}"
    was = f"{clock(stop.eta + timedelta(minutes=30))}–{clock(stop.eta + timedelta(minutes=90))}"
    assert moved.body.count(f"Expected: 09:00–09:30\nInstead of: {was}\n") == 1


def test_the_institutions_home_says_what_was_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    person, [_stop] = a_recipient()
    cycle.tell_recipients(now=NOW)
    monkeypatch.setattr("membership.clock.now", lambda: NOW)
    client.force_login(person)

    html = client.get("/").content.decode()

    assert re.findall(r'expected <span class="nowrap">([^<]*)</span>', html) == ["09:00–09:30"]


# -- At any size ------------------------------------------------------------------------------------


def test_one_route_that_cannot_be_told_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    f.ShiftFactory()
    a_recipient()
    f.ShiftFactory(date=f.DELIVERY_DATE + timedelta(days=1))
    order = f.fixed_order(delivery_date=f.DELIVERY_DATE + timedelta(days=1))
    f.published_plan(order.delivery_date)
    bad = Route.objects.get(plan__date=f.DELIVERY_DATE)
    monkeypatch.setattr(
        cycle, "tell_route", lambda pk, now: 1 / 0 if pk == bad.pk else tell_route(pk, now=now)
    )
    now = NOW + timedelta(days=1)

    for _sweep in range(2):
        cycle.tell_recipients(now=now)

    assert list(Promise.objects.values_list("order", flat=True)) == [order.pk]
    runs = CycleRun.objects.filter(step="tell")
    assert list(runs.values_list("done", "failed")) == [(1, 1)]  # the same failure is written once


def test_a_sweep_with_nothing_to_tell_asks_as_often_for_three_stops_as_for_one() -> None:
    def queries(stops: int) -> int:
        Promise.objects.all().delete()
        Stop.objects.all().delete()
        Route.objects.all().delete()
        Order.objects.all().update(status="cancelled")
        a_recipient(stops)
        cycle.tell_recipients(now=NOW)
        with CaptureQueriesContext(connection) as asked:
            assert cycle.tell_recipients(now=NOW) == []
        return len(asked)

    assert queries(1) == queries(3)
