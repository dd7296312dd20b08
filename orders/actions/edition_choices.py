"""What operators decide about a draft: what stays, what must not come, and what comes instead.

Banning and placing compose the rest again; if the rules can't hold together around it, nothing changes and
CannotCompose says why. Whoever composes says by `edition.revision` what they were looking at: what somebody
else decided since is never overwritten, it is NotPossible("edition_changed").
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from bundles.actions.contents import restore_contents
from bundles.models import Edition, Product, Slot

from ..choices import Free, fits
from ..demand import Demand, read_demand
from ..exceptions import NotPossible
from .agreement import NOTHING_AGREED, Agreement
from .editions import recompose_edition, require_draft, set_cutoffs


def recompose_rest(edition: Edition, *, agreed: Agreement = NOTHING_AGREED, now: datetime) -> Edition:
    """Compose everything again but what is locked. Raises NotPossible, CannotCompose."""
    _require_unchanged(edition)
    return recompose_edition(
        edition, locked=_locked(edition), banned=_banned(edition), agreed=agreed, now=now
    )


@transaction.atomic
def lock_product(edition: Edition, product_id: int, *, is_locked: bool) -> None:
    """Keep the product when the rest is composed again, or don't. Raises NotPossible."""
    require_draft(Edition.objects.select_for_update().get(pk=edition.pk))
    item = edition.items.filter(product=product_id)
    if not item.exists():
        raise NotPossible("edition_changed")
    if item.exclude(is_locked=is_locked).update(is_locked=is_locked):
        _count(edition)


def ban_product(
    edition: Edition, product: Product, *, agreed: Agreement = NOTHING_AGREED, now: datetime
) -> None:
    """Compose without the product, locked or not. Raises NotPossible, CannotCompose."""
    require_draft(edition)
    banned = _banned(edition)
    if product.pk in banned and not edition.items.filter(product=product).exists():
        return
    _require_unchanged(edition)
    locked = {(slot, other) for slot, other in _locked(edition) if other != product.pk}
    recompose_edition(edition, locked=locked, banned=banned | {product.pk}, agreed=agreed, now=now)


@transaction.atomic
def allow_product(edition: Edition, product: Product) -> None:
    """Let the product come again; the contents stay until they are composed anew. Raises NotPossible."""
    require_draft(Edition.objects.select_for_update().get(pk=edition.pk))
    deleted, _by_model = edition.bans.filter(product=product).delete()
    if deleted:
        _count(edition)


def place_product(
    edition: Edition,
    slot: Slot,
    product: Product,
    *,
    instead_of: int | None,
    agreed: Agreement = NOTHING_AGREED,
    now: datetime,
) -> None:
    """Lock the product into the slot, in place of another if that one was locked, and compose the rest.

    Raises NotPossible, CannotCompose.
    """
    require_draft(edition)
    locked = _locked(edition)
    if (slot.pk, product.pk) in locked:
        return
    _require_unchanged(edition)
    locked = {place for place in locked if place not in ((slot.pk, instead_of), (slot.pk, product.pk))}
    recompose_edition(
        edition,
        locked=locked | {(slot.pk, product.pk)},
        banned=_banned(edition) - {product.pk},
        agreed=agreed,
        now=now,
    )


@transaction.atomic
def undo_recomposition(edition: Edition, *, now: datetime) -> Edition:
    """Bring back the contents from before the last re-composition. Raises NotPossible.

    Twice changes nothing. What came before must still be possible: on offer, in time, with free units.
    """
    draft: Edition = Edition.objects.select_for_update().get(pk=edition.pk)
    require_draft(draft)
    if draft.before is None:
        return draft
    if draft.revision != edition.revision:
        raise NotPossible("edition_changed")
    _require_possible(draft, now=now)
    restore_contents(draft)
    set_cutoffs(draft.key)
    return draft


def _require_possible(edition: Edition, *, now: datetime) -> None:
    """What came before may be sold out, off offer or too late by now, or no longer what its orders allow."""
    day = edition.delivery_date
    before = {row["product_id"]: row["slot_id"] for row in (edition.before or {})["items"]}
    slots = edition.bundle.slots.in_bulk()
    products = list(Product.objects.on_offer().filter(pk__in=before).select_related("pool"))
    demand = read_demand(day, day).get(edition.key, Demand())
    free = Free(edition, products, demand, now=now)
    possible = set()
    for product in products:
        slot = slots.get(before[product.pk])
        if slot and fits(edition, slot, product) and free.choice(slot, product).is_possible:
            free.take(slot, product)
            possible.add(product.pk)
    if gone := before.keys() - possible:
        names = [product.name for product in Product.objects.filter(pk__in=gone).order_by("name")]
        raise NotPossible("cannot_come_back", ", ".join(names))


def _require_unchanged(edition: Edition) -> None:
    """Before the composer is asked, which takes seconds; the same is required when its answer is kept."""
    current = Edition.objects.get(pk=edition.pk)
    require_draft(current)
    if current.revision != edition.revision:
        raise NotPossible("edition_changed")


def _count(edition: Edition) -> None:
    Edition.objects.filter(pk=edition.pk).update(revision=F("revision") + 1)
    edition.refresh_from_db(fields=["revision"])


def _locked(edition: Edition) -> set[tuple[int, int]]:
    return set(edition.items.filter(is_locked=True).values_list("slot", "product"))


def _banned(edition: Edition) -> set[int]:
    return set(edition.bans.values_list("product", flat=True))
