"""Ask the composer for editions and keep what it answers.

Asking reads only and takes seconds when there is much to compose, so it stands outside the transaction
that keeps the answer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Sum

from membership.models import Certification

from ..composition import Composition, Conflict, MadeOn, Offer, Result, compose, standings
from ..edition_key import EditionKey
from ..edition_requests import Wanted, requests_for
from ..exceptions import CannotCompose
from ..models import Capacity, Edition, EditionItem, Product, Room
from ..rooms import Rooms
from .contents import items_of

# Sales of this many days decide whose turn it is.
FAIRNESS_DAYS = 28
# Rules that a delivery may break rather than not come at all; the operators see it.
NEGOTIABLE = {"rotation", "producer_share", "min_worth", "max_cost"}


def compose_wanted(
    wanted: Collection[Wanted],
    *,
    received: Mapping[int, list[EditionKey]],
    planned: Mapping[tuple[Room, date], int],
    made_on: MadeOn,
    ratings: Mapping[int, float],
    seconds: float,
) -> Result:
    """Return the composer's answer for all wanted editions together; nothing is written.

    `received` has the editions of each member institution in order of delivery, composed or wanted: among
    them nothing should repeat. `planned` has what other editions will take, by room and production date,
    which `made_on` tells. `ratings` has the members' mean, from 1 to 5, of products that were rated.
    """
    days = {each.delivery_date for each in wanted}
    products = list(Product.objects.on_offer().select_related("producer", "pool"))
    offers = offers_of(products, ratings)
    capacities = Rooms.read(products, days, made_on, planned).free
    requests = requests_for(wanted, received)
    sales, newcomers = _sales(min(days), products)
    standing = standings(requests, offers, capacities, sales, newcomers, made_on)
    return compose(requests, offers, capacities, standing, seconds=seconds, made_on=made_on)


@transaction.atomic
def keep_edition(wanted: Wanted, result: Result, *, now: datetime) -> Edition:
    """Store the answer for one edition; if somebody else stored one meanwhile, that one counts.

    Where the rules can't hold together, the best edition without the fewest of them is kept, and says which.
    Raises CannotCompose if there is not even that.
    """
    if existing := Edition.objects.with_key(wanted.key).first():
        return existing
    composition, relaxed = answer(wanted, result)
    edition, created = Edition.objects.get_or_create(
        bundle=wanted.bundle,
        delivery_date=wanted.delivery_date,
        exclusions=wanted.exclusions,
        defaults={
            "composed_at": now,
            "cost": composition.cost,
            "worth": composition.worth,
            "relaxed": " ".join(relaxed),
        },
    )
    if created:
        items = items_of(composition)
        for item in items:
            item.edition = edition
        EditionItem.objects.bulk_create(items)
    return edition


def answer(
    wanted: Wanted, result: Result, *, negotiable: Collection[str] = NEGOTIABLE
) -> tuple[Composition, list[str]]:
    """Return the composition for one edition, and the promises that it doesn't keep.

    Raises CannotCompose where the rules can't hold together and some that would have to go aren't negotiable.
    """
    composition, waived = _composition(wanted, result, negotiable)
    below = ["standard_worth"] if composition.worth < wanted.standard_worth else []
    return composition, [*composition.relaxed, *(rule for rule in waived if rule in NEGOTIABLE), *below]


def _composition(
    wanted: Wanted, result: Result, negotiable: Collection[str]
) -> tuple[Composition, tuple[str, ...]]:
    if not wanted.bundle.slots.exists():
        raise CannotCompose("no_slots")
    if composition := result.compositions.get(wanted.key):
        return composition, ()
    conflict: Conflict = result.unsolved[wanted.key]
    if conflict.best is None or not set(conflict.without) <= set(negotiable):
        raise cannot_compose(conflict)
    return conflict.best, conflict.without


def cannot_compose(conflict: Conflict) -> CannotCompose:
    """Return the exception that says what stands against an edition."""
    rules = " ".join(conflict.rules)
    known = {"no_product": "no_product", "capacity": "no_capacity", "lead_time": "too_late"}
    return CannotCompose(known.get(rules, "no_edition"), rules, conflict)


def offers_of(products: Iterable[Product], ratings: Mapping[int, float]) -> list[Offer]:
    """Return the products as the composer knows them."""
    certified: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for producer, first, last in Certification.objects.values_list(
        "organization", "valid_from", "valid_until"
    ):
        certified[producer].append((first, last))
    # A producer without any certificate is the hub's own choice; one whose certificates have expired is not.
    always = [(date.min, date.max)]
    return [
        Offer(
            product=product.pk,
            producer=product.producer_id,
            category=product.category_id,
            supply_price=product.supply_price,
            list_price=product.list_price,
            servings=product.servings,
            storage=product.storage,
            allergens=product.allergens,
            is_vegan=product.is_vegan,
            is_halal=product.is_halal,
            lead_days=product.lead_days,
            made_days=product.made_days,
            capacity_key=product.room,
            room_units=product.room_units,
            season=(product.offered_from or date.min, product.offered_until or date.max),
            certified=tuple(certified.get(product.producer_id, always)),
            rating=ratings.get(product.pk),
        )
        for product in products
    ]


def _sales(first_day: date, products: Iterable[Product]) -> tuple[dict[tuple[int, str | int], int], set[int]]:
    """Return won by producer and category in the weeks up to the first day, and who never sold anything."""
    reserved = Capacity.objects.of_products().filter(reserved__gt=0)
    recent = reserved.filter(made_on__gt=first_day - timedelta(days=FAIRNESS_DAYS), made_on__lte=first_day)
    rows = recent.values_list("product__producer", "product__category").annotate(
        won=Sum(F("reserved") * F("product__supply_price"))
    )
    known = set(reserved.values_list("product__producer", flat=True).distinct())
    newcomers = {product.producer_id for product in products} - known
    return {(producer, category): won for producer, category, won in rows}, newcomers
