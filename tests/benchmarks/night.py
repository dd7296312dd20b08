"""A city whose standing orders all come due in one night, and the rows that the cut-off makes of them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction

from bundles.models import Bundle, Category, Edition, EditionItem, Product, Slot
from membership.business_number import with_check_digit
from membership.models import Organization, Seat, Site, User
from orders.cutoff import cutoff_at
from orders.models import (
    CycleItem,
    CycleRun,
    Notification,
    Occurrence,
    Order,
    OrderEvent,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderEvent,
    PurchaseOrderLine,
    StandingOrder,
)
from orders.models.serving import SERVING
from orders.working_days import WorkingDays

DELIVERY_DATE = date(2026, 12, 8)
CUTOFF = cutoff_at(DELIVERY_DATE, 1, WorkingDays())
NOW = CUTOFF + timedelta(minutes=1)
EARLIER = CUTOFF - timedelta(days=20)
LINES = 8
Rows = dict[type[models.Model], list[Any]]
Texts = dict[type[models.Model], bytes]
BUNDLES = 20
PRODUCERS = 150
# What a fixed order leaves behind, in the order in which it can be written.
MADE: tuple[type[models.Model], ...] = (
    Order,
    OrderLine,
    OrderEvent,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderEvent,
    Notification,
    CycleRun,
    CycleItem,
)


def fill(orders: int) -> None:
    """Two standing orders for each institution, all for the same date; capacity for all of them."""
    producers = _organizations(Organization.Kind.PRODUCER, PRODUCERS, "20281")
    institutions = _organizations(Organization.Kind.INSTITUTION, orders // 2, "10183")
    _seats(producers, Seat.Role.PRODUCER)
    _seats(institutions, Seat.Role.ORDERER)
    bundles = _bundles(producers)
    sites = Site.objects.bulk_create(
        Site(
            organization=institution,
            name="본관",
            district="중구",
            address=f"서울특별시 중구 세종대로 {place}",
            latitude=37.5663,
            longitude=126.9779,
            precision=Site.Precision.BUILDING,
            located_by=Site.LocatedBy.IMPORT,
        )
        for place, institution in enumerate(institutions)
    )
    standing = StandingOrder.objects.bulk_create(
        StandingOrder(
            organization=sites[place // 2].organization,
            site=sites[place // 2],
            bundle=bundles[place % BUNDLES],
            headcount=10 + place % 30,
            rrule="FREQ=WEEKLY;BYDAY=TU",
            starts_on=DELIVERY_DATE,
            created_at=EARLIER,
        )
        for place in range(orders)
    )
    Occurrence.objects.bulk_create(
        Occurrence(
            standing_order=each,
            rule_date=DELIVERY_DATE,
            delivery_date=DELIVERY_DATE,
            cutoff_at=CUTOFF,
            **{name: getattr(each, name) for name in SERVING},
        )
        for each in standing
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def check(orders: int) -> None:
    """Raise AssertionError unless every order is fixed with its lines, and capacity and purchases add up."""
    assert Order.objects.filter(status="confirmed").count() == orders
    assert OrderLine.objects.count() == orders * LINES
    lines = OrderLine.objects.aggregate(units=models.Sum("quantity"))["units"]
    assert PurchaseOrderLine.objects.aggregate(units=models.Sum("ordered"))["units"] == lines


def rows_made() -> Rows:
    """Return everything that the cut-off wrote, and empty the tables."""
    rows = {model: list(model._default_manager.order_by("pk")) for model in MADE}
    _empty()
    return rows


def bulk_create(rows: Rows) -> None:
    """Write the very same rows with nothing but Django's bulk_create."""
    with transaction.atomic():
        for model, of_model in rows.items():
            model._default_manager.bulk_create(of_model, batch_size=1000)


def copied(rows: Rows) -> Texts:
    """Return the rows that stand there as PostgreSQL's COPY has them, and empty the tables."""
    texts = {}
    with connection.cursor() as cursor:
        for model in rows:
            with cursor.copy(f"COPY {model._meta.db_table} TO STDOUT") as copy:
                texts[model] = b"".join(bytes(part) for part in copy)
    _empty()
    return texts


def copy(texts: Texts) -> None:
    """Write the very same rows with COPY."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model, text in texts.items():
            with cursor.copy(f"COPY {model._meta.db_table} FROM STDIN") as copy:
                copy.write(text)


@transaction.atomic
def _empty() -> None:
    for model in reversed(MADE):
        model._default_manager.all()._raw_delete("default")


def _organizations(kind: str, count: int, prefix: str) -> list[Organization]:
    return Organization.objects.bulk_create(
        Organization(
            kind=kind,
            name=f"{kind} {place}",
            business_number=with_check_digit(f"{int(prefix) + place // 10_000}{place % 10_000:04d}"),
        )
        for place in range(count)
    )


def _seats(organizations: list[Organization], role: str) -> None:
    users = User.objects.bulk_create(
        User(email=f"{role}{place}@example.com", name=f"{role} {place}", joined_at=EARLIER)
        for place in range(len(organizations))
    )
    Seat.objects.bulk_create(
        Seat(user=user, organization=organization, role=role)
        for user, organization in zip(users, organizations, strict=True)
    )


def _bundles(producers: list[Organization]) -> list[Bundle]:
    """Bundles of eight slots with their published editions, a product of its own in each."""
    categories = Category.objects.bulk_create(
        Category(code=f"category-{place}", name=f"분류 {place}") for place in range(LINES)
    )
    products = Product.objects.bulk_create(
        Product(
            producer=producers[place % PRODUCERS],
            category=categories[place % LINES],
            code=f"product-{place}",
            name=f"상품 {place}",
            unit="1개",
            list_price=2_000 + place % 7 * 100,
            supply_price=1_500,
            tax_type="exempt" if place % 3 else "taxable",
            weight_g=200,
            volume_ml=500,
            daily_capacity=10_000_000,
        )
        for place in range(BUNDLES * LINES)
    )
    bundles = Bundle.objects.bulk_create(
        Bundle(code=f"bundle-{place}", kind="event", name=f"꾸러미 {place}", base_headcount=10, price=150_000)
        for place in range(BUNDLES)
    )
    slots = Slot.objects.bulk_create(
        Slot(bundle=bundle, position=place, category=category, servings_per_person=Decimal(1))
        for bundle in bundles
        for place, category in enumerate(categories)
    )
    editions = Edition.objects.bulk_create(
        Edition(
            bundle=bundle,
            delivery_date=DELIVERY_DATE,
            composed_at=EARLIER,
            status=Edition.Status.PUBLISHED,
            published_at=EARLIER,
        )
        for bundle in bundles
    )
    EditionItem.objects.bulk_create(
        EditionItem(
            edition=edition, slot=slots[number * LINES + place], product=products[number * LINES + place]
        )
        for number, edition in enumerate(editions)
        for place in range(LINES)
    )
    return bundles
