"""Pictures as somebody uploads them."""

from io import BytesIO

from PIL import Image


def png(width: int = 40, height: int = 30) -> bytes:
    """Return a picture of one colour."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), "saddlebrown").save(buffer, "PNG")
    return buffer.getvalue()
