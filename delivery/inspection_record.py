"""The inspection record (검수조서) as a PDF: what was counted, signed and photographed at the door.

Like the statement of delivery it is a Korean business paper, whatever language its reader works in. It says
what was stored at the door and nothing that may change later, so the same proof gives the same bytes.
"""

from collections.abc import Iterable
from io import BytesIO
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.translation import override
from PIL import Image as Picture
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, Spacer, Table
from reportlab.platypus.tables import TableStyle

from membership.business_number import display
from membership.models import Organization
from orders.documents import (
    BODY,
    GRID,
    HEADING,
    RIGHT,
    SHADE,
    SMALL,
    TITLE,
    TOTAL,
    WIDTH,
    paper,
    register_fonts,
)
from orders.models import InspectedLine, OrderLine

from .models import Proof
from .signatures import HEIGHT as PAD_HEIGHT
from .signatures import WIDTH as PAD_WIDTH
from .signatures import Strokes

HEADINGS = ("번호", "품목", "규격", "주문", "인수", "부족", "결과", "사유")
COLUMNS = [10 * mm, 62 * mm, 30 * mm, 13 * mm, 13 * mm, 13 * mm, 15 * mm, 24 * mm]
LABEL = 24 * mm
SIGNATURE_WIDTH = 50 * mm
PHOTO_WIDTH, PHOTO_HEIGHT, PHOTO_PIXELS = 110 * mm, 80 * mm, (1000, 1000)
EARLIER = "납품 전 부족"


def inspection_record_pdf(proof: Proof, *, supplier: Organization) -> bytes:
    """Return the record of a hand-over; `supplier` is the hub's organization.

    The proof's order was read with its lines and what was inspected of them.
    """
    register_fonts()
    with override("ko"):
        story = [
            Paragraph("검수조서", TITLE),
            _facts(proof, supplier),
            Spacer(0, 4 * mm),
            _lines(proof.stop.order.lines.all()),
            Spacer(0, 2 * mm),
            _result(proof),
            Spacer(0, 4 * mm),
            KeepTogether(_signed(proof)),
            *_photo(proof),
        ]
    return paper(story, title=f"검수조서 {proof.stop.order.number}", author=supplier.name)


# -- Who, where, when ---------------------------------------------------------------------------------


def _facts(proof: Proof, supplier: Organization) -> Table:
    order = proof.stop.order
    rows = [
        ("주문번호", order.number, "납품일", f"{order.delivery_date}"),
        ("발주기관", order.organization_name, "등록번호", display(order.business_number)),
        ("납품자", supplier.name, "등록번호", supplier.business_number_display),
        (
            "납품처",
            order.site_name,
            "검수 일시",
            f"{timezone.localtime(proof.handed_over_at):%Y-%m-%d %H:%M}",
        ),
        ("주소", order.address, "검수 위치", _position(proof)),
    ]
    cells = [[_cell(left), _cell(one), _cell(right), _cell(other)] for left, one, right, other in rows]
    shade = [("BACKGROUND", (column, 0), (column, -1), SHADE) for column in (0, 2)]
    return Table(cells, [LABEL, WIDTH * 0.55 - LABEL, LABEL, WIDTH * 0.45 - LABEL], style=[*GRID, *shade])


def _position(proof: Proof) -> str:
    """Where the phone was; without that the address says it."""
    if proof.latitude is None or proof.longitude is None:
        return "기록 없음"
    accuracy = f" (±{proof.accuracy_m} m)" if proof.accuracy_m is not None else ""
    return f"{proof.latitude:.5f}, {proof.longitude:.5f}{accuracy}"


# -- What ---------------------------------------------------------------------------------------------


def _lines(lines: Iterable[OrderLine]) -> Table:
    cells = [[Paragraph(heading, HEADING) for heading in HEADINGS]]
    for number, line in enumerate(lines, start=1):
        inspected = _inspected(line)
        units = inspected.quantity if inspected else 0
        cells.append(
            [
                _cell(str(number)),
                _cell(line.product_name),
                _cell(line.unit),
                *[Paragraph(f"{count:,}", RIGHT) for count in (line.quantity, units, line.quantity - units)],
                _cell("적합" if units == line.quantity else "일부 부족" if units else "미납"),
                Paragraph(escape(_reasons(line, inspected)), SMALL),
            ]
        )
    style = TableStyle([*GRID, ("BACKGROUND", (0, 0), (-1, 0), SHADE)])
    return Table(cells, colWidths=COLUMNS, repeatRows=1, style=style)


