"""Signing in to the API, who the caller is, and the institutions and sites they see."""

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client
from rest_framework.authtoken.models import Token

from tests.api_client import api, listed, queries
from tests.factories import (
    PASSWORD,
    CertificationFactory,
    DepartmentFactory,
    InstitutionFactory,
    SeatFactory,
    SiteFactory,
    UserFactory,
    courier,
    operator,
    orderer,
    producer_user,
    viewer,
)

pytestmark = pytest.mark.django_db
TOKEN, ME = "/api/v1/token/", "/api/v1/me/"


@pytest.fixture(autouse=True)
def fresh_throttle() -> None:
    cache.clear()


# -- Token ------------------------------------------------------------------------------------------


def test_token_signs_in_by_e_mail_and_stays_the_same_until_revoked() -> None:
    user = orderer(email="lee@example.com")
    first, again = (
        Client().post(TOKEN, {"email": email, "password": PASSWORD})
        for email in ("lee@example.com", "LEE@example.com")
    )
    assert (first.status_code, first.json()) == (200, {"token": Token.objects.get(user=user).key})
    assert again.json() == first.json()

    signed_in = {"HTTP_AUTHORIZATION": f"Token {first.json()['token']}"}
    assert Client().get(ME, **signed_in).json()["email"] == "lee@example.com"
    assert Client().delete(TOKEN, **signed_in).status_code == 204
    assert Client().get(ME, **signed_in).status_code == 401
    assert Client().delete(TOKEN, **signed_in).status_code == 401
    assert Token.objects.count() == 0


def test_revoking_with_a_session_twice_changes_nothing_more() -> None:
    user, other = orderer(), orderer()
    Token.objects.create(user=user)
    kept = Token.objects.create(user=other)
    client = Client()
    client.force_login(user)
    assert [client.delete(TOKEN).status_code for _ in range(2)] == [204, 204]
    assert list(Token.objects.all()) == [kept]


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"email": 1, "password": 1}),
        ({"email": "nobody", "password": "x"}, {"email": 1}),
        ({"email": "nobody@example.com", "password": PASSWORD}, {"non_field_errors": 1}),
        ({"email": "left@example.com", "password": PASSWORD}, {"non_field_errors": 1}),
        ({"email": "here@example.com", "password": "wrong"}, {"non_field_errors": 1}),
    ],
)
def test_token_refuses_bad_credentials_by_field(sent: dict[str, str], errors: dict[str, int]) -> None:
    UserFactory(email="here@example.com")
    UserFactory(email="left@example.com", is_active=False)
    answer = Client().post(TOKEN, sent, content_type="application/json")
    assert answer.status_code == 400
    assert {field: len(words) for field, words in answer.json().items()} == errors
    assert Token.objects.count() == 0


def test_token_is_locked_after_five_failures_whatever_the_letter_case() -> None:
    UserFactory(email="kim@example.com")
    emails = ["kim@example.com", "Kim@example.com", "KIM@example.com", "kIm@example.com", "kiM@example.com"]
    codes = [Client().post(TOKEN, {"email": email, "password": "guess-7"}).status_code for email in emails]
    assert codes == [400, 400, 400, 400, 429]
    locked = Client().post(TOKEN, {"email": "kim@example.com", "password": PASSWORD})
    assert (locked.status_code, locked["Retry-After"], list(locked.json())) == (429, "900", ["detail"])
    assert Token.objects.count() == 0
    assert "guess-7" not in AccessAttempt.objects.get().post_data


def test_token_attempts_are_throttled_by_address_whatever_the_caller_claims() -> None:
    codes = [
        Client()
        .post(TOKEN, {"email": f"{n}@example.com", "password": "x"}, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}")
        .status_code
        for n in range(11)
    ]
    assert codes == [400] * 10 + [429]


def test_an_inactive_users_token_is_worth_nothing() -> None:
    user = UserFactory(is_active=False)
    token = Token.objects.create(user=user)
    answer = Client().get(ME, HTTP_AUTHORIZATION=f"Token {token.key}")
    assert answer.status_code == 401


