"""What orders say to whoever builds on them, inside the transaction that makes it true."""

from django.dispatch import Signal

# A fixed order was called off before it was on the road; sent with `order`.
order_called_off = Signal()
