"""Put other contents into a draft, and bring back what they replaced.

All of these must run inside the transaction that has locked the edition.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from ..composition import Composition
from ..models import Edition, EditionBan, EditionItem

ITEM_FIELDS = ("slot_id", "product_id", "reasons", "is_locked", "passed_over_id", "passed_over_rule")


def replace_contents(
    edition: Edition,
    composition: Composition,
    *,
    relaxed: Collection[str],
    banned: Collection[int],
    now: datetime,
) -> None:
    """Fill a draft anew; what was in it is kept for `restore_contents`."""
    edition.before = snapshot(edition)
    edition.composed_at, edition.cost, edition.worth = now, composition.cost, composition.worth
    edition.relaxed = " ".join(relaxed)
    _fill(edition, [_row(item) for item in items_of(composition)], banned)


def restore_contents(edition: Edition) -> None:
    """Bring back what the last re-composition replaced; an item of both keeps a lock set meanwhile."""
    before: dict[str, Any] = edition.before or {}
    locked = set(edition.items.filter(is_locked=True).values_list("slot", "product"))
    items = [
        {**row, "is_locked": row["is_locked"] or (row["slot_id"], row["product_id"]) in locked}
        for row in before["items"]
    ]
    edition.before = None
    edition.composed_at = datetime.fromisoformat(before["composed_at"])
    edition.cost, edition.worth, edition.relaxed = before["cost"], before["worth"], before["relaxed"]
    _fill(edition, items, before["banned"])


def items_of(composition: Composition) -> list[EditionItem]:
    """Return what was composed as rows of no edition yet."""
    return [
        EditionItem(
            slot_id=item.slot,
            product_id=item.product,
            reasons=" ".join(item.reasons),
            is_locked="locked" in item.reasons,
            passed_over_id=item.passed_over[0] if item.passed_over else None,
            passed_over_rule=item.passed_over[1] if item.passed_over else "",
        )
        for item in composition.items
    ]


def _row(item: EditionItem) -> dict[str, Any]:
    return {field: getattr(item, field) for field in ITEM_FIELDS}


def snapshot(edition: Edition) -> dict[str, Any]:
    """Return what is in the edition as `restore_contents` reads it."""
    return {
        "items": [_row(item) for item in edition.items.order_by("pk")],
        "banned": list(edition.bans.order_by("pk").values_list("product", flat=True)),
        "composed_at": edition.composed_at.isoformat(),
        "cost": edition.cost,
        "worth": edition.worth,
        "relaxed": edition.relaxed,
    }


def _fill(edition: Edition, items: Collection[dict[str, Any]], banned: Collection[int]) -> None:
    edition.items.all().delete()
    EditionItem.objects.bulk_create(EditionItem(edition=edition, **row) for row in items)
    edition.bans.all().delete()
    EditionBan.objects.bulk_create(
        EditionBan(edition=edition, product_id=product) for product in sorted(set(banned))
    )
    edition.revision += 1
    edition.save(update_fields=["composed_at", "cost", "worth", "relaxed", "before", "revision"])
