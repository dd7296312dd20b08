"""A member takes another product of the same kind, and back."""

from datetime import datetime

from django.db import transaction

from bundles.models import EditionItem
from membership.models import User

from ..exceptions import NotPossible
from ..models import Occurrence, Order, Swap
from ..swapping import Coming, find_alternatives


@transaction.atomic
def swap_product(
    holder: Occurrence | Order, product_id: int, alternative_id: int, *, actor: User, now: datetime
) -> Swap:
    """Let the alternative come in place of a product of the edition; twice changes nothing.

    Raises NotPossible: "past_cutoff"; "edition_changed" if the product isn't (or not yet) among what will
    come; "no_alternative" if the alternative can't be had (any more) or doesn't fit the bundle.
    """
    coming, item = _item(holder, product_id, now)
    known = coming.holder.swaps.filter(product=product_id).first()
    if known and known.alternative_id == alternative_id:
        return known
    if alternative_id not in {product.pk for product in find_alternatives(coming, item.edition, item)}:
        raise NotPossible("no_alternative")
    swap, _made = coming.holder.swaps.update_or_create(
        product_id=product_id,
        defaults={
            "slot": item.slot,
            "alternative_id": alternative_id,
            "swapped_by": actor,
            "swapped_at": now,
        },
    )
    return swap


@transaction.atomic
def undo_swap(holder: Occurrence | Order, product_id: int, *, now: datetime) -> None:
    """Let the product of the edition come again; twice changes nothing. Raises NotPossible."""
    coming = _open(holder, now)
    coming.holder.swaps.filter(product=product_id).delete()


def _open(holder: Occurrence | Order, now: datetime) -> Coming:
    """Return the delivery, locked: its cut-off and other clicks wait. Raises NotPossible if too late."""
    rows = type(holder).objects.select_for_update(of=("self",))
    coming = Coming.of(rows.select_related("bundle").get(pk=holder.pk))
    if coming is None or coming.cutoff_at <= now:
        raise NotPossible("past_cutoff")
    return coming


def _item(holder: Occurrence | Order, product_id: int, now: datetime) -> tuple[Coming, EditionItem]:
    coming = _open(holder, now)
    edition = coming.edition()
    item = (
        next((each for each in edition.items.all() if each.product_id == product_id), None)
        if edition
        else None
    )
    if edition is None or item is None:
        raise NotPossible("edition_changed")
    item.edition = edition
    return coming, item
