"""Who takes part."""

from .geocoding import AddressAnswer, GeocoderTurn
from .organization import Certification, Department, Organization, Seat
from .plan import Membership, MembershipEvent, MembershipPause, MembershipTier, Plan
from .site import Site, SiteWindow
from .site_change import SiteChange
from .site_photo import SitePhoto
from .user import User

__all__ = [
    "AddressAnswer",
    "Certification",
    "Department",
    "GeocoderTurn",
    "Membership",
    "MembershipEvent",
    "MembershipPause",
    "MembershipTier",
    "Organization",
    "Plan",
    "Seat",
    "Site",
    "SiteChange",
    "SitePhoto",
    "SiteWindow",
    "User",
]
