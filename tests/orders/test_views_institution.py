"""An institution's pages: its home, its orders, an order for an event, and that nobody else sees them."""

from collections.abc import Callable
from datetime import date, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bundles.models import Bundle
from membership.models import Organization, Site, User
from orders.actions.fulfil import issue_statement
from orders.actions.shortage import report_shortage
from orders.models import Order, PurchaseOrderLine
from orders.reasons import words
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    DELIVERY_MORNING,
    PLANNING_TIME,
    TUESDAY,
    BundleFactory,
    CertificationFactory,
    EditionFactory,
    InstitutionFactory,
    MembershipFactory,
    OccurrenceFactory,
    OrderFactory,
    PlanFactory,
    ProductFactory,
    SiteFactory,
    SlotFactory,
    StandingOrderFactory,
    bundle_with,
    courier,
    delivered_order,
    fixed_order,
    operator,
    orderer,
    producer_user,
    published_plan,
    viewer,
)

pytestmark = pytest.mark.django_db
HOME, LIST, NEW = reverse("home"), reverse("orders:order_list"), reverse("orders:event_order_create")


@pytest.fixture(autouse=True)
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The service's clock stands at `TUESDAY` until a test sets it."""

    def set_to(now: object) -> None:
        monkeypatch.setattr("membership.clock.now", lambda: now)

    set_to(TUESDAY)
    return set_to


@pytest.fixture
def office() -> Organization:
    return InstitutionFactory(name_en="City Office")


def client_of(user: User, language: str = "en") -> Client:
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def detail(order: Order) -> str:
    return reverse("orders:order_detail", args=[order.number])


def filled(site: Site, bundle: Bundle, **changes: object) -> dict[str, object]:
    """The fields of an event order as the browser sends them."""
    return {
        "site": site.pk,
        "bundle": bundle.pk,
        "headcount": "25",
        "event_on": "2026-12-01",
        "event_time": "14:00",
        "note": "3층 대회의실",
        "request_key": str(uuid4()),
        **changes,
    }


# -- Home -----------------------------------------------------------------------------------------


def test_home_without_anything_explains_how_to_begin(office: Organization) -> None:
    response = client_of(orderer(office)).get(HOME)
    assert (response.context["next"], response.context["deliveries"]) == (None, [])
    assert reverse("orders:standing_order_create") in response.content.decode()


def test_home_lists_orders_and_dates_with_what_comes_and_why_not(office: Organization) -> None:
    standing = StandingOrderFactory(organization=office, bundle=bundle_with("bread", name_en="Bread"))
    bread = ProductFactory(category__code="bread", name_en="Rye bread")
    EditionFactory(bundle=standing.bundle, delivery_date=date(2026, 12, 8), products=[bread])
    fixed_order(occurrence=OccurrenceFactory(standing_order=standing))
    for day, fields in (
        (8, {}),
        (15, {"status": "skipped", "reason": "skipped_by_member"}),
        (22, {"status": "failed", "reason": "unlocated_site", "delivery_date": date(2026, 12, 21)}),
    ):
        cutoff = CUTOFF + timedelta(days=day - 1)
        OccurrenceFactory(standing_order=standing, rule_date=date(2026, 12, day), cutoff_at=cutoff, **fields)
    OrderFactory(organization=office, status="cancelled")
    StandingOrderFactory()

    context = client_of(viewer(office)).get(HOME).context

    entries = [context["next"], *context["deliveries"]]
    assert [(entry.day.day, entry.state, entry.why) for entry in entries] == [
        (1, "confirmed", ""),
        (8, "planned", ""),
        (15, "skipped", words("skipped_by_member")),
        (21, "failed", words("unlocated_site")),
    ]
    assert entries[1].contents == ["Rye bread"]
    assert [item.day.day for item in context["failed_dates"]] == [21]


def test_home_names_the_holiday_that_moved_a_date(office: Organization, set_clock: Callable) -> None:
    set_clock(DELIVERY_MORNING)
    standing = StandingOrderFactory(organization=office)
    OccurrenceFactory(
        standing_order=standing,
        rule_date=date(2026, 12, 25),
        delivery_date=date(2026, 12, 24),
        reason="moved_before",
        detail="기독탄신일",
    )
    entry = client_of(orderer(office)).get(HOME).context["next"]
    assert entry.why == f"{words('moved_before')} (Christmas Day)"


