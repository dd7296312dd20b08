"""Changing a draft by hand: nothing without its consequences, nothing that somebody else has changed."""

import pytest
from django.test import Client

from delivery.actions.drafts import draft_of, publish_draft
from delivery.actions.edits import keep_order, lock_stop, move_stop
from delivery.models import RoutePlan, Shift
from delivery.moves import move, offers
from delivery.review import review
from orders.exceptions import NotPossible
from orders.models import Order

from .. import factories as f
from ..snapshot import everything
from .driving import logged_in, shown_messages

pytestmark = pytest.mark.django_db
NOW = f.PLANNING_TIME


def two_vans(stops: int = 3, **second: object) -> tuple[RoutePlan, Shift, Shift]:
    """A draft whose stops are all with the first van; the second one stands by."""
    f.ShiftFactory()
    for nth in range(stops):
        f.fixed_order(site=f.SiteFactory(latitude=37.60 - 0.01 * nth, longitude=126.93 + 0.01 * nth))
    draft = f.draft_plan()
    return draft, draft.routes.get().shift, f.ShiftFactory(**second)


def tours(plan: RoutePlan) -> dict[int, list[int]]:
    return {
        route.shift_id: list(route.stops.order_by("sequence").values_list("order", flat=True))
        for route in plan.routes.all()
    }


def moved(draft: RoutePlan, order: int, shift: Shift | None, position: int = 1, **more: object) -> None:
    draft.refresh_from_db()
    fields = {"revision": draft.revision, "has_consent": False, "now": NOW} | more
    move_stop(draft, order=order, shift=shift and shift.pk, position=position, **fields)  # type: ignore[arg-type]
    draft.refresh_from_db()


def test_a_stop_goes_to_another_van_with_all_sums() -> None:
    draft, first, second = two_vans()
    a, b, c = tours(draft)[first.pk]

    moved(draft, b, second)

    assert tours(draft) == {first.pk: [a, c], second.pk: [b]}
    assert draft.revision == 2
    assert draft.distance_m == sum(draft.routes.values_list("distance_m", flat=True))
    (weight,) = draft.routes.filter(shift=second).values_list("weight_g", flat=True)
    assert weight == sum(line.coming * line.weight_g for line in Order.objects.get(pk=b).lines.all())
    assert not review(draft, now=NOW).faults


def test_within_its_route_a_stop_takes_the_number_that_was_asked_for() -> None:
    draft, first, _ = two_vans()
    a, b, c = tours(draft)[first.pk]

    moved(draft, a, first, 3)
    assert tours(draft) == {first.pk: [b, c, a]}
    moved(draft, a, first, 1)
    assert tours(draft) == {first.pk: [a, b, c]}
    moved(draft, a, first, 99)
    assert tours(draft) == {first.pk: [b, c, a]}


def test_taken_off_and_put_back() -> None:
    draft, first, _ = two_vans(1)
    (only,) = tours(draft)[first.pk]

    moved(draft, only, None)
    assert tours(draft) == {}
    assert list(draft.unassigned.values_list("order", "reason")) == [(only, "taken_off")]

    moved(draft, only, first)
    assert tours(draft) == {first.pk: [only]}
    assert not draft.unassigned.exists()


def test_lateness_needs_consent_and_is_then_part_of_the_plan() -> None:
    f.ShiftFactory()
    early, late = f.fixed_order(), f.fixed_order()
    early.site.windows.update(opens="09:00", closes="09:30")
    late.site.windows.update(opens="10:00", closes="18:00")
    draft = f.draft_plan()
    shift = draft.routes.get().shift
    before = tours(draft)
    assert before == {shift.pk: [early.pk, late.pk]}

    with pytest.raises(NotPossible, match="move_needs_consent"):
        moved(draft, early.pk, shift, 2)
    assert tours(draft) == before

    moved(draft, early.pk, shift, 2, has_consent=True)
    assert draft.stops.get(order=early).late_s > 1800
    assert publish_draft(draft, revision=2, actor=f.operator(), now=NOW).status == "published"


def test_overload_needs_consent_and_is_then_part_of_the_plan() -> None:
    draft, first, second = two_vans(2, vehicle__max_weight_kg=3)
    a, b = tours(draft)[first.pk]
    moved(draft, a, second)

    with pytest.raises(NotPossible, match="move_needs_consent"):
        moved(draft, b, second)
    moved(draft, b, second, has_consent=True)

    assert draft.routes.get(shift=second).over_percent == 34
    assert publish_draft(draft, revision=3, actor=f.operator(), now=NOW).status == "published"


def test_chilled_goods_never_go_in_a_warm_van() -> None:
    draft, first, second = two_vans(1, vehicle__is_chilled=False)
    (only,) = tours(draft)[first.pk]
    Order.objects.get(pk=only).lines.update(storage="chilled")
    before = everything()

    with pytest.raises(NotPossible, match="move_impossible"):
        moved(draft, only, second, has_consent=True)
    assert everything() == before


def test_nobody_works_after_the_shift() -> None:
    draft, first, second = two_vans(1, starts="08:00", ends="08:20")
    (only,) = tours(draft)[first.pk]

    with pytest.raises(NotPossible, match="move_impossible"):
        moved(draft, only, second, has_consent=True)
    assert tours(draft) == {first.pk: [only]}


