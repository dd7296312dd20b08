"""Write the rows of the demo town into an empty database."""

from datetime import date, datetime, time, timedelta

from django.contrib.auth.hashers import make_password

from bundles.allergens import mask
from bundles.models import Bundle, Category, Product, Slot
from delivery.models import Depot, Shift, Vehicle
from membership.business_number import with_check_digit
from membership.models import Certification, Membership, Organization, Plan, Seat, Site, SiteWindow, User
from orders.models import CalendarDay, StandingOrder

from . import demo_town
from .context_processors import DEMO_PASSWORD

# Couriers work half days, every other one in the afternoon.
SHIFTS = [(time(8, 30), time(13, 0)), (time(12, 30), time(17, 30))]
COURIERS_A_DAY = 4


def seed_town(*, now: datetime, today: date, first_day: date, last_day: date) -> None:
    """Write every row of the town, with shifts on the working days of the period. Needs an empty database."""
    hub = _hub()
    organizations = {"hub": hub, **_institutions(), **_producers()}
    people = _people(organizations)
    sites = _sites(people)
    _catalogue(organizations)
    _bundles()
    _fleet(hub, people, first_day, last_day)
    _standing_orders(sites, people, today=today, now=now)
    _unlocated_annex(organizations, now=now, today=today)


def _hub() -> Organization:
    hub = demo_town.load_hub()
    return Organization.objects.create(
        kind=Organization.Kind.HUB,
        name=hub.name,
        name_en=hub.name_en,
        business_number=with_check_digit("050829000"),
        representative="김가람",
        address=hub.address,
        phone="02-000-0000",
        is_demo=True,
    )


def _institutions() -> dict[str, Organization]:
    rows = {
        place.key: Organization(
            kind=Organization.Kind.INSTITUTION,
            name=place.name,
            name_en=place.name_en,
            business_number=with_check_digit(f"05083{number:04d}"),
            address=place.address,
            is_demo=True,
        )
        for number, place in enumerate(demo_town.load_places())
    }
    Organization.objects.bulk_create(rows.values())
    return rows


def _producers() -> dict[str, Organization]:
    producers = {row.key: row for row in demo_town.load_producers()}
    rows = {
        key: Organization(
            kind=Organization.Kind.PRODUCER,
            name=row.name,
            name_en=row.name_en,
            business_number=row.business_number,
            representative=row.representative,
            address=row.address,
            phone=row.phone,
            story=row.story,
            story_en=row.story_en,
            is_demo=True,
        )
        for key, row in producers.items()
    }
    Organization.objects.bulk_create(rows.values())
    Certification.objects.bulk_create(
        Certification(
            organization=rows[key],
            kind=held.kind,
            number=held.number,
            issuer=held.issuer,
            valid_from=held.valid_from,
            valid_until=held.valid_until,
        )
        for key, row in producers.items()
        for held in row.certifications
    )
    return rows


def _people(organizations: dict[str, Organization]) -> dict[str, User]:
    """Create users and seats; return the orderer of each institution by place, and the couriers by key."""
    password = make_password(DEMO_PASSWORD)
    rows = demo_town.load_people()
    users = User.objects.bulk_create(
        User(
            email=row.email,
            name=row.name,
            name_en=row.name_en,
            phone=row.phone,
            password=password,
            is_staff=row.role == "operator",
            is_superuser=row.role == "operator",
        )
        for row in rows
    )
    Seat.objects.bulk_create(
        Seat(user=user, organization=organizations[row.organization], role=row.role)
        for user, row in zip(users, rows, strict=True)
    )
    people: dict[str, User] = {}
    for user, row in zip(users, rows, strict=True):
        if row.role == "orderer":
            people.setdefault(row.organization, user)
        elif row.role == "courier":
            people[row.key] = user
    return people


def _sites(people: dict[str, User]) -> dict[str, Site]:
    places = {place.key: place for place in demo_town.load_places()}
    organizations = {row.name: row for row in Organization.objects.institutions()}
    sites = {
        key: Site(
            organization=organizations[place.name],
            name=place.name,
            name_en=place.name_en,
            district=place.district,
            address=place.address,
            latitude=place.latitude,
            longitude=place.longitude,
            precision=place.precision,
            contact_name=people[key].name,
            contact_phone=people[key].phone,
            entrance_note=place.entrance_note,
            entrance_note_en=place.entrance_note_en,
        )
        for key, place in places.items()
    }
    Site.objects.bulk_create(sites.values())
    SiteWindow.objects.bulk_create(
        SiteWindow(site=sites[key], weekday=weekday, opens=place.opens, closes=place.closes)
        for key, place in places.items()
        for weekday in range(5)
    )
    return sites


