"""Uploads become fresh JPEGs of ours: upright, square, without what they told; anything else is refused."""

import io
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from membership.photos import MAX_BYTES, BadPhoto, square_jpeg, wide_jpeg

RED, BLUE, WHITE = (220, 20, 20), (20, 20, 220), (255, 255, 255)
ORIENTATION = 0x0112
GPS = 0x8825


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def halves(size: tuple[int, int] = (200, 200), mode: str = "RGB") -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0], size[1] // 2))
    return image.convert(mode)


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def colour(image: Image.Image, across: float, down: float) -> tuple[int, ...]:
    """Return the nearest of the colours that the pictures are made of."""
    pixel: Any = image.getpixel((int(across * (image.width - 1)), int(down * (image.height - 1))))
    return min(
        (RED, BLUE, WHITE), key=lambda known: sum(abs(a - b) for a, b in zip(known, pixel, strict=True))
    )


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims to be that large, and has no pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + bytes([8, 2, 0, 0, 0])) + chunk(b"IDAT", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "side"), [((3000, 1200), 960), ((960, 960), 960), ((300, 500), 300), ((1, 40), 1)]
)
def test_every_kind_becomes_a_square_jpeg_never_larger_than_it_was(
    kind: str, size: tuple[int, int], side: int
) -> None:
    image = opened(square_jpeg(encoded(halves(size), kind)))

    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (side, side))


@pytest.mark.parametrize(
    ("size", "expected"),
    [((3000, 3000), (1440, 960)), ((2000, 700), (1050, 700)), ((300, 500), (300, 200)), ((1, 40), (1, 1))],
)
def test_wide_picture_is_three_by_two_and_never_larger_than_it_was(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    image = opened(wide_jpeg(encoded(halves(size), "JPEG")))

    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", expected)


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"avif"])
def test_photos_in_the_format_of_phones_are_told_by_name(brand: bytes) -> None:
    with pytest.raises(BadPhoto) as error:
        square_jpeg(b"\x00\x00\x00\x18ftyp" + brand + bytes(100))

    assert error.value.reason == "heic"


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1"])
def test_other_colours_become_red_green_and_blue(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert opened(square_jpeg(encoded(halves(mode=mode), kind))).mode == "RGB"


@pytest.mark.parametrize(
    ("orientation", "above", "left"), [(1, RED, None), (3, BLUE, None), (6, None, BLUE), (8, None, RED)]
)
def test_what_the_camera_held_sideways_stands_upright(orientation: int, above: Any, left: Any) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation

    image = opened(square_jpeg(encoded(halves(), "JPEG", exif=exif)))

    if above:
        assert (colour(image, 0.5, 0.1), image.getexif().get(ORIENTATION)) == (above, None)
    else:
        assert (colour(image, 0.1, 0.5), image.getexif().get(ORIENTATION)) == (left, None)


def test_what_is_transparent_lies_on_white() -> None:
    image = Image.new("RGBA", (100, 100), (*BLUE, 0))
    image.paste((*RED, 255), (0, 0, 100, 50))
    palette = image.convert("P")
    keyed = encoded(halves((100, 100)), "PNG", transparency=BLUE)

    for upload in (encoded(image, "PNG"), encoded(image, "WEBP", lossless=True), keyed):
        square = opened(square_jpeg(upload))
        assert (colour(square, 0.5, 0.1), colour(square, 0.5, 0.9)) == (RED, WHITE)
    assert opened(square_jpeg(encoded(palette, "PNG"))).mode == "RGB"


def test_nothing_that_the_file_told_is_left() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(GPS)[1] = "N"
    upload = encoded(halves(), "JPEG", exif=exif, comment=b"a secret", icc_profile=b"profile " * 20)
    assert all(word in upload for word in (b"Camera of somebody", b"a secret", b"profile "))

    jpeg = square_jpeg(upload)

    assert [word for word in (b"Exif", b"Camera", b"secret", b"profile") if word in jpeg] == []
    assert dict(opened(jpeg).getexif()) == {}
    assert square_jpeg(upload) == jpeg


def test_what_is_appended_to_a_picture_is_gone() -> None:
    assert b"<script>" not in square_jpeg(encoded(halves(), "PNG") + b"<script>alert(1)</script>")


@pytest.mark.parametrize(
    ("upload", "reason"),
    [
        (b"", "not_a_picture"),
        (b"not a picture at all" * 50, "not_a_picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "not_a_picture"),
        (encoded(halves(), "GIF"), "not_a_picture"),
        (encoded(halves(), "TIFF"), "not_a_picture"),
        (encoded(halves(), "JPEG")[:-400], "not_a_picture"),
        (encoded(halves((400, 400)).effect_spread(60), "PNG")[:5000], "not_a_picture"),
        (png_of(7072, 7072), "too_many_pixels"),
        (png_of(60_000, 60_000), "too_many_pixels"),
        (b"\xff" * (MAX_BYTES + 1), "too_large"),
        (encoded(halves(), "JPEG") + bytes(MAX_BYTES), "too_large"),
    ],
    ids=[
        "empty",
        "garbage",
        "SVG",
        "GIF",
        "TIFF",
        "cut JPEG",
        "cut PNG",
        "many pixels",
        "a bomb",
        "large garbage",
        "large picture",
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(upload: bytes, reason: str) -> None:
    with pytest.raises(BadPhoto) as error:
        square_jpeg(upload)

    assert error.value.reason == reason


PICTURES = [
    encoded(halves((40, 30), mode), kind)
    for kind, mode in (("JPEG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGBA"))
]


@given(
    st.sampled_from(PICTURES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    st.floats(0.5, 1),
)
def test_broken_files_are_refused_or_become_pictures(
    picture: bytes, changes: list[tuple[float, int]], part: float
) -> None:
    upload = bytearray(picture)
    for place, value in changes:
        upload[int(place * len(upload))] = value

    assert fate(bytes(upload[: int(part * len(upload))])) in ("JPEG", "not_a_picture", "too_many_pixels")


def fate(upload: bytes) -> str | None:
    try:
        return opened(square_jpeg(upload)).format
    except BadPhoto as error:
        return error.reason
