"""Turn an edition into the frozen lines of an order, reserving capacity for each."""

from datetime import date

from bundles.actions.capacity import reserve_capacity
from bundles.exceptions import CapacityShort
from bundles.models import Edition, Product
from bundles.scaling import units_needed
from membership.models import Certification

from ..exceptions import CannotFix
from ..models import Order, OrderLine
from ..substitutes import stand_ins
from ..vat import allocate, split


def build_lines(order: Order, edition: Edition) -> list[OrderLine]:
    """Return the order's lines, unsaved, with capacity reserved; prices share the bundle's price by list price.

    Where a product's capacity is used up, the best stand-in of its category takes its place.
    Raises CannotFix("capacity_short") if there is none.
    """
    wanted = []
    for item in edition.items.select_related("slot", "product__producer").order_by("product"):
        units = units_needed(
            order.headcount, item.slot.servings_per_person, item.slot.fixed_quantity, item.product.servings
        )
        wanted.append((item.product, units, units * item.product.servings))
    taken = {product.pk for product, _, _ in wanted}
    chosen = []
    for product, units, servings in wanted:
        product, units = _reserve(product, units, servings, order.delivery_date, taken)
        taken.add(product.pk)
        chosen.append((product, units))
    shares = allocate(
        order.bundle.price_for(order.headcount), [product.list_price * n for product, n in chosen]
    )
    return [
        freeze_line(order, product, units, gross)
        for (product, units), gross in zip(chosen, shares, strict=True)
    ]


def _reserve(
    product: Product, units: int, servings: int, on_date: date, taken: set[int]
) -> tuple[Product, int]:
    try:
        reserve_capacity(product, on_date, units)
        return product, units
    except CapacityShort as short:
        for stand_in in stand_ins(product, on_date, max_lead_days=product.lead_days, excluding=taken):
            needed = -(-servings // stand_in.servings)
            try:
                reserve_capacity(stand_in, on_date, needed)
                return stand_in, needed
            except CapacityShort:
                continue
        raise CannotFix("capacity_short", str(short)) from short


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
