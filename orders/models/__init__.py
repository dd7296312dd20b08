"""What is promised and paid."""

from .application import Application, ApplicationEvent
from .budget import Budget
from .change import StandingOrderChange
from .floor import PackedLine
from .inspection import InspectedLine
from .ledger import CycleItem, CycleRun
from .note import PurchaseOrderNote
from .notification import Notification
from .order import Order, OrderEvent, OrderLine, StandingOrderEvent, Statement
from .places import DayLimit, Zone, ZoneDistrict
from .procurement import OutsidePurchases, PurchaseTarget
from .purchase import PurchaseOrder, PurchaseOrderEvent, PurchaseOrderLine
from .rating import Rating
from .shortage import Shortage, ShortageEvent, ShortageOption
from .standing import CalendarDay, LaterTerms, Occurrence, Pause, StandingOrder
from .swap import Swap

__all__ = [
    "Application",
    "ApplicationEvent",
    "Budget",
    "CalendarDay",
    "CycleItem",
    "CycleRun",
    "DayLimit",
    "InspectedLine",
    "LaterTerms",
    "Notification",
    "Occurrence",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OutsidePurchases",
    "PackedLine",
    "Pause",
    "PurchaseOrder",
    "PurchaseOrderEvent",
    "PurchaseOrderLine",
    "PurchaseOrderNote",
    "PurchaseTarget",
    "Rating",
    "Shortage",
    "ShortageEvent",
    "ShortageOption",
    "StandingOrder",
    "StandingOrderChange",
    "StandingOrderEvent",
    "Statement",
    "Swap",
    "Zone",
    "ZoneDistrict",
]
