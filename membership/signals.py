"""What is asked of whoever builds on membership, inside the transaction that makes it true."""

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class Coming:
    """Something that is still to come to a site, in words, with its page."""

    text: str
    url: str


# A site is about to be retired; sent with `site`. A receiver returns the `Coming` that speaks against it.
site_retiring = Signal()
