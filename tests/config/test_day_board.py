"""The operator's home: which day it shows, what stands on it, and what it costs the database."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from config.day.routes import map_of_day, read_routes
from config.day_board import default_day, neighbours
from delivery.actions.driving import deliver_stop
from delivery.models import RoutePlan
from orders.actions.change_date import leave_out_date
from orders.actions.event_order import cancel_order
from orders.cycle import fix_due
from orders.models import CycleRun
from tests import factories as f

pytestmark = pytest.mark.django_db
WEDNESDAY = f.DELIVERY_DATE + timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the clock of the pages; it stands at the morning of the delivery."""

    def stand(now: datetime) -> None:
        monkeypatch.setattr("membership.clock.now", lambda: now)

    stand(f.DELIVERY_MORNING)
    return stand


@pytest.fixture
def board(client: Client) -> Client:
    client.force_login(f.operator(language="en", is_staff=True, is_superuser=True))
    return client


# -- Which day ------------------------------------------------------------------------------------


def test_the_day_is_today_if_something_is_delivered_else_the_next_one() -> None:
    today = f.DELIVERY_DATE
    assert default_day(today) == today
    f.OccurrenceFactory(rule_date=WEDNESDAY)
    assert default_day(today) == WEDNESDAY
    f.OrderFactory(delivery_date=today)
    assert default_day(today) == today
    assert default_day(WEDNESDAY + timedelta(days=1)) == WEDNESDAY + timedelta(days=1)


def test_cancelled_orders_and_skipped_dates_make_no_delivery_day() -> None:
    cancel_order(f.OrderFactory(delivery_date=WEDNESDAY), actor=f.operator(), now=f.TUESDAY)
    leave_out_date(
        f.OccurrenceFactory(rule_date=WEDNESDAY, standing_order__ends_on=WEDNESDAY), actor=None, now=f.TUESDAY
    )
    assert neighbours(f.DELIVERY_DATE) == (None, None)
    f.OrderFactory(delivery_date=WEDNESDAY)
    f.OccurrenceFactory(rule_date=f.DELIVERY_DATE - timedelta(days=4))
    assert neighbours(f.DELIVERY_DATE) == (f.DELIVERY_DATE - timedelta(days=4), WEDNESDAY)


def test_the_board_shows_the_day_that_is_asked_for(board: Client) -> None:
    f.OrderFactory(delivery_date=WEDNESDAY)
    shown = board.get("/", {"date": WEDNESDAY.isoformat()})
    assert (shown.context["day"], shown.context["earlier"]) == (WEDNESDAY, None)
    assert board.get("/").context["day"] == WEDNESDAY


def test_a_date_that_is_none_is_refused_beside_its_field(board: Client) -> None:
    shown = board.get("/", {"date": "tomorrow"})
    assert (shown.status_code, shown.context["day"]) == (200, f.DELIVERY_DATE)
    assert shown.context["form"].errors == {"date": ["Enter a valid date."]}
    assert 'aria-invalid="true"' in shown.content.decode()


# -- What stands on it ------------------------------------------------------------------------------


def test_an_empty_day_says_so(board: Client) -> None:
    page = board.get("/").content.decode()
    assert "Nothing is ordered for this day" in page
    assert "Nothing is stuck on this day." in page
    assert "Plan routes now" not in page


