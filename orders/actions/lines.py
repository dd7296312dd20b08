"""Turn an edition into the frozen lines of an order, reserving capacity for each."""

from bundles.actions.capacity import reserve_capacity
from bundles.exceptions import CapacityShort
from bundles.models import Edition, Product, Slot
from bundles.quote import share_price
from bundles.vat import split
from membership.exclusions import NO_CHILLED
from membership.models import Certification

from ..exceptions import CannotFix
from ..models import Order, OrderLine
from ..substitutes import stand_ins


def build_lines(order: Order, edition: Edition) -> list[OrderLine]:
    """Return the order's lines, unsaved, with capacity reserved; they share the order's price by list price.

    Where a product's capacity is used up, it is no longer on offer, or it has come to hold what the order
    excludes, the best stand-in of its category takes its place. Raises CannotFix: "capacity_short" if there
    is none, "no_slots" for a bundle of nothing.
    """
    # Every order reserves category by category, so that stand-ins don't make two of them wait crosswise.
    items = edition.items.select_related("slot", "product__producer")
    wanted = list(items.order_by("product__category_id", "product_id"))
    if not wanted:
        raise CannotFix("no_slots", str(order.bundle))
    taken = {item.product_id for item in wanted}
    chosen = []
    for item in wanted:
        product, units = _reserve(order, item.slot, item.product, taken)
        taken.add(product.pk)
        chosen.append((product, units))
    shares = share_price(order.gross, chosen)
    return [
        freeze_line(order, product, units, gross)
        for (product, units), gross in zip(chosen, shares, strict=True)
    ]


def _reserve(order: Order, slot: Slot, product: Product, taken: set[int]) -> tuple[Product, int]:
    """Reserve the product, or else its best stand-in, and return it with the units of it."""
    is_on_offer = product.is_active and product.producer.is_active
    if (
        is_on_offer
        and not product.broken(order.exclusions)
        and (units := _reserved_units(order, slot, product))
    ):
        return product, units
    # Only now: almost always the product itself has room.
    for stand_in in stand_ins(
        product,
        order.delivery_date,
        max_lead_days=product.lead_days,
        exclusions=order.exclusions | (NO_CHILLED if slot.is_ambient_only else 0),
        excluding=taken,
    ):
        if units := _reserved_units(order, slot, stand_in):
            return stand_in, units
    raise CannotFix("capacity_short", product.name)


def _reserved_units(order: Order, slot: Slot, product: Product) -> int:
    """Reserve what the slot needs of the product; 0 if there isn't that much."""
    units = slot.units_of(product, order.headcount)
    try:
        reserve_capacity(product, order.delivery_date, units)
    except CapacityShort:
        return 0
    return units


def freeze_line(
    order: Order, product: Product, units: int, gross: int, substitutes: OrderLine | None = None
) -> OrderLine:
    """Return an unsaved line with everything about the product copied onto it; `gross` in won."""
    supply, vat = split(gross, product.tax_type == Product.TaxType.TAXABLE)
    certifications = Certification.objects.filter(organization=product.producer).valid_on(order.delivery_date)
    return OrderLine(
        order=order,
        product=product,
        producer=product.producer,
        substitutes=substitutes,
        product_name=product.name,
        product_name_en=product.name_en,
        unit=product.unit,
        unit_en=product.unit_en,
        producer_name=product.producer.name,
        producer_name_en=product.producer.name_en,
        certifications=" ".join(sorted({certification.kind for certification in certifications})),
        quantity=units,
        list_price=product.list_price,
        supply_price=product.supply_price,
        tax_type=product.tax_type,
        gross=gross,
        supply=supply,
        vat=vat,
        allergens=product.allergens,
        storage=product.storage,
        weight_g=product.weight_g,
        volume_ml=product.volume_ml,
    )
