"""The promises of the demo town: places where they say they are, numbers that add up, known references."""

import re
from collections import Counter, defaultdict
from datetime import date, time
from math import cos, hypot, radians
from statistics import median

import pytest

from bundles.scaling import units_needed
from config import demo_town as town
from membership.business_number import is_valid

PLACES = {place.key: place for place in town.load_places()}
PRODUCERS = {producer.key: producer for producer in town.load_producers()}
PRODUCTS = town.load_products()
BUNDLES = {bundle.code: bundle for bundle in town.load_bundles()}
PLANS = {plan.code: plan for plan in town.load_plans()}
SLOTS = town.load_slots()
PEOPLE = town.load_people()

# Rough centres of the districts (degrees north, degrees east).
CENTRES = {
    "종로구": (37.595, 126.977), "중구": (37.560, 126.996), "용산구": (37.531, 126.980),
    "성동구": (37.551, 127.041), "광진구": (37.546, 127.086), "동대문구": (37.582, 127.055),
    "중랑구": (37.598, 127.093), "성북구": (37.606, 127.018), "강북구": (37.643, 127.011),
    "도봉구": (37.669, 127.032), "노원구": (37.653, 127.075), "은평구": (37.619, 126.927),
    "서대문구": (37.578, 126.939), "마포구": (37.559, 126.908), "양천구": (37.525, 126.855),
    "강서구": (37.561, 126.823), "구로구": (37.495, 126.856), "금천구": (37.460, 126.901),
    "영등포구": (37.522, 126.910), "동작구": (37.499, 126.952), "관악구": (37.467, 126.945),
    "서초구": (37.473, 127.031), "강남구": (37.496, 127.063), "송파구": (37.505, 127.115),
    "강동구": (37.550, 127.147),
}  # fmt: skip
KINDS_OF_CERTIFICATE = {
    "social_enterprise", "pre_social_enterprise", "cooperative", "social_cooperative", "village_enterprise",
    "self_support_enterprise", "disabled_standard_workplace", "severely_disabled_producer", "women_owned",
    "disabled_owned",
}  # fmt: skip
CATEGORIES = [
    "coffee", "tea", "drink", "cookie", "bread", "rice_cake", "fruit", "lunch_box", "snack",
    "stationery", "name_tag", "banner", "flower", "cup", "gift",
]  # fmt: skip


