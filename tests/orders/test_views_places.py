"""A site that isn't on the map is named wherever somebody orders for it, before its cut-off makes it fail."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from membership.actions.site import place_site
from membership.models import Organization, Site, User
from orders.cycle import fix_due
from tests import factories as f

pytestmark = pytest.mark.django_db
NOTICE = "Annex is not marked on the map yet"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: f.TUESDAY)


@pytest.fixture
def institution() -> Organization:
    institution: Organization = f.InstitutionFactory()
    return institution


@pytest.fixture(params=["none", "district"])
def annex(request: Any, institution: Organization) -> Site:
    known = {"none": (None, None), "district": (37.619, 126.927)}[request.param]
    site: Site = f.SiteFactory(
        organization=institution,
        name_en="Annex",
        precision=request.param,
        latitude=known[0],
        longitude=known[1],
    )
    return site


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def pages(site: Site) -> list[str]:
    """The pages of an order and of a standing order there, and the home of the institution."""
    order = f.OrderFactory(organization=site.organization, site=site)
    standing = f.StandingOrderFactory(organization=site.organization, site=site)
    return [
        reverse("home"),
        reverse("orders:order_detail", args=[order.number]),
        reverse("orders:standing_order_detail", args=[standing.pk]),
        reverse("membership:site_detail", args=[site.pk]),
    ]


def test_the_institution_is_told_on_its_pages_until_the_site_is_marked(
    institution: Organization, annex: Site
) -> None:
    user = f.orderer(institution)
    client, mark = client_of(user), reverse("membership:site_place", args=[annex.pk])
    urls = pages(annex)
    for url in urls:
        page = client.get(url).content.decode()
        assert NOTICE in page
        assert mark in page
    place_site(annex, 37.6027, 126.9291, "entrance", seen=1, actor=user, now=f.TUESDAY)
    for url in urls:
        assert NOTICE not in client.get(url).content.decode()


def test_viewers_are_told_without_a_way_to_mark_it(institution: Organization, annex: Site) -> None:
    client = client_of(f.viewer(institution))
    for url in pages(annex):
        page = client.get(url).content.decode()
        assert NOTICE in page
        assert "Ask your orderer or the hub." in page
        assert reverse("membership:site_place", args=[annex.pk]) not in page


def test_whoever_orders_for_it_is_told_while_they_fill_in_the_form(
    institution: Organization, annex: Site
) -> None:
    client = client_of(f.orderer(institution))
    located = f.SiteFactory(organization=institution)
    for address in ("orders:event_order_create", "orders:standing_order_create"):
        url = reverse(address)
        for site, told in ((annex, True), (located, False)):
            part = client.post(url, {"site": site.pk, "check": "1"}, headers={"HX-Request": "true"})
            assert (NOTICE in part.content.decode()) == told


def test_others_are_not_told(annex: Site) -> None:
    assert NOTICE not in client_of(f.orderer()).get(reverse("home")).content.decode()


def test_the_cutoff_makes_no_order_there_and_says_why(institution: Organization, annex: Site) -> None:
    order = f.OrderFactory(organization=institution, site=annex, bundle=f.bundle_with("bread"))
    fix_due(now=f.CUTOFF)
    order.refresh_from_db()
    assert (order.status, order.reason) == ("failed", "unlocated_site")
