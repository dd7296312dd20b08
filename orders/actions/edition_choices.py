"""What operators decide about a draft: what stays, what must not come, and what comes instead.

Banning and placing compose the rest again; if the rules can't hold together around it, nothing changes.
"""

from datetime import datetime

from django.db import transaction

from bundles.models import Edition, Product, Slot

from ..exceptions import NotPossible
from .editions import is_ordered, recompose_edition


def recompose_rest(edition: Edition, *, now: datetime) -> Edition:
    """Compose everything again but what is locked. Raises NotPossible, CannotCompose."""
    return recompose_edition(edition, locked=_locked(edition), banned=_banned(edition), now=now)


@transaction.atomic
def lock_product(edition: Edition, product_id: int, *, is_locked: bool) -> None:
    """Keep the product when the rest is composed again, or don't. Raises NotPossible."""
    _require_draft(Edition.objects.select_for_update().get(pk=edition.pk))
    if not edition.items.filter(product=product_id).exists():
        raise NotPossible("edition_changed")
    edition.items.filter(product=product_id).update(is_locked=is_locked)


def ban_product(edition: Edition, product: Product, *, now: datetime) -> None:
    """Compose without the product, locked or not. Raises NotPossible, CannotCompose."""
    _require_draft(edition)
    banned = _banned(edition)
    if product.pk in banned and not edition.items.filter(product=product).exists():
        return
    locked = {(slot, other) for slot, other in _locked(edition) if other != product.pk}
    recompose_edition(edition, locked=locked, banned=banned | {product.pk}, now=now)


@transaction.atomic
def allow_product(edition: Edition, product: Product) -> None:
    """Let the product come again; the contents stay until they are composed anew. Raises NotPossible."""
    _require_draft(Edition.objects.select_for_update().get(pk=edition.pk))
    edition.bans.filter(product=product).delete()


def place_product(
    edition: Edition, slot: Slot, product: Product, *, instead_of: int | None, now: datetime
) -> None:
    """Lock the product into the slot, in place of another if that one was locked, and compose the rest.

    Raises NotPossible, CannotCompose.
    """
    _require_draft(edition)
    locked = _locked(edition)
    if (slot.pk, product.pk) in locked:
        return
    locked = {place for place in locked if place not in ((slot.pk, instead_of), (slot.pk, product.pk))}
    recompose_edition(
        edition,
        locked=locked | {(slot.pk, product.pk)},
        banned=_banned(edition) - {product.pk},
        now=now,
    )


def _require_draft(edition: Edition) -> None:
    if edition.status != Edition.Status.DRAFT or is_ordered(edition):
        raise NotPossible("edition_fixed")


def _locked(edition: Edition) -> set[tuple[int, int]]:
    return set(edition.items.filter(is_locked=True).values_list("slot", "product"))


def _banned(edition: Edition) -> set[int]:
    return set(edition.bans.values_list("product", flat=True))
