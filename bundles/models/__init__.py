"""What is offered."""

from .bundle import Bundle, Edition, EditionBan, EditionItem, Slot
from .category import Category
from .product import Capacity, Closure, Product

__all__ = [
    "Bundle",
    "Capacity",
    "Category",
    "Closure",
    "Edition",
    "EditionBan",
    "EditionItem",
    "Product",
    "Slot",
]