def test_the_second_of_two_operators_is_told() -> None:
    draft, first, second = two_vans()
    a, b, _ = tours(draft)[first.pk]
    moved(draft, a, second)
    after = everything()

    with pytest.raises(NotPossible, match="plan_changed"):
        moved(draft, b, second, revision=1)
    with pytest.raises(NotPossible, match="plan_changed"):
        lock_stop(draft, order=b, is_locked=True, revision=1)
    with pytest.raises(NotPossible, match="plan_changed"):
        keep_order(draft, shift=first.pk, keeps=True, revision=1)
    assert everything() == after


def test_locks_survive_a_move_of_others_and_a_new_planning() -> None:
    draft, first, second = two_vans()
    a, b, c = tours(draft)[first.pk]
    moved(draft, b, second)
    lock_stop(draft, order=b, is_locked=True, revision=2)
    keep_order(draft, shift=first.pk, keeps=True, revision=3)
    moved(draft, a, first, 2)

    again = f.draft_plan(base=draft)

    assert tours(again) == {first.pk: [c, a], second.pk: [b]}
    assert list(again.stops.filter(is_locked=True).values_list("order", flat=True)) == [b]
    lock_stop(again, order=b, is_locked=False, revision=1)
    assert not again.stops.filter(is_locked=True).exists()


def test_places_are_offered_by_their_detour() -> None:
    draft, first, second = two_vans()
    seen = review(draft, now=NOW)
    a = tours(draft)[first.pk][0]

    found = offers(seen, seen.day.jobs[a])

    assert {offer.van_key for offer in found} == {first.pk, second.pk}
    assert [offer.extra_m for offer in found] == sorted(offer.extra_m for offer in found)
    best = move(seen, a, found[0].van_key, found[0].position)
    assert best.extra_m <= 0
    assert not best.needs_consent


def test_a_plan_in_force_becomes_a_draft_once() -> None:
    f.fixed_order()
    plan = f.published_plan()

    first = draft_of(plan, now=NOW)

    assert draft_of(plan, now=NOW) == first
    assert tours(first) == tours(plan)
    assert list(RoutePlan.objects.values_list("version", "status").order_by("version")) == [
        (1, "published"),
        (2, "draft"),
    ]


# -- The pages ----------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def afternoon_before(at) -> None:  # type: ignore[no-untyped-def]
    at(NOW)


def hub() -> Client:
    return logged_in(f.operator(language="en"))


def url(draft: RoutePlan, order: int) -> str:
    return f"/dispatch/plans/{draft.pk}/stops/{Order.objects.get(pk=order).number}/"


def test_the_page_shows_what_a_move_means_before_it_is_saved() -> None:
    draft, first, second = two_vans()
    a, b, c = tours(draft)[first.pk]
    client = hub()
    before = everything()

    html = client.get(url(draft, b), {"shift": second.pk, "position": 1}).content.decode()

    assert "What it means" in html
    assert {name: rows for name, rows in everything().items() if name.startswith("delivery")} == {
        name: rows for name, rows in before.items() if name.startswith("delivery")
    }
    answer = client.post(url(draft, b), {"shift": second.pk, "position": 1, "revision": 1})
    assert answer["Location"] == f"/dispatch/2026-12-01/?depot={draft.depot_id}#stop-{b}"
    assert tours(draft) == {first.pk: [a, c], second.pk: [b]}


def test_who_was_too_slow_keeps_what_was_chosen_and_sees_the_new_state() -> None:
    draft, first, second = two_vans()
    a, b, _ = tours(draft)[first.pk]
    client = hub()
    moved(draft, a, second)
    before = tours(draft)

    html = client.post(url(draft, b), {"shift": second.pk, "position": 2, "revision": 1}).content.decode()

    assert shown_messages(html)[0] == "Somebody else has changed this plan: please look at it again"
    assert 'name="revision" value="2"' in html
    assert 'name="position" value="2"' in html
    assert tours(draft) == before


@pytest.mark.parametrize("position", ["0", "first", ""])
def test_an_impossible_number_is_explained_and_kept(position: str) -> None:
    draft, first, _ = two_vans(1)
    (only,) = tours(draft)[first.pk]

    html = hub().get(url(draft, only), {"shift": first.pk, "position": position}).content.decode()

    assert "field--error" in html
    assert "What it means" not in html


def test_only_drafts_are_moved() -> None:
    f.fixed_order()
    plan = f.published_plan()
    (order,) = tours(plan).popitem()[1]

    assert hub().get(url(plan, order)).status_code == 404


def test_locks_by_button() -> None:
    draft, first, _ = two_vans(1)
    (only,) = tours(draft)[first.pk]
    client = hub()

    client.post(f"{url(draft, only)}lock/", {"is_locked": "on", "revision": 1})
    assert draft.stops.get().is_locked
    client.post(f"/dispatch/plans/{draft.pk}/keep/", {"shift": first.pk, "keeps": "on", "revision": 2})
    assert draft.routes.get().keeps_order
    client.post(f"{url(draft, only)}lock/", {"revision": 3})
    assert not draft.stops.get().is_locked
    client.post(f"/dispatch/plans/{draft.pk}/keep/", {"shift": first.pk, "revision": 1})
    assert draft.routes.get().keeps_order