def km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Return the distance on a plane, good enough within a city."""
    return hypot(111.2 * (here[0] - there[0]), 111.2 * cos(radians(37.55)) * (here[1] - there[1]))


def products_of(category: str) -> list[town.Product]:
    return [product for product in PRODUCTS if product.category == category]


def units(slot: town.Slot, headcount: int, product: town.Product) -> int:
    return units_needed(headcount, slot.servings_per_person or 0, slot.fixed_quantity or 0, product.servings)


# Places ---------------------------------------------------------------------------------------------------


def test_places_cover_every_district_with_its_office() -> None:
    assert len(PLACES) >= 75
    districts = Counter(place.district for place in PLACES.values())
    assert set(districts) == set(CENTRES)
    assert min(districts.values()) >= 2
    offices = [place.district for place in PLACES.values() if place.kind == "district_office"]
    assert sorted(offices) == sorted(CENTRES)
    assert [place.key for place in PLACES.values() if place.kind == "city_hall"] == ["seoul-city-hall"]


def test_places_lie_in_their_district() -> None:
    far = {
        place.key: round(distance, 1)
        for place in PLACES.values()
        if (distance := km((place.latitude, place.longitude), CENTRES[place.district])) > 6
    }
    assert far == {}
    assert all(place.address.startswith(f"서울특별시 {place.district} ") for place in PLACES.values())
    assert all(re.search(r"(로|길) [0-9]+(-[0-9]+)?$", place.address) for place in PLACES.values())
    assert all(37.41 < place.latitude < 37.72 for place in PLACES.values())
    assert all(126.73 < place.longitude < 127.27 for place in PLACES.values())


def test_places_are_distinct() -> None:
    everywhere = [*PLACES.values(), town.load_hub()]
    assert len(PLACES) == len(town.load_places())
    assert len({(place.latitude, place.longitude) for place in everywhere}) == len(everywhere)
    assert len({place.address for place in everywhere}) == len(everywhere)
    assert len({place.name for place in everywhere}) == len(everywhere)


def test_places_show_every_fact_of_the_way_in_and_vans_that_are_too_high() -> None:
    facts = ("entrance_note", "reception_note", "lift", "parking_note", "parking_height_cm", "unloading_note")
    assert min(sum(bool(getattr(place, fact)) for place in PLACES.values()) for fact in facts) >= 10
    notes = ("reception_note", "parking_note", "unloading_note")
    one_sided = [
        (place.key, note)
        for place in PLACES.values()
        for note in notes
        if bool(getattr(place, note)) != bool(getattr(place, f"{note}_en"))
    ]
    assert one_sided == []
    phones = {place.contact_phone for place in PLACES.values()}
    assert [phone for phone in phones if not re.fullmatch(r"|02-000-\d{4}", phone)] == []
    limits = {place.parking_height_cm for place in PLACES.values()}
    assert limits == {None, 210, 230}
    assert Counter(van.height_cm > 230 for van in town.load_vehicles()) == {True: 4, False: 4}


def test_places_use_known_codes_and_open_before_they_close() -> None:
    kinds = {"district_office", "city_hall", "library", "school", "welfare_centre", "youth_centre", "other"}
    assert {place.kind for place in PLACES.values()} == kinds
    assert {place.precision for place in PLACES.values()} <= {"entrance", "building", "road"}
    assert all(time(8) <= place.opens < place.closes <= time(18) for place in PLACES.values())
    assert len({(place.opens, place.closes) for place in PLACES.values()}) >= 6


# Producers and products -----------------------------------------------------------------------------------


def test_producers_have_their_own_valid_business_number() -> None:
    numbers = [producer.business_number for producer in PRODUCERS.values()]
    assert len(PRODUCERS) == len(town.load_producers()) >= 44
    assert [number for number in numbers if not is_valid(number)] == []
    assert len(set(numbers)) == len(numbers)
    assert all(number[:3] < "101" for number in numbers)  # no tax office has such a code, so nobody's number
    assert all(number[3:5] in {"81", "82", "86", "87", "88"} for number in numbers)
    assert len({producer.name for producer in PRODUCERS.values()}) == len(PRODUCERS)


def test_certifications_cover_all_ten_kinds() -> None:
    every = [certificate for producer in PRODUCERS.values() for certificate in producer.certifications]
    held = Counter(certificate.kind for certificate in every)
    assert set(held) == KINDS_OF_CERTIFICATE
    assert min(held.values()) >= 2
    assert any(len(producer.certifications) == 2 for producer in PRODUCERS.values())
    assert len({certificate.number for certificate in every}) == len(every)
    assert all(certificate.valid_from < date(2026, 11, 1) for certificate in every)
    ends = Counter(certificate.valid_until.year >= 2028 for certificate in every)
    assert ends[False] == 2
    assert min(certificate.valid_until for certificate in every) >= date(2027, 1, 1)


def test_phone_numbers_and_addresses_are_nobodys() -> None:
    nobodys = re.compile(r"02-000-\d{4}|070-0000-\d{4}")
    assert all(nobodys.fullmatch(producer.phone) for producer in PRODUCERS.values())
    assert all(re.fullmatch(r"010-0000-\d{4}", person.phone) for person in PEOPLE)
    assert all(person.email.endswith("@demo.kkureomi.example") for person in PEOPLE)
    assert all(vehicle.plate.startswith("데모 ") for vehicle in town.load_vehicles())


def test_products_fill_every_category() -> None:
    assert len(PRODUCTS) >= 200
    assert [category.code for category in town.load_categories()] == CATEGORIES
    for category in CATEGORIES:
        products = products_of(category)
        assert len(products) >= 8, category
        assert len({product.producer for product in products}) >= 4, category
    assert {product.category for product in PRODUCTS} == set(CATEGORIES)
    assert {product.producer for product in PRODUCTS} == set(PRODUCERS)
    assert len({product.key for product in PRODUCTS}) == len(PRODUCTS)


def test_product_prices_leave_a_margin() -> None:
    for product in PRODUCTS:
        assert product.list_price % 100 == 0, product.key
        assert 0.69 <= product.supply_price / product.list_price <= 0.83, product.key


def test_product_facts_are_plausible() -> None:
    for product in PRODUCTS:
        assert all(1 <= code <= 19 for code in product.allergens), product.key
        assert list(product.allergens) == sorted(set(product.allergens)), product.key
        assert product.storage in {"ambient", "chilled", "frozen"}, product.key
        assert 1 <= product.lead_days <= 3, product.key
        assert product.made_days <= product.lead_days, product.key
        assert min(product.servings, product.weight_g, product.daily_capacity) >= 1, product.key
        assert product.weight_g <= 1.2 * product.volume_ml, f"{product.key} is denser than anything we sell"
    assert all(product.lead_days == 2 for product in products_of("banner"))
    for category in ("stationery", "name_tag", "banner", "flower", "cup", "gift"):
        assert all(product.allergens == () for product in products_of(category)), category


def test_vegan_and_halal_fit_the_allergens() -> None:
    animal = {1, 2, 7, 8, 9, 10, 15, 16, 17, 18}
    for product in PRODUCTS:
        assert not (product.vegan and animal & set(product.allergens)), product.key
        assert not (product.halal and 10 in product.allergens), product.key
    for category in CATEGORIES:
        assert any(product.vegan and product.halal for product in products_of(category)), category


def test_only_unprocessed_food_and_fresh_flowers_are_exempt_from_vat() -> None:
    exempt = Counter(product.category for product in PRODUCTS if product.tax_type == "exempt")
    assert exempt == {"fruit": 13, "flower": 14, "gift": 3}  # gifts: honey twice, grains
    assert {product.tax_type for product in PRODUCTS} == {"exempt", "taxable"}


# Plans and bundles ----------------------------------------------------------------------------------------


def test_plans_are_those_of_2013() -> None:
    terms = {code: (plan.monthly_fee, plan.deliveries_per_month) for code, plan in PLANS.items()}
    assert terms == {
        "plan-50": (50_000, 1),
        "plan-100": (100_000, 2),
        "plan-200": (200_000, 4),
        "plan-300": (300_000, 3),
    }


def test_plan_bundles_cost_what_the_plan_costs() -> None:
    plans = {bundle.code: bundle for bundle in BUNDLES.values() if bundle.kind == "plan"}
    assert {code: bundle.plan for code, bundle in plans.items()} == {code: code for code in PLANS}
    assert {code: bundle.base_headcount for code, bundle in plans.items()} == {
        "plan-50": 10, "plan-100": 10, "plan-200": 10, "plan-300": 15,
    }  # fmt: skip
    for code, bundle in plans.items():
        assert bundle.price * PLANS[code].deliveries_per_month == PLANS[code].monthly_fee, code


def test_event_bundles_stand_alone() -> None:
    events = {code: bundle.base_headcount for code, bundle in BUNDLES.items() if bundle.kind == "event"}
    assert events == {
        "meeting-10": 10, "meeting-20": 20, "meeting-50": 50, "meeting-100": 100,
        "lunch-20": 20, "event-50": 50, "event-100": 100,
    }  # fmt: skip
    assert all(bundle.plan == "" for bundle in BUNDLES.values() if bundle.kind == "event")


def test_slots_measure_one_way_and_are_numbered() -> None:
    positions = defaultdict(list)
    for slot in SLOTS:
        assert (slot.servings_per_person is None) != (slot.fixed_quantity is None), slot
        assert slot.category in CATEGORIES
        positions[slot.bundle].append(slot.position)
    assert set(positions) == set(BUNDLES)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in positions.values())


@pytest.mark.parametrize("code", BUNDLES)
def test_bundle_pays_with_median_products_and_with_five_others_in_each_slot(code: str) -> None:
    bundle = BUNDLES[code]
    options = [
        [(units(slot, bundle.base_headcount, product), product) for product in products_of(slot.category)]
        for slot in SLOTS
        if slot.bundle == code
    ]
    costs = [[count * product.supply_price for count, product in slot] for slot in options]
    worths = [[count * product.list_price for count, product in slot] for slot in options]
    cost, worth = sum(map(median, costs)), sum(map(median, worths))
    assert cost <= 0.85 * bundle.price
    assert worth >= bundle.price
    for slot_costs, slot_worths in zip(costs, worths, strict=True):
        sane = [
            1
            for own_cost, own_worth in zip(slot_costs, slot_worths, strict=True)
            if cost - median(slot_costs) + own_cost <= 0.85 * bundle.price
            and worth - median(slot_worths) + own_worth >= 0.95 * bundle.price
        ]
        assert len(sane) >= 5


# People and vehicles --------------------------------------------------------------------------------------


def test_people_belong_somewhere_with_a_role_of_that_place() -> None:
    for person in PEOPLE:
        roles = {"producer"} if person.organization in PRODUCERS else {"orderer", "approver", "viewer"}
        if person.organization == town.load_hub().key:
            roles = {"courier", "operator"}
        else:
            assert (person.organization in PLACES) != (person.organization in PRODUCERS), person.key
        assert person.role in roles, person.key
    for column in ("key", "email", "phone", "name"):
        assert len({getattr(person, column) for person in PEOPLE}) == len(PEOPLE), column


def test_every_organization_has_someone_to_sign_in() -> None:
    orderers = Counter(person.organization for person in PEOPLE if person.role == "orderer")
    assert orderers == dict.fromkeys(PLACES, 1)
    producers = Counter(person.organization for person in PEOPLE if person.role == "producer")
    assert producers == dict.fromkeys(PRODUCERS, 1)


def test_named_log_ins_exist() -> None:
    seats = {person.email.partition("@")[0]: (person.role, person.organization) for person in PEOPLE}
    first, second, *_ = PRODUCERS
    expected = {"operator": ("operator", "hub"), "courier": ("courier", "hub")}
    expected |= {f"courier{number}": ("courier", "hub") for number in range(2, 9)}
    expected |= {role: (role, "eunpyeong-office") for role in ("orderer", "approver", "viewer")}
    expected |= {"producer": ("producer", first), "producer2": ("producer", second)}
    expected |= {"orderer2": ("orderer", "mapo-library")}
    assert {name: seats.get(name) for name in expected} == expected


def test_half_of_eight_vehicles_are_refrigerated() -> None:
    vehicles = town.load_vehicles()
    assert Counter(vehicle.chilled for vehicle in vehicles) == {True: 4, False: 4}
    limits = sorted((vehicle.max_weight_kg, vehicle.max_volume_l) for vehicle in vehicles)
    assert limits[:2] == [(350, 2000)] * 2
    assert len({vehicle.plate for vehicle in vehicles}) == 8


def test_a_pool_is_shared_by_several_products_of_its_producer() -> None:
    sharing = {
        pool.key: [product for product in PRODUCTS if product.pool == pool.key] for pool in town.load_pools()
    }
    assert {product.pool for product in PRODUCTS} == {"", *sharing}
    for pool in town.load_pools():
        assert {product.producer for product in sharing[pool.key]} == {pool.producer}
        assert len(sharing[pool.key]) > 1
        servings = sum(product.servings * product.daily_capacity for product in sharing[pool.key])
        assert pool.daily_capacity < servings  # else nobody would notice it
