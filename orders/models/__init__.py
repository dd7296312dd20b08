"""What is promised and paid."""

from .budget import Budget
from .floor import PackedLine
from .ledger import CycleItem, CycleRun
from .note import PurchaseOrderNote
from .notification import Notification
from .order import Order, OrderEvent, OrderLine, StandingOrderEvent, Statement
from .procurement import OutsidePurchases, PurchaseTarget
from .purchase import PurchaseOrder, PurchaseOrderEvent, PurchaseOrderLine, Shortage
from .rating import Rating
from .standing import CalendarDay, Occurrence, StandingOrder
from .swap import Swap

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
    "OutsidePurchases",
    "PackedLine",
    "PurchaseOrder",
    "PurchaseOrderEvent",
    "PurchaseOrderLine",
    "PurchaseOrderNote",
    "PurchaseTarget",
    "Rating",
    "Shortage",
    "StandingOrder",
    "StandingOrderEvent",
    "Statement",
    "Swap",
]
