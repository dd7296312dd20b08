"""The route sheet on paper: A4, for the dashboard and for when the phone is empty."""

from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.template.defaultfilters import floatformat
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from orders.documents import BOLD, FRAME_PADDING, INK, MARGIN, REGULAR, WIDTH, register_fonts
from orders.label_pdf import draw_qr

from .models import Stop
from .sheet import Goods, Sheet, SheetStop

CODE = 17 * mm
FAINT = colors.HexColor("#6d7882")
BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=9.5, leading=13, textColor=INK, wordWrap="CJK")
SMALL = ParagraphStyle("small", BODY, fontSize=8, leading=11)
SMALL_RIGHT = ParagraphStyle("small right", SMALL, alignment=2)
STRONG = ParagraphStyle("strong", BODY, fontName=BOLD, fontSize=11.5, leading=15)
LARGE = ParagraphStyle("large", BODY, fontName=BOLD, fontSize=18, leading=24)
NUMBER = ParagraphStyle("number", LARGE, alignment=1)
RIGHT = ParagraphStyle("right", STRONG, alignment=2)
PLAIN = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
)


def route_sheet_pdf(sheet: Sheet) -> bytes:
    """Return the sheet as a PDF in the reader's language: what is on the van, then stop after stop."""
    register_fonts()
    route = sheet.route
    file = BytesIO()
    title = f"{_('Route sheet')} {date_format(route.plan.date, 'DATE_FORMAT')}"
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=MARGIN - FRAME_PADDING,
        rightMargin=MARGIN - FRAME_PADDING,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 6 * mm,
        title=title,
        author=route.plan.depot.organization.display_name,
        lang=get_language() or "ko",
    )
    story = [*_head(sheet, title)]
    for stop in sheet.stops:
        story += [Spacer(0, 4 * mm), KeepTogether(_stop(stop))]
    footer = f"{title} · {sheet.courier_name}"
    document.build(story, canvasmaker=lambda *args, **kwargs: _NumberedCanvas(*args, footer=footer, **kwargs))
    return file.getvalue()


