"""The frozen lines of orders: everything about a product is copied onto them."""

from collections.abc import Collection, Mapping
from typing import Any

from bundles.bulk import insert_rows
from bundles.models import Product
from bundles.vat import split
from membership.models import Certification

from ..choosing import Choice
from ..fixing import Lines
from ..models import Order, OrderLine
from ..substitutes import Kinds

# What is each line's own, besides what it copies from its product.
OWN = ("order_id", "made_on", "quantity", "gross", "supply", "vat", "instead_of", "instead_of_en")


def insert_lines(made: Mapping[int, Lines], kinds: Kinds) -> None:
    """Store the lines of orders, by the keys of these; `kinds` are the producers' certifications that day."""
    frozen: dict[int, dict[str, Any]] = {}
    rows = []
    for order_id, lines in made.items():
        for line in lines:
            product, other = line.choice.product, line.choice.instead_of
            if product.pk not in frozen:
                frozen[product.pk] = _frozen(product, kinds.get(product.producer_id, ()))
            rows.append(
                (
                    order_id,
                    line.choice.made_on,
                    line.choice.units,
                    line.gross,
                    line.supply,
                    line.vat,
                    other.name if other else "",
                    other.name_en if other else "",
                    *frozen[product.pk].values(),
                )
            )
    if rows:
        insert_rows(OrderLine, (*OWN, *next(iter(frozen.values()))), rows)


def freeze_line(
    order: Order, choice: Choice, gross: int, *, substitutes: OrderLine | None = None
) -> OrderLine:
    """Return an unsaved line; `gross` in won."""
    product = choice.product
    supply, vat = split(gross, product.tax_type == Product.TaxType.TAXABLE)
    certifications = Certification.objects.filter(organization=product.producer).valid_on(order.delivery_date)
    return OrderLine(
        order=order,
        substitutes=substitutes,
        made_on=choice.made_on,
        quantity=choice.units,
        gross=gross,
        supply=supply,
        vat=vat,
        **_frozen(product, set(certifications.values_list("kind", flat=True))),
    )


def _frozen(product: Product, kinds: Collection[str]) -> dict[str, Any]:
    """Return what a line copies of its product, by the line's columns."""
    return {
        "product_id": product.pk,
        "producer_id": product.producer_id,
        "product_name": product.name,
        "product_name_en": product.name_en,
        "unit": product.unit,
        "unit_en": product.unit_en,
        "producer_name": product.producer.name,
        "producer_name_en": product.producer.name_en,
        "certifications": " ".join(sorted(kinds)),
        "list_price": product.list_price,
        "supply_price": product.supply_price,
        "tax_type": product.tax_type,
        "allergens": product.allergens,
        "storage": product.storage,
        "weight_g": product.weight_g,
        "volume_ml": product.volume_ml,
    }
