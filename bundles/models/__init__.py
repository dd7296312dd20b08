"""What is offered."""

from .bundle import Bundle, Edition, EditionItem, Slot
from .category import Category
from .product import Capacity, Product

__all__ = ["Bundle", "Capacity", "Category", "Edition", "EditionItem", "Product", "Slot"]