def _inspected(line: OrderLine) -> InspectedLine | None:
    """What was counted of the line; None if nothing of it was on the van."""
    return getattr(line, "inspected", None)


def _reasons(line: OrderLine, inspected: InspectedLine | None) -> str:
    earlier = line.quantity - (inspected.quantity + inspected.missing if inspected else 0)
    reasons = ["대체품"] * bool(line.substitutes_id or line.instead_of)
    reasons += [f"{EARLIER} {earlier}"] * bool(earlier)
    if inspected and inspected.missing:
        reasons.append(f"{inspected.get_reason_display()} {inspected.missing}")
    return ", ".join(reasons)


def _result(proof: Proof) -> Paragraph:
    counted = [inspected for line in proof.stop.order.lines.all() if (inspected := _inspected(line))]
    units, missing = sum(each.quantity for each in counted), sum(each.missing for each in counted)
    result = f"검수 중 부족 <b>{missing:,}</b>개" if missing else "이상 없음"
    return Paragraph(f"인수 수량 <b>{units:,}</b>개 · {result}", TOTAL)


# -- By whom ------------------------------------------------------------------------------------------


def _signed(proof: Proof) -> list[Flowable]:
    sign: Flowable = _Signature(proof.signature) if proof.signature else _cell("서명 없음")
    receiver = proof.receiver_name
    if proof.neighbour:
        receiver = f"{receiver} (대리 보관: {proof.neighbour})"
    rows: list[list[Flowable]] = [
        [_cell("검수자"), _cell(receiver), _cell("서명"), sign],
        [_cell("배송원"), _cell(proof.recorded_by.name), _cell("비고"), _cell(proof.note)],
    ]
    shade = [("BACKGROUND", (column, 0), (column, -1), SHADE) for column in (0, 2)]
    widths = [LABEL, WIDTH / 2 - LABEL, LABEL, WIDTH / 2 - LABEL]
    return [
        Paragraph("위 물품을 위와 같이 검수하였음을 확인합니다.", BODY),
        Spacer(0, 2 * mm),
        Table(rows, widths, style=[*GRID, *shade]),
    ]


def _photo(proof: Proof) -> list[Flowable]:
    """The photo of the goods, small enough for paper; nothing if there is none, or its file is gone."""
    if not proof.photo:
        return []
    try:
        with proof.photo.open("rb") as file, Picture.open(file) as picture:
            picture.thumbnail(PHOTO_PIXELS)
            small = BytesIO()
            picture.save(small, "JPEG", quality=80)
    except FileNotFoundError:
        return []
    image = Image(small, PHOTO_WIDTH, PHOTO_HEIGHT, kind="proportional", hAlign="LEFT")
    return [KeepTogether([Spacer(0, 4 * mm), Paragraph("검수 사진", BODY), Spacer(0, 1 * mm), image])]


class _Signature(Flowable):
    """A signature as the finger drew it."""

    def __init__(self, strokes: Strokes) -> None:
        super().__init__()
        self.strokes = strokes
        self.width, self.height = SIGNATURE_WIDTH, SIGNATURE_WIDTH * PAD_HEIGHT / PAD_WIDTH

    def draw(self) -> None:
        scale = self.width / PAD_WIDTH
        self.canv.setLineWidth(1)
        self.canv.setLineCap(1)
        self.canv.setLineJoin(1)
        path = self.canv.beginPath()
        for stroke in filter(None, self.strokes):
            points = [(x * scale, self.height - y * scale) for x, y in stroke]
            path.moveTo(*points[0])
            for point in points[1:] or points:
                path.lineTo(*point)
        self.canv.drawPath(path)


def _cell(text: str) -> Paragraph:
    return Paragraph(escape(text), BODY)
