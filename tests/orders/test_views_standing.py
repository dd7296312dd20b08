"""Standing orders on pages: set up by friendly fields, each date with its reason, skipped, ended, retried."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bundles.models import Bundle
from membership.models import Organization, Site, User
from orders import cycle
from orders.models import Occurrence, StandingOrder
from orders.reasons import words
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    InstitutionFactory,
    MembershipFactory,
    OccurrenceFactory,
    PlanFactory,
    SiteFactory,
    StandingOrderFactory,
    approver,
    bundle_with,
    courier,
    fixed_order,
    operator,
    orderer,
    producer_user,
    viewer,
)

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("orders:standing_order_list"), reverse("orders:standing_order_create")


@pytest.fixture(autouse=True)
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The service's clock stands at `TUESDAY` until a test sets it."""

    def set_to(now: object) -> None:
        monkeypatch.setattr("membership.clock.now", lambda: now)

    set_to(TUESDAY)
    return set_to


@pytest.fixture
def office() -> Organization:
    return InstitutionFactory()


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def detail(standing: StandingOrder) -> str:
    return reverse("orders:standing_order_detail", args=[standing.pk])


def filled(site: Site, bundle: Bundle, **changes: object) -> dict[str, object]:
    """The fields of a standing order as the browser sends them, hidden ones too."""
    return {
        "site": site.pk,
        "bundle": bundle.pk,
        "headcount": "12",
        "window_opens": "",
        "window_closes": "",
        "repeat": "weekly",
        "weekdays": ["TH", "TU"],
        "interval": "1",
        "nth_weekday": "MO",
        "month_day": "15",
        "rrule": "",
        "starts_on": "2026-12-01",
        "ends_on": "",
        "holiday_policy": "before",
        **changes,
    }


# -- Setting up -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "rrule"),
    [
        ({}, "FREQ=WEEKLY;BYDAY=TU,TH"),
        ({"interval": "2", "weekdays": ["FR"]}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        (
            {"repeat": "monthly_weekday", "nth": ["1", "-1"], "nth_weekday": "WE"},
            "FREQ=MONTHLY;BYDAY=1WE,-1WE",
        ),
        (
            {"repeat": "monthly_weekday", "nth": ["1", "3"], "nth_weekday": ["TU", "TH"], "months": "2"},
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU,3TU,1TH,3TH",
        ),
        ({"repeat": "monthly_day", "month_day": "31", "weekdays": []}, "FREQ=MONTHLY;BYMONTHDAY=31"),
        ({"repeat": "monthly_day", "month_day": ["1", "15", "-1"]}, "FREQ=MONTHLY;BYMONTHDAY=1,15,-1"),
        ({"interval": "12", "weekdays": ["MO"], "count": "5"}, "FREQ=WEEKLY;INTERVAL=12;BYDAY=MO;COUNT=5"),
        ({"repeat": "own", "rrule": " rrule:freq=daily;count=3 "}, "FREQ=DAILY;COUNT=3"),
    ],
)
def test_friendly_fields_become_a_rule(office: Organization, fields: dict[str, object], rrule: str) -> None:
    site, bundle = SiteFactory(organization=office), bundle_with("bread")
    response = client_of(orderer(office)).post(NEW, filled(site, bundle, **fields))
    standing = StandingOrder.objects.get()
    assert (response.url, standing.rrule) == (detail(standing), rrule)


