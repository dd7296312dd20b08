"""Full days, and who gets what is left: plain values."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from orders.day_limits import Board, Full, Limits, Place, ahead_of

TUESDAY, WEDNESDAY, NEXT = date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 8)
NORTH = 7


def board(taken: dict[Place, int], **limits: object) -> Board:
    return Board(Limits(**limits), Counter(taken))  # type: ignore[arg-type]


def test_a_single_day_goes_above_its_weekday_and_may_lift_its_limit() -> None:
    limits = Limits({(None, 1): 10, (NORTH, 1): 3}, {Place(None, TUESDAY): 12, Place(NORTH, NEXT): None})
    assert limits.of(Place(None, TUESDAY)) == 12
    assert limits.of(Place(None, NEXT)) == 10
    assert limits.of(Place(NORTH, TUESDAY)) == 3
    assert limits.of(Place(NORTH, NEXT)) is None
    assert limits.of(Place(None, WEDNESDAY)) is None


def test_a_day_is_full_at_its_limit_and_above_it() -> None:
    hub, north, other = Place(None, TUESDAY), Place(NORTH, TUESDAY), Place(8, TUESDAY)
    one = board({hub: 5, north: 4, other: 2}, by_weekday={(None, 1): 5, (NORTH, 1): 3, (8, 1): 3})
    assert one.full([north, hub, other]) == [Full(hub, 5, 5), Full(north, 4, 3)]


def test_what_has_no_limit_is_never_full() -> None:
    assert board({Place(None, TUESDAY): 1000}).full([Place(None, TUESDAY)]) == []


def test_who_asked_first_is_served_first() -> None:
    place = Place(None, TUESDAY)
    assert board({place: 3}, by_weekday={(None, 1): 5}).serve([[place]] * 4) == [0, 1]


def test_who_wants_a_full_day_besides_does_not_keep_the_others_from_the_next() -> None:
    first, second = Place(None, TUESDAY), Place(None, NEXT)
    one = board({second: 1}, by_weekday={(None, 1): 1})
    assert one.serve([[first, second], [first], [first]]) == [1]


def test_only_those_who_wait_for_the_same_full_place_are_ahead() -> None:
    tuesday, wednesday, north = Place(None, TUESDAY), Place(None, WEDNESDAY), Place(NORTH, TUESDAY)
    waiting = [[wednesday], [tuesday], [tuesday, north], [tuesday, wednesday]]
    assert ahead_of(3, waiting, [tuesday]) == 2
    assert ahead_of(3, waiting, [tuesday, wednesday]) == 3
    assert ahead_of(2, waiting, [north]) == 0


PLACES = [Place(scope, TUESDAY + timedelta(days=n)) for scope in (None, NORTH) for n in range(3)]


@given(
    limits=st.dictionaries(st.sampled_from(PLACES), st.none() | st.integers(0, 4)),
    taken=st.dictionaries(st.sampled_from(PLACES), st.integers(0, 5)),
    waiting=st.lists(st.sets(st.sampled_from(PLACES), min_size=1), max_size=12),
)
def test_serving_goes_over_no_limit_and_leaves_nobody_who_fits(
    limits: dict[Place, int | None], taken: dict[Place, int], waiting: list[set[Place]]
) -> None:
    one = board(taken, by_day=limits)

    served = one.serve(waiting)

    for place in PLACES:
        more = sum(place in waiting[nth] for nth in served)
        limit = limits.get(place)
        assert one.taken[place] == taken.get(place, 0) + more
        assert limit is None or not more or one.taken[place] <= limit
    assert served == sorted(set(served))
    assert all(one.full(wanted) for nth, wanted in enumerate(waiting) if nth not in served)
