"""What delivery does when orders say that something has changed."""

from typing import Any

from django.dispatch import receiver

from orders.models import Order
from orders.signals import order_called_off

from .models import Stop, Unassigned


@receiver(order_called_off)
def cancel_stops(order: Order, **_: Any) -> None:
    """Strike the order out of the published plan, so that the courier sees it, and out of a draft."""
    plans = ["published", "draft"]
    stops = Stop.objects.filter(order=order, plan__status__in=plans, status=Stop.Status.PENDING)
    stops.update(status=Stop.Status.CANCELLED)
    Unassigned.objects.filter(order=order, plan__status__in=plans).delete()