def test_standing_order_is_set_up_once_however_often_it_is_sent(office: Organization) -> None:
    site, bundle, user = SiteFactory(organization=office), bundle_with("bread"), approver(office)
    data = filled(site, bundle, window_opens="09:00", window_closes="10:00", ends_on="2026-12-10")
    urls = {client_of(user).post(NEW, data).url for _ in range(2)}
    standing = StandingOrder.objects.get()
    assert urls == {detail(standing)}
    assert (
        standing.organization,
        standing.site,
        standing.headcount,
        standing.window_opens,
        standing.window_closes,
        standing.created_by,
    ) == (office, site, 12, time(9), time(10), user)
    assert [row.delivery_date.day for row in standing.occurrences.all()] == [1, 3, 8, 10]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"repeat": "monthly_weekday"}, "nth"),
        ({"repeat": "own"}, "rrule"),
        ({"repeat": "own", "rrule": "every Tuesday"}, "rrule"),
        ({"repeat": "own", "rrule": "FREQ=HOURLY"}, "rrule"),
        ({"repeat": "own", "rrule": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"}, "rrule"),
        ({"repeat": "never"}, "repeat"),
        ({"starts_on": "2026-11-23"}, "starts_on"),
        ({"ends_on": "2026-11-30"}, "ends_on"),
        ({"ends_on": "2026-12-31", "count": "3"}, "count"),
        ({"repeat": "own", "rrule": "FREQ=DAILY;COUNT=3", "count": "3"}, "count"),
        ({"headcount": "501"}, "headcount"),
        ({"window_closes": "10:00"}, "window_opens"),
    ],
)
def test_bad_standing_order_keeps_what_was_typed(
    office: Organization, changes: dict[str, object], wrong: str
) -> None:
    site, bundle = SiteFactory(organization=office), bundle_with("bread")
    form = client_of(orderer(office)).post(NEW, filled(site, bundle, **changes)).context["form"]
    assert (list(form.errors), StandingOrder.objects.count()) == ([wrong], 0)
    assert {name: form[name].value() or [] for name in changes} == {
        name: value or [] for name, value in changes.items()
    }


def test_plan_bundle_is_for_institutions_with_that_plan(office: Organization) -> None:
    site, other = SiteFactory(organization=office), SiteFactory()
    plan = PlanFactory()
    MembershipFactory(organization=office, plan=plan)
    own = bundle_with("bread", kind="plan", plan=plan)
    bundle_with("bread", kind="plan", plan=PlanFactory())
    event = bundle_with("bread")

    offered = client_of(orderer(office)).get(NEW).context["form"].fields["bundle"].queryset
    assert set(offered) == {own, event}
    form = client_of(operator()).post(NEW, filled(other, own)).context["form"]
    assert list(form.errors) == ["bundle"]
    client_of(orderer(office)).post(NEW, filled(site, own))
    assert StandingOrder.objects.get().bundle == own


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_check_shows_the_first_dates_and_sets_nothing_up(
    office: Organization, headers: dict[str, str]
) -> None:
    site, bundle = SiteFactory(organization=office), bundle_with("bread", price=20_000)
    data = filled(site, bundle, check="1", weekdays=["FR"], starts_on="2026-12-18")
    response = client_of(orderer(office)).post(NEW, data, headers=headers)
    first, second = response.context["first_dates"][:2]
    assert (response.context["rule_in_words"], response.context["price"]) == ("Every Friday", 24_000)
    assert (first["comes"], first["why"]) == (date(2026, 12, 18), "")
    assert (second["comes"], second["why"]) == (
        date(2026, 12, 24),
        f"{words('moved_before')} (Christmas Day)",
    )
    assert (StandingOrder.objects.count(), b"<html" in response.content) == (0, not headers)


def test_check_says_where_a_holiday_goes_that_is_asked_about(office: Organization) -> None:
    site, bundle = SiteFactory(organization=office), bundle_with("bread")
    data = filled(
        site,
        bundle,
        check="1",
        weekdays=["FR"],
        starts_on="2026-12-25",
        count="3",
        holiday_policy="ask",
        holiday_default="skip",
    )
    response = client_of(orderer(office)).post(NEW, data)
    # New Year's Day is a Friday, too.
    assert [(each["day"], each["comes"], each["why"]) for each in response.context["first_dates"]] == [
        (date(2026, 12, 25), None, words("asked_skip")),
        (date(2027, 1, 1), None, words("asked_skip")),
        (date(2027, 1, 8), date(2027, 1, 8), ""),
    ]
    client_of(orderer(office)).post(NEW, {**data, "check": []})
    assert StandingOrder.objects.values_list("holiday_policy", "holiday_default").get() == ("ask", "skip")


