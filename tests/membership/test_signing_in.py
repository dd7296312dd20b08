"""Failed attempts at the log-in page count for the person, however the address is written."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SPELLINGS = ["kim@example.com", "Kim@example.com", " kIm@example.com", "kiM@Example.com", "KIM@EXAMPLE.COM"]


def log_in(email: str, password: str) -> int:
    return Client().post(reverse("login"), {"username": email, "password": password}).status_code


def test_a_person_logs_in_with_any_spelling_of_their_address() -> None:
    UserFactory(email="kim@example.com")
    assert [log_in(spelling, PASSWORD) for spelling in SPELLINGS] == [302] * 5


def test_five_failures_lock_a_person_out_whatever_the_spelling() -> None:
    UserFactory(email="kim@example.com")
    UserFactory(email="lee@example.com")
    assert [log_in(spelling, "wrong") for spelling in SPELLINGS] == [200, 200, 200, 200, 429]
    assert log_in("kim@example.com", PASSWORD) == 429
    assert log_in("lee@example.com", PASSWORD) == 302
