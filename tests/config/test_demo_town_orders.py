"""The standing orders of the demo town: the rhythm of the plans, and whether a week's load can be made."""

import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from statistics import mean

import pytest
from dateutil.rrule import rrulestr

from bundles.scaling import units_needed
from config import demo_town as town
from config.demo_town import BadTownFile, read_table
from membership import allergens
from membership.exclusions import broken, mask

MONDAY = datetime.fromisoformat("2026-11-23")  # any Monday does as the day of seeding
WEEKS = 12

PLACES = {place.key: place for place in town.load_places()}
BUNDLES = {bundle.code: bundle for bundle in town.load_bundles()}
SLOTS = town.load_slots()
PRODUCTS = town.load_products()
ORDERS = town.load_standing_orders()
RHYTHM = {
    "plan-50": r"FREQ=MONTHLY;(BYMONTHDAY=15|BYDAY=2[A-Z]{2})",
    "plan-100": r"FREQ=MONTHLY;BYDAY=(1([A-Z]{2}),3\2|2([A-Z]{2}),4\3)",
    "plan-200": r"FREQ=WEEKLY;BYDAY=[A-Z]{2}",
    "plan-300": r"FREQ=MONTHLY;BYDAY=1([A-Z]{2}),2\1,3\1",
}


def dates(order: town.StandingOrder, start: datetime = MONDAY, weeks: int = WEEKS) -> list[date]:
    """Return the dates of the order's rule in so many weeks from `start`, seeded on MONDAY."""
    rule = rrulestr(order.rrule, dtstart=MONDAY - timedelta(weeks=order.anchor_weeks_back))
    return [at.date() for at in rule.between(start, start + timedelta(weeks=weeks, days=-1), inc=True)]


def test_standing_orders_name_places_and_bundles() -> None:
    assert {order.place for order in ORDERS} <= set(PLACES)
    uses = Counter(order.bundle for order in ORDERS)
    assert set(uses) == set(BUNDLES)
    assert min(uses.values()) >= 2
    assert {order.holiday_policy for order in ORDERS} == {"before", "after", "skip"}
    assert all(8 <= order.anchor_weeks_back <= 30 for order in ORDERS)


def test_some_places_order_twice_and_some_never() -> None:
    orders = Counter(order.place for order in ORDERS)
    assert 55 <= len(ORDERS) <= 80
    assert len(PLACES) - len(orders) >= 5
    assert set(orders.values()) >= {1, 2}


def test_plan_orders_keep_the_rhythm_and_size_of_their_plan() -> None:
    plan_orders = [order for order in ORDERS if BUNDLES[order.bundle].kind == "plan"]
    assert len(plan_orders) > len(ORDERS) / 2
    for order in plan_orders:
        assert re.fullmatch(RHYTHM[order.bundle], order.rrule), order
        assert order.headcount == BUNDLES[order.bundle].base_headcount, order
    assert max(Counter(order.place for order in plan_orders).values()) == 1  # one membership runs at a time


def test_plan_orders_give_what_the_month_promises() -> None:
    promised = {plan.code: plan.deliveries_per_month for plan in town.load_plans()}
    for order in ORDERS:
        if order.bundle not in promised:
            continue
        months = Counter(day.month for day in dates(order, datetime.fromisoformat("2027-01-01"), weeks=52))
        # A weekly order has a fifth delivery in a month with five such weekdays.
        allowed = {4, 5} if order.bundle == "plan-200" else {promised[order.bundle]}
        assert {months[month] for month in range(1, 12)} <= allowed, order


def test_event_orders_are_near_the_size_of_their_bundle() -> None:
    for order in ORDERS:
        assert 0.8 <= order.headcount / BUNDLES[order.bundle].base_headcount <= 1.5, order


def test_windows_lie_in_the_receiving_hours() -> None:
    windows = [order for order in ORDERS if order.window_opens or order.window_closes]
    assert windows
    for order in windows:
        place = PLACES[order.place]
        assert place.opens <= order.window_opens < order.window_closes <= place.closes, order


def test_lunch_comes_before_noon() -> None:
    lunches = [order for order in ORDERS if order.bundle == "lunch-20"]
    assert all(order.window_closes is not None and order.window_closes.hour <= 12 for order in lunches)


