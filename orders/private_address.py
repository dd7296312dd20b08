"""The private address of an order: who has it sees how its delivery goes, without a log-in.

The token is the order's number with a signature, so nobody guesses one and nothing is stored.
"""

from django.core.signing import BadSignature, Signer

from .models import Order


def token_of(order: Order) -> str:
    """Return the order's token."""
    return _signer().sign(order.number)


def number_in(token: str) -> str | None:
    """Return the number of the order whose token it is, or None if we never gave it to anybody."""
    try:
        return _signer().unsign(token)
    except BadSignature:
        return None


def _signer() -> Signer:
    return Signer(sep=".", salt="orders.private_address")
