"""The run ledger for operators: run by run, and by institution and delivery date."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from membership.models import User
from orders.cycle import fix_due, preview
from orders.models import CycleItem, CycleRun, Occurrence, Order
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    EditionFactory,
    InstitutionFactory,
    OccurrenceFactory,
    OrderFactory,
    SiteFactory,
    StandingOrderFactory,
    bundle_with,
    issued_purchase_order,
    operator,
    orderer,
    viewer,
)

pytestmark = pytest.mark.django_db
NOW = CUTOFF + timedelta(hours=1)
RUNS, ITEMS = reverse("orders:cycle_run_list"), reverse("orders:cycle_item_list")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: NOW)


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def _standing_order(**fields: Any) -> Any:
    bundle = bundle_with("bread")
    EditionFactory(bundle=bundle)
    return StandingOrderFactory(bundle=bundle, **fields)


def test_a_run_says_in_words_why_something_failed_and_leads_there() -> None:
    good = OccurrenceFactory(standing_order=_standing_order())
    nowhere = SiteFactory(precision="none", latitude=None, longitude=None)
    broken = OccurrenceFactory(
        standing_order=_standing_order(organization=nowhere.organization, site=nowhere)
    )
    (run,) = fix_due(now=CUTOFF)
    order = Order.objects.get(occurrence=good)

    page = client_of(operator()).get(reverse("orders:cycle_run_detail", args=[run.pk]))

    date_url = reverse(
        "orders:standing_order_date", args=[broken.standing_order_id, DELIVERY_DATE.isoformat()]
    )
    order_url = reverse("orders:order_detail", args=[order.number])
    assert [(row["item"].outcome, row["reason"], row["url"]) for row in page.context["rows"]] == [
        ("failed", "The site has no usable location", date_url),
        ("done", "", order_url),
    ]
    assert [row["item"].organization for row in page.context["rows"]] == [
        nowhere.organization,
        order.organization,
    ]
    failed = client_of(operator()).get(page.request["PATH_INFO"] + "?outcome=failed")
    assert [row["item"].outcome for row in failed.context["rows"]] == ["failed"]
    assert Occurrence.objects.get(pk=broken.pk).status == "failed"


def test_runs_lead_to_purchase_orders_and_standing_orders() -> None:
    purchase_order = issued_purchase_order()
    standing_order = _standing_order()
    run = CycleRun.objects.create(step=CycleRun.Step.ACKNOWLEDGE, started_at=NOW, done=1)
    CycleItem.objects.create(
        run=run, subject=purchase_order.number, subject_id=purchase_order.pk, outcome="done", at=NOW
    )
    previewed = next(run for run in preview(now=TUESDAY) if run.step == CycleRun.Step.PREVIEW)
    client = client_of(operator())

    def urls(pk: int) -> list[str]:
        page = client.get(reverse("orders:cycle_run_detail", args=[pk]))
        return [row["url"] for row in page.context["rows"]]

    assert urls(run.pk) == [reverse("orders:purchase_order_detail", args=[purchase_order.number])]
    assert urls(previewed.pk) == [reverse("orders:standing_order_detail", args=[standing_order.pk])]


def test_run_list_is_newest_first_and_filters() -> None:
    def run(step: str, hours: int, failed: int = 0) -> CycleRun:
        return CycleRun.objects.create(
            step=step, started_at=NOW + timedelta(hours=hours), done=1, failed=failed
        )

    old, broken, new = run("fix", 0), run("fix", 1, failed=2), run("route", 2)
    client = client_of(operator())

    def shown(query: str = "") -> list[CycleRun]:
        return list(client.get(RUNS + query).context["page_obj"])

    assert shown() == [new, broken, old]
    assert shown("?step=fix") == [broken, old]
    assert shown("?failures=on") == [broken]
    assert shown("?step=route&failures=on") == []
    assert shown("?step=lost") == [new, broken, old]


def test_run_pages_come_in_pages_and_ask_as_often_for_many_rows() -> None:
    user = operator()
    bundle = bundle_with("bread")
    EditionFactory(bundle=bundle)
    counts, runs = [], []
    for occurrences in (1, 3):
        for _ in range(occurrences):
            OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bundle))
        runs += fix_due(now=CUTOFF)
        client = client_of(user)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(RUNS).status_code == 200
            assert client.get(reverse("orders:cycle_run_detail", args=[runs[-1].pk])).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]

    run = CycleRun.objects.create(step="statement", started_at=NOW, done=26)
    CycleItem.objects.bulk_create(
        CycleItem(run=run, subject=f"{number}", outcome="done", at=NOW) for number in range(26)
    )
    page = client_of(user).get(reverse("orders:cycle_run_detail", args=[run.pk]) + "?page=2")
    assert [row["item"].subject for row in page.context["rows"]] == ["25"]


# -- By institution and date ----------------------------------------------------------------------


def test_operators_find_what_was_done_for_an_institution_on_a_date() -> None:
    run = CycleRun.objects.create(step="fix", started_at=NOW)
    other_run = CycleRun.objects.create(step="statement", started_at=NOW)
    one, other = InstitutionFactory(), InstitutionFactory()

    def item(subject: str, organization: Any, day: Any, outcome: str, run: CycleRun = run) -> None:
        CycleItem.objects.create(
            run=run,
            subject=subject,
            organization=organization,
            delivery_date=day,
            outcome=outcome,
            reason="too_late" if outcome == "failed" else "",
            at=NOW,
        )

    later = DELIVERY_DATE + timedelta(days=7)
    item("a", one, DELIVERY_DATE, "done")
    item("b", one, later, "failed")
    item("c", other, DELIVERY_DATE, "failed")
    item("d", one, DELIVERY_DATE, "done", other_run)
    client = client_of(operator())

    def shown(**query: Any) -> list[str]:
        return [row["item"].subject for row in client.get(ITEMS, query).context["rows"]]

    assert shown() == ["d", "c", "b", "a"]
    assert shown(organization=one.pk) == ["d", "b", "a"]
    assert shown(organization=one.pk, day=DELIVERY_DATE.isoformat()) == ["d", "a"]
    assert shown(day=DELIVERY_DATE.isoformat(), outcome="failed") == ["c"]
    assert shown(step="statement") == ["d"]
    assert shown(organization=other.pk, day=later.isoformat()) == []
    assert shown(day="soon", organization="nobody") == ["d", "c", "b", "a"]


def test_the_search_asks_as_often_for_many_rows() -> None:
    client = client_of(operator())
    counts = []
    for dates in (1, 3):
        for _ in range(dates):
            nowhere = SiteFactory(precision="none", latitude=None, longitude=None)
            OccurrenceFactory(standing_order=_standing_order(organization=nowhere.organization, site=nowhere))
            OccurrenceFactory(standing_order=_standing_order())
        fix_due(now=CUTOFF)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(ITEMS)
        assert all(row["url"] for row in page.context["rows"])
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- On an order's page ---------------------------------------------------------------------------


def test_an_orders_page_says_what_the_runs_did_with_it() -> None:
    occurrence = OccurrenceFactory(standing_order=_standing_order())
    (run,) = fix_due(now=CUTOFF)
    order = Order.objects.get(occurrence=occurrence)

    def runs(user: User) -> list[tuple[str, str]]:
        page = client_of(user).get(reverse("orders:order_detail", args=[order.number]))
        return [(event["text"], event["url"]) for event in page.context["runs"]]

    said = "fix orders at cut-off: done"
    assert runs(viewer(order.organization)) == [(said, "")]
    assert runs(operator()) == [(said, reverse("orders:cycle_run_detail", args=[run.pk]))]


def test_an_orders_page_keeps_an_operators_detail_from_its_institution() -> None:
    nowhere = SiteFactory(precision="none", latitude=None, longitude=None)
    order = OrderFactory(organization=nowhere.organization, site=nowhere)
    fix_due(now=CUTOFF)

    def note(user: User) -> str:
        page = client_of(user).get(reverse("orders:order_detail", args=[order.number]))
        (event,) = page.context["runs"]
        return str(event["note"])

    assert note(orderer(order.organization)) == "The site has no usable location"
    assert note(operator()) == f"The site has no usable location: {nowhere.name}"
