"""The statement of delivery (거래명세서) as a PDF.

It is a Korean business paper, so it is Korean whatever language its reader works in. No law gives its form;
usual are supplier and buyer with their business registration numbers, the date, and lines with quantity,
unit price, supply value and VAT. Taxable and exempt goods are summed apart, because they go on different
tax invoices. The same order gives the same bytes.
"""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any, Protocol

from django.contrib.staticfiles import finders
from django.utils import timezone, translation
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Paragraph, SimpleDocTemplate, Spacer, Table
from reportlab.platypus.tables import TableStyle

from bundles.models import Product
from membership.business_number import display
from membership.models import Organization

from .credits import bill_of
from .models import Order, OrderLine, Statement

REGULAR, BOLD = "Pretendard", "Pretendard-Bold"
INK, EDGE, SHADE = colors.HexColor("#1e2124"), colors.HexColor("#8a8378"), colors.HexColor("#f3eee6")
MARGIN = 15 * mm
FRAME_PADDING = 6  # points; ReportLab's own, inside the margins
WIDTH = A4[0] - 2 * MARGIN
HEADINGS = ("번호", "품목", "단위", "수량", "단가", "공급가액", "세액", "비고")
COLUMNS = [10 * mm, 58 * mm, 27 * mm, 12 * mm, 17 * mm, 20 * mm, 16 * mm, 20 * mm]


class Receipt(Protocol):
    """What the proof of delivery says: who received the goods and when."""

    receiver_name: str
    delivered_at: object


def statement_pdf(statement: Statement, *, supplier: Organization, receipt: Receipt | None) -> bytes:
    """Return the statement of a delivered order, with its lines as they came, as PDF.

    `supplier` is the hub's organization. `receipt` is the proof of delivery; without one the receiver's
    place stays empty, to be signed by hand.
    """
    register_fonts()
    order = statement.order
    lines = [line for line in order.lines.all() if line.coming]
    story: list[Flowable] = [
        Paragraph("거래명세서", TITLE),
        _facts(statement, order),
        Spacer(0, 4 * mm),
        _parties(supplier, order),
        Spacer(0, 4 * mm),
        Paragraph(f"합계금액 <b>{_won(order.gross)}</b>원 (부가가치세 포함)", TOTAL),
        Spacer(0, 2 * mm),
        _lines(lines),
        Spacer(0, 4 * mm),
        _sums(lines),
        *_credits(order),
        Spacer(0, 1 * mm),
        Paragraph("단가는 공급가액을 수량으로 나누어 원 단위로 반올림한 값입니다.", SMALL),
        Spacer(0, 4 * mm),
        *([Paragraph(f"비고: {_safe(order.note)}", BODY), Spacer(0, 4 * mm)] if order.note else []),
        _receiver(receipt),
    ]
    return paper(story, title=f"거래명세서 {statement.number}", author=supplier.name)


def paper(story: list[Flowable], *, title: str, author: str) -> bytes:
    """Return a numbered A4 document; the same story is the same bytes."""
    buffer = BytesIO()
    SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=MARGIN - FRAME_PADDING,
        rightMargin=MARGIN - FRAME_PADDING,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        author=author,
        invariant=1,
    ).build(story, onFirstPage=number_page, onLaterPages=number_page)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Make the product's typeface known to ReportLab, once in a process."""
    for name in (REGULAR, BOLD):
        weight = "Bold" if name == BOLD else "Regular"
        path = finders.find(f"vendor/pretendard/Pretendard-{weight}.ttf")
        pdfmetrics.registerFont(TTFont(name, path))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=9, leading=13, textColor=INK, wordWrap="CJK")
SMALL = ParagraphStyle("small", BODY, fontSize=7.5, leading=11)
RIGHT = ParagraphStyle("right", BODY, alignment=TA_RIGHT)
HEADING = ParagraphStyle("heading", BODY, fontName=BOLD, alignment=TA_CENTER)
TITLE = ParagraphStyle("title", BODY, fontName=BOLD, fontSize=20, leading=30, alignment=TA_CENTER)
TOTAL = ParagraphStyle("total", BODY, fontSize=12, leading=18, alignment=TA_RIGHT)
Style = list[Any]  # of ReportLab's table commands
GRID: Style = [
    ("GRID", (0, 0), (-1, -1), 0.5, EDGE),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("LEFTPADDING", (0, 0), (-1, -1), 4),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
]


