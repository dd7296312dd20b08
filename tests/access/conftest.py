"""The town of two, built once for each module; what a test does to it is undone."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from delivery.tasks import search_routes

from .side import NOW
from .town import Town, build_town


@pytest.fixture(scope="session", autouse=True)
def photos_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The town's photos lie where the run leaves nothing behind."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(scope="module")
def built_town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_town()
        transaction.set_rollback(True)


@pytest.fixture
def town(built_town: Town, db: None, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town on a Wednesday morning. Nobody has tried to log in yet, and no worker listens."""
    monkeypatch.setattr("membership.clock.now", lambda: NOW)
    monkeypatch.setattr(search_routes, "delay", lambda pk: None)
    cache.clear()
    return built_town
