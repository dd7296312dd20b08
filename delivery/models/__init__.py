"""How it arrives."""

from .fleet import Depot, Shift, Vehicle
from .leave import LeaveInstructions
from .plan_part import PlanPart
from .plan_run import PlanRun
from .promise import Promise
from .proof import FailedTry, Proof, RoadRecord
from .route import Route, RoutePlan, Stop, Unassigned

__all__ = [
    "Depot",
    "FailedTry",
    "LeaveInstructions",
    "PlanPart",
    "PlanRun",
    "Promise",
    "Proof",
    "RoadRecord",
    "Route",
    "RoutePlan",
    "Shift",
    "Stop",
    "Unassigned",
    "Vehicle",
]
