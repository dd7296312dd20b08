"""The dispatch board: what it shows of a day, and what operators do there."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime
from pypdf import PdfReader

from delivery.actions.driving import start_route
from delivery.day import instant
from delivery.models import PlanRun, RoutePlan
from delivery.tasks import search_routes

from .. import factories as f
from ..snapshot import everything
from .driving import logged_in, shown_messages, texts

pytestmark = pytest.mark.django_db
URL = "/dispatch/2026-12-01/"


@pytest.fixture(autouse=True)
def no_worker(at: Callable, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """It is the afternoon before, and no worker listens."""
    at(f.PLANNING_TIME)
    told: list[int] = []
    monkeypatch.setattr(search_routes, "delay", told.append)
    return told


def hub() -> Client:
    return logged_in(f.operator(language="en"))


def page(client: Client, query: str = "") -> str:
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_day_without_a_plan_says_what_there_is_to_plan() -> None:
    f.ShiftFactory()
    f.fixed_order()

    html = page(hub())

    assert "No routes are planned for this day." in html
    assert "1 order is fixed for this day, couriers on duty: 1." in html


def test_a_day_without_orders_or_depot_is_no_error() -> None:
    assert "There is nothing to deliver on this day." in page(hub())


def test_home_leads_to_the_next_day_with_orders() -> None:
    client = hub()
    assert client.get("/dispatch/")["Location"] == "/dispatch/2026-11-30/"
    f.fixed_order()
    assert client.get("/dispatch/")["Location"] == URL


def test_asking_writes_a_row_and_tells_a_worker(no_worker: list[int]) -> None:
    f.fixed_order()
    f.depot()
    client = hub()

    answer = client.post(f"{URL}plan/", {"seconds": 30})

    run = PlanRun.objects.get()
    assert answer["Location"] == URL
    assert (run.seconds, run.status, run.base, no_worker) == (30, "asked", None, [run.pk])
    assert "Waiting for a worker" in page(client)


def test_without_a_queue_the_row_waits_for_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    f.fixed_order()
    f.depot()

    def gone(pk: int) -> None:
        raise OSError

    monkeypatch.setattr(search_routes, "delay", gone)
    client = hub()
    client.post(f"{URL}plan/", {"seconds": 30})

    assert PlanRun.objects.get().status == "asked"


@pytest.mark.parametrize("seconds", ["0", "901", "soon", ""])
def test_an_impossible_time_is_explained_and_kept(seconds: str) -> None:
    f.fixed_order()
    f.depot()

    answer = hub().post(f"{URL}plan/", {"seconds": seconds})

    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="field field--error"' in html
    assert not seconds or f'value="{seconds}"' in html
    assert not PlanRun.objects.exists()


def test_the_past_is_not_planned() -> None:
    client = hub()

    client.post("/dispatch/2026-11-29/plan/", {"seconds": 30})

    html = client.get("/dispatch/2026-11-29/").content.decode()
    assert shown_messages(html) == ["Routes can be planned for today and the days to come."]
    assert not PlanRun.objects.exists()


def test_progress_comes_in_a_part_until_the_planning_has_ended() -> None:
    f.fixed_order()
    run = f.PlanRunFactory(status="running", seconds=20, searched_s=5, vans=3, left_out=1)
    client = hub()

    def part() -> tuple[str, str | None]:
        answer = client.get(URL, headers={"HX-Request": "true", "HX-Target": "plan-run"})
        return answer.content.decode(), answer.headers.get("HX-Refresh")

    html, refresh = part()
    assert "5 of 20 s" in html
    assert "3 vans" in html
    assert "<html" not in html
    assert refresh is None
    PlanRun.objects.filter(pk=run.pk).update(status="cancelled", ended_at=f.PLANNING_TIME)
    assert part()[1] == "true"


def test_a_draft_is_shown_before_what_is_in_force() -> None:
    f.fixed_order()
    f.published_plan()
    draft = f.draft_plan()
    client = hub()

    html = page(client)
    assert f"/dispatch/plans/{draft.pk}/publish/" in html
    assert f"/dispatch/plans/{draft.pk}/publish/" not in page(client, "?plan=published")


def test_publishing_needs_the_draft_that_was_seen() -> None:
    f.fixed_order()
    draft = f.draft_plan()
    client = hub()
    before = everything()

    client.post(f"/dispatch/plans/{draft.pk}/publish/", {"revision": 7})

    html = page(client)
    assert shown_messages(html) == ["Somebody else has changed this plan: please look at it again"]
    assert RoutePlan.objects.get().status == "draft"
    assert {name: rows for name, rows in everything().items() if name.startswith("delivery")} == {
        name: rows for name, rows in before.items() if name.startswith("delivery")
    }
    client.post(f"/dispatch/plans/{draft.pk}/publish/", {"revision": 1})
    assert shown_messages(page(client)) == ["The plan is in force. Couriers and recipients are told."]
    assert RoutePlan.objects.get().status == "published"


def test_a_failed_planning_says_so() -> None:
    f.fixed_order()
    f.PlanRunFactory(status="failed", ended_at=f.PLANNING_TIME, fault="van 1: works 12:00, may 09:00")

    assert "The last planning failed; nothing was changed." in page(hub())


def test_what_is_on_no_route_says_why() -> None:
    f.ShiftFactory(vehicle__max_weight_kg=1)
    f.fixed_order()
    f.draft_plan()
    f.fixed_order()

    html = page(hub())

    assert "heavier than any vehicle carries (2.0 kg &gt; 1.0 kg)" in html
    assert "came in after the plan was made" in html


# -- What the board shows -----------------------------------------------------------------------------


def test_routes_stand_with_letter_load_and_times() -> None:
    f.ShiftFactory(courier=f.courier(name="한기사", name_en="Han"))
    order = f.fixed_order()
    plan = f.published_plan()
    stop = plan.stops.get()

    html = page(hub())

    assert texts(html, "route-code") == ["A1"]
    assert texts(html, "route-card__name") == ["Han"]
    assert f'id="stop-{order.pk}"' in html
    assert "2 / 1,000 kg" in html
    assert f"{localtime(stop.eta):%H:%M}" in html


def test_what_comes_after_the_site_closed_is_late() -> None:
    order = f.fixed_order()
    plan = f.published_plan()
    order.site.windows.update(opens="06:00", closes="07:00")

    html = page(hub())

    late = int((plan.stops.get().eta - instant(plan.date, 7 * 3600)).total_seconds() // 60)
    assert f"{late} min late" in html
    assert "lane__stop--late" in html


@pytest.mark.parametrize(
    ("words", "found"), [("A2", 1), ("b1", 0), ("no such thing", 0), ("%", 0), ("은평", 2)]
)
def test_search_finds_stops_by_code_site_and_address(words: str, found: int) -> None:
    f.ShiftFactory()
    for nth in range(2):
        f.fixed_order(site=f.SiteFactory(name=f"은평{nth}", address="서울 종로구 1"))
    f.published_plan()

    html = page(hub(), f"?q={words}")

    assert f"{found} stop{'' if found == 1 else 's'} found" in html
    assert html.count('class="is-found"') == found


def test_the_part_that_lives_comes_alone(at: Callable) -> None:
    f.fixed_order()
    route = f.published_plan().routes.get()
    at(f.DELIVERY_MORNING)
    client = hub()
    assert 'hx-trigger="every 30s"' in page(client)
    start_route(route, actor=route.shift.courier, now=f.DELIVERY_MORNING)

    html = client.get(URL, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in html
    assert 'id="lane-A" hx-swap-oob="true"' in html
    assert "on the way" in html


def test_couriers_that_are_behind_are_seen(at: Callable) -> None:
    f.fixed_order()
    route = f.published_plan().routes.get()
    later = route.departs_at + timedelta(minutes=25)
    start_route(route, actor=route.shift.courier, now=later)
    at(later)

    assert "25 min behind" in page(hub())


def test_all_sheets_are_printed_as_one() -> None:
    shifts = [f.ShiftFactory(courier=f.courier(name=name, name_en=name)) for name in ("Kim", "Lee")]
    f.fixed_order()
    f.fixed_order()
    plan = f.published_plan()
    first = plan.routes.get()
    other = next(shift for shift in shifts if shift != first.shift)
    last = first.stops.last()
    first.pk, first.shift, first._state.adding = None, other, True
    first.save()
    plan.stops.filter(pk=last.pk).update(route=first, sequence=1)

    answer = hub().get(f"/dispatch/plans/{plan.pk}/sheets.pdf")

    texts_of_pages = [sheet.extract_text() for sheet in PdfReader(BytesIO(answer.content)).pages]
    named = [[name for name in ("Kim", "Lee") if name in text] for text in texts_of_pages]
    assert sorted(named) == [["Kim"], ["Lee"]]


def test_a_draft_has_no_sheets() -> None:
    f.fixed_order()
    draft = f.draft_plan()

    assert hub().get(f"/dispatch/plans/{draft.pk}/sheets.pdf").status_code == 404


def test_a_large_day_takes_as_many_queries_as_a_small_one() -> None:
    f.fixed_order()
    f.published_plan()
    client = hub()
    page(client)
    with CaptureQueriesContext(connection) as few:
        page(client)
    for _ in range(3):
        f.ShiftFactory()
        f.fixed_order()
    f.published_plan()

    with CaptureQueriesContext(connection) as many:
        page(client)
    assert len(many) == len(few)
