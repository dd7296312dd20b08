"""What a bundle would cost and bring for so many people, before anything is ordered."""

from dataclasses import dataclass
from datetime import date, datetime

from bundles.models import Bundle, Edition, Product

from .cutoff import cutoff_at
from .vat import allocate, split
from .working_days import WorkingDays


@dataclass(frozen=True)
class QuoteItem:
    """What fills a slot: a product with its units, or only the category while nothing is composed."""

    name: str
    units: int = 0
    unit: str = ""
    producer: str = ""


@dataclass(frozen=True)
class Quote:
    """Prices in won. `gross` is what will be charged; `supply` and `vat` are known once there is an edition.

    `is_composed` tells whether the items are the day's edition. Until the cut-off a product may still be
    replaced, and the split with it; the gross price stays.
    """

    bundle: Bundle
    headcount: int
    gross: int
    supply: int | None
    vat: int | None
    items: list[QuoteItem]
    is_composed: bool
    cutoff_at: datetime | None

    @property
    def per_person(self) -> int:
        return round(self.gross / self.headcount)


def quote(bundle: Bundle, headcount: int, day: date | None, working_days: WorkingDays) -> Quote:
    """Return the price of the bundle for `headcount` people, with the contents of the day if it has some."""
    gross = bundle.price_for(headcount)
    edition = Edition.objects.with_contents().filter(bundle=bundle, delivery_date=day).first()
    if edition is None:
        items = [QuoteItem(slot.category.display_name) for slot in bundle.slots.select_related("category")]
        return Quote(bundle, headcount, gross, None, None, items, False, _cutoff(day, 0, working_days))
    filled = [(item.product, item.slot.units_of(item.product, headcount)) for item in edition.items.all()]
    supply, vat = _split(gross, filled)
    slowest = max((product.lead_days for product, _units in filled), default=0)
    items = [
        QuoteItem(product.display_name, units, product.unit_display, product.producer.display_name)
        for product, units in filled
    ]
    return Quote(bundle, headcount, gross, supply, vat, items, True, _cutoff(day, slowest, working_days))


def _split(gross: int, filled: list[tuple[Product, int]]) -> tuple[int, int]:
    """Return supply value and VAT as the order's lines will have them."""
    shares = allocate(gross, [product.list_price * units for product, units in filled])
    parts = [
        split(share, product.tax_type == Product.TaxType.TAXABLE)
        for (product, _units), share in zip(filled, shares, strict=True)
    ]
    return sum(supply for supply, _vat in parts), sum(vat for _supply, vat in parts)


def _cutoff(day: date | None, lead_days: int, working_days: WorkingDays) -> datetime | None:
    return cutoff_at(day, lead_days, working_days) if day else None