def _facts(statement: Statement, order: Order) -> Table:
    issued = timezone.localtime(statement.issued_at)
    return Table(
        [
            [
                Paragraph(f"문서번호 {statement.number}", BODY),
                Paragraph(
                    f"거래일 {order.delivery_date} · 작성일 {issued:%Y-%m-%d} · 주문번호 {order.number}",
                    RIGHT,
                ),
            ]
        ],
        colWidths=[WIDTH * 0.35, WIDTH * 0.65],
        style=[("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)],
    )


def _parties(supplier: Organization, order: Order) -> Table:
    """Supplier on the left, buyer on the right; the buyer as frozen on the order."""
    rows = [
        ("등록번호", supplier.business_number_display, display(order.business_number)),
        ("상호", supplier.name, order.organization_name),
        ("대표자", supplier.representative, order.contact_name),
        ("주소", supplier.address, f"{order.address} ({order.site_name})"),
        ("전화", supplier.phone, order.contact_phone),
    ]
    buyer_labels = {"대표자": "담당자", "주소": "납품처"}
    cells: list[list[object]] = [[Paragraph("공급자", HEADING), "", Paragraph("공급받는자", HEADING), ""]]
    for label, left, right in rows:
        cells.append(
            [
                Paragraph(label, BODY),
                Paragraph(_safe(left), BODY),
                Paragraph(buyer_labels.get(label, label), BODY),
                Paragraph(_safe(right), BODY),
            ]
        )
    label_width, value_width = 18 * mm, WIDTH / 2 - 18 * mm
    style: Style = [
        ("SPAN", (0, 0), (1, 0)),
        ("SPAN", (2, 0), (3, 0)),
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
    ]
    return Table(cells, colWidths=[label_width, value_width] * 2, style=TableStyle([*GRID, *style]))


def _lines(lines: Sequence[OrderLine]) -> Table:
    cells = [[Paragraph(heading, HEADING) for heading in HEADINGS]]
    for number, line in enumerate(lines, start=1):
        cells.append(
            [
                Paragraph(str(number), BODY),
                Paragraph(
                    f"{_safe(line.product_name)}<br/><font size=7.5>{_safe(line.producer_name)}</font>", BODY
                ),
                Paragraph(_safe(line.unit), BODY),
                Paragraph(_won(line.coming), RIGHT),
                Paragraph(_won(unit_price(line)), RIGHT),
                Paragraph(_won(line.supply), RIGHT),
                Paragraph(_won(line.vat), RIGHT),
                Paragraph(_remark(line), SMALL),
            ]
        )
    style = TableStyle([*GRID, ("BACKGROUND", (0, 0), (-1, 0), SHADE)])
    return Table(cells, colWidths=COLUMNS, repeatRows=1, style=style)


def unit_price(line: OrderLine) -> int:
    """Return the supply value of one unit that came, in won, rounded half up."""
    return (2 * line.supply + line.coming) // (2 * line.coming)


def _remark(line: OrderLine) -> str:
    remarks = []
    if line.tax_type == Product.TaxType.EXEMPT:
        remarks.append("면세")
    if line.substitutes_id or line.instead_of:
        remarks.append("대체품")
    if line.short_quantity:
        remarks.append(f"부족 {line.short_quantity}")
    return ", ".join(remarks)


def _sums(lines: Sequence[OrderLine]) -> Table:
    taxable = [line for line in lines if line.tax_type == Product.TaxType.TAXABLE]
    exempt = [line for line in lines if line.tax_type == Product.TaxType.EXEMPT]
    cells = [[Paragraph(heading, HEADING) for heading in ("구분", "공급가액", "세액", "합계")]]
    for label, part in (("과세", taxable), ("면세", exempt), ("합계", lines)):
        sums = [sum(getattr(line, amount) for line in part) for amount in ("supply", "vat", "gross")]
        cells.append([Paragraph(label, HEADING), *(Paragraph(_won(amount), RIGHT) for amount in sums)])
    style: Style = [("BACKGROUND", (0, 0), (-1, 0), SHADE), ("LINEABOVE", (0, -1), (-1, -1), 1, INK)]
    return Table(cells, colWidths=[WIDTH / 4] * 4, style=TableStyle([*GRID, *style]))


def _credits(order: Order) -> list[Flowable]:
    """Say what was taken off the price, of what and why, and that it adds up; nothing if nothing was."""
    with translation.override("ko"):
        bill = bill_of(order)
        rows = [(credit, str(credit.why)) for credit in bill.credits]
    if not rows:
        return []
    cells = [[Paragraph(heading, HEADING) for heading in ("차감 품목", "수량", "사유", "차감액")]]
    for credit, why in rows:
        name = Paragraph(_safe(credit.line.product_name), BODY)
        units, amount = (Paragraph(_won(number), RIGHT) for number in (credit.units, -credit.amount))
        cells.append([name, units, Paragraph(_safe(why), SMALL), amount])
    widths = [WIDTH * part for part in (0.35, 0.1, 0.35, 0.2)]
    style = TableStyle([*GRID, ("BACKGROUND", (0, 0), (-1, 0), SHADE)])
    agreed = f"주문 금액 {_won(bill.ordered)}원 − 차감 {_won(bill.credited)}원 = 합계금액 {_won(bill.paid)}원"
    return [
        Spacer(0, 4 * mm),
        Table(cells, colWidths=widths, repeatRows=1, style=style),
        Paragraph(f"{agreed} (부가가치세 포함)", RIGHT),
    ]


def _receiver(receipt: Receipt | None) -> Table:
    name = _safe(receipt.receiver_name) if receipt else ""
    at = f"{timezone.localtime(receipt.delivered_at):%Y-%m-%d %H:%M}" if receipt else ""  # type: ignore[arg-type]
    cells = [
        Paragraph("인수자", HEADING),
        Paragraph(f"{name} (서명)", BODY),
        Paragraph("인수 일시", HEADING),
        Paragraph(at, BODY),
    ]
    widths = [22 * mm, WIDTH / 2 - 22 * mm] * 2
    return Table([cells], colWidths=widths, rowHeights=[11 * mm], style=TableStyle(GRID))


def number_page(canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont(REGULAR, 7.5)
    canvas.drawCentredString(A4[0] / 2, 9 * mm, f"{canvas.getPageNumber()}쪽")


def _won(amount: int) -> str:
    return f"{amount:,}"


def _safe(text: str) -> str:
    """Escape what Paragraph would take for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