def test_a_session_signs_in_but_writes_only_with_the_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(orderer())
    assert client.get(ME).status_code == 200
    assert client.delete(TOKEN).status_code == 403


# -- The caller, organizations, sites ---------------------------------------------------------------


def test_me_names_the_caller_and_their_seats() -> None:
    library = InstitutionFactory(name="도서관", name_en="Library")
    user = viewer(
        library, email="park@example.com", name="박보기", name_en="Bogi Park", phone="010-0000-0000"
    )
    hall = InstitutionFactory(name="청사", name_en="Hall")
    room = DepartmentFactory(organization=hall, code="A1", name="서무과", name_en="Office")
    SeatFactory(user=user, organization=hall, role="orderer", department=room, order_limit=300_000)
    assert api(user).get(ME).json() == {
        "email": "park@example.com",
        "name": "박보기",
        "name_en": "Bogi Park",
        "phone": "010-0000-0000",
        "language": "ko",
        "seats": [
            {
                "organization": {"id": library.pk, "name": "도서관", "name_en": "Library"},
                "role": "viewer",
                "department": None,
                "order_limit": None,
            },
            {
                "organization": {"id": hall.pk, "name": "청사", "name_en": "Hall"},
                "role": "orderer",
                "department": {
                    "id": room.pk,
                    "code": "A1",
                    "name": "서무과",
                    "name_en": "Office",
                    "is_active": True,
                },
                "order_limit": 300_000,
            },
        ],
    }


def test_organizations_are_those_of_the_callers_seats() -> None:
    own, other = InstitutionFactory(), InstitutionFactory()
    user = orderer(own)
    CertificationFactory(organization=own, kind="cooperative", number="1")
    path = "/api/v1/organizations/"
    assert listed(user, path) == [own.pk]
    assert api(user).get(f"{path}{other.pk}/").status_code == 404
    assert api(user).get(f"{path}{own.pk}/").json()["certifications"] == [
        {
            "kind": "cooperative",
            "number": "1",
            "issuer": "고용노동부",
            "valid_from": "2026-01-01",
            "valid_until": "2028-12-31",
        }
    ]
    hub = operator()
    assert listed(hub, f"{path}?kind=institution") == [own.pk, other.pk]
    assert api(hub).get(f"{path}{other.pk}/").status_code == 200


def test_sites_are_those_of_the_callers_institutions() -> None:
    own, other = SiteFactory(district="중구"), SiteFactory(district="종로구")
    user = viewer(own.organization)
    path = "/api/v1/sites/"
    assert listed(user, path) == [own.pk]
    assert api(user).get(f"{path}{own.pk}/").json()["windows"][0] == {
        "weekday": 0,
        "opens": "09:00:00",
        "closes": "18:00:00",
    }
    assert api(user).get(f"{path}{other.pk}/").status_code == 404
    assert listed(user, f"{path}?organization={other.organization_id}") == []
    assert listed(operator(), f"{path}?district=종로구") == [other.pk]
    for stranger in (producer_user(), courier(), UserFactory()):
        assert listed(stranger, path) == []
        assert api(stranger).get(f"{path}{own.pk}/").status_code == 404


def test_lists_take_as_many_queries_for_three_rows_as_for_one() -> None:
    user, lists = operator(), ("/api/v1/organizations/?kind=producer", "/api/v1/sites/")
    CertificationFactory()
    SiteFactory()
    one = queries(user, *lists)
    for _ in range(2):
        CertificationFactory()
        SiteFactory()
    assert queries(user, *lists) == one


@pytest.mark.parametrize("key", ["abc", "0", "9" * 30])
def test_a_key_that_is_none_is_not_found(key: str) -> None:
    assert api(operator()).get(f"/api/v1/sites/{key}/").status_code == 404


@pytest.mark.parametrize("key", ["abc", "-1", "1e30", "9" * 30])
def test_a_filter_that_cannot_be_read_is_named(key: str) -> None:
    answer = api(operator()).get(f"/api/v1/sites/?organization={key}")
    assert (answer.status_code, list(answer.json())) == (400, ["organization"])
