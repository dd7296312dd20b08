"""Admin pages of what is promised: standing orders and the calendar to be kept, all the rest to be read."""

from . import ledger, order, places, purchase, standing

__all__ = ["ledger", "order", "places", "purchase", "standing"]
