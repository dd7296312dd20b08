"""QR codes as rows of dark and light modules."""

from functools import lru_cache

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

# Any of the eight masks can be read; trying all of them for the handsomest takes ten times as long.
MASK = 2


@lru_cache(maxsize=2048)
def qr_rows(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of the QR code of `text` (medium error correction), without the light margin."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.version = code.calculate_version()
    code.makeImpl(False, MASK)
    return tuple(tuple(bool(module) for module in row) for row in code.modules)
