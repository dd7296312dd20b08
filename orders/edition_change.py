"""What a re-composition changed, kept in the operator's session until the edition changes again."""

from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from bundles.models import Edition, Product

SESSION_KEY = "edition_change"


@dataclass(frozen=True)
class Change:
    """Cost and worth (won) before and after, and the products that went and came."""

    cost_before: int
    cost: int
    worth_before: int
    worth: int
    price: int
    gone: list[Product]
    come: list[Product]

    @property
    def saving_before(self) -> int:
        return self.worth_before - self.price

    @property
    def saving(self) -> int:
        return self.worth - self.price


def figures(edition: Edition) -> dict[str, Any]:
    """Return what is compared."""
    return {
        "cost": edition.cost,
        "worth": edition.worth,
        "products": sorted(edition.items.values_list("product", flat=True)),
    }


def remember(session: SessionBase, edition: Edition, before: dict[str, Any]) -> None:
    """Keep the figures from before; they are compared with the edition as it is now."""
    session[SESSION_KEY] = {
        "edition": edition.pk,
        "composed_at": edition.composed_at.isoformat(),
        "before": before,
    }


def last_change(session: SessionBase, edition: Edition) -> Change | None:
    """Return what the reader's last re-composition changed, if the edition is still as it left it."""
    kept = session.get(SESSION_KEY)
    if not kept or (kept["edition"], kept["composed_at"]) != (edition.pk, edition.composed_at.isoformat()):
        return None
    before, after = kept["before"], figures(edition)
    gone, come = (
        set(before["products"]) - set(after["products"]),
        set(after["products"]) - set(before["products"]),
    )
    names = Product.objects.select_related("producer").in_bulk(gone | come)
    return Change(
        before["cost"],
        after["cost"],
        before["worth"],
        after["worth"],
        edition.bundle.price,
        [names[key] for key in sorted(gone) if key in names],
        [names[key] for key in sorted(come)],
    )