def test_rows_of_the_table_say_what_is_ordered_and_what_is_planned(board: Client, clock: Any) -> None:
    clock(f.CUTOFF)
    bundle = f.bundle_with("bread", name_en="Coffee")
    school = f.InstitutionFactory(name_en="School")
    order = f.fixed_order(
        organization=school, site__organization=school, site__name_en="Hall", bundle=bundle, headcount=20
    )
    occurrence = f.OccurrenceFactory(
        standing_order__organization=school, standing_order__bundle=bundle, cutoff_at=f.PLANNING_TIME
    )
    plan = f.published_plan()

    shown = board.get("/", {"date": "2026-12-01"}).context
    assert [(tab.state, tab.count) for tab in shown["tabs"]] == [("", 1), ("planned", 1), ("confirmed", 1)]
    (row,) = shown["orders"]
    assert (row.number, row.institution, row.site, row.bundle) == (order.number, "School", "Hall", "Coffee")
    assert (row.headcount, row.status, row.gross) == (20, "confirmed", 40_000)
    assert row.eta == plan.stops.get().eta

    (row,) = board.get("/", {"date": "2026-12-01", "state": "planned"}).context["orders"]
    assert (row.number, row.headcount, row.gross, row.eta) == ("", 10, 20_000, None)
    assert row.url == f"/standing-orders/{occurrence.standing_order_id}/"


def test_a_state_that_is_none_shows_all_orders(board: Client) -> None:
    order = f.OrderFactory()
    shown = board.get("/", {"state": "delivered"}).context
    assert shown["state"] == ""
    assert [row.number for row in shown["orders"]] == [order.number]


def test_the_table_has_pages_of_25(board: Client) -> None:
    bundle = f.bundle_with("bread")
    site = f.SiteFactory()
    f.OrderFactory.create_batch(26, bundle=bundle, site=site, organization=site.organization)
    assert len(board.get("/").context["orders"]) == 25
    assert len(board.get("/", {"page": "2"}).context["orders"]) == 1


def test_routes_stand_beside_their_map_with_what_is_done(board: Client) -> None:
    f.fixed_order(site__name_en="Hall")
    order = f.fixed_order(site__name_en="Library")
    route = f.started_route(order)
    first = route.stops.get(sequence=1)
    deliver_stop(first, receiver_name="박수령", note="", actor=route.shift.courier, now=f.DELIVERY_MORNING)

    with translation.override("en"):
        rows = read_routes(f.DELIVERY_DATE)
        drawn = map_of_day(rows)
    (row,) = rows
    assert (row.done, row.failed, len(row.stops), row.colour) == (1, 0, 2, 1)
    assert row.next_eta == route.stops.get(sequence=2).eta
    assert row.distance_km == route.distance_m / 1000
    assert drawn["depot"]["label"] == "Nokbeon hub"
    (line,) = drawn["routes"]
    assert [(stop["number"], stop["state"]) for stop in line["stops"]] == [(1, "delivered"), (2, "pending")]
    assert sorted(stop["label"] for stop in line["stops"]) == ["Hall", "Library"]

    page = board.get("/").content.decode()
    assert "1/2 stops" in page
    assert json.dumps(line["stops"][0]["url"])[1:-1] in page
    assert f"/routes/{route.pk}/sheet.pdf" in page


def test_the_ninth_route_starts_over_with_the_colours() -> None:
    plan = RoutePlan.objects.create(
        depot=f.depot(),
        date=f.DELIVERY_DATE,
        version=1,
        distance_m=0,
        seconds=0,
        published_at=f.PLANNING_TIME,
    )
    for _ in range(9):
        plan.routes.create(
            shift=f.ShiftFactory(),
            departs_at=f.DELIVERY_MORNING,
            returns_at=f.DELIVERY_MORNING,
            distance_m=0,
            weight_g=0,
            volume_ml=0,
        )
    assert [row.colour for row in read_routes(f.DELIVERY_DATE)] == [1, 2, 3, 4, 5, 6, 7, 8, 1]


def test_a_day_without_routes_has_an_empty_map() -> None:
    assert map_of_day([]) == {"depot": None, "routes": []}


def test_exceptions_of_other_days_are_counted_and_linked(board: Client, clock: Any) -> None:
    clock(f.TUESDAY)
    institution = f.InstitutionFactory()
    nowhere = f.SiteFactory(organization=institution, precision="none", latitude=None, longitude=None)
    f.OrderFactory(organization=institution, site=nowhere, delivery_date=WEDNESDAY)
    f.OrderFactory()
    shown = board.get("/", {"date": "2026-12-01"}).context
    assert (shown["exception_count"], shown["exceptions_elsewhere"]) == (0, [(WEDNESDAY, 1)])


