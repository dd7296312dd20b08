"""The numbers of orders: the delivery date and six letters that nobody can count up."""

from datetime import date

from django.utils.crypto import salted_hmac

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LETTERS = 6


def order_number(delivery_date: date, identity: str, attempt: int = 0) -> str:
    """Return the number of the order with this identity, the same whenever it is made.

    The letters come from the service's secret. Each `attempt` gives others, for the case that they are taken.
    """
    digest = salted_hmac("orders.number", f"{identity}/{attempt}", algorithm="sha256").digest()
    rest, letters = int.from_bytes(digest[:8]), ""
    for _ in range(LETTERS):
        rest, place = divmod(rest, len(ALPHABET))
        letters += ALPHABET[place]
    return f"{delivery_date:%y%m%d}-{letters}"
