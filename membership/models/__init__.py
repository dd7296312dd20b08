"""Who takes part."""

from .organization import Certification, Department, Organization, Seat
from .plan import Membership, Plan
from .site import Site, SiteWindow
from .user import User

__all__ = [
    "Certification",
    "Department",
    "Membership",
    "Organization",
    "Plan",
    "Seat",
    "Site",
    "SiteWindow",
    "User",
]
