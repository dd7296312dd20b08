"""Every address, asked by everyone: what they are answered, and that a refusal changes nothing."""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from membership.models import User

from ..snapshot import everything
from .address import EVERYBODY
from .addresses import ADDRESSES
from .asking import Asker, answer_of, client_for, undone
from .town import Town

ADMIN = "admin:"
# The other institution's approver is everywhere what its orderer is.
ROLES = sorted(EVERYBODY - {"other approver"})

pytestmark = pytest.mark.django_db


# -- The table is complete --------------------------------------------------------------------------


def names_below(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[str]:
    """Every URL name of the map with its namespaces; one without a name shows its pattern."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield ":".join([*namespaces, entry.name or f"<{entry.pattern}>"])
        else:
            below = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from names_below(entry, below)


def test_every_address_is_declared_once() -> None:
    in_the_map = [name for name in names_below(get_resolver()) if not name.startswith(ADMIN)]

    assert sorted(address.name for address in ADDRESSES) == sorted(in_the_map)


# -- Every address, every role ------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_reading_shows_what_is_ones_own_and_changes_nothing(town: Town, role: str) -> None:
    asker = Asker(town, role)
    before = everything()

    answers = {address.name: answer_of(asker.ask(address, "GET")) for address in ADDRESSES}

    assert answers == {address.name: address.answer("GET", role) for address in ADDRESSES}
    assert everything() == before


@pytest.mark.parametrize("role", ROLES)
def test_writing_is_for_those_who_may_and_changes_nothing_for_others(town: Town, role: str) -> None:
    asker = Asker(town, role)
    before = everything()

    answers, changed = {}, {}
    for address in ADDRESSES:
        with undone() as written:
            answers[address.name] = answer_of(asker.ask(address, "POST"))
            changed[address.name] = bool(written) and everything() != before

    assert answers == {address.name: address.answer("POST", role) for address in ADDRESSES}
    assert changed == {address.name: address.does(role) and role in address.changes for address in ADDRESSES}


def test_no_address_of_ours_knows_another_method(town: Town) -> None:
    """The forms of Django's accounts take PUT for POST; a token is taken back with DELETE."""
    asker = Asker(town, "operator")
    ours = [address for address in ADDRESSES if ":" in address.name and address.name != "api:token"]
    before = everything()

    answers = {
        f"{method} {address.name}": answer_of(asker.ask(address, method))
        for method in ("PUT", "PATCH", "DELETE")
        for address in ours
    }

    assert {asked: answer for asked, answer in answers.items() if answer != "405"} == {}
    assert everything() == before


@pytest.mark.parametrize("role", ["orderer", "operator"])
def test_whoever_lost_the_seat_is_a_stranger(town: Town, role: str) -> None:
    town.users[role].seats.all().delete()
    asker = Asker(town, role)

    answers = {address.name: answer_of(asker.ask(address, "GET")) for address in ADDRESSES}

    assert answers == {address.name: address.answer("GET", "nobody") for address in ADDRESSES}


def test_whoever_left_is_a_visitor(town: Town) -> None:
    asker = Asker(town, "operator")
    User.objects.filter(pk=town.users["operator"].pk).update(is_active=False)

    answers = {address.name: answer_of(asker.ask(address, "GET")) for address in ADDRESSES}

    # A token that is known to be bad is refused even where nobody is asked for one.
    expected = {address.name: address.answer("GET", "visitor") for address in ADDRESSES}
    assert answers == expected | {"api:schema": "401", "api:docs": "401"}


# -- The admin pages: one rule for all of them ------------------------------------------------------


def paths_below(resolver: URLResolver, before: str) -> Iterator[str]:
    """Every path of the map, with 1 for whatever an address asks for."""
    for entry in resolver.url_patterns:
        path = before + re.sub(r"<[^>]*>|\(\?P<.*", "1", str(entry.pattern))
        if isinstance(entry, URLPattern):
            yield path
        else:
            yield from paths_below(entry, path)


@pytest.mark.parametrize("role", ["visitor", "operator"])
def test_everything_below_admin_asks_others_than_staff_to_log_in(town: Town, role: str) -> None:
    [pages] = [entry for entry in get_resolver().url_patterns if str(entry.pattern) == "admin/"]
    paths = [path for path in paths_below(pages, "/admin/") if path != reverse("admin:login")]
    client = client_for(town, role)

    answers = {path: answer_of(client.get(path)) for path in paths}
    answers |= {f"POST {path}": answer_of(client.post(path)) for path in paths}

    asks = ("login", "302 admin:login", "302 admin:index")
    assert {asked: answer for asked, answer in answers.items() if answer not in asks} == {}


def test_staff_open_every_list_of_the_admin_pages(town: Town) -> None:
    tables = [model._meta.label_lower.replace(".", "_") for model in admin.site._registry]
    client = client_for(town, "superuser")

    answers = {table: answer_of(client.get(reverse(f"admin:{table}_changelist"))) for table in tables}

    assert answers == dict.fromkeys(tables, "200")
