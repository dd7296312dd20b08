"""What is said about a site, where it is, and who said so; two people at once."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection

from membership.actions.locate import relocate_site
from membership.actions.site import (
    change_site,
    confirm_site,
    create_site,
    place_site,
    reopen_site,
    retire_site,
)
from membership.exceptions import SiteChanged, SiteInUse
from membership.geocoding.find import Search
from membership.geocoding.gazetteer import Found
from membership.models import Site, SiteChange
from membership.signals import Coming, site_retiring
from membership.tasks import locate_due_sites

from .. import factories as f
from ..factories import TUESDAY
from .geocoders import KAKAO, geocoders

pytestmark = pytest.mark.django_db
HALL = "서울특별시 은평구 은평로 195"
ROUGH = Search(Found(37.619, 126.927, "district", "gazetteer"), False)
EXACT = Search(Found(37.6027, 126.9291, "building", "kakao"), True)
NINE_TO_SIX = {0: ((time(9), time(12)), (time(13), time(18))), 4: ((time(9), time(18)),)}


def made(search: Search = EXACT, **facts: Any) -> Site:
    user = f.orderer()
    return create_site(
        user.active_seats[0].organization,
        {"name": "본관", "address": HALL, **facts},
        NINE_TO_SIX,
        search=search,
        actor=user,
        now=TUESDAY,
    )


def test_a_new_site_is_where_its_address_was_found() -> None:
    site = made()
    assert (site.district, site.precision, site.located_by, site.is_confirmed) == (
        "은평구",
        "building",
        "kakao",
        False,
    )
    assert [str(window) for window in site.windows.all()] == [
        "월요일 09:00–12:00",
        "월요일 13:00–18:00",
        "금요일 09:00–18:00",
    ]
    assert (site.is_located, site.is_doubtful) == (True, False)


def test_a_site_known_by_its_district_is_not_located() -> None:
    site = made(ROUGH)
    assert (site.precision, site.located_by) == ("district", "gazetteer")
    assert (site.is_located, site.is_doubtful) == (False, True)


def test_a_person_marks_the_place_and_thereby_confirms_it() -> None:
    site, user = made(ROUGH), f.operator()
    site = place_site(site, 37.6028, 126.93, "entrance", seen=1, actor=user, now=TUESDAY)
    site.refresh_from_db()
    assert (site.latitude, site.longitude, site.precision) == (37.6028, 126.93, "entrance")
    assert (site.located_by, site.confirmed_by, site.confirmed_at) == ("person", user, TUESDAY)
    assert site.revision == 2


def test_a_road_is_doubtful_until_somebody_confirms_it() -> None:
    site, user = made(Search(Found(37.6027, 126.9291, "road", "kakao"), True)), f.operator()
    assert (site.is_located, site.is_doubtful) == (True, True)
    assert list(Site.objects.doubtful()) == [site]
    site = confirm_site(site, seen=1, actor=user, now=TUESDAY)
    assert (site.precision, site.located_by, site.confirmed_by) == ("road", "kakao", user)
    assert not Site.objects.doubtful().exists()


def test_what_is_not_located_cannot_be_confirmed() -> None:
    site = made(ROUGH)
    with pytest.raises(SiteChanged):
        confirm_site(site, seen=1, actor=f.operator(), now=TUESDAY)
    site.refresh_from_db()
    assert (site.confirmed_by, site.revision) == (None, 1)


def test_another_address_takes_the_confirmation_away() -> None:
    site, user = made(), f.operator()
    confirm_site(site, seen=1, actor=user, now=TUESDAY)
    new = Search(Found(37.56, 126.99, "district", "gazetteer"), True)
    facts = {"address": "서울특별시 중구 세종대로 110"}
    site = change_site(site, facts, NINE_TO_SIX, seen=2, search=new, actor=user, now=TUESDAY)
    assert (site.district, site.precision, site.confirmed_by, site.confirmed_at) == (
        "중구",
        "district",
        None,
        None,
    )


def test_a_change_is_kept_with_what_was_and_what_is() -> None:
    site, user = made(), f.operator()
    week = {**NINE_TO_SIX, 4: ()}
    change_site(site, {"lift": "goods", "name": "본관"}, week, seen=1, actor=user, now=TUESDAY)
    change = SiteChange.objects.get(revision=2)
    assert change.changes == {"lift": ["", "goods"], "hours_4": ["09:00–18:00", ""]}
    assert (change.actor, change.at) == (user, TUESDAY)


def test_saving_the_same_again_changes_nothing() -> None:
    site = made()
    change_site(site, {"name": "본관"}, NINE_TO_SIX, seen=1, actor=f.operator(), now=TUESDAY)
    site.refresh_from_db()
    assert (site.revision, SiteChange.objects.count()) == (1, 1)


def test_the_second_of_two_writers_is_told_what_the_first_changed() -> None:
    site, first, second = made(), f.operator(), f.operator()
    change_site(site, {"lift": "no"}, NINE_TO_SIX, seen=1, actor=first, now=TUESDAY)
    with pytest.raises(SiteChanged) as told:
        change_site(site, {"lift": "yes"}, NINE_TO_SIX, seen=1, actor=second, now=TUESDAY)
    assert told.value.revision == 2
    assert [(change.actor, change.changes) for change in told.value.changes] == [
        (first, {"lift": ["", "no"]})
    ]
    site.refresh_from_db()
    assert site.lift == "no"
    with pytest.raises(SiteChanged):
        place_site(site, 37.6, 126.9, "entrance", seen=1, actor=second, now=TUESDAY)


def test_a_site_to_which_something_comes_is_not_retired() -> None:
    site, user = made(), f.operator()
    coming = [Coming("12월 1일", "/orders/1/")]

    def object_to_it(site: Site, **_: Any) -> list[Coming]:
        return coming

    site_retiring.connect(object_to_it)
    try:
        with pytest.raises(SiteInUse) as refused:
            retire_site(site, actor=user, now=TUESDAY)
    finally:
        site_retiring.disconnect(object_to_it)
    assert refused.value.coming == coming
    site.refresh_from_db()
    assert site.is_active
    retire_site(site, actor=user, now=TUESDAY)
    assert not Site.objects.active().exists()
    reopen_site(site, actor=user, now=TUESDAY)
    assert Site.objects.active().get() == site


# -- Looking up again -------------------------------------------------------------------------------


def test_an_address_is_looked_up_again_until_it_is_found(settings: Any) -> None:
    site = made(ROUGH)
    with geocoders(settings, "kakao") as server:
        relocate_site(site.pk, now=TUESDAY + timedelta(minutes=4))
        assert server.asked == []
        relocate_site(site.pk, now=TUESDAY + timedelta(minutes=6))
        relocate_site(site.pk, now=TUESDAY + timedelta(minutes=7))
        assert server.asked == [(KAKAO, HALL)]
        site.refresh_from_db()
        assert (site.precision, site.revision) == ("district", 1)
        server.kakao(HALL, "ROAD_ADDR")
        later = TUESDAY + timedelta(days=8)
        relocate_site(site.pk, now=later)
        relocate_site(site.pk, now=later)
    site.refresh_from_db()
    assert (site.precision, site.located_by, site.confirmed_by, site.revision) == (
        "building",
        "kakao",
        None,
        2,
    )
    assert SiteChange.objects.get(revision=2).actor is None
    assert not Site.objects.to_locate(later + timedelta(days=30)).exists()


def test_the_pauses_grow(settings: Any) -> None:
    settings.GEOCODERS = []
    site = f.SiteFactory(address="어딘가", precision="none", latitude=None, longitude=None)
    now, pauses = TUESDAY, []
    for _ in range(8):
        relocate_site(site.pk, now=now)
        site.refresh_from_db()
        pauses.append(site.locate_after - now)
        now = site.locate_after
    minutes = [5, 20, 80, 320, 1280, 5120]
    assert pauses == [*(timedelta(minutes=pause) for pause in minutes), timedelta(days=7), timedelta(days=7)]


def test_what_a_person_did_meanwhile_holds(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site, user = made(ROUGH), f.operator()

    def find(address: str, **_: Any) -> Search:
        place_site(site, 37.61, 126.93, "entrance", seen=1, actor=user, now=TUESDAY)
        return EXACT

    monkeypatch.setattr("membership.actions.locate.find_address", find)
    relocate_site(site.pk, now=TUESDAY + timedelta(hours=1))
    site.refresh_from_db()
    assert (site.precision, site.located_by, site.revision) == ("entrance", "person", 2)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_a_geocoder_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    site, locked = made(ROUGH), []

    def find(address: str, **_: Any) -> Search:
        locked.append(connection.in_atomic_block)
        return EXACT

    monkeypatch.setattr("membership.actions.locate.find_address", find)
    relocate_site(site.pk, now=TUESDAY + timedelta(hours=1))
    assert locked == [False]


def test_the_sweep_goes_on_after_a_site_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY + timedelta(hours=1))
    bad, good = made(ROUGH), made(ROUGH)
    made(EXACT)

    def relocate(site_id: int, **_: Any) -> None:
        if site_id == bad.pk:
            raise RuntimeError
        seen.append(site_id)

    seen: list[int] = []
    monkeypatch.setattr("membership.tasks.relocate_site", relocate)
    locate_due_sites()
    assert seen == [good.pk]