def test_viewer_may_not_set_up_a_standing_order(office: Organization) -> None:
    site, bundle = SiteFactory(organization=office), bundle_with("bread")
    client = client_of(viewer(office))
    assert (client.get(NEW).status_code, client.post(NEW, filled(site, bundle)).status_code) == (403, 403)
    form = client_of(orderer()).post(NEW, filled(site, bundle)).context["form"]
    assert (list(form.errors), StandingOrder.objects.count()) == (["site"], 0)


# -- Reading --------------------------------------------------------------------------------------


def test_list_shows_the_rule_in_words_and_the_next_date(office: Organization) -> None:
    standing = StandingOrderFactory(organization=office)
    OccurrenceFactory(standing_order=standing, rule_date=date(2026, 12, 8))
    OccurrenceFactory(standing_order=standing, status="skipped")
    StandingOrderFactory(status="ended")

    [(row, rule)] = client_of(viewer(office)).get(LIST).context["rows"]
    assert (row, row.next_date, rule) == (standing, date(2026, 12, 8), "Every Tuesday")
    assert len(client_of(operator()).get(LIST).context["rows"]) == 2
    assert [row for row, _ in client_of(operator()).get(LIST + "?state=active").context["rows"]] == [standing]


def test_list_asks_as_many_queries_for_one_as_for_three(office: Organization) -> None:
    client = client_of(orderer(office))

    def queries() -> int:
        OccurrenceFactory(standing_order=StandingOrderFactory(organization=office))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    one = queries()
    queries()
    assert queries() == one


def test_every_date_says_why_it_was_ordered_or_not(office: Organization, set_clock: Callable) -> None:
    standing = StandingOrderFactory(organization=office)
    made = fixed_order(occurrence=OccurrenceFactory(standing_order=standing))
    for day, fields in (
        (8, {"status": "failed", "reason": "no_edition", "detail": "min_worth"}),
        (15, {"status": "skipped", "reason": "skipped_by_member"}),
        (22, {"cutoff_at": CUTOFF + timedelta(days=21)}),
    ):
        OccurrenceFactory(standing_order=standing, rule_date=date(2026, 12, day), **fields)
    set_clock(CUTOFF + timedelta(days=7))

    def shown(user: User) -> list[tuple[object, ...]]:
        context = client_of(user).get(detail(standing)).context
        keys = ("why", "detail", "is_open", "is_retryable")
        return [
            (row["day"].day, row["order"], *(row[key] for key in keys))
            for row in [*context["past"], *context["coming"]]
        ]

    short = words("no_edition")
    assert shown(viewer(office)) == [
        (1, made, "", "", False, False),
        (8, None, short, "", False, False),
        (15, None, words("skipped_by_member"), "", False, False),
        (22, None, "", "", True, False),
    ]
    assert shown(operator())[1] == (8, None, short, "min_worth", False, True)


def test_detail_asks_as_many_queries_for_one_date_as_for_three(office: Organization) -> None:
    standing, client = StandingOrderFactory(organization=office), client_of(orderer(office))

    def queries(day: int) -> int:
        cutoff = CUTOFF + timedelta(days=day - 1)
        occurrence = OccurrenceFactory(
            standing_order=standing, rule_date=date(2026, 12, day), cutoff_at=cutoff
        )
        fixed_order(occurrence=occurrence, now=cutoff)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(detail(standing)).status_code == 200
        return len(captured)

    one = queries(1)
    queries(8)
    assert queries(15) == one


# -- Changing -------------------------------------------------------------------------------------


def statuses(standing: StandingOrder) -> tuple[str, list[str]]:
    standing.refresh_from_db()
    return standing.status, list(standing.occurrences.values_list("status", flat=True))


