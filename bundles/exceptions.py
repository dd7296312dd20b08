"""What can go wrong while composing and reserving."""


class CapacityShort(Exception):
    """The producer cannot make that many units for the date."""

    def __init__(self, product_name: str, wanted: int, free: int) -> None:
        super().__init__(f"{product_name}: {wanted} wanted, {free} free")
        self.product_name, self.wanted, self.free = product_name, wanted, free