def test_home_shows_the_time_of_arrival_once_routed(office: Organization, set_clock: Callable) -> None:
    order = fixed_order(organization=office)
    client = client_of(orderer(office))
    assert client.get(HOME).context["next"].eta is None
    published_plan()
    set_clock(PLANNING_TIME)
    assert client.get(HOME).context["next"].eta == order.stops.get().eta


def test_home_counts_the_deliveries_of_the_plan_this_month(office: Organization, set_clock: Callable) -> None:
    plan = PlanFactory()
    MembershipFactory(organization=office, plan=plan)
    standing = StandingOrderFactory(organization=office, bundle=bundle_with("bread", kind="plan", plan=plan))
    fixed_order(occurrence=OccurrenceFactory(standing_order=standing))
    OccurrenceFactory(standing_order=standing, rule_date=date(2026, 12, 8))
    OccurrenceFactory(standing_order=standing, rule_date=date(2027, 1, 5))
    fixed_order(organization=office)  # an event, outside the plan
    set_clock(DELIVERY_MORNING)
    [usage] = client_of(orderer(office)).get(HOME).context["usages"]
    assert (usage.made, usage.planned, usage.booked, usage.limit) == (1, 1, 2, 2)


def test_home_asks_as_many_queries_for_one_delivery_as_for_three(office: Organization) -> None:
    client = client_of(orderer(office))

    def add(day: int) -> int:
        standing = StandingOrderFactory(organization=office)
        EditionFactory(bundle=standing.bundle, delivery_date=date(2026, 12, day))
        OccurrenceFactory(standing_order=standing, rule_date=date(2026, 12, day))
        fixed_order(organization=office)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(HOME).status_code == 200
        return len(queries)

    one = add(2)
    add(3)
    assert add(4) == one


# -- Orders ---------------------------------------------------------------------------------------


def test_list_is_the_institutions_own_newest_first(office: Organization) -> None:
    early = OrderFactory(organization=office, delivery_date=date(2026, 11, 30))
    late = OrderFactory(organization=office, delivery_date=date(2026, 12, 2), status="cancelled")
    stranger = OrderFactory()

    def listed(user: User, query: str = "") -> list[Order]:
        return list(client_of(user).get(LIST + query).context["page_obj"])

    assert listed(viewer(office)) == [late, early]
    assert listed(orderer(office), "?state=placed") == [early]
    assert listed(orderer(office), "?since=2026-12-01&until=2026-12-31") == [late]
    assert listed(orderer(office), f"?institution={stranger.organization_id}") == [late, early]
    assert listed(operator()) == [late, stranger, early]
    assert listed(operator(), f"?institution={stranger.organization_id}") == [stranger]


def test_list_shows_a_filter_that_cannot_be_read_and_leaves_it_out(office: Organization) -> None:
    order = OrderFactory(organization=office)
    response = client_of(orderer(office)).get(LIST + "?since=soon&page=x")
    assert (list(response.context["page_obj"]), "since" in response.context["filters"].errors) == (
        [order],
        True,
    )


def test_list_asks_as_many_queries_for_one_order_as_for_three(office: Organization) -> None:
    client = client_of(orderer(office))

    def queries() -> int:
        OrderFactory(organization=office)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    one = queries()
    queries()
    assert queries() == one


def test_detail_shows_a_shortage_with_what_comes_instead(office: Organization) -> None:
    bundle = bundle_with("bread", price=30_000)
    order = fixed_order(organization=office, bundle=bundle)
    line = PurchaseOrderLine.objects.get()
    report_shortage(line, 4, actor=producer_user(line.purchase_order.producer), now=CUTOFF)

    short, substitute = client_of(viewer(office)).get(detail(order)).context["lines"]

    assert (short["line"].short_quantity, short["line"].coming, short["credited"]) == (6, 4, [])
    assert short["substitutes"] == [substitute["line"]]
    assert substitute["line"].quantity == 6


