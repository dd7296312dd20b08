"""A draft is put in force as it was seen, timed for the day as it is now, or not at all."""

import pytest
from django.core import mail

from delivery import cycle
from delivery.actions.drafts import discard_draft, publish_draft
from delivery.models import RoutePlan, Stop, Unassigned
from orders.actions.call_off import call_off_order
from orders.actions.notify import notify
from orders.cutoff import SEOUL
from orders.emails import send_pending
from orders.exceptions import NotPossible
from orders.models import Notification

from .. import factories as f
from ..snapshot import everything

pytestmark = pytest.mark.django_db
NOW = f.PLANNING_TIME


def plans() -> list[tuple[int, str]]:
    return list(RoutePlan.objects.order_by("version").values_list("version", "status"))


def test_a_draft_in_force_replaces_the_plan_before() -> None:
    f.fixed_order()
    before = f.published_plan()
    draft = f.draft_plan()
    by = f.operator()

    published = publish_draft(draft, revision=1, actor=by, now=NOW)

    assert plans() == [(1, "superseded"), (2, "published")]
    assert (published.published_by, published.published_at) == (by, NOW)
    before.refresh_from_db()
    assert before.status == "superseded"


def test_what_a_person_published_is_not_replaced_by_the_rule() -> None:
    f.fixed_order()
    publish_draft(f.draft_plan(), revision=1, actor=f.operator(), now=NOW)
    f.fixed_order()

    assert cycle.plan_due_routes(now=NOW) == []
    assert plans() == [(1, "published")]


@pytest.mark.parametrize("revision", [0, 2])
def test_what_was_changed_meanwhile_is_not_published(revision: int) -> None:
    f.fixed_order()
    draft, actor = f.draft_plan(), f.operator()
    before = everything()

    with pytest.raises(NotPossible, match="plan_changed"):
        publish_draft(draft, revision=revision, actor=actor, now=NOW)
    assert everything() == before


def test_a_draft_is_published_once() -> None:
    f.fixed_order()
    draft = f.draft_plan()
    actor = f.operator()
    publish_draft(draft, revision=1, actor=actor, now=NOW)
    after = everything()

    with pytest.raises(NotPossible, match="wrong_state"):
        publish_draft(draft, revision=1, actor=actor, now=NOW)
    assert everything() == after


def test_an_order_that_came_later_is_published_as_unassigned() -> None:
    f.fixed_order()
    draft = f.draft_plan()
    late = f.fixed_order()

    published = publish_draft(draft, revision=1, actor=f.operator(), now=NOW)

    row = Unassigned.objects.get(plan=published)
    assert (row.order, row.reason) == (late, "not_planned")


def test_an_order_called_off_leaves_the_draft() -> None:
    gone, stays = f.fixed_order(), f.fixed_order()
    draft = f.draft_plan()
    call_off_order(gone, reason="취소", actor=f.operator(), now=NOW)

    published = publish_draft(draft, revision=1, actor=f.operator(), now=NOW)

    assert list(published.stops.values_list("order", "status")) == [(stays.pk, "pending")]


def test_a_draft_that_cannot_be_driven_any_more_is_not_published() -> None:
    order = f.fixed_order()
    draft = f.draft_plan()
    order.site.windows.update(opens="06:00", closes="07:00")
    before = plans()

    with pytest.raises(NotPossible, match="plan_faulty"):
        publish_draft(draft, revision=1, actor=f.operator(), now=NOW)
    assert plans() == before
    assert not Stop.objects.live().exists()


def test_a_discarded_draft_is_kept_and_out_of_the_way() -> None:
    f.fixed_order()
    draft = f.draft_plan()

    discard_draft(draft, revision=1)

    assert plans() == [(1, "discarded")]
    f.draft_plan()
    assert plans() == [(1, "discarded"), (2, "draft")]


def rounds() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind="route_planned").order_by("pk")
    return list(rows.values_list("recipient__name", "detail"))


def test_couriers_are_told_of_their_round_and_again_only_if_it_changes() -> None:
    f.ShiftFactory(courier=f.courier(name="한기사"))
    f.fixed_order()
    plan = f.published_plan()
    departs = f"{plan.routes.get().departs_at.astimezone(SEOUL):%H:%M}"
    assert rounds() == [("한기사", f"2026-12-01 {departs} 1")]

    publish_draft(f.draft_plan(), revision=1, actor=f.operator(), now=NOW)
    assert len(rounds()) == 1
    f.fixed_order()
    publish_draft(f.draft_plan(), revision=1, actor=f.operator(), now=NOW)
    assert [detail.split()[2] for _, detail in rounds()] == ["1", "2"]


def test_who_has_no_round_any_more_is_told() -> None:
    f.ShiftFactory(courier=f.courier(name="한기사"))
    order = f.fixed_order()
    f.published_plan()
    call_off_order(order, reason="취소", actor=f.operator(), now=NOW)

    publish_draft(f.draft_plan(), revision=1, actor=f.operator(), now=NOW)

    assert rounds()[-1] == ("한기사", "2026-12-01")


@pytest.mark.parametrize(
    ("detail", "says"),
    [("2026-12-01 08:40 12", "Departure: 08:40\nStops: 12"), ("2026-12-01", "You have no route on this day")],
)
def test_the_mail_to_a_courier_says_when_and_how_many(detail: str, says: str) -> None:
    notify([f.courier(language="en")], "route_planned", now=NOW, detail=detail)

    send_pending(now=NOW)

    assert "Day: 2026-12-01\n" in mail.outbox[0].body
    assert says in mail.outbox[0].body
