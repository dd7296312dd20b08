"""A producer's pages: what is shown, what can be done, and that nobody else's business is either."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from membership.models import Organization, User
from orders.actions.purchase import accept_purchase_order, close_deadline
from orders.actions.receive import receive_purchase_order
from orders.actions.shortage import report_shortage
from orders.cutoff import seoul
from orders.models import PurchaseOrder, PurchaseOrderLine, Shortage
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    BundleFactory,
    EditionFactory,
    OccurrenceFactory,
    ProducerFactory,
    ProductFactory,
    SlotFactory,
    StandingOrderFactory,
    courier,
    fixed_order,
    hub,
    issued_purchase_order,
    operator,
    orderer,
    producer_user,
)

pytestmark = pytest.mark.django_db
NOW = CUTOFF + timedelta(hours=1)
LIST = reverse("orders:purchase_order_list")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thursday 2026-11-26 at four in the afternoon, an hour after the cut-off."""
    monkeypatch.setattr("membership.clock.now", lambda: NOW)


def client_of(user: User, language: str = "en") -> Client:
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def url(name: str, purchase_order: PurchaseOrder, *more: int) -> str:
    return reverse(f"orders:purchase_order_{name}", args=[purchase_order.number, *more])


def rows_of(purchase_order: PurchaseOrder) -> tuple[Any, ...]:
    """Everything about the purchase order that a page could change."""
    purchase_order = PurchaseOrder.objects.get(pk=purchase_order.pk)
    return (
        purchase_order.status,
        list(purchase_order.lines.values_list("ordered", "confirmed", "received")),
        purchase_order.events.count(),
        Shortage.objects.count(),
    )


# -- Home -----------------------------------------------------------------------------------------


def test_producer_home_shows_what_waits_what_to_make_and_what_it_brings() -> None:
    producer = ProducerFactory()
    product = ProductFactory(producer=producer, supply_price=1500)
    bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
    monday = date(2026, 11, 30)
    for day in (DELIVERY_DATE, monday):
        EditionFactory(bundle=bundle, delivery_date=day, products=[product])
    fixed_order(bundle=bundle, headcount=7)
    OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bundle, headcount=4), rule_date=monday)
    issued_purchase_order()  # another producer's
    waiting = PurchaseOrder.objects.get(producer=producer)

    context = client_of(producer_user(producer)).get(reverse("home")).context

    assert context["waiting"] == [waiting]
    assert (context["waiting"][0].units, context["waiting"][0].amount) == (7, 10_500)
    assert [(day.date, day.firm, day.forecast) for day in context["days"]] == [
        (monday, 0, 4),
        (DELIVERY_DATE, 7, 0),
    ]
    assert list(context["recent"]) == []
    assert context["week"] == {"units": 0, "amount": 0}  # delivered in the week after this one
    assert context["month"] == {"units": 0, "amount": 0}


def test_producer_home_counts_the_week_of_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    purchase_order = issued_purchase_order(headcount=7)
    user = producer_user(purchase_order.producer)
    report_shortage(purchase_order.lines.get(), 5, actor=user, now=NOW)
    monkeypatch.setattr("membership.clock.now", lambda: seoul(DELIVERY_DATE, NOW.time()))

    context = client_of(user).get(reverse("home")).context

    assert context["week"] == context["month"] == {"units": 5, "amount": 7_500}
    assert (context["waiting"], list(context["recent"])) == ([], [purchase_order])


# -- List -----------------------------------------------------------------------------------------


def numbers(client: Client, query: str = "") -> list[str]:
    return [row.number for row in client.get(LIST + query).context["page_obj"]]


def test_purchase_order_list_is_the_producers_own_and_all_of_them_for_operators() -> None:
    later, earlier = issued_purchase_order(), issued_purchase_order(day=DELIVERY_DATE - timedelta(days=1))

    page = client_of(producer_user(later.producer)).get(LIST)
    assert [row.number for row in page.context["page_obj"]] == [later.number]
    assert earlier.producer.name_en not in page.content.decode()

    page = client_of(operator()).get(LIST)
    assert [row.number for row in page.context["page_obj"]] == [later.number, earlier.number]
    assert earlier.producer.name_en in page.content.decode()


def test_purchase_order_list_filters_by_state_and_dates() -> None:
    first, second, third = (
        issued_purchase_order(day=DELIVERY_DATE + timedelta(days=days)) for days in (0, 1, 2)
    )
    user = operator()
    accept_purchase_order(first, actor=user, now=NOW)
    PurchaseOrder.objects.filter(pk=second.pk).update(acknowledge_by=NOW)
    close_deadline(second.pk, now=NOW)
    client = client_of(user)

    assert numbers(client, "?state=open") == [third.number, second.number]
    assert numbers(client, "?state=accepted") == [first.number]
    assert numbers(client, "?since=2026-12-02&until=2026-12-02") == [second.number]
    assert numbers(client, "?state=open&since=2026-12-03") == [third.number]
    assert numbers(client, "?state=received") == []