def test_detail_shows_certifications_and_allergens_of_a_line(office: Organization) -> None:
    product = ProductFactory(allergens=0b100010, category__code="cookie")
    CertificationFactory(organization=product.producer, kind="village_enterprise")
    bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
    EditionFactory(bundle=bundle, products=[product])
    order = fixed_order(organization=office, bundle=bundle)
    [line] = client_of(viewer(office)).get(detail(order)).context["lines"]
    assert ([str(label) for label in line["certifications"]], line["allergens"]) == (
        ["village enterprise"],
        ["2 Milk", "6 Wheat"],
    )


def test_detail_of_a_delivered_order_has_proof_steps_and_statement(
    office: Organization, set_clock: Callable
) -> None:
    order = delivered_order(organization=office)
    issue_statement(order.pk, now=DELIVERY_MORNING)
    set_clock(DELIVERY_MORNING)
    response = client_of(viewer(office)).get(detail(order))
    assert response.context["proof"].receiver_name == "박수령"
    assert [step["state"] for step in response.context["steps"]] == ["done"] * 5
    assert [event["state"] for event in response.context["events"]] == [
        "delivered",
        "dispatched",
        "confirmed",
    ]
    assert reverse("orders:order_statement", args=[order.number]) in response.content.decode()


def test_statement_is_a_pdf_once_issued_and_404_before(office: Organization) -> None:
    order = delivered_order(organization=office)
    url = reverse("orders:order_statement", args=[order.number])
    client = client_of(viewer(office))
    assert client.get(url).status_code == 404
    issue_statement(order.pk, now=DELIVERY_MORNING)
    response = client.get(url)
    assert (response.status_code, response["Content-Type"], response.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )
    assert client_of(orderer()).get(url).status_code == 404


@pytest.mark.parametrize("who", [orderer, courier, producer_user])
def test_order_of_another_institution_does_not_exist(office: Organization, who: Callable[[], User]) -> None:
    order = OrderFactory(organization=office)
    client = client_of(who())
    cancel = reverse("orders:order_cancel", args=[order.number])
    assert (client.get(detail(order)).status_code, client.post(cancel).status_code) == (404, 404)
    order.refresh_from_db()
    assert order.status == "placed"


# -- Cancelling -----------------------------------------------------------------------------------


def test_cancel_before_the_cutoff_and_again_changes_nothing(office: Organization) -> None:
    order = OrderFactory(organization=office)
    client = client_of(orderer(office))
    url = reverse("orders:order_cancel", args=[order.number])
    assert client.get(url).status_code == 405
    for _ in range(2):
        assert client.post(url).url == detail(order)
    order.refresh_from_db()
    assert (order.status, order.events.count()) == ("cancelled", 1)


def test_cancel_after_the_cutoff_says_why_not(office: Organization, set_clock: Callable) -> None:
    order = OrderFactory(organization=office)
    set_clock(CUTOFF)
    url = reverse("orders:order_cancel", args=[order.number])
    response = client_of(orderer(office)).post(url, follow=True)
    order.refresh_from_db()
    assert (order.status, [str(message) for message in response.context["messages"]]) == (
        "placed",
        [words("past_cutoff")],
    )


def test_viewer_may_not_cancel(office: Organization) -> None:
    order = OrderFactory(organization=office)
    client = client_of(viewer(office))
    assert client.post(reverse("orders:order_cancel", args=[order.number])).status_code == 403
    order.refresh_from_db()
    assert order.status == "placed"


# -- An order for an event ------------------------------------------------------------------------


def test_event_order_is_placed_once_however_often_it_is_sent(office: Organization) -> None:
    site, bundle, user = SiteFactory(organization=office), bundle_with("bread"), orderer(office)
    data = filled(site, bundle)
    client = client_of(user)
    urls = {client.post(NEW, data).url for _ in range(2)}
    order = Order.objects.get()
    assert urls == {detail(order)}
    assert (order.site, order.headcount, order.delivery_date, order.gross, order.placed_by, order.note) == (
        site,
        25,
        DELIVERY_DATE,
        50_000,
        user,
        "3층 대회의실",
    )


