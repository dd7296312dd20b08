"""A delivery day as the planner sees it: what weighs what, who is open when, and what counts as a change."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from delivery.day import Day, instant, read_day
from membership.models import SiteWindow
from orders.actions.shortage import report_shortage
from orders.cutoff import seoul
from orders.models import Order, PurchaseOrderLine
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    OrderFactory,
    ProductFactory,
    ShiftFactory,
    SiteFactory,
    VehicleFactory,
    bundle_with,
    courier,
    depot,
    fixed_order,
    issued_purchase_order,
    operator,
)

pytestmark = pytest.mark.django_db
NINE, NOON, SIX = 9 * 3600, 12 * 3600, 18 * 3600


def day(on: date = DELIVERY_DATE) -> Day:
    return read_day(depot(), on)


def test_only_fixed_orders_of_the_day_are_brought() -> None:
    OrderFactory()
    fixed_order(delivery_date=date(2026, 12, 2), now=CUTOFF + timedelta(days=1))
    order = fixed_order()

    assert [job.key for job in day().jobs] == [order.pk]
    assert day().orders == {order.pk: order}


def test_a_job_carries_what_will_come() -> None:
    line = issued_purchase_order().lines.get()
    report_shortage(line, 7, actor=operator(), now=CUTOFF)
    order = Order.objects.get()

    (job,) = day().jobs

    assert (job.weight_g, job.volume_ml, job.chilled_volume_ml) == (1_400, 3_500, 0)
    assert (job.place.latitude, job.place.longitude) == (order.latitude, order.longitude)
    assert job.service_s == 330
    assert PurchaseOrderLine.objects.get().coming == 7


@pytest.mark.parametrize(("storage", "chilled"), [("ambient", 0), ("chilled", 5_000), ("frozen", 5_000)])
def test_chilled_and_frozen_goods_need_a_refrigerated_van(storage: str, chilled: int) -> None:
    bundle = bundle_with("bread")
    for slot in bundle.slots.all():
        slot.category.products.update(storage=storage)
    fixed_order(bundle=bundle)

    assert day().jobs[0].chilled_volume_ml == chilled


def hours(*windows: tuple[int, time, time], **order: Any) -> tuple[tuple[int, int], ...]:
    """The windows of a job on a Tuesday at a site with these hours."""
    site = SiteFactory(windows=False)
    for weekday, opens, closes in windows:
        SiteWindow.objects.create(site=site, weekday=weekday, opens=opens, closes=closes)
    fixed_order(site=site, organization=site.organization, **order)
    return day().jobs[0].windows


def test_a_site_that_says_nothing_receives_in_office_hours() -> None:
    assert hours() == ((NINE, SIX),)


def test_a_site_receives_in_the_hours_of_the_weekday() -> None:
    assert hours((0, time(7), time(8)), (1, time(9), time(12)), (1, time(13), time(18))) == (
        (NINE, NOON),
        (13 * 3600, SIX),
    )


def test_a_site_that_names_other_weekdays_is_closed() -> None:
    assert hours((0, time(9), time(18))) == ()


@pytest.mark.parametrize(
    ("opens", "closes", "windows"),
    [
        (time(11), time(14), ((11 * 3600, NOON), (13 * 3600, 14 * 3600))),
        (time(19), time(20), ()),
        (None, None, ((NINE, NOON), (13 * 3600, SIX))),
    ],
)
def test_an_orders_window_cuts_the_sites_hours(
    opens: time | None, closes: time | None, windows: tuple[tuple[int, int], ...]
) -> None:
    found = hours((1, time(9), time(12)), (1, time(13), time(18)), window_opens=opens, window_closes=closes)

    assert found == windows


def test_a_van_is_a_shift_of_an_active_vehicle_of_the_day() -> None:
    shift = ShiftFactory(vehicle__max_weight_kg=800, vehicle__max_volume_l=3_000)
    ShiftFactory(vehicle__is_active=False)
    ShiftFactory(date=date(2026, 12, 2))

    (van,) = day().vans

    assert (van.key, van.max_weight_g, van.max_volume_ml, van.chilled) == (shift.pk, 800_000, 3_000_000, True)
    assert (van.starts_s, van.ends_s) == (8 * 3600, SIX)


def test_the_fingerprint_changes_with_what_matters_only() -> None:
    order = fixed_order()
    shift = ShiftFactory()
    prints = [day().fingerprint]

    order.site.name = order.note = "다른 말"
    order.site.save()
    order.save()
    shift.courier = courier()
    shift.save()
    assert day().fingerprint == prints[0]

    fixed_order()
    prints.append(day().fingerprint)
    order.site.windows.filter(weekday=1).update(opens=time(10))
    prints.append(day().fingerprint)
    shift.starts = time(9)
    shift.save()
    prints.append(day().fingerprint)
    ShiftFactory(vehicle=VehicleFactory(is_chilled=False))
    prints.append(day().fingerprint)
    ProductFactory()
    assert len(set(prints)) == 5
    assert day().fingerprint == prints[-1]


def test_seconds_count_from_midnight_in_seoul() -> None:
    assert instant(DELIVERY_DATE, NINE + 61) == seoul(DELIVERY_DATE, time(9, 1, 1))
