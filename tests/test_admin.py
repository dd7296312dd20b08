"""The admin pages: each opens, costs the same for one row as for three, and leaves history alone."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from bundles.models import Bundle, Capacity, CapacityPool, Category, Edition, Product
from delivery.actions.driving import deliver_stop
from delivery.cycle import tell_recipients
from delivery.models import (
    Depot,
    FailedTry,
    LeaveInstructions,
    PlanPart,
    PlanRun,
    Promise,
    Proof,
    RoadRecord,
    Route,
    RoutePlan,
    Shift,
    Stop,
    Unassigned,
    Vehicle,
)
from membership.models import (
    AddressAnswer,
    Certification,
    Department,
    GeocoderTurn,
    Membership,
    Organization,
    Plan,
    Seat,
    Site,
    SiteChange,
    SitePhoto,
    User,
)
from orders.actions.fulfil import issue_statement
from orders.actions.shortage import report_shortage
from orders.cutoff import seoul
from orders.cycle import fix_due
from orders.models import (
    Application,
    Budget,
    CalendarDay,
    CycleItem,
    CycleRun,
    DayLimit,
    InspectedLine,
    Notification,
    Occurrence,
    Order,
    OrderEvent,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderEvent,
    PurchaseOrderLine,
    Rating,
    Shortage,
    ShortageEvent,
    StandingOrder,
    Statement,
    Zone,
)
from tests import factories as f
from tests.snapshot import everything

pytestmark = pytest.mark.django_db

# What happened is only read; what is kept is changed but never deleted.
HISTORY: set[type[Model]] = {
    SiteChange, SitePhoto, AddressAnswer, GeocoderTurn,
    Occurrence, Order, OrderLine, OrderEvent, Statement, PurchaseOrder, PurchaseOrderLine, PurchaseOrderEvent,
    Shortage, ShortageEvent, Rating, CycleRun, CycleItem, Notification, RoutePlan, Route, Stop, Unassigned,
    PlanRun, PlanPart, Promise, LeaveInstructions, Proof, Membership, InspectedLine, FailedTry, RoadRecord,
    Application,
}  # fmt: skip
KEPT: set[type[Model]] = {User, Capacity, Edition, StandingOrder}
FREE: set[type[Model]] = {
    Organization, Department, Seat, Site, Certification, Plan, Category, CapacityPool, Product, Bundle,
    Budget, CalendarDay, Depot, Vehicle, Shift, Zone, DayLimit,
}  # fmt: skip
OURS = ("membership", "bundles", "orders", "delivery")


@pytest.fixture(autouse=True)
def _pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("membership.clock.now", lambda: f.TUESDAY)
    with translation.override("en"):
        yield


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root@example.com", name="Root", language="en"))
    return client


def a_day(day: date = f.DELIVERY_DATE) -> None:
    """Something of everything: a delivered order with a shortage, one on no route, mail and a ledger."""
    institution = f.orderer().seats.get().organization
    f.MembershipFactory(organization=institution)
    f.CertificationFactory()
    f.CategoryFactory(code=f"{day}")
    f.DepotFactory()
    f.CapacityPoolFactory()
    f.BudgetFactory()
    f.site_change()
    f.site_photo()
    f.AddressAnswerFactory()
    GeocoderTurn.objects.create(provider=f"{day}", free_at=f.TUESDAY)
    f.CalendarDayFactory(day=day + timedelta(days=30))
    f.DayLimitFactory(zone=f.ZoneFactory(districts=[f"{day}"]))
    f.ApplicationFactory(organization=institution)
    cutoff = f.CUTOFF + (day - f.DELIVERY_DATE)
    f.OccurrenceFactory(standing_order__organization=institution, rule_date=day, cutoff_at=cutoff)
    fix_due(now=cutoff)
    purchase_order = PurchaseOrder.objects.order_by("-pk")[0]
    line = purchase_order.lines.get()
    report_shortage(line, line.ordered - 1, actor=f.producer_user(purchase_order.producer), now=cutoff)
    f.ShiftFactory(date=day)
    plan = f.published_plan(day)
    morning = seoul(day, time(9))
    tell_recipients(now=morning)
    LeaveInstructions.objects.create(order=plan.stops.get().order, place="desk", said_at=morning)
    stop = f.started_route(plan.stops.get().order, now=morning).stops.get()
    courier = stop.route.shift.courier
    f.road_record(stop, "arrive", courier)
    FailedTry.objects.create(stop=stop, reason="closed", next_step="retry", at=morning, recorded_by=courier)
    deliver_stop(stop, receiver_name="박수령", note="", actor=courier, now=morning)
    issue_statement(stop.order_id, now=morning)
    f.RatingFactory(line=stop.order.lines.first())
    run = f.PlanRunFactory(date=day)
    PlanPart.objects.create(run=run, seed=1, number=0, seconds=1, task={})
    Unassigned.objects.create(plan=plan, order=f.OrderFactory(), reason=Unassigned.Reason.NO_ROOM)


def url(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def queries(client: Client, address: str) -> int:
    client.get(address)  # Django remembers content types from the first time on
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# -- Every page -----------------------------------------------------------------------------------


def test_every_table_is_sorted_into_history_kept_or_free() -> None:
    registered = {model for model in admin.site._registry if model._meta.app_label in OURS}
    assert registered == HISTORY | KEPT | FREE


def test_pages_open_and_lists_cost_the_same_for_one_row_and_for_three(root: Client) -> None:
    models = [model for model in admin.site._registry if model._meta.app_label in OURS]
    a_day()
    one = {model: queries(root, url(model, "changelist")) for model in models}
    for weeks in (1, 2):
        a_day(f.DELIVERY_DATE + timedelta(weeks=weeks))
    three = {model: queries(root, url(model, "changelist")) for model in models}
    assert three == one
    for model in models:
        assert model._default_manager.count() >= 3
        assert root.get(url(model, "changelist"), {"q": "x"}).status_code == 200
        assert root.get(url(model, "change", model._default_manager.first().pk)).status_code == 200
        expected = 403 if model in HISTORY | {Edition} else 200
        assert root.get(url(model, "add")).status_code == expected


def test_a_page_of_history_costs_the_same_whatever_stands_below_it(root: Client) -> None:
    a_day()
    order = Order.objects.get(status="delivered")
    few = queries(root, url(Order, "change", order.pk))
    line = order.lines.order_by("pk")[0]
    for _ in range(2):
        line.pk, line.product = None, f.ProductFactory()
        line.save()
    assert queries(root, url(Order, "change", order.pk)) == few


def test_operators_without_the_right_see_no_admin_page(client: Client) -> None:
    client.force_login(f.operator())
    assert client.get("/admin/").status_code == 302
    assert client.get(url(Order, "changelist")).status_code == 302


# -- History --------------------------------------------------------------------------------------


def test_history_is_neither_changed_nor_deleted(root: Client) -> None:
    a_day()
    before = everything()
    for model in HISTORY:
        row = model._default_manager.first()
        assert row
        assert root.post(url(model, "change", row.pk), {"status": "cancelled"}).status_code == 403
        assert root.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        _delete_selected(root, row)
    for model in KEPT:
        row = model._default_manager.first()
        assert row
        assert root.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        _delete_selected(root, row)
    assert everything() == before


def _delete_selected(client: Client, row: Model) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(url(type(row), "changelist"), chosen)


def test_what_history_speaks_of_is_not_deleted(root: Client) -> None:
    a_day()
    order, route = Order.objects.get(status="delivered"), Route.objects.get()
    before = everything()
    for row in (
        order.organization,
        order.site,
        order.bundle,
        order.lines.all()[0].product,
        route.shift,
        route.shift.vehicle,
    ):
        address = url(type(row), "delete", row.pk)
        assert root.get(address).context["title"].startswith("Cannot delete")
        root.post(address, {"post": "yes"})
        assert everything() == before


# -- Forms ----------------------------------------------------------------------------------------


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return found


def inlines(*prefixes: str) -> dict[str, str]:
    return {f"{prefix}-{part}": "0" for prefix in prefixes for part in ("TOTAL_FORMS", "INITIAL_FORMS")}


def organization(**fields: str) -> dict[str, str]:
    return {
        "kind": "producer",
        "name": "해오름베이커리",
        "business_number": "116-82-00276",
        "is_active": "on",
        **inlines("seats", "certifications", "sites"),
        **fields,
    }


def test_a_business_number_is_taken_as_people_write_it(root: Client) -> None:
    answer = root.post(url(Organization, "add"), organization())
    assert answer.status_code == 302
    assert Organization.objects.get().business_number == "1168200276"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            "116-82-00277",
            "1168200277 is not a business registration number: the check digit does not fit.",
        ),
        ("116-82-0027", "A business registration number has ten digits."),
        ("one two three", "A business registration number has ten digits."),
    ],
)
def test_a_wrong_business_number_is_refused_in_words(root: Client, typed: str, message: str) -> None:
    answer = root.post(url(Organization, "add"), organization(business_number=typed))
    assert errors(answer) == {"business_number": [message]}
    assert f'value="{typed}"' in answer.content.decode()
    assert not Organization.objects.exists()


def test_a_seat_whose_role_does_not_fit_is_refused(root: Client) -> None:
    user, producer = f.UserFactory(), f.ProducerFactory()
    typed = {"user": user.pk, "organization": producer.pk, "role": "approver"}
    answer = root.post(url(Seat, "add"), typed)
    assert errors(answer) == {"role": ["This role does not exist at this kind of organization."]}
    assert not Seat.objects.exists()
    assert root.post(url(Seat, "add"), {**typed, "role": "producer"}).status_code == 302
    assert Seat.objects.get().organization == producer


def test_a_person_is_added_with_a_lower_case_address_and_can_log_in(root: Client) -> None:
    typed = {
        "email": "Kim@Example.com",
        "name": "김하늘",
        "language": "ko",
        "usable_password": "true",
        "password1": "persimmon-indigo-7",
        "password2": "persimmon-indigo-7",
        **inlines("seats"),
    }
    assert root.post(url(User, "add"), typed).status_code == 302
    user = User.objects.get(name="김하늘")
    assert (user.email, user.is_staff) == ("kim@example.com", False)
    root.logout()
    assert (
        root.post("/login/", {"username": "KIM@example.com", "password": "persimmon-indigo-7"}).status_code
        == 302
    )


def test_an_address_that_differs_only_in_case_is_taken(root: Client) -> None:
    user = f.UserFactory(email="kim@example.com")
    typed = {
        "email": "KIM@example.com",
        "name": "김",
        "language": "ko",
        "usable_password": "false",
        **inlines("seats"),
    }
    assert errors(root.post(url(User, "add"), typed)) == {"email": ["User with this E-mail already exists."]}
    assert User.objects.filter(name="김").count() == 0
    edit = {"email": "LEE@example.com", "name": "이", "language": "en", "is_active": "on", **inlines("seats")}
    assert root.post(url(User, "change", user.pk), edit).status_code == 302
    user.refresh_from_db()
    assert user.email == "lee@example.com"


def test_a_located_site_needs_coordinates(root: Client) -> None:
    site = f.SiteFactory(precision="none", latitude=None, longitude=None, windows=False)
    typed = {
        "organization": site.organization_id,
        "name": site.name,
        "address": site.address,
        "precision": "building",
        **inlines("windows"),
    }
    answer = root.post(url(Site, "change", site.pk), typed)
    assert errors(answer) == {"precision": ["A located site needs its latitude and longitude."]}
    located = {**typed, "latitude": "37.57", "longitude": "126.98"}
    assert root.post(url(Site, "change", site.pk), located).status_code == 302
    site.refresh_from_db()
    assert site.is_located
    assert (site.located_by, site.confirmed_by) == ("person", User.objects.get(email="root@example.com"))
    assert site.changes.get().changes["precision"] == ["none", "building"]


def test_capacity_stays_above_what_is_promised(root: Client) -> None:
    capacity = f.CapacityFactory(limit=20, reserved=12)
    answer = root.post(url(Capacity, "change", capacity.pk), {"limit": "11"})
    assert errors(answer) == {"limit": ["12 units are already promised to orders."]}
    assert root.post(url(Capacity, "change", capacity.pk), {"limit": "12"}).status_code == 302
    capacity.refresh_from_db()
    assert (capacity.limit, capacity.reserved) == (12, 12)


def test_an_edition_takes_another_product_of_the_same_category(root: Client) -> None:
    edition = f.EditionFactory()
    item = edition.items.get()
    tea = f.ProductFactory(category=f.CategoryFactory(code="tea", name="차", name_en="Tea"))
    rows = {
        "items-TOTAL_FORMS": "1",
        "items-INITIAL_FORMS": "1",
        "items-0-id": item.pk,
        "items-0-edition": edition.pk,
    }
    answer = root.post(url(Edition, "change", edition.pk), {**rows, "items-0-product": tea.pk})
    (formset,) = answer.context["inline_admin_formsets"]
    assert formset.formset.errors == [{"product": ["This slot takes bread."]}]
    bread = f.ProductFactory(category=item.slot.category)
    saved = root.post(url(Edition, "change", edition.pk), {**rows, "items-0-product": bread.pk})
    assert saved.status_code == 302
    item.refresh_from_db()
    assert item.product == bread


def test_the_edition_of_a_day_that_has_come_is_history(root: Client) -> None:
    edition = f.EditionFactory(delivery_date=f.TUESDAY.date())
    assert root.post(url(Edition, "change", edition.pk), inlines("items")).status_code == 403


def test_a_standing_order_keeps_its_anchor_and_stays_with_its_institution(root: Client) -> None:
    standing = f.StandingOrderFactory()
    elsewhere = f.SiteFactory()
    typed = {
        "site": standing.site_id,
        "bundle": standing.bundle_id,
        "headcount": "25",
        "rrule": "FREQ=WEEKLY;BYDAY=TH",
        "holiday_policy": "skip",
        "holiday_default": "before",
        "status": "active",
        "organization": elsewhere.organization_id,
        "starts_on": "2026-01-01",
        **inlines("later_terms", "pauses", "changes"),
    }
    answer = root.post(url(StandingOrder, "change", standing.pk), {**typed, "site": elsewhere.pk})
    assert errors(answer) == {"site": ["This site belongs to another institution."]}
    answer = root.post(url(StandingOrder, "change", standing.pk), {**typed, "rrule": "every Tuesday"})
    assert list(errors(answer)) == ["rrule"]
    assert root.post(url(StandingOrder, "change", standing.pk), typed).status_code == 302
    changed = StandingOrder.objects.get(pk=standing.pk)
    assert (changed.headcount, changed.rrule) == (25, "FREQ=WEEKLY;BYDAY=TH")
    assert (changed.organization, changed.starts_on) == (standing.organization, standing.starts_on)


def test_only_couriers_can_be_given_a_shift(root: Client) -> None:
    driver = f.courier()
    f.orderer()
    form = root.get(url(Shift, "add")).context["adminform"].form
    assert list(form.fields["courier"].queryset) == [driver]


def test_a_run_links_to_its_items(root: Client) -> None:
    f.OccurrenceFactory()
    (run,) = fix_due(now=f.CUTOFF)
    CycleItem.objects.create(
        run=CycleRun.objects.create(step="fix", started_at=f.CUTOFF),
        subject="other",
        outcome="done",
        at=f.CUTOFF,
    )
    link = f"{url(CycleItem, 'changelist')}?run__id__exact={run.pk}"
    assert f'href="{link}"' in root.get(url(CycleRun, "changelist")).content.decode()
    listed = root.get(link).context["cl"].queryset
    assert [item.run for item in listed] == [run]


def test_mail_that_is_not_sent_can_be_filtered(root: Client) -> None:
    f.fixed_order(organization=f.orderer().seats.get().organization)
    address = url(Notification, "changelist")
    assert root.get(address, {"sent_at__isempty": "1"}).context["cl"].queryset.count() == 1
    Notification.objects.update(sent_at=f.CUTOFF)
    assert root.get(address, {"sent_at__isempty": "1"}).context["cl"].queryset.count() == 0


def test_a_clerk_with_the_right_to_view_cannot_change(client: Client) -> None:
    clerk = f.UserFactory(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename=get_permission_codename("view", Site._meta)))
    client.force_login(clerk)
    site = f.SiteFactory()
    assert client.get(url(Site, "change", site.pk)).status_code == 200
    assert client.post(url(Site, "change", site.pk), {"name": "x"}).status_code == 403
    assert client.get(url(Order, "changelist")).status_code == 403
    assert Site.objects.get().name == site.name
