"""How it arrives."""

from .fleet import Depot, Shift, Vehicle
from .route import Proof, Route, RoutePlan, Stop, Unassigned

__all__ = ["Depot", "Proof", "Route", "RoutePlan", "Shift", "Stop", "Unassigned", "Vehicle"]