class _NumberedCanvas(Canvas):
    """Holds the pages back until their number is known, then writes "1 / 3" below each."""

    def __init__(self, *args: Any, footer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._footer = footer
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # ReportLab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont(REGULAR, 8)
            self.setFillColor(FAINT)
            self.drawString(MARGIN, 10 * mm, self._footer)
            self.drawRightString(A4[0] - MARGIN, 10 * mm, f"{number} / {len(self._pages)}")
            super().showPage()
        super().save()


# -- The head of the sheet ----------------------------------------------------------------------------


def _head(sheet: Sheet, title: str) -> list[Flowable]:
    route = sheet.route
    marks = [_("Demo data: people and orders are invented")] * route.plan.depot.organization.is_demo
    marks += [_("This plan was replaced by a newer one.")] * sheet.is_replaced
    vehicle = route.shift.vehicle
    load = f"{floatformat(route.weight_kg, '0g')} kg · {floatformat(route.volume_l, '0g')} L"
    facts = [
        (_("Courier"), sheet.courier_name),
        (_("Vehicle"), f"{vehicle.display_name} · {vehicle.plate}"),
        (_("Depot"), f"{route.plan.depot.display_name} · {route.plan.depot.address}"),
        (_("Times"), f"{_clock(route.departs_at)} → {_clock(route.returns_at)}"),
        (_("Stops"), f"{len(sheet.stops)} · {floatformat(route.distance_km, 1)} km"),
        (_("Load"), f"{load} · {_('chilled goods')}" if sheet.is_chilled else load),
    ]
    cells = [[_text(label, SMALL), _text(value, BODY)] for label, value in facts]
    rows = [left + right for left, right in zip(cells[:3], cells[3:], strict=True)]
    return [
        *[_text(mark, STRONG) for mark in marks],
        _text(title, LARGE),
        Spacer(0, 2 * mm),
        Table(rows, [18 * mm, WIDTH / 2 - 8 * mm, 16 * mm, WIDTH / 2 - 26 * mm], style=PLAIN),
    ]


# -- A stop -------------------------------------------------------------------------------------------


def _stop(stop: SheetStop) -> list[Flowable]:
    """The head with number and time, the goods to tick off one by one, the line to sign on."""
    head = Table(
        [[_text(str(stop.stop.sequence), NUMBER), _place(stop), _expected(stop)]],
        [14 * mm, WIDTH - 44 * mm, 30 * mm],
        style=[*PLAIN.getCommands(), ("LINEABOVE", (0, 0), (-1, 0), 1.2, INK)],
    )
    goods = Table(
        [[_Box(), _text(f"{line.quantity} ×", STRONG), _text(_words(line), BODY)] for line in stop.goods]
        or [["", "", ""]],
        [8 * mm, 13 * mm, WIDTH - 35 * mm],
        style=[*PLAIN.getCommands(), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
        hAlign="RIGHT",
    )
    table = Table([["", _failure()]], [8 * mm, WIDTH - 22 * mm], style=PLAIN, hAlign="RIGHT")
    return [head, goods, _signature(stop), *[table] * stop.is_pending]


def _place(stop: SheetStop) -> list[Flowable]:
    name = stop.name if stop.organization == stop.name else f"{stop.name} · {stop.organization}"
    contact = stop.contact and " ".join(filter(None, [stop.contact.name, stop.contact.phone]))
    notes = [
        *[(fact.label, fact.text) for fact in stop.facts],
        (_("Attention"), stop.van_is_too_high and _("Your van is too high for this car park.")),
        (_("Contact"), contact),
        (_("Message"), stop.note),
    ]
    return [
        _text(name, STRONG),
        _text(stop.address, BODY),
        *[_text(f"{label}: {value}", BODY) for label, value in notes if value],
    ]


def _expected(stop: SheetStop) -> list[Flowable]:
    lines = [*stop.windows, stop.load, *[_("chilled")] * stop.is_chilled]
    return [
        _text(_clock(stop.stop.eta), RIGHT),
        *[_text(line, SMALL_RIGHT) for line in lines],
        Spacer(0, 1 * mm),
        _Code(stop.link),
    ]


def _words(goods: Goods) -> str:
    storage = f" [{goods.storage}]" if goods.storage else ""
    return f"{goods.name} · {goods.unit}{storage}"


def _signature(stop: SheetStop) -> Table:
    """An empty line to sign on, or what was recorded already."""
    if stop.stop.status == Stop.Status.FAILED:
        recorded = f"{stop.stop.get_status_display()}: {stop.stop.get_failure_reason_display()}"
    elif stop.stop.status == Stop.Status.CANCELLED:
        recorded = str(stop.stop.get_status_display())
    elif stop.proof:
        recorded = f"{_clock(stop.proof.delivered_at)} {stop.proof.receiver_name}"
    else:
        recorded = ""
    label = _text(_("Received by, time, signature"), SMALL)
    return Table(
        [[_Box(), label, _text(recorded, BODY)]],
        [8 * mm, 42 * mm, WIDTH - 64 * mm],
        style=[
            *PLAIN.getCommands(),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
            ("TOPPADDING", (0, 0), (-1, -1), 8),
            ("LINEBELOW", (2, 0), (2, 0), 0.6, INK),
        ],
        hAlign="RIGHT",
    )


def _failure() -> Paragraph:
    """Why nobody took it, each reason with a square to tick."""
    reasons = " &nbsp; ".join(f"□&nbsp;{escape(str(label))}" for label in Stop.FailureReason.labels)
    return Paragraph(f"{escape(_('Not handed over:'))} &nbsp; {reasons}", SMALL)


class _Code(Flowable):
    """A QR code at the right edge: it opens the stop on the phone that scans it."""

    def __init__(self, link: str) -> None:
        super().__init__()
        self.link = link

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width, self.height = width, CODE
        return self.width, self.height

    def draw(self) -> None:
        draw_qr(self.canv, self.link, self.width - CODE, 0, CODE)


class _Box(Flowable):
    """A square to tick."""

    def __init__(self) -> None:
        super().__init__()
        self.width = self.height = 3.6 * mm

    def draw(self) -> None:
        self.canv.setLineWidth(0.8)
        self.canv.rect(0, 0, self.width, self.height)


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    """A paragraph of plain text, whatever signs people typed into it."""
    return Paragraph(escape(text), style)


def _clock(at: Any) -> str:
    return f"{localtime(at):%H:%M}"
