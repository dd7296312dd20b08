"""A producer and the hub write to each other about a purchase order."""

from datetime import datetime

from django.db import transaction

from membership.models import User
from membership.permissions import producer_ids

from ..models import Notification, PurchaseOrder, PurchaseOrderNote
from .notify import notify, notify_producer, operators


@transaction.atomic
def write_note(purchase_order: PurchaseOrder, text: str, *, actor: User, now: datetime) -> PurchaseOrderNote:
    """Keep the message with the purchase order and tell the other side.

    Writing the last message again changes nothing.
    """
    locked = PurchaseOrder.objects.select_for_update().get(pk=purchase_order.pk)
    last = locked.notes.last()
    if last and (last.author_id, last.text) == (actor.pk, text):
        return last
    note = PurchaseOrderNote.objects.create(purchase_order=locked, author=actor, text=text, at=now)
    if locked.producer_id in producer_ids(actor):
        kind = Notification.Kind.PURCHASE_ORDER_NOTE
        notify(operators(), kind, now=now, purchase_order=locked, detail=text)
    else:
        notify_producer(locked, Notification.Kind.PURCHASE_ORDER_NOTE, now=now, detail=text)
    return note
