"""The calendar of capacity: what each day shows, what may be set, and what closing days means."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bundles.actions.capacity import reserve_capacity
from bundles.actions.offer import close_days
from bundles.models import Capacity, Closure, Product
from membership.models import User
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    CalendarDayFactory,
    CapacityFactory,
    CapacityPoolFactory,
    CategoryFactory,
    ProducerFactory,
    ProductFactory,
    need,
    operator,
    orderer,
    producer_user,
)

pytestmark = pytest.mark.django_db
CALENDAR = reverse("orders:capacity_calendar")
SET = reverse("orders:capacity_set")
CLOSE = reverse("orders:closure_add")
TODAY = TUESDAY.date()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


@pytest.fixture
def product() -> Product:
    return ProductFactory(daily_capacity=30)


@pytest.fixture
def client(product: Product) -> Client:
    return client_of(producer_user(product.producer))


def limits(product: Product, first: date, **more: Any) -> dict[str, Any]:
    return {
        "producer": product.producer_id,
        "room": product.code,
        "first_day": str(first),
        "last_day": "",
        "limit": "12",
        **more,
    }


def closed(product: Product, first: date, **more: Any) -> dict[str, Any]:
    return {"producer": product.producer_id, "first_day": str(first), "last_day": "", "note": "", **more}


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def cells(response: Any) -> dict[date, list[tuple[int | None, int]]]:
    return {day.date: [(cell.limit, cell.reserved) for cell in day.cells] for day in response.context["days"]}


def test_each_day_from_today_shows_what_is_promised_out_of_how_much(client: Client, product: Product) -> None:
    december = ProductFactory(
        producer=product.producer,
        category=CategoryFactory(code="tea", position=9),
        offered_from=date(2026, 12, 1),
        daily_capacity=8,
    )
    ProductFactory(producer=product.producer, is_active=False)
    CapacityFactory(product=product, made_on=TODAY + timedelta(days=1), limit=50, reserved=20)
    ProductFactory()

    november, following = client.get(CALENDAR), client.get(f"{CALENDAR}?month=2026-12")

    assert list(cells(november)) == [TODAY + timedelta(days=nth) for nth in range(7)]
    assert cells(november)[TODAY] == [(30, 0), (None, 0)]
    assert cells(november)[TODAY + timedelta(days=1)] == [(50, 20), (None, 0)]
    assert november.context["owners"] == [product, december]
    assert cells(following) == {date(2026, 12, nth): [(30, 0), (8, 0)] for nth in range(1, 32)}


@pytest.mark.parametrize("month", ["2026-10", "2027-12", "9999-12", "0001-01", "December", ""])
def test_a_month_that_is_over_or_too_far_away_is_this_month(client: Client, month: str) -> None:
    response = client.get(CALENDAR, {"month": month})

    assert response.context["month"] == date(2026, 11, 1)
    assert (response.context["earlier"], response.context["later"]) == (None, date(2026, 12, 1))


def test_the_last_month_leads_back_only(client: Client) -> None:
    response = client.get(CALENDAR, {"month": "2027-11"})

    assert (response.context["earlier"], response.context["later"]) == (date(2027, 10, 1), None)


def test_a_picked_field_is_ready_to_be_changed(client: Client, product: Product) -> None:
    CapacityFactory(product=product, limit=44)

    page = client.get(CALENDAR, {"month": "2026-12", "room": product.code, "day": str(DELIVERY_DATE)})

    form = page.context["limit_form"]
    assert [form[name].value() for name in ("room", "first_day", "limit")] == [
        product.code,
        DELIVERY_DATE,
        44,
    ]


def test_only_ones_own_calendar_is_shown_and_any_for_operators(client: Client, product: Product) -> None:
    other = ProductFactory()

    assert client.get(CALENDAR, {"producer": other.producer_id}).context["owners"] == [product]
    assert client_of(operator()).get(CALENDAR, {"producer": other.producer_id}).context["owners"] == [other]
    assert client_of(orderer()).get(CALENDAR).status_code == 404


def test_whoever_offers_nothing_is_led_to_the_first_product() -> None:
    for user in (producer_user(ProducerFactory()), operator()):
        html = client_of(user).get(CALENDAR).content.decode()
        assert f'href="{reverse("bundles:product_create")}"' in html


# -- Limits ---------------------------------------------------------------------------------------


def test_units_are_set_for_a_day_or_for_several_and_twice_is_once(client: Client, product: Product) -> None:
    for _ in range(2):
        assert client.post(SET, limits(product, DELIVERY_DATE)).status_code == 302
    assert list(Capacity.objects.values_list("made_on", "limit")) == [(DELIVERY_DATE, 12)]

    last = DELIVERY_DATE + timedelta(days=2)
    response = client.post(SET, limits(product, DELIVERY_DATE, last_day=str(last), limit="0"))
    assert response["Location"] == f"{CALENDAR}?producer={product.producer_id}&month=2026-12#main"
    assert list(Capacity.objects.values_list("limit", flat=True)) == [0, 0, 0]


def test_fewer_than_promised_is_refused_with_the_day_and_what_was_typed(
    client: Client, product: Product
) -> None:
    CapacityFactory(product=product, limit=30, reserved=25)

    response = client.post(SET, limits(product, DELIVERY_DATE))

    form = response.context["limit_form"]
    [error] = form.errors["limit"]
    assert error.startswith("25 units are already promised for ")
    assert (form["limit"].value(), response.context["month"]) == ("12", date(2026, 12, 1))
    assert Capacity.objects.get().limit == 30


@pytest.mark.parametrize(
    ("wrong", "field", "error"),
    [
        ({"first_day": "2026-11-23"}, "first_day", "This day is over."),
        ({"last_day": "2026-11-25"}, "last_day", "The end is before the beginning."),
        ({"last_day": "2028-01-01"}, "last_day", "At most a year ahead."),
        ({"limit": "-1"}, "limit", "Ensure this value is greater than or equal to 0."),
        ({"limit": "100001"}, "limit", "Ensure this value is less than or equal to 100000."),
        ({"first_day": "soon"}, "first_day", "Enter a valid date."),
    ],
)
def test_what_cannot_be_set_is_marked(
    client: Client, product: Product, wrong: dict[str, str], field: str, error: str
) -> None:
    response = client.post(SET, limits(product, DELIVERY_DATE, **wrong))

    assert response.context["limit_form"].errors == {field: [error]}
    assert not Capacity.objects.exists()


def test_nobody_sets_units_of_somebody_elses_product(client: Client, product: Product) -> None:
    other = ProductFactory()

    assert client.post(SET, limits(other, DELIVERY_DATE)).status_code == 404
    assert client.post(SET, limits(other, DELIVERY_DATE, producer="x")).status_code == 404
    own_name = client.post(SET, limits(other, DELIVERY_DATE, producer=product.producer_id))
    assert list(own_name.context["limit_form"].errors) == ["room"]
    assert client_of(orderer()).post(SET, limits(product, DELIVERY_DATE)).status_code == 404
    assert not Capacity.objects.exists()


# -- Closed days ----------------------------------------------------------------------------------


def test_closed_days_are_shaded_and_name_what_is_promised_already(client: Client, product: Product) -> None:
    CapacityFactory(product=product, reserved=25)
    end = DELIVERY_DATE + timedelta(days=1)
    data = closed(product, DELIVERY_DATE, last_day=str(end), note="김장")

    response = client.post(CLOSE, data)
    assert told(response) == [
        "The days are closed: nothing new is planned for them.",
        "Already promised, and still to be made: Dec. 1, 2026 (25 units)",
    ]
    client.post(CLOSE, data)
    assert list(Closure.objects.values_list("first_day", "last_day", "note")) == [
        (DELIVERY_DATE, end, "김장")
    ]

    page = client.get(response["Location"])
    assert [day.date for day in page.context["days"] if day.closure] == [DELIVERY_DATE, end]
    assert [day.date for day in page.context["conflicts"]] == [DELIVERY_DATE]


def test_closing_a_day_without_promises_warns_of_nothing(client: Client, product: Product) -> None:
    CapacityFactory(reserved=25)  # of another producer

    assert len(told(client.post(CLOSE, closed(product, DELIVERY_DATE)))) == 1


def test_days_are_opened_again_by_those_who_may(client: Client, product: Product) -> None:
    closure = close_days(product.producer, DELIVERY_DATE, DELIVERY_DATE)
    remove = reverse("orders:closure_remove", args=[closure.pk])

    for stranger in (producer_user(), orderer()):
        assert client_of(stranger).post(remove).status_code == 404
    assert client_of(producer_user()).post(CLOSE, closed(product, DELIVERY_DATE)).status_code == 404
    assert Closure.objects.count() == 1

    assert client.post(remove).status_code == 302
    assert not Closure.objects.exists()


def test_the_calendar_asks_as_often_for_much_as_for_little(client: Client, product: Product) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{CALENDAR}?month=2026-12").status_code == 200
        return len(captured)

    few = queries()
    for nth in range(12):
        more = ProductFactory(producer=product.producer)
        CapacityFactory(product=more, made_on=DELIVERY_DATE + timedelta(days=nth), reserved=5)
        close_days(product.producer, DELIVERY_DATE, DELIVERY_DATE + timedelta(days=nth))

    assert queries() == few
    page = client.get(f"{CALENDAR}?month=2026-12&page=2")
    assert len(page.context["owners"]) == 5


# -- Pools and working days -----------------------------------------------------------------------


def test_a_pool_stands_before_the_products_that_have_a_limit_of_their_own(
    client: Client, product: Product
) -> None:
    pool = CapacityPoolFactory(producer=product.producer, daily_capacity=100)
    ProductFactory(producer=product.producer, pool=pool, servings=8)
    CapacityPoolFactory()
    reserve_capacity([need(pool.products.get(), 5)])

    page = client.get(CALENDAR, {"month": "2026-12", "room": f"pool.{pool.pk}", "day": str(DELIVERY_DATE)})

    assert page.context["owners"] == [pool, product]
    assert cells(page)[DELIVERY_DATE] == [(100, 40), (30, 0)]
    form = page.context["limit_form"]
    assert (form["room"].value(), form["limit"].value()) == (f"pool.{pool.pk}", 100)


def test_a_pools_servings_are_set_and_never_below_what_is_promised(client: Client, product: Product) -> None:
    pool = CapacityPoolFactory(producer=product.producer, daily_capacity=100)
    reserve_capacity([need(ProductFactory(producer=product.producer, pool=pool, servings=8), 5)])
    data = limits(product, DELIVERY_DATE, room=f"pool.{pool.pk}")

    refused = client.post(SET, data | {"limit": "39"})
    assert client.post(SET, data | {"limit": "40"}).status_code == 302

    [error] = refused.context["limit_form"].errors["limit"]
    assert error.startswith("40 units are already promised for ")
    assert (pool.capacities.get().limit, pool.capacities.get().reserved) == (40, 40)


def test_holidays_are_named_and_days_off_are_shaded(client: Client, product: Product) -> None:
    CalendarDayFactory(day=date(2026, 12, 24))
    CalendarDayFactory(day=date(2026, 12, 26), is_working=True)

    days = {day.date: day for day in client.get(f"{CALENDAR}?month=2026-12").context["days"]}

    assert {day for day in days if days[day].is_off} == {
        *(date(2026, 12, nth) for nth in (5, 6, 12, 13, 19, 20, 27)),
        date(2026, 12, 24),
        date(2026, 12, 25),
    }
    assert {day.day: days[day].holiday for day in days if days[day].holiday} == {25: "Christmas Day"}


def test_a_season_counts_by_the_delivery_of_what_is_made(client: Client, product: Product) -> None:
    Product.objects.filter(pk=product.pk).update(
        lead_days=2, made_days=2, offered_from=date(2026, 12, 3), offered_until=date(2026, 12, 4)
    )

    shown = cells(client.get(f"{CALENDAR}?month=2026-12"))

    assert [day.day for day, [(limit, _)] in shown.items() if limit is not None] == [1, 2]
