"""What becomes of an order when something is short, in words; empty: as the institution usually wants it."""

from django.utils.translation import gettext as _

from membership.models import Organization


def wish_words(wish: str) -> str:
    """Return the wish in the reader's language."""
    return str(Organization.OnShortage(wish).label) if wish else _("As the institution usually wants")
