"""Institutions describe their sites and mark them on the map; two people at once lose nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from membership.actions.site import change_site, place_site, week_of
from membership.models import Organization, Site, SitePhoto, User
from tests import factories as f
from tests.pictures import png
from tests.snapshot import everything

from .geocoders import KAKAO, geocoders

pytestmark = pytest.mark.django_db
HALL = "서울특별시 은평구 은평로 195"


@pytest.fixture(autouse=True)
def media(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Path:
    monkeypatch.setattr("membership.clock.now", lambda: f.TUESDAY)
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def client_of(user: User, language: str = "en") -> Client:
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


@pytest.fixture
def user() -> User:
    return f.orderer()


@pytest.fixture
def institution(user: User) -> Organization:
    return user.active_seats[0].organization


@pytest.fixture
def site(institution: Organization) -> Site:
    site: Site = f.SiteFactory(organization=institution, name_en="Hall", address=HALL)
    return site


@pytest.fixture
def client(user: User) -> Client:
    return client_of(user)


def url(page: str, *args: Any) -> str:
    return reverse(f"membership:{page}", args=args)


def typed(site: Site, **changes: Any) -> dict[str, Any]:
    """What the form of the site sends, with these changes."""
    names = "name name_en address address_detail contact_name contact_phone entrance_note lift".split()
    hours = {f"hours_{weekday}": "09:00–18:00" for weekday in range(5)}
    return {**{name: getattr(site, name) for name in names}, **hours, "seen": site.revision, **changes}


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# -- Entering ---------------------------------------------------------------------------------------


def test_a_new_site_is_looked_up_and_then_marked(
    client: Client, institution: Organization, settings: Any
) -> None:
    with geocoders(settings, "kakao") as server:
        server.kakao(HALL, "ROAD_ADDR")
        answer = client.post(
            url("site_create"),
            {"organization": institution.pk, "name": "본관", "address": HALL, "hours_0": "9-12, 13-18"},
            follow=True,
        )
    site = Site.objects.get()
    assert server.asked == [(KAKAO, HALL)]
    assert answer.redirect_chain == [(url("site_place", site.pk), 302)]
    assert "The address was found. Please check the mark on the map." in text(answer)
    assert (site.precision, site.located_by, site.district) == ("building", "kakao", "은평구")
    assert [str(window.opens) for window in site.windows.all()] == ["09:00:00", "13:00:00"]


def test_without_a_geocoder_the_district_is_known_and_the_person_asked(
    client: Client, institution: Organization
) -> None:
    answer = client.post(
        url("site_create"), {"organization": institution.pk, "name": "본관", "address": HALL}, follow=True
    )
    site = Site.objects.get()
    assert (site.precision, site.located_by) == ("district", "gazetteer")
    assert "nothing is delivered before" in text(answer)


def test_a_geocoder_that_is_down_does_not_keep_anybody_from_entering_a_site(
    client: Client, institution: Organization, settings: Any
) -> None:
    with geocoders(settings, "kakao") as server:
        server.failures[KAKAO] = (503, {}, "")
        client.post(url("site_create"), {"organization": institution.pk, "name": "본관", "address": HALL})
    site = Site.objects.get()
    assert (site.precision, site.locate_after) == ("district", f.TUESDAY + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "This field is required."),
        ("address", "", "This field is required."),
        ("hours_2", "9-", "This can&#x27;t be read: “9-”."),
        ("hours_2", "18-9", "This ends before it begins: 18:00–09:00."),
        ("hours_2", "9-13, 12-18", "These overlap: 09:00–13:00, 12:00–18:00."),
        ("parking_height_m", "210", "less than or equal to 6"),
        ("name", "본관", "This institution has another site of this name."),
    ],
)
def test_bad_input_is_named_and_nothing_typed_is_lost(
    client: Client, institution: Organization, field: str, value: str, says: str
) -> None:
    f.SiteFactory(organization=institution, name="본관")
    sent = {
        "organization": institution.pk,
        "name": "별관",
        "address": HALL,
        "reception_note": "경비실에 신분증",
    }
    answer = client.post(url("site_create"), {**sent, field: value})
    assert answer.status_code == 200
    assert says in text(answer)
    assert "경비실에 신분증" in text(answer)
    assert Site.objects.count() == 1


# -- Changing ---------------------------------------------------------------------------------------


def test_facts_are_changed_and_read_in_both_languages(client: Client, user: User, site: Site) -> None:
    facts = {
        "entrance_note": "후문",
        "entrance_note_en": "Back door",
        "reception_note": "경비실",
        "lift": "goods",
        "parking_note": "지하 1층",
        "parking_height_m": "2.1",
        "unloading_note": "하역장",
        "unloading_note_en": "Loading bay",
    }
    assert client.get(url("site_edit", site.pk)).status_code == 200
    answer = client.post(url("site_edit", site.pk), typed(site, **facts, hours_5="10-12"), follow=True)
    site.refresh_from_db()
    assert (site.lift, site.parking_height_cm, site.revision) == ("goods", 210, 2)
    page = text(answer)
    for said in ("Back door", "경비실", "goods lift", "up to 2.1 m high", "Loading bay", "10:00–12:00"):
        assert said in page
    assert "후문" in text(client_of(user, "ko").get(url("site_detail", site.pk)))
    assert site.precision == "building"


def test_another_address_is_looked_up_again(client: Client, site: Site) -> None:
    answer = client.post(url("site_edit", site.pk), typed(site, address="서울특별시 중구 세종대로 110"))
    site.refresh_from_db()
    assert answer["Location"] == url("site_place", site.pk)
    assert (site.precision, site.district, site.located_by) == ("district", "중구", "gazetteer")


def test_another_spelling_of_the_address_leaves_the_mark_alone(client: Client, site: Site) -> None:
    client.post(url("site_edit", site.pk), typed(site, address=f"{HALL} (녹번동)"))
    site.refresh_from_db()
    assert (site.address, site.precision) == (f"{HALL} (녹번동)", "building")


def test_the_second_of_two_is_told_and_keeps_what_they_wrote(client: Client, site: Site) -> None:
    colleague = f.operator(name_en="Kim")
    facts = {"entrance_note": "정문", "contact_name": "박담당"}
    change_site(site, facts, week_of(site), seen=1, actor=colleague, now=f.TUESDAY)

    mine = typed(site, entrance_note="옆문", lift="yes", seen=1)
    answer = client.post(url("site_edit", site.pk), mine)

    assert answer.status_code == 409
    page = text(answer)
    assert "Kim" in page
    assert "You wrote: 옆문. Saving replaces theirs." in page
    form = answer.context["form"]
    # What I hadn't touched is theirs now, what I wrote is still mine.
    kept = ("entrance_note", "contact_name", "lift", "seen")
    assert {name: form[name].value() for name in kept} == {
        "entrance_note": "옆문",
        "contact_name": "박담당",
        "lift": "yes",
        "seen": "2",
    }
    site.refresh_from_db()
    assert (site.entrance_note, site.revision) == ("정문", 2)

    again = {field.html_name: field.value() or "" for field in form}
    assert client.post(url("site_edit", site.pk), again).status_code == 302
    site.refresh_from_db()
    assert (site.entrance_note, site.contact_name, site.lift) == ("옆문", "박담당", "yes")


# -- The map ----------------------------------------------------------------------------------------


def nowhere(institution: Organization) -> Site:
    site: Site = f.SiteFactory(
        organization=institution,
        address=HALL,
        district="은평구",
        precision="none",
        latitude=None,
        longitude=None,
    )
    return site


def test_a_mark_locates_and_confirms(client: Client, user: User, institution: Organization) -> None:
    site = nowhere(institution)
    page = client.get(url("site_place", site.pk))
    assert page.context["map_data"]["lat"] == 37.619  # the middle of the district
    answer = client.post(
        url("site_place", site.pk),
        {"point": "37.60271 126.92911", "precision": "entrance", "seen": 1},
        follow=True,
    )
    site.refresh_from_db()
    assert (site.latitude, site.longitude, site.precision) == (37.60271, 126.92911, "entrance")
    assert (site.located_by, site.confirmed_by, site.confirmed_at) == ("person", user, f.TUESDAY)
    assert "entrance, confirmed" in text(answer)


@pytest.mark.parametrize(
    ("point", "says"),
    [
        ("", "This field is required."),
        ("37.6", "Write two numbers"),
        ("here, there", "Write two numbers"),
        ("nan, 126.9", "This is not in Korea."),
        ("126.9291, 37.6027", "the latitude comes first"),
        ("48.85, 2.35", "This is not in Korea."),
        ("37.4966, 127.063", "km from the middle of 은평구"),
    ],
)
def test_a_mark_that_cannot_be_right_is_refused(
    client: Client, institution: Organization, point: str, says: str
) -> None:
    site = nowhere(institution)
    answer = client.post(url("site_place", site.pk), {"point": point, "precision": "building", "seen": 1})
    assert answer.status_code == 200
    assert says in text(answer)
    assert f'value="{point}"' in text(answer) or not point
    site.refresh_from_db()
    assert (site.precision, site.revision) == ("none", 1)


def test_a_mark_far_from_the_district_is_taken_when_the_person_insists(
    client: Client, institution: Organization
) -> None:
    site = nowhere(institution)
    far = {"point": "37.4966, 127.063", "precision": "building", "seen": 1}
    assert "The mark is right" in text(client.post(url("site_place", site.pk), far))
    assert client.post(url("site_place", site.pk), {**far, "far_is_right": "on"}).status_code == 302
    site.refresh_from_db()
    assert site.latitude == 37.4966


def test_a_mark_on_a_site_that_somebody_moved_meanwhile_is_asked_again(client: Client, site: Site) -> None:
    place_site(site, 37.61, 126.93, "entrance", seen=1, actor=f.operator(name_en="Kim"), now=f.TUESDAY)
    mine = {"point": "37.60271, 126.92911", "precision": "building", "seen": 1}
    answer = client.post(url("site_place", site.pk), mine)
    assert answer.status_code == 409
    assert "Kim" in text(answer)
    assert 'value="37.60271, 126.92911"' in text(answer)
    site.refresh_from_db()
    assert site.latitude == 37.61
    assert client.post(url("site_place", site.pk), {**mine, "seen": 2}).status_code == 302


def test_a_rough_site_is_listed_and_confirmed_with_one_tap() -> None:
    rough, good = f.SiteFactory(precision="road"), f.SiteFactory()
    operator = f.operator()
    client = client_of(operator)
    listed = f"{url('site_list')}?show=doubtful"
    page = client.get(listed)
    assert list(page.context["page_obj"]) == [rough]
    answer = client.post(url("site_confirm", rough.pk), {"seen": 1, "next": listed})
    assert answer["Location"] == listed
    rough.refresh_from_db()
    assert (rough.confirmed_by, rough.precision) == (operator, "road")
    assert list(client.get(listed).context["page_obj"]) == []
    assert set(client.get(url("site_list")).context["page_obj"]) == {rough, good}


@pytest.mark.parametrize("seen", ["0", "2", "x", ""])
def test_a_confirmation_of_something_else_is_refused(client: Client, site: Site, seen: str) -> None:
    before = everything()
    answer = client.post(url("site_confirm", site.pk), {"seen": seen}, follow=True)
    assert "The site was changed in the meantime." in text(answer)
    assert everything() == before


# -- Photos -----------------------------------------------------------------------------------------


def photo(name: str = "gate.png", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or png(3000, 1000), "image/png")


def test_a_photo_is_kept_whole_and_shown(client: Client, site: Site, media: Path) -> None:
    client.post(
        url("site_photo_add", site.pk), {"photo": photo(), "caption": "후문", "caption_en": "Back door"}
    )
    kept = SitePhoto.objects.get()
    assert Image.open(kept.photo).size == (1600, 533)
    page = client.get(url("site_detail", site.pk))
    assert url("site_photo", site.pk, kept.pk) in text(page)
    assert "Back door" in text(page)
    shown = client.get(url("site_photo", site.pk, kept.pk))
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")


def test_a_photo_is_removed_with_its_file(
    client: Client, site: Site, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client.post(url("site_photo_add", site.pk), {"photo": photo()})
    kept = SitePhoto.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("site_photo_remove", site.pk, kept.pk))
    assert not SitePhoto.objects.exists()
    assert list(media.glob("sites/*")) == []
    assert client.get(url("site_photo", site.pk, kept.pk)).status_code == 404


def test_a_bad_photo_is_refused_and_the_caption_kept(client: Client, site: Site) -> None:
    answer = client.post(
        url("site_photo_add", site.pk), {"photo": photo(content=b"no picture"), "caption": "뒷문"}
    )
    assert answer.status_code == 422
    assert "can&#x27;t be read as a photo" in text(answer)
    assert 'value="뒷문"' in text(answer)
    assert not SitePhoto.objects.exists()


def test_a_site_has_at_most_eight_photos(client: Client, site: Site) -> None:
    for _ in range(8):
        client.post(url("site_photo_add", site.pk), {"photo": photo(content=png())})
    answer = client.post(url("site_photo_add", site.pk), {"photo": photo(content=png())})
    assert "at most 8 photos" in text(answer)
    assert SitePhoto.objects.count() == 8


# -- Out of use -------------------------------------------------------------------------------------


def test_a_site_is_retired_and_used_again(client: Client, site: Site) -> None:
    client.post(url("site_retire", site.pk))
    site.refresh_from_db()
    assert not site.is_active
    assert list(client.get(url("site_list")).context["page_obj"]) == []
    assert list(client.get(f"{url('site_list')}?show=retired").context["page_obj"]) == [site]
    client.post(url("site_reopen", site.pk))
    site.refresh_from_db()
    assert site.is_active


def test_what_is_still_to_come_is_named(client: Client, institution: Organization, site: Site) -> None:
    standing = f.StandingOrderFactory(organization=institution, site=site)
    order = f.OrderFactory(organization=institution, site=site)
    before = everything()
    answer = client.post(url("site_retire", site.pk))
    assert answer.status_code == 422
    assert [each.url for each in answer.context["coming"]] == [
        reverse("orders:standing_order_detail", args=[standing.pk]),
        reverse("orders:order_detail", args=[order.number]),
    ]
    assert f"Standing order: {standing.bundle.name_en or standing.bundle.name}" in text(answer)
    assert everything() == before


# -- Who --------------------------------------------------------------------------------------------


def test_viewers_read_and_change_nothing(institution: Organization, site: Site) -> None:
    client = client_of(f.viewer(institution))
    assert client.get(url("site_detail", site.pk)).status_code == 200
    before = everything()
    for page in ("site_edit", "site_place", "site_confirm", "site_retire", "site_reopen", "site_photo_add"):
        assert client.post(url(page, site.pk), typed(site)).status_code == 403
    assert everything() == before


def test_a_list_of_sites_is_searched(client: Client, institution: Organization) -> None:
    assert "No sites yet" in text(client.get(url("site_list")))
    hall = f.SiteFactory(organization=institution, name="구민회관")
    f.SiteFactory(organization=institution, name="도서관")
    f.SiteFactory(name="구민회관")
    page = client.get(url("site_list"), {"q": "회관"})
    assert list(page.context["page_obj"]) == [hall]
    assert "No site fits" in text(client.get(url("site_list"), {"q": "없음"}))