def test_purchase_order_list_points_out_a_filter_that_cannot_be_used() -> None:
    purchase_order = issued_purchase_order()
    client = client_of(operator())

    for query, field in (("since=2026-12-02&until=2026-12-01", "until"), ("state=lost", "state")):
        page = client.get(f"{LIST}?{query}")
        assert list(page.context["form"].errors) == [field]
    page = client.get(f"{LIST}?since=yesterday")
    assert list(page.context["form"].errors) == ["since"]
    assert 'value="yesterday"' in page.content.decode()
    assert [row.number for row in page.context["page_obj"]] == [purchase_order.number]


@pytest.mark.parametrize("name", ["home", "orders:purchase_order_list", "orders:production"])
def test_producer_pages_ask_as_often_for_one_purchase_order_as_for_three(name: str) -> None:
    producer = ProducerFactory()
    user = producer_user(producer)
    counts = []
    for days in ((0,), (1, 2)):
        for number in days:
            issued_purchase_order(producer, day=DELIVERY_DATE + timedelta(days=number))
        client = client_of(user)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["orders:purchase_order_list", "orders:production"])
def test_operators_lists_ask_as_often_for_one_producer_as_for_three(name: str) -> None:
    user = operator()
    counts = []
    for producers in (1, 2):
        for _ in range(producers):
            issued_purchase_order()
        client = client_of(user)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_purchase_order_detail_asks_as_often_for_one_line_as_for_three() -> None:
    purchase_order = issued_purchase_order()
    user = operator()
    counts = []
    for more in (0, 2):
        for _ in range(more):
            _add_line(purchase_order)
        report_shortage(purchase_order.lines.latest("pk"), 1, actor=user, now=NOW)
        client = client_of(user)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url("detail", purchase_order)).status_code == 200
        counts.append(len(queries))
    assert purchase_order.lines.count() == 3
    assert counts[0] == counts[1]


def _add_line(purchase_order: PurchaseOrder) -> None:
    product = ProductFactory(producer=purchase_order.producer, category__code=f"more-{ProductFactory().pk}")
    bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
    EditionFactory(bundle=bundle, products=[product])
    fixed_order(bundle=bundle)


# -- Detail ---------------------------------------------------------------------------------------


def test_purchase_order_detail_shows_lines_place_and_deadline() -> None:
    hub_name = hub().name_en
    purchase_order = issued_purchase_order(headcount=7)
    page = client_of(producer_user(purchase_order.producer)).get(url("detail", purchase_order))
    html = page.content.decode()

    assert (page.context["units"], page.context["amount"]) == (7, 10_500)
    assert "₩10,500" in html
    assert hub_name in html
    assert page.context["to_answer"] is True
    assert "Fri 27 Nov 15:00" in html
    assert [event["state"] for event in page.context["events"]] == ["issued"]
    assert url("receive", purchase_order) not in html  # the hub's button
    assert (
        url("receive", purchase_order)
        in client_of(operator()).get(url("detail", purchase_order)).content.decode()
    )


def test_shortages_are_shown_to_the_producer_without_the_institution() -> None:
    purchase_order = issued_purchase_order(headcount=7)
    report_shortage(purchase_order.lines.get(), 5, actor=operator(), now=NOW)
    shortage = Shortage.objects.get()
    order = shortage.order_line.order
    names = {order.number, order.organization_name, order.organization.name_en, order.site_name}

    html = (
        client_of(producer_user(purchase_order.producer)).get(url("detail", purchase_order)).content.decode()
    )
    assert "credited to the institution" in html
    assert {name for name in names if name in html} == set()

    html = client_of(operator()).get(url("detail", purchase_order)).content.decode()
    assert order.number in html


# -- Accept ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["producer", "operator"])
def test_accepting_confirms_everything_once(who: str) -> None:
    purchase_order = issued_purchase_order(headcount=7)
    user = producer_user(purchase_order.producer) if who == "producer" else operator()
    client = client_of(user)

    for _ in range(2):
        answer = client.post(url("accept", purchase_order))
        assert answer.headers["Location"] == url("detail", purchase_order)
        assert rows_of(purchase_order) == ("accepted", [(7, 7, None)], 2, 0)
    assert purchase_order.events.get(to="accepted").actor == user


