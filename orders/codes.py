"""What the hub's floor scans or types: the address in a QR code, or a number from the paper.

Codes: `…/orders/<number>/` on the hub's boxes, `…/purchase-orders/<number>/#line-<id>` on a producer's box,
`…/purchase-orders/<number>/#portion-<id>` on the portion of one order (the id is the order line's).
"""

import re
from dataclasses import dataclass

LINE, PORTION = "line", "portion"
_ADDRESS = re.compile(r"/(orders|purchase-orders)/([\w-]+)/(?:#(line|portion)-(\d{1,18}))?$")
_PURCHASE_ORDER = re.compile(r"P\d{6}-\d+")
_ORDER = re.compile(r"\d{6}-\w+")


@dataclass(frozen=True)
class Code:
    """An order's number or a purchase order's, and which part of the purchase order: its kind and id."""

    order: str = ""
    purchase_order: str = ""
    part: str = ""
    part_id: int = 0


def read_code(text: str) -> Code | None:
    """Return what was scanned or typed, or None if it is no code of ours."""
    text = text.strip()
    if found := _ADDRESS.search(text):
        kind, number, part, part_id = found.groups()
        if kind == "orders":
            return Code(order=number)
        return Code(purchase_order=number, part=part or "", part_id=int(part_id or 0))
    number = text.upper()
    if _PURCHASE_ORDER.fullmatch(number):
        return Code(purchase_order=number)
    return Code(order=number) if _ORDER.fullmatch(number) else None
