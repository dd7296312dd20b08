"""What is promised and paid."""

from .budget import Budget
from .floor import PackedLine
from .ledger import CycleItem, CycleRun
from .note import PurchaseOrderNote
from .notification import Notification
from .order import Order, OrderEvent, OrderLine, StandingOrderEvent, Statement
from .purchase import PurchaseOrder, PurchaseOrderEvent, PurchaseOrderLine, Shortage
from .rating import Rating
from .standing import CalendarDay, Occurrence, StandingOrder

__all__ = [
    "Budget",
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
    "StandingOrderEvent",
    "Statement",
]
