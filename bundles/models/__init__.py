"""What is offered."""

from .bundle import Bundle, Edition, EditionBan, EditionItem, Slot
from .capacity import Capacity, CapacityPool, Closure, Room
from .category import Category
from .product import Product

__all__ = [
    "Bundle",
    "Capacity",
    "CapacityPool",
    "Category",
    "Closure",
    "Edition",
    "EditionBan",
    "EditionItem",
    "Product",
    "Room",
    "Slot",
]
