"""The API as a whole: its schema, its documentation, how it refuses, and who may reach which address."""

from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, reverse
from rest_framework.exceptions import NotFound

from config.api import answer_exception
from config.api_urls import urlpatterns
from orders.exceptions import NotPossible, StaleState
from orders.states import IllegalTransition
from tests.factories import InstitutionFactory, OccurrenceFactory, OrderFactory, SiteFactory, orderer

PUBLIC = {"docs", "schema", "token"}
PAGES = ["/api/v1/", "/api/v1/orders/", "/api/v1/standing-orders/", "/api/v1/me/", "/api/v1/products/"]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    out = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)
    return yaml.safe_load(out.getvalue())


# -- Schema and documentation -----------------------------------------------------------------------


def test_schema_is_valid_and_names_every_operation(schema: dict[str, Any]) -> None:
    nouns: dict[str, list[str]] = {}
    for path, operations in schema["paths"].items():
        noun, _, rest = path.removeprefix("/api/v1/").partition("/")
        methods = [method for method in operations if method != "parameters"]
        nouns.setdefault(noun, []).extend(f"{method} {rest}".strip() for method in methods)
    assert {noun: sorted(operations) for noun, operations in nouns.items()} == {
        "applications": ["get", "get {id}/", "post {id}/accept/", "post {id}/withdraw/"],
        "bundles": ["get", "get {id}/"],
        "editions": ["get", "get {id}/"],
        "me": ["get"],
        "memberships": [
            "get",
            "get {id}/",
            "post",
            "post {id}/events/{event}/undo/",
            "post {id}/leave/",
            "post {id}/pause/",
            "post {id}/resume/",
        ],
        "occurrences": [
            "get",
            "get {id}/",
            "post {id}/answer/",
            "post {id}/bring-back/",
            "post {id}/change/",
            "post {id}/move/",
            "post {id}/skip/",
            "post {id}/swap/",
        ],
        "orders": [
            "get",
            "get {number}/",
            "post",
            "post {number}/approve/",
            "post {number}/cancel/",
            "post {number}/change/",
            "post {number}/decline/",
            "post {number}/swap/",
        ],
        "organizations": ["get", "get {id}/", "post {id}/on-shortage/"],
        "products": ["get", "get {id}/"],
        "purchase-orders": [
            "get",
            "get {number}/",
            "post {number}/accept/",
            "post {number}/lines/{line}/shortage/",
        ],
        "road-records": ["post"],
        "routes": ["get", "get {id}/", "post {id}/start/"],
        "shortages": ["get", "get {id}/", "post {id}/answer/"],
        "sites": [
            "get",
            "get {id}/",
            "post",
            "post {id}/change/",
            "post {id}/confirm/",
            "post {id}/place/",
            "post {id}/reopen/",
            "post {id}/retire/",
        ],
        "standing-order-changes": ["get", "get {id}/", "post {id}/undo/"],
        "standing-orders": [
            "get",
            "get {id}/",
            "post",
            "post {id}/approve/",
            "post {id}/change/",
            "post {id}/decline/",
            "post {id}/end/",
            "post {id}/pause/",
            "post {id}/resume/",
        ],
        "stops": ["get {id}/", "post {id}/deliver/", "post {id}/fail/"],
        "token": ["delete", "post"],
    }


def test_schema_says_what_placing_an_order_takes_and_gives(schema: dict[str, Any]) -> None:
    place = schema["paths"]["/api/v1/orders/"]["post"]
    assert [(one["name"], one["in"]) for one in place["parameters"]] == [("Idempotency-Key", "header")]
    assert sorted(place["responses"]) == ["201", "409"]
    sent = schema["components"]["schemas"]["EventOrderInput"]
    assert sorted(sent["required"]) == ["bundle", "event_at", "headcount", "site"]
    assert sent["properties"]["headcount"] == {"type": "integer", "minimum": 1, "maximum": 500}


@pytest.mark.parametrize("name", ["docs", "schema"])
@pytest.mark.django_db
def test_documentation_is_public(name: str) -> None:
    assert Client().get(reverse(f"api:{name}")).status_code == 200