def test_many_exceptions_hide_behind_the_first_eight(board: Client, clock: Any) -> None:
    clock(f.TUESDAY)
    institution = f.InstitutionFactory()
    nowhere = f.SiteFactory(organization=institution, precision="none", latitude=None, longitude=None)
    bundle = f.bundle_with("bread")
    f.OrderFactory.create_batch(10, organization=institution, site=nowhere, bundle=bundle)
    shown = board.get("/", {"date": "2026-12-01"}).context
    assert (len(shown["exceptions"]), shown["exception_count"], shown["exceptions_hidden"]) == (8, 10, 2)
    assert len(board.get("/", {"date": "2026-12-01", "all": "1"}).context["exceptions"]) == 10


def test_the_retry_button_puts_the_date_back_and_returns_to_the_day(board: Client, clock: Any) -> None:
    clock(f.CUTOFF)
    occurrence = f.OccurrenceFactory()
    site = occurrence.standing_order.site
    type(site).objects.filter(pk=site.pk).update(precision="none")
    f.fix(occurrence, now=f.CUTOFF)
    exceptions = board.get("/", {"date": "2026-12-01"}).context["exceptions"]
    (retry,) = [action for row in exceptions for action in row.actions if action.label == "Try again"]
    for _ in range(2):
        answer = board.post(retry.url, dict(retry.fields))
        assert (answer.status_code, answer["Location"]) == (302, "/?date=2026-12-01")
        occurrence.refresh_from_db()
        assert occurrence.status == "planned"


def test_last_runs_count_what_they_did_for_the_day(board: Client) -> None:
    f.OccurrenceFactory()
    f.OccurrenceFactory(rule_date=WEDNESDAY)
    fix_due(now=f.CUTOFF)
    (run,) = board.get("/").context["runs"]
    fixed = CycleRun.objects.get(step="fix")
    assert (run.pk, run.step, run.started_at) == (fixed.pk, "fix orders at cut-off", f.CUTOFF)
    assert (run.done, run.skipped, run.failed) == (1, 0, 0)


# -- How it is served -------------------------------------------------------------------------------


def test_htmx_gets_the_living_part_with_the_routes_beside_it(board: Client) -> None:
    f.started_route(f.fixed_order())
    whole = board.get("/")
    part = board.get("/", headers={"HX-Request": "true"})
    page = part.content.decode()
    assert ["HX-Request" in answer["Vary"].split(", ") for answer in (part, whole)] == [True, True]
    assert page.count('id="day-live"') == 1
    assert page.count('id="day-routes" hx-swap-oob="true"') == 1
    assert "<html" not in page
    assert "day-routes-map" not in page


def test_the_board_asks_as_often_for_three_of_everything(board: Client, clock: Any) -> None:
    clock(f.PLANNING_TIME)

    def one_of_everything() -> None:
        f.fixed_order()
        f.fixed_order(occurrence=f.OccurrenceFactory())
        f.OccurrenceFactory(cutoff_at=f.PLANNING_TIME + timedelta(hours=1))
        f.OrderFactory()
        f.ShiftFactory()

    def queries(**asked: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert board.get("/", {"date": "2026-12-01", **asked}).status_code == 200
        return len(captured)

    one_of_everything()
    f.published_plan()
    fix_due(now=f.CUTOFF)
    one = queries(), queries(state="planned")
    one_of_everything()
    one_of_everything()
    f.published_plan()
    assert (queries(), queries(state="planned")) == one


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_board_reads_in_both_languages(client: Client, language: str) -> None:
    client.force_login(f.operator(language=language))
    f.started_route(f.fixed_order())
    page = client.get("/", {"date": date(2026, 12, 1).isoformat()}).content.decode()
    assert f'<html lang="{language}">' in page
    assert {"ko": "12월 1일 (화)", "en": "Tue 1 Dec"}[language] in page