def test_accepting_leads_back_to_where_the_button_was_but_never_elsewhere() -> None:
    purchase_order = issued_purchase_order()
    client = client_of(producer_user(purchase_order.producer))

    assert client.post(url("accept", purchase_order), {"next": "/"}).headers["Location"] == "/"
    answer = client.post(url("accept", purchase_order), {"next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == url("detail", purchase_order)


def test_accepting_what_was_received_says_why_not() -> None:
    purchase_order = issued_purchase_order()
    user = producer_user(purchase_order.producer)
    receive_purchase_order(purchase_order, actor=operator(), now=NOW)
    before = rows_of(purchase_order)

    page = client_of(user).post(url("accept", purchase_order), follow=True)

    assert [str(message) for message in page.context["messages"]] == [
        "Its state does not allow this any more"
    ]
    assert rows_of(purchase_order) == before


# -- Shortage -------------------------------------------------------------------------------------


def shortage_url(line: PurchaseOrderLine) -> str:
    return url("shortage", line.purchase_order, line.pk)


def test_reporting_a_shortage_twice_is_reporting_it_once() -> None:
    purchase_order = issued_purchase_order(headcount=7)
    client = client_of(producer_user(purchase_order.producer))
    line = purchase_order.lines.get()

    said = []
    for _ in range(2):
        page = client.post(shortage_url(line), {"confirmed": "5"}, follow=True)
        said.append([str(message) for message in page.context["messages"]])
        assert rows_of(purchase_order) == ("short", [(7, 5, None)], 2, 1)
    assert said == [
        ["The shortage is reported. It touches 1 order; 0 of them got a substitute."],
        ["Nothing has changed: this is what was promised before."],
    ]


@pytest.mark.parametrize("typed", ["8", "-1", "many", ""])
def test_a_shortage_that_cannot_be_is_kept_in_the_field_and_changes_nothing(typed: str) -> None:
    purchase_order = issued_purchase_order(headcount=7)
    line = purchase_order.lines.get()
    before = rows_of(purchase_order)

    page = client_of(producer_user(purchase_order.producer)).post(shortage_url(line), {"confirmed": typed})

    (form,) = page.context["shortage_forms"]
    assert page.status_code == 422
    assert list(form.errors) == ["confirmed"]
    assert form["confirmed"].value() == typed
    assert page.context["shortage_open"] is True
    assert rows_of(purchase_order) == before


def test_a_shortage_of_what_was_received_says_why_not() -> None:
    purchase_order = issued_purchase_order(headcount=7)
    receive_purchase_order(purchase_order, actor=operator(), now=NOW)
    before = rows_of(purchase_order)

    page = client_of(producer_user(purchase_order.producer)).post(
        shortage_url(purchase_order.lines.get()), {"confirmed": "5"}, follow=True
    )

    assert [str(message) for message in page.context["messages"]] == [
        "Its state does not allow this any more"
    ]
    assert page.context["shortage_forms"] == []
    assert rows_of(purchase_order) == before


def test_a_line_is_reported_short_under_its_own_purchase_order_only() -> None:
    producer = ProducerFactory()
    first = issued_purchase_order(producer)
    second = issued_purchase_order(producer, day=DELIVERY_DATE + timedelta(days=1))
    before = rows_of(first), rows_of(second)

    answer = client_of(producer_user(producer)).post(
        url("shortage", first, second.lines.get().pk), {"confirmed": "0"}
    )

    assert answer.status_code == 404
    assert (rows_of(first), rows_of(second)) == before


# -- Strangers ------------------------------------------------------------------------------------


def strangers(purchase_order: PurchaseOrder) -> dict[str, User]:
    institution: Organization = purchase_order.lines.get().product.order_lines.get().order.organization
    return {"second producer": producer_user(), "courier": courier(), "institution": orderer(institution)}


def test_a_purchase_order_does_not_exist_for_strangers_and_nothing_changes() -> None:
    purchase_order = issued_purchase_order()
    line = purchase_order.lines.get()
    before = rows_of(purchase_order)

    for who, user in strangers(purchase_order).items():
        client = client_of(user)
        answers = {
            "detail": client.get(url("detail", purchase_order)),
            "accept": client.post(url("accept", purchase_order)),
            "shortage": client.post(shortage_url(line), {"confirmed": "0"}),
            "receive": client.post(url("receive", purchase_order)),
        }
        assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
            answers, 404
        ), who
        assert rows_of(purchase_order) == before, who


def test_a_second_producer_sees_nothing_of_the_first() -> None:
    issued_purchase_order()
    client = client_of(producer_user())

    assert numbers(client) == []
    assert client.get(reverse("orders:production")).context["days"] == []
    home = client.get(reverse("home")).context
    assert (home["waiting"], home["days"], list(home["recent"])) == ([], [], [])


@pytest.mark.parametrize("name", ["orders:purchase_order_list", "orders:production"])
def test_producer_pages_do_not_exist_for_couriers_and_institutions(name: str) -> None:
    for user in (courier(), orderer()):
        assert client_of(user).get(reverse(name)).status_code == 404


def test_deeds_need_a_post() -> None:
    purchase_order = issued_purchase_order()
    client = client_of(producer_user(purchase_order.producer))
    before = rows_of(purchase_order)

    assert client.get(url("accept", purchase_order)).status_code == 405
    assert client.get(shortage_url(purchase_order.lines.get())).status_code == 405
    assert rows_of(purchase_order) == before
