"""What was delivered counts by the certifications of its day; the year's sums warn and never block."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from membership.models import Organization, User
from orders.models import Order, OutsidePurchases, PurchaseTarget, StandingOrder
from orders.procurement import Volume
from orders.purchases import read_purchases, standing_order_advice, yearly_advice
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    BundleFactory,
    CertificationFactory,
    EditionFactory,
    InstitutionFactory,
    OrderFactory,
    ProductFactory,
    SiteFactory,
    SlotFactory,
    StandingOrderFactory,
    bundle_with,
    fixed_order,
    hub,
    orderer,
    viewer,
)

pytestmark = pytest.mark.django_db
TODAY = TUESDAY.date()


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def bought(institution: Organization, *kinds: str, **validity: Any) -> None:
    """A delivered order of 20,000 won from a producer with these certifications."""
    product = ProductFactory()
    for kind in kinds:
        CertificationFactory(organization=product.producer, kind=kind, **validity)
    bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
    EditionFactory(bundle=bundle, products=[product])
    order = fixed_order(organization=institution, bundle=bundle)
    Order.objects.filter(pk=order.pk).update(status="delivered")


def test_purchases_count_under_each_certification_that_was_valid_and_once_in_the_total() -> None:
    institution = InstitutionFactory()
    bought(institution, "women_owned", "social_enterprise")
    bought(institution, "women_owned", valid_until=date(2026, 11, 30))
    bought(InstitutionFactory(), "women_owned")
    fixed_order(organization=institution)

    read = read_purchases(institution, 2026)

    # 18,182 won without VAT each.
    assert (read.total, read.certified) == (36_364, 18_182)
    sums = {gauge.kind: gauge.bought for gauge in read.gauges if gauge.bought}
    assert sums == {"women_owned": 18_182, "social_enterprise": 18_182}
    assert read_purchases(institution, 2027).total == 0


def test_own_targets_and_purchases_elsewhere_move_the_gauge() -> None:
    institution = InstitutionFactory()
    bought(institution, "women_owned")
    OutsidePurchases.objects.create(organization=institution, year=2026, goods=81_818, services=5, works=7)
    PurchaseTarget.objects.create(organization=institution, year=2026, kind="women_owned", percent=20)

    read = read_purchases(institution, 2026)

    (gauge,) = [gauge for gauge in read.gauges if gauge.kind == "women_owned"]
    assert (gauge.base, gauge.wanted, str(gauge.share)) == (100_000, 20_000, "18.2")
    assert read.volume == Volume(81_818, 5, 7)
    # Next year the statutory target holds again.
    (gauge,) = [g for g in read_purchases(institution, 2027).gauges if g.kind == "women_owned"]
    assert gauge.target is not None
    assert gauge.target.percent == 5


def test_the_years_sum_takes_what_is_promised_waits_and_is_forecast() -> None:
    institution = InstitutionFactory()
    OrderFactory(organization=institution)
    OrderFactory(organization=institution, status="awaiting")
    Order.objects.filter(pk=OrderFactory(organization=institution).pk).update(status="cancelled")
    OrderFactory(organization=institution, delivery_date=date(2027, 1, 4))
    fixed_order(organization=institution)

    advice = yearly_advice(institution, 2026, today=TODAY, more=11_000)

    assert advice is not None
    # 20,000 fixed; 40,000 open and 11,000 to come, less a tenth of VAT.
    assert advice.amount == 18_182 + 46_364
    assert yearly_advice(institution, 2025, today=date(2025, 5, 5)) is None


def test_a_standing_order_is_summed_over_the_fuller_fiscal_year() -> None:
    standing = StandingOrderFactory(headcount=250)

    advice = standing_order_advice(standing, today=TODAY)

    # 52 Tuesdays of 2027 at 500,000 won, less VAT: too much for one quote from anybody but the favoured.
    assert advice is not None
    assert (advice.year, advice.amount) == (2027, 52 * 454_545)
    assert (advice.level, advice.is_warning) == ("favoured", True)
    CertificationFactory(organization=hub(), kind="social_cooperative")
    again = standing_order_advice(standing, today=TODAY)
    assert again is not None
    assert not again.is_warning


# -- Pages ----------------------------------------------------------------------------------------


def browser(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def page(client: Client, url: str, **data: Any) -> str:
    response = client.post(url, data, follow=True) if data else client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_page_shows_gauges_and_takes_targets_and_purchases_elsewhere() -> None:
    institution = InstitutionFactory()
    client = browser(orderer(institution))
    assert "Nothing was delivered in this year yet" in page(client, reverse("orders:purchases"))
    bought(institution, "women_owned")

    page(client, reverse("orders:purchases_outside"), year=2026, goods=1_000_000, services=0, works=0)
    page(client, reverse("orders:purchases_targets"), year=2026, women_owned="1.5", social_enterprise="2")
    shown = page(client, reverse("orders:purchases"))

    assert "₩18,182" in shown
    assert "1.8 %" in shown
    assert "reached" in shown
    assert 'data-label="Target">2.0 %' in shown
    wrong = page(client, reverse("orders:purchases_targets"), year=2026, women_owned="101")
    assert "Ensure this value is less than or equal to 100." in wrong
    assert PurchaseTarget.objects.count() == 2


def test_readers_see_the_page_without_its_forms() -> None:
    shown = page(browser(viewer(InstitutionFactory())), reverse("orders:purchases"))

    assert "Bought elsewhere" not in shown


def test_the_form_of_an_event_order_warns_and_takes_the_order() -> None:
    institution = InstitutionFactory()
    user = orderer(institution)
    user.seats.update(order_limit=0)
    OrderFactory(organization=institution, gross=60_000_000)
    Order.objects.update(gross=60_000_000)
    bundle = bundle_with("bread")
    typed = {
        "site": SiteFactory(organization=institution).pk,
        "bundle": bundle.pk,
        "headcount": 10,
        "event_on": DELIVERY_DATE,
        "event_time": "14:00",
        "request_key": UUID(int=1),
    }
    client = browser(user)

    shown = page(client, reverse("orders:event_order_create"), **typed, check="1")
    assert "Splitting a purchase to stay below a limit is forbidden." in shown
    assert "This order will wait for approval." in shown
    page(client, reverse("orders:event_order_create"), **typed)
    assert Order.objects.filter(request_key=UUID(int=1)).count() == 1


def test_the_form_of_a_standing_order_says_what_its_year_costs() -> None:
    institution = InstitutionFactory()
    user = orderer(institution)
    user.seats.update(order_limit=100_000)
    typed = {
        "site": SiteFactory(organization=institution).pk,
        "bundle": bundle_with("bread").pk,
        "headcount": 10,
        "repeat": "weekly",
        "weekdays": ["TU"],
        "interval": "1",
        "starts_on": DELIVERY_DATE,
        "holiday_policy": "before",
        "check": "1",
    }

    shown = page(browser(user), reverse("orders:standing_order_create"), **typed)

    assert "₩1,060,000 in a year" in shown
    assert "This standing order will wait for approval." in shown
    assert "All dates of this standing order: ₩945,464 in 2027, without VAT" in shown
    assert not StandingOrder.objects.exists()
