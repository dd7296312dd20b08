"""What is scanned or typed on the hub's floor."""

import pytest

from orders.codes import Code, read_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://hub.example/orders/261201-AB2C3D/", Code(order="261201-AB2C3D")),
        ("http://127.0.0.1:8000/purchase-orders/P261201-0012/", Code(purchase_order="P261201-0012")),
        (
            "https://hub.example/purchase-orders/P261201-0012/#line-34",
            Code(purchase_order="P261201-0012", part="line", part_id=34),
        ),
        (
            "https://hub.example/purchase-orders/P261201-0012/#portion-567\r\n",
            Code(purchase_order="P261201-0012", part="portion", part_id=567),
        ),
        (" p261201-0012 ", Code(purchase_order="P261201-0012")),
        ("261201-ab2c3d", Code(order="261201-AB2C3D")),
    ],
)
def test_a_code_is_read_from_an_address_or_a_number(text: str, code: Code) -> None:
    assert read_code(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8801234567893",
        "https://hub.example/bundles/261201-AB2C3D/",
        "https://hub.example/orders/261201-AB2C3D/cancel/",
        "https://hub.example/purchase-orders/P261201-0012/#line-x",
        "https://hub.example/purchase-orders/P261201-0012/#line-" + "9" * 19,
    ],
)
def test_anything_else_is_no_code(text: str) -> None:
    assert read_code(text) is None
