"""What a bundle costs and brings for so many people; an order for as many of them has the same numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .models import Bundle, Edition, Product
from .vat import allocate, split


@dataclass(frozen=True)
class QuoteItem:
    """What fills a slot: a product with its units, or only the category while nothing is composed."""

    name: str
    units: int = 0
    unit: str = ""
    producer: str = ""
    product: Product | None = None


@dataclass(frozen=True)
class Quote:
    """Prices in won. `gross` is what will be charged; `supply`, `vat` and `worth` (the same goods at list
    prices) are known once there is an edition.

    Until the cut-off a product may still be replaced, and the split with it; the gross price stays.
    """

    bundle: Bundle
    headcount: int
    gross: int
    items: list[QuoteItem]
    supply: int | None = None
    vat: int | None = None
    worth: int | None = None

    @property
    def is_composed(self) -> bool:
        """Whether the items are the contents of the day."""
        return self.worth is not None

    @property
    def per_person(self) -> int:
        return round(self.gross / self.headcount)

    @property
    def saving(self) -> int:
        """What one pays less than at list prices; 0 if that isn't less."""
        return saving(self.worth or 0, self.gross)


def quote(
    bundle: Bundle, headcount: int, edition: Edition | None, swaps: Mapping[int, Product] | None = None
) -> Quote:
    """Return price and contents for `headcount` people, by the edition of the day if it has one.

    `swaps` has what comes instead of its products.

    Asks the database nothing if the bundle's slots and the edition's contents are prefetched.
    """
    gross = bundle.price_for(headcount)
    filled = units_of_items(edition, headcount, swaps or {}) if edition else []
    if not filled:
        return Quote(
            bundle, headcount, gross, [QuoteItem(s.category.display_name) for s in bundle.slots.all()]
        )
    taxed = [
        split(share, product.tax_type == Product.TaxType.TAXABLE)
        for (product, _units), share in zip(filled, share_price(gross, filled), strict=True)
    ]
    return Quote(
        bundle,
        headcount,
        gross,
        [_item(product, units) for product, units in filled],
        supply=sum(supply for supply, _vat in taxed),
        vat=sum(vat for _supply, vat in taxed),
        worth=sum(product.list_price * units for product, units in filled),
    )


def units_of_items(
    edition: Edition, headcount: int, swaps: Mapping[int, Product]
) -> list[tuple[Product, int]]:
    """Return the edition's products, or what comes instead, with the units for so many people."""
    filled = [(item.slot, swaps.get(item.product_id, item.product)) for item in edition.items.all()]
    return [(product, slot.units_of(product, headcount)) for slot, product in filled]


def share_price(gross: int, filled: Sequence[tuple[Product, int]]) -> list[int]:
    """Return each product's part of the bundle's price, by list price.

    Which of equals gets the odd won doesn't depend on the order in which they come, so that a quote and the
    lines of an order split the price, and the VAT in it, alike.
    """
    places = sorted(range(len(filled)), key=lambda place: _rank(filled[place][0]))
    shares = allocate(gross, [filled[place][0].list_price * filled[place][1] for place in places])
    by_place = dict(zip(places, shares, strict=True))
    return [by_place[place] for place in range(len(filled))]


def saving(worth: int, gross: int) -> int:
    """Return by how much `gross` is below `worth`, in won; never less than nothing."""
    return max(worth - gross, 0)


def _rank(product: Product) -> tuple[int, int]:
    return product.category_id, product.pk


def _item(product: Product, units: int) -> QuoteItem:
    return QuoteItem(
        product.display_name, units, product.unit_display, product.producer.display_name, product
    )
