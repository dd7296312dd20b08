"""Photos of products: whatever is uploaded becomes a fresh JPEG of known size, without what it brought."""

import io
import struct
import zlib

from PIL import Image, ImageOps

SIDE = 960  # pixels
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
# What Pillow raises for files that are cut short or made up.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error, zlib.error)


class BadPhoto(ValueError):
    """The upload can't be used; `reason` is too_large, too_many_pixels or not_a_picture."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def square_jpeg(upload: bytes) -> bytes:
    """Return the picture cut to a square of at most 960 pixels, upright, as JPEG without metadata.

    Raises BadPhoto.
    """
    if len(upload) > MAX_BYTES:
        raise BadPhoto("too_large")
    try:
        with Image.open(io.BytesIO(upload), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise BadPhoto("too_many_pixels")
            upright = ImageOps.exif_transpose(image)
            side = min(SIDE, *upright.size)
            square = ImageOps.fit(_flat(upright), (side, side))
    except BadPhoto:
        raise
    except Image.DecompressionBombError as error:
        raise BadPhoto("too_many_pixels") from error
    except BROKEN as error:
        raise BadPhoto("not_a_picture") from error
    square.info.clear()  # a comment would be written again
    buffer = io.BytesIO()
    square.save(buffer, "JPEG", quality=84, optimize=True, progressive=True)
    return buffer.getvalue()


def _flat(image: Image.Image) -> Image.Image:
    """Lay transparent parts on white."""
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")
