"""One standing order for several sites: one for each, set up, changed, paused and ended together."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from membership.models import Site, User
from orders import cycle
from orders.actions.change_date import leave_out_date
from orders.actions.standing import Place, create_standing_order
from orders.exceptions import NotPossible
from orders.models import Occurrence, Order, StandingOrder
from tests.factories import CUTOFF, TUESDAY, SiteFactory, bundle_with, orderer
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NEW = reverse("orders:standing_order_create")
FIRST = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    return lambda: None


def three_sites() -> tuple[User, list[Site]]:
    person = orderer()
    organization = person.seats.get().organization
    return person, [SiteFactory(organization=organization) for _ in range(3)]


def set_up(person: User, sites: list[Site], **changes: Any) -> StandingOrder:
    """Every Tuesday, for 10, 11 and 12 people."""
    bundle = changes.pop("bundle", None) or bundle_with("bread", price=10_000)
    return create_standing_order(
        **{
            "organization": sites[0].organization,
            "site": sites[0],
            "bundle": bundle,
            "headcount": 10,
            "exclusions": 0,
            "rrule": "FREQ=WEEKLY;BYDAY=TU",
            "starts_on": FIRST,
            "ends_on": None,
            "holiday_policy": "before",
            "window_opens": None,
            "window_closes": None,
            "actor": person,
            "now": TUESDAY,
            "more_places": [Place(site, 11 + nth) for nth, site in enumerate(sites[1:])],
            **changes,
        }
    )


def all_rows() -> list[StandingOrder]:
    return list(StandingOrder.objects.order_by("pk"))


def test_each_site_gets_its_own_dates_and_orders() -> None:
    person, sites = three_sites()
    bundle = bundle_with("bread")
    first = set_up(person, sites, bundle=bundle)
    before = everything()
    assert set_up(person, sites, bundle=bundle) == first
    assert everything() == before

    assert [(row.site, row.headcount, row.together_with) for row in all_rows()] == [
        (sites[0], 10, None),
        (sites[1], 11, first),
        (sites[2], 12, first),
    ]
    leave_out_date(all_rows()[1].occurrences.get(rule_date=FIRST), actor=person, now=TUESDAY)
    cycle.fix_due(now=CUTOFF)
    assert list(Order.objects.order_by("pk").values_list("site", "delivery_date", "headcount")) == [
        (sites[0].pk, FIRST, 10),
        (sites[2].pk, FIRST, 12),
    ]


def test_a_sum_is_not_split_over_sites_to_stay_under_a_limit() -> None:
    person, sites = three_sites()
    bundle = bundle_with("bread", price=10_000)
    alone = StandingOrder(
        bundle=bundle, headcount=12, rrule="FREQ=WEEKLY;BYDAY=TU", starts_on=FIRST, ends_on=None
    ).yearly_sum
    person.seats.update(order_limit=alone)

    set_up(person, sites, bundle=bundle)

    assert [row.status for row in all_rows()] == ["awaiting"] * 3


def test_a_site_of_somebody_else_is_refused() -> None:
    person, sites = three_sites()
    before = everything()
    with pytest.raises(NotPossible, match="wrong_site"):
        set_up(person, [*sites[:2], SiteFactory()], bundle=None)
    after = everything()
    assert after["orders.StandingOrder"] == before["orders.StandingOrder"] == []


# -- On pages -------------------------------------------------------------------------------------


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_form_sets_up_one_for_each_site_with_people() -> None:
    person, sites = three_sites()
    bundle = bundle_with("bread", price=20_000)
    data = {
        "site": sites[0].pk,
        "bundle": bundle.pk,
        "headcount": "10",
        "repeat": "weekly",
        "weekdays": ["TU"],
        "interval": "1",
        "starts_on": "2026-12-01",
        "holiday_policy": "before",
        f"people_{sites[2].pk}": "20",
    }
    client = browser(person)

    shown = client.post(NEW, {**data, "check": "1"})
    assert (shown.context["places"], shown.context["price"]) == (2, 60_000)
    wrong = client.post(NEW, {**data, f"people_{sites[0].pk}": "5"})
    assert (list(wrong.context["form"].errors), all_rows()) == ([f"people_{sites[0].pk}"], [])
    client.post(NEW, data)
    assert [(row.site, row.headcount) for row in all_rows()] == [(sites[0], 10), (sites[2], 20)]


def test_a_change_for_all_sites_keeps_their_people_and_sites() -> None:
    person, sites = three_sites()
    first = set_up(person, sites)
    other = bundle_with("coffee", price=15_000)
    client = browser(person)
    url = reverse("orders:standing_order_change", args=[first.pk])
    data = {
        "scope": "all",
        "seen": first.revision,
        "site": sites[0].pk,
        "bundle": other.pk,
        "headcount": "15",
        "repeat": "keep",
        "holiday_policy": "after",
        "everywhere": "on",
    }

    assert client.post(url, data).status_code == 302
    assert [(row.bundle, row.headcount, row.site, row.holiday_policy) for row in all_rows()] == [
        (other, 15, sites[0], "after"),
        (other, 11, sites[1], "after"),
        (other, 12, sites[2], "after"),
    ]


@pytest.mark.parametrize(("everywhere", "paused"), [({}, 1), ({"everywhere": "1"}, 3)])
def test_pausing_and_ending_are_for_one_site_or_for_all(everywhere: dict[str, str], paused: int) -> None:
    person, sites = three_sites()
    first = set_up(person, sites)
    client = browser(person)

    client.post(
        reverse("orders:standing_order_pause", args=[first.pk]),
        {"first": "2026-12-08", "last": "2026-12-08", **everywhere},
    )
    rows = Occurrence.objects.filter(reason="standing_order_paused")
    assert sorted(rows.values_list("standing_order", "rule_date")) == [
        (row.pk, date(2026, 12, 8)) for row in all_rows()[:paused]
    ]
    client.post(reverse("orders:standing_order_end", args=[first.pk]), {"last": "2026-12-15", **everywhere})
    assert [row.ends_on for row in all_rows()] == [date(2026, 12, 15)] * paused + [None] * (3 - paused)


def test_the_page_names_the_other_sites() -> None:
    person, sites = three_sites()
    first = set_up(person, sites)
    page = browser(person).get(reverse("orders:standing_order_detail", args=[first.pk]))
    assert [row.site for row in page.context["together"]] == sites[1:]
