"""Turn an edition into the frozen lines of an order, reserving capacity for each."""

from collections.abc import Mapping

from django.db import OperationalError

from bundles.actions.capacity import Need, reserve_capacity
from bundles.exceptions import CapacityShort
from bundles.models import Edition, Product, Slot
from bundles.quote import share_price
from bundles.vat import split
from membership.models import Certification

from ..choosing import Choice, choose_products
from ..exceptions import CannotFix
from ..models import CalendarDay, Order, OrderLine
from ..planned import swaps_of

# Between looking and locking, others may take what was free. Each time there is less to look at, so a few
# rounds are enough even when hundreds of orders fall due at once; the next sweep tries what is left over.
ROUNDS = 20


def build_lines(order: Order, edition: Edition) -> list[OrderLine]:
    """Return the order's lines, unsaved, with capacity reserved; they share the order's price by list price.

    They have what the member swapped in. Where a product's capacity is used up, it is no longer on offer, or
    it has come to hold what the order excludes, another takes its place, and the line says whose. Raises
    CannotFix: "capacity_short" if there is none, "no_slots" for a bundle of nothing.
    """
    items = edition.items.select_related("slot", "product__producer", "product__pool")
    wanted = [(item.slot, item.product) for item in items.order_by("product__category_id", "product_id")]
    if not wanted:
        raise CannotFix("no_slots", str(order.bundle))
    choices = _reserved(order, wanted, swaps_of(order))
    shares = share_price(order.gross, [(choice.product, choice.units) for choice in choices])
    return [
        freeze_line(order, choice, gross, instead_of=choice.instead_of)
        for choice, gross in zip(choices, shares, strict=True)
    ]


def _reserved(order: Order, wanted: list[tuple[Slot, Product]], swaps: Mapping[int, Product]) -> list[Choice]:
    """Choose by what is free, then reserve all of it at once; look again if somebody was faster meanwhile."""
    working_days = CalendarDay.objects.all().working_days()
    for _ in range(ROUNDS):
        choices = choose_products(
            wanted, order.headcount, order.exclusions, order.delivery_date, working_days, swaps=swaps
        )
        try:
            reserve_capacity(
                [
                    Need(choice.product, choice.units, order.delivery_date, choice.made_on)
                    for choice in choices
                ]
            )
        except CapacityShort:
            continue
        return choices
    raise OperationalError("Others were faster every time.")


def freeze_line(
    order: Order,
    choice: Choice,
    gross: int,
    *,
    instead_of: Product | None = None,
    substitutes: OrderLine | None = None,
) -> OrderLine:
    """Return an unsaved line with everything about the product copied onto it; `gross` in won."""
    product = choice.product
    supply, vat = split(gross, product.tax_type == Product.TaxType.TAXABLE)
    certifications = Certification.objects.filter(organization=product.producer).valid_on(order.delivery_date)
    return OrderLine(
        order=order,
        product=product,
        producer=product.producer,
        substitutes=substitutes,
        instead_of=instead_of.name if instead_of else "",
        instead_of_en=instead_of.name_en if instead_of else "",
        made_on=choice.made_on,
        product_name=product.name,
        product_name_en=product.name_en,
        unit=product.unit,
        unit_en=product.unit_en,
        producer_name=product.producer.name,
        producer_name_en=product.producer.name_en,
        certifications=" ".join(sorted({certification.kind for certification in certifications})),
        quantity=choice.units,
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
