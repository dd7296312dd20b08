"""Photos that people upload: whatever comes becomes a fresh JPEG of known size, without what it brought."""

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image, ImageOps

# The largest width and height in pixels; smaller pictures keep their own size, cut to the same shape.
SQUARE = (960, 960)
WIDE = (1440, 960)
WHOLE = (1600, 1600)
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
# What phones keep photos in and browsers can't show; the file says it after the length of its first part.
HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"}
# What Pillow raises for files that are cut short or made up.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error, zlib.error)


class BadPhoto(ValueError):
    """The upload can't be used; `reason` is too_large, too_many_pixels, heic or not_a_picture."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def square_jpeg(upload: bytes) -> bytes:
    """Return the picture cut to a square of at most 960 pixels, upright, as JPEG without metadata.

    Raises BadPhoto.
    """
    return _jpeg(upload, lambda image: ImageOps.fit(image, _size(image, SQUARE)))


def wide_jpeg(upload: bytes) -> bytes:
    """Return the picture cut to three by two, at most 1440 pixels wide, otherwise like `square_jpeg`.

    Raises BadPhoto.
    """
    return _jpeg(upload, lambda image: ImageOps.fit(image, _size(image, WIDE)))


def whole_jpeg(upload: bytes) -> bytes:
    """Return all of the picture, at most 1600 pixels either way, otherwise like `square_jpeg`.

    Raises BadPhoto.
    """
    return _jpeg(upload, _within)


def encoded(image: Image.Image) -> bytes:
    """Return a picture of red, green and blue as the JPEG that is kept."""
    image.info.clear()  # a comment would be written again
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=84, optimize=True, progressive=True)
    return buffer.getvalue()


def _jpeg(upload: bytes, shape: Callable[[Image.Image], Image.Image]) -> bytes:
    if len(upload) > MAX_BYTES:
        raise BadPhoto("too_large")
    if upload[4:8] == b"ftyp" and upload[8:12] in HEIC:
        raise BadPhoto("heic")
    try:
        with Image.open(io.BytesIO(upload), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise BadPhoto("too_many_pixels")
            return encoded(shape(_flat(ImageOps.exif_transpose(image))))
    except BadPhoto:
        raise
    except Image.DecompressionBombError as error:
        raise BadPhoto("too_many_pixels") from error
    except BROKEN as error:
        raise BadPhoto("not_a_picture") from error


def _size(image: Image.Image, shape: tuple[int, int]) -> tuple[int, int]:
    """Return the largest size of the shape that needs no pixel that the picture doesn't have."""
    scale = min(1, image.width / shape[0], image.height / shape[1])
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _within(image: Image.Image) -> Image.Image:
    """Make the picture smaller where it is larger than `WHOLE`."""
    image.thumbnail(WHOLE)
    return image


def _flat(image: Image.Image) -> Image.Image:
    """Lay transparent parts on white."""
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")
