"""What the composer is asked: editions that are wanted, with what their members received before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from membership import exclusions

from .composition import EditionRequest, Exclusions, Past, SlotRule, price_limits, rotation_links
from .edition_key import EditionKey
from .models import Bundle, EditionItem, Product

AMBIENT = frozenset({"ambient"})
STORAGES = frozenset(Product.Storage.values)


@dataclass(frozen=True)
class Wanted:
    """An edition to compose for orders of so many people each; producers still have `lead_days_left`.

    A variant (with exclusions) must be worth `standard_worth` won, as the standard edition of its date is.
    """

    bundle: Bundle
    delivery_date: date
    exclusions: int
    headcounts: tuple[int, ...]
    lead_days_left: int
    locked: frozenset[tuple[int, int]] = frozenset()
    banned: frozenset[int] = frozenset()
    standard_worth: int = 0

    @property
    def key(self) -> EditionKey:
        return EditionKey(self.bundle.pk, self.delivery_date, self.exclusions)


def requests_for(
    wanted: Collection[Wanted], received: Mapping[int, list[EditionKey]]
) -> list[EditionRequest]:
    """Return what to ask the composer; see `compose_wanted` for what was `received`."""
    asked = {each.key for each in wanted}
    links = rotation_links(received)
    past = _past(links, {each.bundle.pk: each.bundle.repeat_editions for each in wanted}, asked)
    slots = _slots({each.bundle.pk for each in wanted})
    return [_request(each, links.get(each.key, ()), asked, past.get(each.key, ()), slots) for each in wanted]


def _past(
    links: Mapping[EditionKey, Iterable[tuple[EditionKey, int]]],
    apart: Mapping[int, int],
    asked: set[EditionKey],
) -> dict[EditionKey, tuple[Past, ...]]:
    """Return what members of each edition asked for receive near it in editions that are composed already.

    Before it within as many editions as its own bundle keeps apart; after it, as the later one's bundle does.
    """
    near: dict[EditionKey, list[tuple[EditionKey, int]]] = defaultdict(list)
    for later, earlier_ones in links.items():
        for earlier, distance in earlier_ones:
            if distance > apart[later.bundle] or earlier.day == later.day:
                continue
            if later in asked and earlier not in asked:
                near[later].append((earlier, distance))
            elif earlier in asked and later not in asked:
                near[earlier].append((later, -distance))
    contents = _contents({other for others in near.values() for other, _distance in others})
    return {
        key: tuple(Past(distance, *contents[other]) for other, distance in others if other in contents)
        for key, others in near.items()
    }


def _request(
    wanted: Wanted,
    links: Iterable[tuple[EditionKey, int]],
    asked: set[EditionKey],
    past: tuple[Past, ...],
    slots: Mapping[int, tuple[SlotRule, ...]],
) -> EditionRequest:
    bundle = wanted.bundle
    max_cost, min_worth = price_limits(
        bundle.price,
        margin_percent=bundle.margin_percent,
        packing=bundle.packing_cost,
        saving_percent=bundle.saving_percent,
    )
    return EditionRequest(
        key=wanted.key,
        bundle=bundle.pk,
        delivery_date=wanted.delivery_date,
        base_headcount=bundle.base_headcount,
        price=bundle.price,
        max_cost=max_cost,
        min_worth=max(min_worth, wanted.standard_worth),
        slots=slots.get(bundle.pk, ()),
        demand=wanted.headcounts,
        lead_days_left=wanted.lead_days_left,
        max_producer_percent=bundle.max_producer_percent,
        repeat_editions=bundle.repeat_editions,
        history=past,
        exclusions=_exclusions(wanted.exclusions),
        locked=wanted.locked,
        banned=wanted.banned,
        # The variants of one date don't follow each other, though an institution may receive two of them.
        follows=tuple(
            (key, distance)
            for key, distance in links
            if key in asked and key.day < wanted.delivery_date and distance <= bundle.repeat_editions
        ),
    )


def _exclusions(mask: int) -> Exclusions:
    return Exclusions(
        allergens=exclusions.allergens_in(mask),
        vegan=bool(mask & exclusions.VEGAN),
        halal=bool(mask & exclusions.HALAL),
        no_chilled=bool(mask & exclusions.NO_CHILLED),
    )


def _slots(bundles: Collection[int]) -> dict[int, tuple[SlotRule, ...]]:
    rules: dict[int, list[SlotRule]] = defaultdict(list)
    for bundle in Bundle.objects.filter(pk__in=bundles).prefetch_related("slots"):
        for slot in bundle.slots.all():
            rules[bundle.pk].append(
                SlotRule(
                    slot=slot.pk,
                    category=slot.category_id,
                    servings_per_person=slot.servings_per_person,
                    fixed_quantity=slot.fixed_quantity,
                    variety=slot.variety,
                    storages=AMBIENT if slot.is_ambient_only else STORAGES,
                )
            )
    return {bundle: tuple(slots) for bundle, slots in rules.items()}


def _contents(
    keys: Collection[EditionKey],
) -> dict[EditionKey, tuple[frozenset[int], frozenset[int]]]:
    """Return the producers and the products of editions that exist."""
    items = EditionItem.objects.filter(
        edition__bundle__in={key.bundle for key in keys}, edition__delivery_date__in={key.day for key in keys}
    )
    found: dict[EditionKey, list[tuple[int, int]]] = defaultdict(list)
    columns = ("edition__bundle", "edition__delivery_date", "edition__exclusions")
    for *key, producer, product in items.values_list(*columns, "product__producer", "product"):
        found[EditionKey(*key)].append((producer, product))
    return {
        key: (frozenset(producer for producer, _ in pairs), frozenset(product for _, product in pairs))
        for key, pairs in found.items()
    }
