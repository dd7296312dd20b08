"""Products, bundles and the editions that fill them."""

from datetime import date
from decimal import Decimal
from typing import Any

import factory
from django.db.models import Max
from factory.django import DjangoModelFactory

from bundles.actions.capacity import Need
from bundles.models import Bundle, Capacity, CapacityPool, Category, Edition, EditionItem, Product, Slot

from .membership import ProducerFactory
from .times import DELIVERY_DATE, TUESDAY


class CategoryFactory(DjangoModelFactory[Category]):
    class Meta:
        model = Category
        django_get_or_create = ("code",)

    code = "bread"
    name = factory.SelfAttribute("code")


class ProductFactory(DjangoModelFactory[Product]):
    """One serving for ₩2,000 (₩1,500 at supply price), taxable, 200 a day."""

    class Meta:
        model = Product

    producer = factory.SubFactory(ProducerFactory)
    category = factory.SubFactory(CategoryFactory)
    code = factory.Sequence(lambda n: f"product-{n}")
    name = factory.Sequence(lambda n: f"상품{n}")
    name_en = factory.Sequence(lambda n: f"Product {n}")
    unit = "1개"
    unit_en = "1 piece"
    list_price = 2000
    supply_price = 1500
    weight_g = 200
    volume_ml = 500
    lead_days = 1
    daily_capacity = 200


class CapacityPoolFactory(DjangoModelFactory[CapacityPool]):
    """An oven for 100 servings a day."""

    class Meta:
        model = CapacityPool

    producer = factory.SubFactory(ProducerFactory)
    name = factory.Sequence(lambda n: f"오븐{n}")
    name_en = factory.Sequence(lambda n: f"Oven {n}")
    daily_capacity = 100


class CapacityFactory(DjangoModelFactory[Capacity]):
    class Meta:
        model = Capacity

    product = factory.SubFactory(ProductFactory)
    made_on = DELIVERY_DATE
    limit = 200


def need(product: Product, units: int, day: date = DELIVERY_DATE, made_on: date | None = None) -> Need:
    """So many units of the product for the day, made on it unless said otherwise."""
    return Need(product, units, day, made_on or day)


class BundleFactory(DjangoModelFactory[Bundle]):
    """A bundle for events and ten people without slots; `bundle_with` fills it."""

    class Meta:
        model = Bundle

    code = factory.Sequence(lambda n: f"bundle-{n}")
    name = factory.Sequence(lambda n: f"회의 꾸러미 {n}")
    name_en = factory.Sequence(lambda n: f"Meeting bundle {n}")
    kind = Bundle.Kind.EVENT
    base_headcount = 10
    price = 20_000
    max_producer_percent = 100


class SlotFactory(DjangoModelFactory[Slot]):
    class Meta:
        model = Slot

    bundle = factory.SubFactory(BundleFactory)
    position = factory.LazyAttribute(
        lambda slot: (slot.bundle.slots.aggregate(last=Max("position"))["last"] or 0) + 1
    )
    category = factory.SubFactory(CategoryFactory)
    servings_per_person = Decimal(1)


def bundle_with(*codes: str, **fields: Any) -> Bundle:
    """A bundle of one serving a person from each category, in which three producers offer a product each."""
    bundle = BundleFactory(**{"price": 20_000 * len(codes), **fields})
    for code in codes:
        category = CategoryFactory(code=code)
        for _ in range(3 - category.products.count()):
            ProductFactory(category=category)
        SlotFactory(bundle=bundle, category=category)
    return bundle


class EditionFactory(DjangoModelFactory[Edition]):
    """The bundle's edition; `products` fills its slots in order, by default the first of each category."""

    class Meta:
        model = Edition
        django_get_or_create = ("bundle", "delivery_date", "exclusions")
        skip_postgeneration_save = True

    bundle = factory.LazyFunction(lambda: bundle_with("bread"))
    delivery_date = DELIVERY_DATE
    exclusions = 0
    composed_at = TUESDAY

    @factory.post_generation
    def products(self, create: bool, wanted: list[Product] | None, **kwargs: Any) -> None:
        if self.items.exists():
            return
        for place, slot in enumerate(self.bundle.slots.all()):
            product = wanted[place] if wanted else slot.category.products.order_by("pk").first()
            EditionItem.objects.create(edition=self, slot=slot, product=product)