def _catalogue(organizations: dict[str, Organization]) -> None:
    categories = {
        row.code: Category(code=row.code, name=row.name, name_en=row.name_en, position=row.position)
        for row in demo_town.load_categories()
    }
    Category.objects.bulk_create(categories.values())
    Product.objects.bulk_create(
        Product(
            producer=organizations[row.producer],
            category=categories[row.category],
            code=row.key,
            name=row.name,
            name_en=row.name_en,
            unit=row.unit,
            unit_en=row.unit_en,
            list_price=row.list_price,
            supply_price=row.supply_price,
            tax_type=row.tax_type,
            servings=row.servings,
            weight_g=row.weight_g,
            volume_ml=row.volume_ml,
            storage=row.storage,
            allergens=mask(row.allergens),
            lead_days=row.lead_days,
            daily_capacity=row.daily_capacity,
        )
        for row in demo_town.load_products()
    )


def _bundles() -> None:
    plans = {
        row.code: Plan.objects.create(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            monthly_fee=row.monthly_fee,
            deliveries_per_month=row.deliveries_per_month,
        )
        for row in demo_town.load_plans()
    }
    bundles = {
        row.code: Bundle.objects.create(
            code=row.code,
            kind=row.kind,
            plan=plans.get(row.plan),
            name=row.name,
            name_en=row.name_en,
            description=row.description,
            description_en=row.description_en,
            base_headcount=row.base_headcount,
            price=row.price,
        )
        for row in demo_town.load_bundles()
    }
    categories = {row.code: row for row in Category.objects.all()}
    Slot.objects.bulk_create(
        Slot(
            bundle=bundles[row.bundle],
            position=row.position,
            category=categories[row.category],
            servings_per_person=row.servings_per_person or 0,
            fixed_quantity=row.fixed_quantity or 0,
        )
        for row in demo_town.load_slots()
    )


def _fleet(hub: Organization, people: dict[str, User], first_day: date, last_day: date) -> None:
    place = demo_town.load_hub()
    depot = Depot.objects.create(
        organization=hub,
        name=place.name,
        name_en=place.name_en,
        address=place.address,
        latitude=place.latitude,
        longitude=place.longitude,
    )
    vehicles = Vehicle.objects.bulk_create(
        Vehicle(
            plate=row.plate,
            depot=depot,
            name=row.name,
            name_en=row.name_en,
            max_weight_kg=row.max_weight_kg,
            max_volume_l=row.max_volume_l,
            is_chilled=row.chilled,
        )
        for row in demo_town.load_vehicles()
    )
    couriers = [people[row.key] for row in demo_town.load_people() if row.role == "courier"]
    working_days = CalendarDay.objects.all().working_days()
    days = [first_day + timedelta(days=offset) for offset in range((last_day - first_day).days + 1)]
    Shift.objects.bulk_create(
        Shift(courier=courier, vehicle=vehicle, date=day, starts=starts, ends=ends)
        for day in days
        if working_days.is_working(day)
        for courier, vehicle, (starts, ends) in zip(couriers, vehicles, SHIFTS * COURIERS_A_DAY, strict=False)
        if courier in couriers[:COURIERS_A_DAY]
    )


def _standing_orders(sites: dict[str, Site], people: dict[str, User], *, today: date, now: datetime) -> None:
    bundles = {row.code: row for row in Bundle.objects.select_related("plan")}
    joined: set[int] = set()
    for row in demo_town.load_standing_orders():
        site, bundle = sites[row.place], bundles[row.bundle]
        starts_on = today - timedelta(weeks=row.anchor_weeks_back)
        if bundle.plan and site.organization_id not in joined:
            joined.add(site.organization_id)
            Membership.objects.create(organization=site.organization, plan=bundle.plan, starts_on=starts_on)
        StandingOrder.objects.create(
            organization=site.organization,
            site=site,
            bundle=bundle,
            headcount=row.headcount,
            rrule=row.rrule,
            starts_on=starts_on,
            holiday_policy=row.holiday_policy,
            window_opens=row.window_opens,
            window_closes=row.window_closes,
            created_by=people[row.place],
            created_at=now,
        )


def _unlocated_annex(organizations: dict[str, Organization], *, now: datetime, today: date) -> None:
    """One site nobody has found on the map yet, so that the operators' exceptions have something to show."""
    office = organizations[demo_town.load_places()[0].key]
    annex = Site.objects.create(
        organization=office,
        name="별관 (주소 확인 중)",
        name_en="Annex (address being checked)",
        address="서울특별시 종로구 (도로명 미정)",
        precision=Site.Precision.NONE,
    )
    StandingOrder.objects.create(
        organization=office,
        site=annex,
        bundle=Bundle.objects.get(code="meeting-10"),
        headcount=8,
        rrule="FREQ=WEEKLY;BYDAY=WE",
        starts_on=today - timedelta(weeks=2),
        created_at=now,
    )