def test_every_weekday_has_its_share_of_deliveries() -> None:
    a_day = Counter(day for order in ORDERS for day in dates(order))
    for weekday in range(5):
        loads = [a_day[MONDAY.date() + timedelta(weeks=week, days=weekday)] for week in range(WEEKS)]
        assert 12 <= mean(loads) <= 25, weekday
        assert 8 <= min(loads) <= max(loads) <= 45, weekday
    weekend = sum(count for day, count in a_day.items() if day.weekday() > 4)
    assert weekend <= WEEKS / 2  # only rules by day of the month, which the holiday policy moves


def test_producers_can_make_what_a_day_needs() -> None:
    """An edition has one product a slot for all orders of a bundle that day: at least five can do it."""
    people: dict[tuple[date, str], int] = defaultdict(int)
    for order in ORDERS:
        for day in dates(order):
            people[day, order.bundle] += order.headcount
    most = {code: max(count for (_, bundle), count in people.items() if bundle == code) for code in BUNDLES}
    tight = set()
    for slot in SLOTS:
        able = 0
        for product in PRODUCTS:
            if product.category != slot.category:
                continue
            per_person, fixed = slot.servings_per_person or 0, slot.fixed_quantity or 0
            need = units_needed(most[slot.bundle], per_person, fixed, product.servings)
            able += need <= product.daily_capacity
            tight |= {product.key} if need > product.daily_capacity else set()
        assert able >= 5, (slot, most[slot.bundle])
    assert 5 <= len(tight) <= len(PRODUCTS) / 8


def test_what_places_exclude_leaves_enough_to_choose_from() -> None:
    excluding = {place.key: place for place in PLACES.values() if place.exclusions}
    assert len(excluding) >= 5
    assert {place.kind for place in excluding.values()} >= {"school", "welfare_centre"}
    able = Counter[tuple[str, str]]()
    for place in excluding.values():
        for product in PRODUCTS:
            able[place.key, product.category] += not broken(
                mask(place.exclusions),
                allergens=allergens.mask(product.allergens),
                is_vegan=product.vegan,
                is_halal=product.halal,
                is_chilled=product.storage != "ambient",
            )
    ordered = {(order.place, order.bundle) for order in ORDERS if order.place in excluding}
    assert {place for place, _bundle in ordered} == set(excluding)
    scarce = {
        (place, slot.category, able[place, slot.category])
        for place, bundle in ordered
        for slot in SLOTS
        if slot.bundle == bundle and able[place, slot.category] < 5
    }
    assert scarce == {("eunpyeong-sharing", "cookie", 3), ("galwol-welfare", "fruit", 4)}


def test_loaders_leave_nothing_half_filled() -> None:
    named = [*PLACES.values(), *BUNDLES.values(), *PRODUCTS, *town.load_producers()]
    texts = ("name", "name_en", "description", "description_en", "entrance_note", "entrance_note_en")
    texts += ("story", "story_en", "representative", "unit", "unit_en", "certifications")
    assert [
        (row.name, text) for row in named for text in texts if getattr(row, text, "none here") in ("", ())
    ] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,name,position\n", "the columns are"),
        ("code,name,name_en,position\na,b,c\n", "line 2: 3 cells for 4 columns"),
        ("code,name,name_en,position\na,b,c,1\na,b,c,one\n", "line 3, position: 'one' can't be read"),
        ("", "the columns are"),
    ],
)
def test_read_table_names_the_bad_cell(tmp_path, text: str, message: str) -> None:
    (tmp_path / "categories.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadTownFile, match=re.escape(message)):
        read_table("categories.csv", town.Category, tmp_path)


def test_read_table_reads_flags_and_empty_cells(tmp_path) -> None:
    header = "plate,name,name_en,max_weight_kg,max_volume_l,chilled,height_cm\n"
    (tmp_path / "vehicles.csv").write_text(header + "데모 1,봉고,Bongo,900,5000,1,\n", encoding="utf-8")
    assert read_table("vehicles.csv", town.Vehicle, tmp_path) == [
        town.Vehicle("데모 1", "봉고", "Bongo", 900, 5000, True, None)
    ]
    (tmp_path / "vehicles.csv").write_text(header + "데모 1,봉고,Bongo,900,5000,yes,\n", encoding="utf-8")
    with pytest.raises(BadTownFile, match="a flag is 0 or 1"):
        read_table("vehicles.csv", town.Vehicle, tmp_path)
