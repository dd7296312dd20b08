"""Whatever people, calendar and outages do to standing orders: each date comes once, none is forgotten."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from membership.models import User
from orders import cycle
from orders.actions import change_date as one
from orders.actions import change_terms as terms
from orders.actions import holiday
from orders.actions.approval import approve_order, decline_order
from orders.actions.changing import undo_change
from orders.actions.standing import create_standing_order
from orders.actions.standing_approval import approve_standing_order, decline_standing_order
from orders.exceptions import NotPossible
from orders.models import CalendarDay, Occurrence, Order, StandingOrder, StandingOrderChange
from orders.repeating import Plan, wanted_dates
from orders.standing_plan import read_plan
from tests.factories import TUESDAY, operator
from tests.simulation import standing_life as life

pytestmark = pytest.mark.django_db

RULES = [
    "FREQ=WEEKLY;BYDAY=TU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=1FR,3FR",
    "FREQ=WEEKLY;BYDAY=FR;COUNT=4",
]
POLICIES = ["before", "after", "skip", "ask"]
HORIZON = timedelta(days=35)
CLOSES = TUESDAY.date() + timedelta(days=life.DAYS - 120)
WHICH = st.integers(0, 30)
AHEAD = st.integers(-3, 50)
PEOPLE = st.integers(1, 60)


class StandingLife(RuleBasedStateMachine):
    """The real models, actions and sweeps, on a clock that only this machine moves."""

    town: life.Town
    hub: User

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.now: datetime = TUESDAY
        self.history: dict[tuple[str, Any], tuple[Any, ...]] = {}
        self.known: set[tuple[int, date]] = set()
        self.is_swept = False

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # -- Who acts, on what --------------------------------------------------------------------

    def actor(self, is_hub: bool) -> User:
        return self.hub if is_hub else self.town.person

    def standing(self, which: int) -> StandingOrder | None:
        rows = list(StandingOrder.objects.order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def a_date(self, which: int) -> Occurrence | None:
        today = self.now.date()
        rows = list(Occurrence.objects.filter(rule_date__gte=today - timedelta(days=10)).order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def day(self, ahead: int) -> date:
        return self.now.date() + timedelta(days=ahead)

    def attempt(self, deed: Callable[[], object]) -> None:
        """Do it; what is refused leaves nothing behind."""
        self.is_swept = False
        before = self.rows()
        try:
            with transaction.atomic():
                deed()
        except (NotPossible, ValidationError):
            assert self.rows() == before

    def rows(self) -> list[Any]:
        return [
            list(Occurrence.objects.order_by("pk").values()),
            list(StandingOrder.objects.order_by("pk").values()),
            StandingOrderChange.objects.in_force().count(),
        ]

    # -- What people do -----------------------------------------------------------------------

    @initialize(repeat=st.sampled_from(RULES), policy=st.sampled_from(POLICIES))
    def begin(self, repeat: str, policy: str) -> None:
        self.create(repeat, policy, 10, 5, 0, False)

    @rule(
        repeat=st.sampled_from(RULES),
        policy=st.sampled_from(POLICIES),
        people=PEOPLE,
        ahead=st.integers(0, 20),
        site=st.integers(0, 1),
        pays=st.booleans(),
    )
    def create(self, repeat: str, policy: str, people: int, ahead: int, site: int, pays: bool) -> None:
        if self.now.date() > CLOSES or StandingOrder.objects.count() > 3:
            return
        department = self.town.budget.department
        self.attempt(
            lambda: create_standing_order(
                organization=self.town.institution,
                site=self.town.sites[site],
                bundle=self.town.bundles[people % 2],
                headcount=people,
                exclusions=0,
                rrule=repeat,
                starts_on=self.day(ahead),
                ends_on=None,
                holiday_policy=policy,
                window_opens=None,
                window_closes=None,
                department=department,
                actor=self.town.person if pays else self.hub,
                now=self.now,
            )
        )

    @rule(which=WHICH, people=PEOPLE, bundle=st.integers(0, 1), no_milk=st.booleans(), is_hub=st.booleans())
    def change_one(self, which: int, people: int, bundle: int, no_milk: bool, is_hub: bool) -> None:
        if row := self.a_date(which):
            changes = {
                "headcount": people,
                "bundle_id": self.town.bundles[bundle].pk,
                "exclusions": life.MILK if no_milk else 0,
            }
            self.attempt(lambda: one.change_date(row, changes, actor=self.actor(is_hub), now=self.now))

    @rule(which=WHICH, is_hub=st.booleans())
    def leave_out(self, which: int, is_hub: bool) -> None:
        if row := self.a_date(which):
            self.attempt(lambda: one.leave_out_date(row, actor=self.actor(is_hub), now=self.now))

    @rule(which=WHICH, is_hub=st.booleans())
    def bring_back(self, which: int, is_hub: bool) -> None:
        if row := self.a_date(which):
            self.attempt(lambda: one.bring_back_date(row, actor=self.actor(is_hub), now=self.now))

    @rule(which=WHICH, ahead=AHEAD, is_hub=st.booleans())
    def move(self, which: int, ahead: int, is_hub: bool) -> None:
        if row := self.a_date(which):
            to = self.day(ahead)
            self.attempt(lambda: one.move_date(row, to, actor=self.actor(is_hub), now=self.now))

    @rule(which=WHICH, answer=st.sampled_from(POLICIES[:3]))
    def answer(self, which: int, answer: str) -> None:
        if row := self.a_date(which):
            self.attempt(lambda: holiday.answer_holiday(row, answer, actor=self.town.person, now=self.now))

    @rule(which=WHICH, people=PEOPLE, ahead=AHEAD, for_all=st.booleans(), is_hub=st.booleans())
    def change_what(self, which: int, people: int, ahead: int, for_all: bool, is_hub: bool) -> None:
        if row := self.standing(which):
            since = None if for_all else self.day(max(1, ahead))
            changes = {"headcount": people, "site_id": self.town.sites[people % 2].pk}
            self.attempt(
                lambda: terms.change_terms(row, changes, since=since, actor=self.actor(is_hub), now=self.now)
            )

    @rule(which=WHICH, repeat=st.sampled_from(RULES), ahead=AHEAD, for_all=st.booleans())
    def change_when(self, which: int, repeat: str, ahead: int, for_all: bool) -> None:
        if row := self.standing(which):
            since = None if for_all else self.day(max(1, ahead))
            self.attempt(
                lambda: terms.change_terms(
                    row, {"rrule": repeat}, since=since, actor=self.town.person, now=self.now
                )
            )

    @rule(which=WHICH, ahead=AHEAD, length=st.none() | st.integers(0, 30))
    def pause(self, which: int, ahead: int, length: int | None) -> None:
        if row := self.standing(which):
            first = self.day(ahead)
            last = None if length is None else first + timedelta(days=length)
            self.attempt(
                lambda: terms.pause_standing_order(row, first, last, actor=self.town.person, now=self.now)
            )

    @rule(which=WHICH, ahead=AHEAD)
    def resume(self, which: int, ahead: int) -> None:
        if row := self.standing(which):
            on = self.day(ahead)
            self.attempt(lambda: terms.resume_standing_order(row, on, actor=self.town.person, now=self.now))

    @rule(which=WHICH, ahead=st.none() | st.integers(0, 60))
    def end(self, which: int, ahead: int | None) -> None:
        if row := self.standing(which):
            last = None if ahead is None else self.day(ahead)
            self.attempt(
                lambda: terms.end_standing_order(row, last=last, actor=self.town.person, now=self.now)
            )

    @rule(which=WHICH, is_hub=st.booleans())
    def undo(self, which: int, is_hub: bool) -> None:
        changes = list(StandingOrderChange.objects.in_force().order_by("-pk")[:6])
        if changes:
            change = changes[which % len(changes)]
            self.attempt(lambda: undo_change(change, actor=self.actor(is_hub), now=self.now))

    @rule(agrees=st.booleans())
    def decide(self, agrees: bool) -> None:
        chief, now = self.town.chief, self.now
        for standing in StandingOrder.objects.filter(status="awaiting"):
            if agrees:
                self.attempt(lambda row=standing: approve_standing_order(row, actor=chief, now=now))
            else:
                self.attempt(lambda row=standing: decline_standing_order(row, note="", actor=chief, now=now))
        for order in Order.objects.filter(status="awaiting"):
            if agrees:
                self.attempt(lambda row=order: approve_order(row, sees_overrun=True, actor=chief, now=now))
            else:
                self.attempt(lambda row=order: decline_order(row, note="", actor=chief, now=now))

    @rule(ahead=st.integers(1, 40), is_working=st.booleans())
    def declare(self, ahead: int, is_working: bool) -> None:
        self.is_swept = False
        CalendarDay.objects.update_or_create(
            day=self.day(ahead), defaults={"is_working": is_working, "name": "임시"}
        )

    @rule(which=WHICH)
    def take_back_declaration(self, which: int) -> None:
        days = list(CalendarDay.objects.filter(day__gt=self.now.date()).order_by("day"))
        if days:
            self.is_swept = False
            days[which % len(days)].delete()

    @rule(which=st.integers(0, 1), percent=st.integers(50, 150))
    def change_prices(self, which: int, percent: int) -> None:
        """Of a bundle and of all that is in it; what is fixed keeps the price it was fixed at."""
        self.is_swept = False
        life.change_prices(self.town.bundles[which], percent)

    # -- What time does -----------------------------------------------------------------------

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.pass_time(timedelta(hours=hours))

    @rule(days=st.integers(3, 60))
    def an_outage_lasts(self, days: int) -> None:
        self.pass_time(timedelta(days=days))

    @rule(minutes=st.integers(1, 90))
    def the_clock_is_put_back(self, minutes: int) -> None:
        self.now -= timedelta(minutes=minutes)
        self.is_swept = False

    def pass_time(self, time: timedelta) -> None:
        if (self.now + time).date() <= CLOSES + timedelta(days=60):
            self.now += time
            self.is_swept = False

    @rule(times=st.integers(1, 2))
    def sweep(self, times: int) -> None:
        """All tasks run, perhaps twice: the second time nothing is left to do."""
        promised = self.promised()
        self.run_tasks()
        self.is_swept = True
        assert promised <= set(life.identities())
        assert not Occurrence.objects.to_ask(self.now).exists()
        assert not Occurrence.objects.to_settle(self.now).exists()
        if times == 2:
            before = self.rows()
            self.run_tasks()
            assert self.rows() == before

    @rule(task=st.sampled_from(["preview", "ask_for_approval", "ask_about_holidays", "fix_due"]))
    def one_task_runs_alone(self, task: str) -> None:
        """The others were lost, or come late."""
        getattr(cycle, task)(now=self.now)
        self.is_swept = False

    def run_tasks(self) -> None:
        cycle.preview(now=self.now)
        cycle.ask_for_approval(now=self.now)
        cycle.ask_about_holidays(now=self.now)
        cycle.fix_due(now=self.now)
        cycle.preview(now=self.now)

    def promised(self) -> set[tuple[int, date]]:
        """Every date that the plans of now bring up to the horizon, since where they were last shown."""
        working_days = CalendarDay.objects.all().working_days()
        found = set()
        for row in life.running():
            shown = min(row.known_until or self.now.date(), self.now.date())
            plan: Plan = read_plan(row)
            for wanted in wanted_dates(plan, working_days, after=shown, until=self.now.date() + HORIZON):
                found.add((row.pk, wanted.rule_date))
        return found

    # -- What always holds --------------------------------------------------------------------

    @invariant()
    def no_date_comes_twice_and_none_is_lost(self) -> None:
        found = life.identities()
        assert len(found) == len(set(found))
        assert self.known <= set(found)
        self.known = set(found)
        life.check_orders()

    @invariant()
    def history_never_changes(self) -> None:
        found = life.history()
        for key, value in self.history.items():
            assert found[key] == value
        self.history = found

    @invariant()
    def capacity_and_budgets_add_up(self) -> None:
        life.check_capacity()
        life.check_budgets()

    @invariant()
    def after_a_sweep_nothing_due_is_open_and_what_comes_can_come(self) -> None:
        if not self.is_swept:
            return
        working_days = CalendarDay.objects.all().working_days()
        for row in Occurrence.objects.filter(status="planned"):
            assert row.cutoff_at is not None
            assert row.cutoff_at > self.now
            assert row.delivery_date is not None
            assert working_days.is_working(row.delivery_date)
        for row in Occurrence.objects.filter(status__in=["skipped", "failed"]):
            assert row.reason


def test_standing_orders_live_through_anything() -> None:
    StandingLife.town, StandingLife.hub = life.Town(), operator()
    profile = settings()
    is_nightly = profile.max_examples >= 2000
    run_state_machine_as_test(
        StandingLife,
        settings=settings(
            max_examples=2000 if is_nightly else 10,
            stateful_step_count=30 if is_nightly else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
