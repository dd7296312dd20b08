"""What is promised and paid."""

from .floor import PackedLine
from .ledger import CycleItem, CycleRun
from .note import PurchaseOrderNote
from .notification import Notification
from .order import Order, OrderEvent, OrderLine, Statement
from .purchase import PurchaseOrder, PurchaseOrderEvent, PurchaseOrderLine, Shortage
from .rating import Rating
from .standing import CalendarDay, Occurrence, StandingOrder

__all__ = [
    "CalendarDay",
    "CycleItem",
    "CycleRun",
    "Notification",
    "Occurrence",
    "Order",
    "OrderEvent",
    "OrderLine",
    "PackedLine",
    "PurchaseOrder",
    "PurchaseOrderEvent",
    "PurchaseOrderLine",
    "PurchaseOrderNote",
    "Rating",
    "Shortage",
    "StandingOrder",
    "Statement",
]