def test_skip_before_the_cutoff_and_again_changes_nothing(office: Organization) -> None:
    occurrence = OccurrenceFactory(standing_order__organization=office)
    client, url = client_of(orderer(office)), reverse("orders:occurrence_skip", args=[occurrence.pk])
    assert client.get(url).status_code == 405
    for _ in range(2):
        assert client.post(url).url == detail(occurrence.standing_order)
    occurrence.refresh_from_db()
    assert (occurrence.status, occurrence.reason) == ("skipped", "skipped_by_member")


def test_skip_after_the_cutoff_says_why_not(office: Organization, set_clock: Callable) -> None:
    occurrence = OccurrenceFactory(standing_order__organization=office)
    set_clock(CUTOFF)
    url = reverse("orders:occurrence_skip", args=[occurrence.pk])
    response = client_of(orderer(office)).post(url, follow=True)
    assert [str(message) for message in response.context["messages"]] == [words("past_cutoff")]
    assert Occurrence.objects.get().status == "planned"


def test_end_leaves_out_what_is_planned(office: Organization) -> None:
    standing = OccurrenceFactory(standing_order__organization=office).standing_order
    client, url = client_of(orderer(office)), reverse("orders:standing_order_end", args=[standing.pk])
    for _ in range(2):
        assert client.post(url).url == detail(standing)
    assert statuses(standing) == ("ended", ["skipped"])


def test_end_on_a_day_lets_what_lies_before_come(office: Organization) -> None:
    standing = StandingOrderFactory(organization=office)
    cycle.preview(now=TUESDAY)
    client, url = client_of(orderer(office)), reverse("orders:standing_order_end", args=[standing.pk])

    assert client.post(url, {"last": "2026-11-20"}).url == detail(standing)
    assert StandingOrder.objects.get().ends_on is None
    assert client.post(url, {"last": "2026-12-10"}).url == detail(standing)

    standing.refresh_from_db()
    assert statuses(standing) == ("active", ["planned", "planned", "skipped", "skipped", "skipped"])
    assert standing.ends_on == date(2026, 12, 10)


def test_retry_is_for_operators(office: Organization) -> None:
    occurrence = OccurrenceFactory(
        standing_order__organization=office, status="failed", reason="capacity_short"
    )
    url = reverse("orders:occurrence_retry", args=[occurrence.pk])
    assert client_of(orderer(office)).post(url).status_code == 403
    assert Occurrence.objects.get().status == "failed"
    assert client_of(operator()).post(url).url == detail(occurrence.standing_order)
    assert (Occurrence.objects.get().status, Occurrence.objects.get().reason) == ("planned", "")


def test_retry_of_a_past_date_says_why_not(set_clock: Callable) -> None:
    occurrence = OccurrenceFactory(status="failed", reason="capacity_short")
    set_clock(CUTOFF + (DELIVERY_DATE - CUTOFF.date()))
    url = reverse("orders:occurrence_retry", args=[occurrence.pk])
    response = client_of(operator()).post(url, follow=True)
    assert [str(message) for message in response.context["messages"]] == [words("too_late")]


@pytest.mark.parametrize("who", [orderer, producer_user, courier])
def test_standing_order_of_another_institution_does_not_exist(who: Callable[[], User]) -> None:
    occurrence = OccurrenceFactory()
    standing, client = occurrence.standing_order, client_of(who())
    deeds = [
        reverse("orders:standing_order_end", args=[standing.pk]),
        reverse("orders:occurrence_skip", args=[occurrence.pk]),
        reverse("orders:occurrence_retry", args=[occurrence.pk]),
    ]
    assert [client.get(detail(standing)).status_code, *(client.post(url).status_code for url in deeds)] == [
        404
    ] * 4
    assert statuses(standing) == ("active", ["planned"])


def test_viewer_may_change_nothing(office: Organization) -> None:
    occurrence = OccurrenceFactory(standing_order__organization=office)
    standing, client = occurrence.standing_order, client_of(viewer(office))
    deeds = [
        reverse("orders:standing_order_end", args=[standing.pk]),
        reverse("orders:occurrence_skip", args=[occurrence.pk]),
    ]
    assert [client.post(url).status_code for url in deeds] == [403, 403]
    assert statuses(standing) == ("active", ["planned"])