def test_every_form_has_a_key_of_its_own(office: Organization) -> None:
    SiteFactory(organization=office)
    bundle_with("bread")
    client = client_of(orderer(office))
    keys = {client.get(NEW).context["form"]["request_key"].value() for _ in range(2)}
    assert len({UUID(str(key)) for key in keys}) == 2


def test_event_order_form_begins_with_what_the_address_says(office: Organization) -> None:
    site, bundle = SiteFactory(organization=office), bundle_with("bread")
    client = client_of(orderer(office))
    form = client.get(NEW).context["form"]
    assert [form[name].value() for name in ("site", "bundle", "headcount", "event_on", "event_time")] == [
        site.pk,
        bundle.pk,
        10,
        None,
        None,
    ]
    page = client.get(NEW, {"said": "행사 12월 10일 14시, 35명"})
    form = page.context["form"]
    assert [form[name].value() for name in ("headcount", "event_on", "event_time")] == [
        35,
        date(2026, 12, 10),
        time(14),
    ]
    assert [step.code for step in page.context["steps"]][-2:] == ["cutoff", "change"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"headcount": "501"}, "headcount"),
        ({"headcount": "0"}, "headcount"),
        ({"event_on": "2026-11-26"}, "event_on"),
        ({"event_on": "2026-11-01"}, "event_on"),
        ({"event_on": "2028-01-03"}, "event_on"),
        ({"event_time": ""}, "event_time"),
        ({"event_time": "25:00"}, "event_time"),
        ({"request_key": "again"}, "request_key"),
    ],
)
def test_bad_event_order_keeps_what_was_typed(
    office: Organization, changes: dict[str, str], wrong: str
) -> None:
    site, bundle = SiteFactory(organization=office), bundle_with("bread")
    response = client_of(orderer(office)).post(NEW, filled(site, bundle, **changes))
    form = response.context["form"]
    assert (list(form.errors), form["note"].value(), Order.objects.count()) == ([wrong], "3층 대회의실", 0)
    assert {name: form[name].value() for name in changes} == changes


def test_event_order_to_another_institutions_site_is_no_choice(office: Organization) -> None:
    SiteFactory(organization=office)
    response = client_of(orderer(office)).post(NEW, filled(SiteFactory(), bundle_with("bread")))
    assert (list(response.context["form"].errors), Order.objects.count()) == (["site"], 0)


@pytest.mark.parametrize(
    ("reason", "field"),
    [("unlocated_site", "site"), ("no_product", "bundle")],
)
def test_event_order_that_is_not_possible_says_why_at_the_field(
    office: Organization, reason: str, field: str
) -> None:
    site, bundle = SiteFactory(organization=office), bundle_with("bread")
    if reason == "unlocated_site":
        Site.objects.update(precision="district")
    else:
        bundle.slots.get().category.products.update(is_active=False)
    form = client_of(orderer(office)).post(NEW, filled(site, bundle)).context["form"]
    assert (form.errors, Order.objects.count()) == ({field: [words(reason)]}, 0)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_price_check_orders_nothing(office: Organization, headers: dict[str, str]) -> None:
    site, bundle = SiteFactory(organization=office), bundle_with("bread", price=20_000)
    EditionFactory(bundle=bundle)
    data = filled(site, bundle, check="1", headcount="30")
    response = client_of(orderer(office)).post(NEW, data, headers=headers)
    quote = response.context["quote"]
    assert (quote.gross, quote.supply, quote.vat, quote.per_person) == (60_000, 54_545, 5_455, 2_000)
    assert [(item.units, item.unit) for item in quote.items] == [(30, "1 piece")]
    assert (Order.objects.count(), b"<html" in response.content) == (0, not headers)


def test_viewer_may_not_order_for_an_event(office: Organization) -> None:
    site, bundle = SiteFactory(organization=office), bundle_with("bread")
    client = client_of(viewer(office))
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, filled(site, bundle)).status_code == 403
    assert client_of(producer_user()).get(NEW).status_code == 404
    assert Order.objects.count() == 0