@pytest.mark.django_db
def test_documentation_page_has_nothing_inline() -> None:
    html = Client().get(reverse("api:docs")).content.decode()
    assert [word for word in ("<style", " style=", " onclick", "<script>") if word in html] == []
    assert Client().get(reverse("api:docs") + "?script=")["Content-Type"] == "application/javascript"


# -- The browsable pages ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_browsable_page_has_no_inline_style(page: str) -> None:
    client = Client(HTTP_ACCEPT="text/html")
    client.force_login(orderer())
    answer = client.get(page)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert [word for word in ("<style", " style=", "<script>") if word in answer.content.decode()] == []


@pytest.mark.django_db
def test_browsable_forms_offer_no_rows_of_others() -> None:
    own, other = SiteFactory(name="우리 청사"), SiteFactory(name="남의 청사")
    own_order = OrderFactory(organization=own.organization, site=own)
    OrderFactory(organization=other.organization, site=other, number="261201-OTHERS")
    OccurrenceFactory(standing_order__organization=other.organization, standing_order__site=other)
    client = Client(HTTP_ACCEPT="text/html")
    client.force_login(orderer(own.organization))
    for page in (
        "/api/v1/orders/",
        "/api/v1/standing-orders/",
        "/api/v1/occurrences/",
        "/api/v1/sites/",
        f"/api/v1/orders/{own_order.number}/",
        f"/api/v1/orders/{own_order.number}/cancel/",
    ):
        html = client.get(page).content.decode()
        assert [name for name in (other.name, other.organization.name, "261201-OTHERS") if name in html] == []
    assert own.name in client.get("/api/v1/orders/").content.decode()


# -- Who may reach it -------------------------------------------------------------------------------


def _filled(pattern: URLPattern) -> str:
    keys = dict.fromkeys(pattern.pattern.regex.groupindex, "1")
    return reverse(f"api:{pattern.name}", kwargs=keys)


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_every_address_but_the_public_ones_asks_to_sign_in(accept: str) -> None:
    answers = [
        (pattern.name, getattr(Client(HTTP_ACCEPT=accept), method)(_filled(pattern)))
        for pattern in urlpatterns
        for method in ("get", "post", "put", "patch", "delete")
    ]
    assert {name for name, answer in answers if answer.status_code != 401} == PUBLIC
    assert {answer["WWW-Authenticate"] for _, answer in answers if answer.status_code == 401} == {"Token"}


@pytest.mark.django_db
def test_a_wrong_token_and_a_user_without_a_seat_get_nothing() -> None:
    assert Client(HTTP_AUTHORIZATION="Token wrong").get("/api/v1/orders/").status_code == 401
    OrderFactory()
    OccurrenceFactory()
    InstitutionFactory()
    client = Client()
    user = orderer()
    user.seats.all().delete()
    client.force_login(user)
    nouns = "organizations sites standing-orders occurrences orders purchase-orders routes".split()
    assert {noun: client.get(f"/api/v1/{noun}/").json()["count"] for noun in nouns} == dict.fromkeys(nouns, 0)


# -- How it refuses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotPossible("past_cutoff", "details for the log"), "past_cutoff"),
        (StaleState("order 1 is no longer placed"), "wrong_state"),
        (IllegalTransition("delivered", "placed"), "wrong_state"),
    ],
)
def test_what_the_state_forbids_is_a_conflict(error: Exception, code: str) -> None:
    answer = answer_exception(error, {})
    assert answer is not None
    assert (answer.status_code, answer.data["code"], sorted(answer.data)) == (409, code, ["code", "detail"])


@pytest.mark.parametrize(
    ("error", "code", "data"),
    [
        (ValidationError({"rrule": ["No."]}), 400, {"rrule": ["No."]}),
        (ValidationError({"__all__": ["Neither."]}), 400, {"non_field_errors": ["Neither."]}),
        (ValidationError("Never."), 400, {"non_field_errors": ["Never."]}),
        (NotFound("Gone."), 404, {"detail": "Gone."}),
    ],
)
def test_the_rest_is_answered_by_field_or_as_usual(error: Exception, code: int, data: dict[str, Any]) -> None:
    answer = answer_exception(error, {})
    assert answer is not None
    assert (answer.status_code, answer.data) == (code, data)


def test_what_nobody_foresaw_stays_an_error() -> None:
    assert answer_exception(RuntimeError("bug"), {}) is None
