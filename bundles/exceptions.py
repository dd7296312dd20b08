"""What can go wrong while composing and reserving."""

from datetime import date

from .composition import Conflict


class CapacityShort(Exception):
    """The producer cannot make that many units on the production date `made_on`."""

    def __init__(self, product_name: str, wanted: int, free: int, *, made_on: date | None = None) -> None:
        super().__init__(f"{product_name}: {wanted} wanted, {free} free")
        self.product_name, self.wanted, self.free, self.made_on = product_name, wanted, free, made_on


class CannotCompose(Exception):
    """No edition is possible.

    `reason`: no_slots (nobody has filled the bundle), no_product (a slot has none at all), no_capacity,
    too_late, else no_edition; `detail` names the rules that can't hold together, `conflict` has their figures
    and the best contents without some of them.
    """

    def __init__(self, reason: str, detail: str = "", conflict: Conflict | None = None) -> None:
        super().__init__(detail or reason)
        self.reason, self.detail, self.conflict = reason, detail, conflict
