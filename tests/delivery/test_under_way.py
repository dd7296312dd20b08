"""Planning again on the day: what is done and on the road stays, rows and all; the rest may change."""

from datetime import datetime, timedelta

import pytest

from delivery.actions.drafts import draft_of, publish_draft
from delivery.actions.driving import deliver_stop, start_route
from delivery.actions.edits import move_stop
from delivery.models import Proof, Route, RoutePlan, Stop
from delivery.review import review
from orders.exceptions import NotPossible
from orders.models import Notification, Order

from .. import factories as f
from ..snapshot import everything

pytestmark = pytest.mark.django_db
MORNING = f.DELIVERY_MORNING


def on_the_road(stops: int = 4) -> tuple[Route, list[Stop], datetime]:
    """A route that has left; its first stop is handed over as planned, the second one is next."""
    f.ShiftFactory()
    for nth in range(stops):
        f.fixed_order(site=f.SiteFactory(latitude=37.60 - 0.01 * nth, longitude=126.93 + 0.01 * nth))
    route = f.published_plan().routes.get()
    start_route(route, actor=route.shift.courier, now=route.departs_at)
    found = list(route.stops.order_by("sequence"))
    now = found[0].leaves_at
    deliver_stop(found[0], receiver_name="박수령", note="", actor=route.shift.courier, now=now)
    return route, found, now


def published(draft: RoutePlan, now: datetime) -> RoutePlan:
    draft.refresh_from_db()
    return publish_draft(draft, revision=draft.revision, actor=f.operator(), now=now)


def test_a_new_plan_holds_only_what_can_still_change() -> None:
    route, stops, now = on_the_road()
    new = f.fixed_order()
    second = f.ShiftFactory()

    draft = f.draft_plan(base=route.plan, is_warm=True, now=now)

    by_shift = {each.shift_id: set(each.stops.values_list("order", flat=True)) for each in draft.routes.all()}
    assert by_shift == {
        route.shift_id: {stop.order_id for stop in stops[2:]},
        second.pk: {new.pk},
    }
    assert all(each.departs_at >= now for each in draft.routes.all())


def test_published_on_the_day_the_rows_on_the_road_stay_and_the_rest_is_new() -> None:
    route, stops, now = on_the_road()
    proof = Proof.objects.get()
    new = f.fixed_order()
    second = f.ShiftFactory()
    before = route.plan

    plan = published(f.draft_plan(base=route.plan, is_warm=True, now=now), now)

    before.refresh_from_db()
    assert (before.status, plan.status, plan.version) == ("superseded", "published", 2)
    assert {each.pk for each in plan.routes.filter(shift=route.shift)} == {route.pk}
    assert [stop.pk for stop in plan.stops.filter(route=route).order_by("sequence")][:2] == [
        stop.pk for stop in stops[:2]
    ]
    assert set(plan.stops.filter(route=route).values_list("pk", flat=True)) == {stop.pk for stop in stops}
    assert Proof.objects.get().stop == proof.stop
    route.refresh_from_db()
    assert (route.status, route.plan) == ("started", plan)
    assert plan.stops.get(order=new).route.shift == second
    assert list(plan.stops.filter(route=route).order_by("sequence").values_list("sequence", flat=True)) == [
        1,
        2,
        3,
        4,
    ]


def test_a_late_van_keeps_its_stops_however_late() -> None:
    route, stops, _ = on_the_road()
    Order.objects.get(pk=stops[3].order_id).site.windows.update(opens="09:00", closes="09:30")
    late = f.DELIVERY_MORNING + timedelta(hours=6)

    plan = published(f.draft_plan(base=route.plan, is_warm=True, now=late), late)

    assert set(plan.stops.filter(route=route).values_list("pk", flat=True)) == {stop.pk for stop in stops}
    assert not plan.unassigned.exists()
    assert plan.stops.get(pk=stops[3].pk).eta > late


def test_couriers_on_the_road_can_be_sent_in_another_order() -> None:
    route, stops, now = on_the_road()
    draft = draft_of(route.plan, now=now)
    last = stops[3].order_id
    move_stop(draft, order=last, shift=route.shift_id, position=1, revision=1, has_consent=False, now=now)

    published(draft, now)

    order = list(route.stops.order_by("sequence").values_list("pk", flat=True))
    assert order == [stops[0].pk, stops[1].pk, stops[3].pk, stops[2].pk]
    rounds = Notification.objects.filter(kind="route_planned", recipient=route.shift.courier)
    assert rounds.count() == 2


def test_what_a_van_carries_cannot_be_given_to_another() -> None:
    route, stops, now = on_the_road()
    second = f.ShiftFactory()
    draft = draft_of(route.plan, now=now)
    before = everything()

    for shift in (second.pk, None):
        with pytest.raises(NotPossible, match="move_impossible"):
            move_stop(
                draft, order=stops[3].order_id, shift=shift, position=1, revision=1, has_consent=True, now=now
            )
    assert everything() == before


def test_nothing_more_gets_into_a_van_on_the_road() -> None:
    route, _, now = on_the_road()
    new = f.fixed_order()
    draft = draft_of(route.plan, now=now)

    with pytest.raises(NotPossible, match="move_impossible"):
        move_stop(
            draft, order=new.pk, shift=route.shift_id, position=1, revision=1, has_consent=True, now=now
        )


def test_a_draft_that_gives_away_what_has_left_meanwhile_is_refused() -> None:
    f.ShiftFactory()
    for _ in range(3):
        f.fixed_order()
    plan = f.published_plan()
    route, second = plan.routes.get(), f.ShiftFactory()
    # Not the first: that one the van drives to as soon as it leaves, whatever a draft says.
    last = route.stops.order_by("sequence").last().order_id
    draft = draft_of(plan, now=MORNING)
    move_stop(draft, order=last, shift=second.pk, position=1, revision=1, has_consent=True, now=MORNING)
    start_route(route, actor=route.shift.courier, now=MORNING)
    before = everything()

    with pytest.raises(NotPossible):
        publish_draft(draft, revision=2, actor=None, now=MORNING)
    assert everything() == before


def test_a_finished_route_stays_as_it_was() -> None:
    f.ShiftFactory()
    f.fixed_order()
    route = f.published_plan().routes.get()
    start_route(route, actor=route.shift.courier, now=MORNING)
    stop = route.stops.get()
    deliver_stop(stop, receiver_name="박수령", note="", actor=route.shift.courier, now=MORNING)
    new = f.fixed_order()
    f.ShiftFactory()

    plan = published(f.draft_plan(base=route.plan, now=MORNING), MORNING)

    route.refresh_from_db()
    assert (route.status, route.plan, route.stops.get()) == ("finished", plan, stop)
    assert plan.stops.get(order=new).route != route


def test_nobody_leaves_in_the_past() -> None:
    f.ShiftFactory()
    f.fixed_order()
    plan = f.published_plan()
    noon = MORNING + timedelta(hours=3)

    seen = review(plan, now=noon)

    assert [route.departs_s >= 12 * 3600 for route in seen.plan.routes] == [True]
