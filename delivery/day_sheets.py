"""All route sheets of a day as one file to print; each counts its own pages."""

from collections.abc import Iterable
from io import BytesIO

from pypdf import PdfWriter

from .documents import route_sheet_pdf
from .sheet import Sheet


def day_sheets_pdf(sheets: Iterable[Sheet]) -> bytes:
    """Return the sheets one after the other, with an outline that names the couriers."""
    writer, file = PdfWriter(), BytesIO()
    for sheet in sheets:
        writer.append(BytesIO(route_sheet_pdf(sheet)), outline_item=sheet.courier_name)
    writer.write(file)
    return file.getvalue()
