"""Labels as they are printed: measured in the PDF, nothing leaves its label, whatever the names are like."""

from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ContentStream
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from orders.documents import BOLD, REGULAR, register_fonts
from orders.label_pdf import LEADING, PADDING, Label, fit, labels_pdf, wrap
from orders.label_sheets import SHEETS, Sheet, places
from orders.qr import qr_rows

Box = tuple[float, float, float, float]  # left, bottom, right, top in points
LONG = "서울특별시사회적경제지원센터부설은평구마을공동체및사회적경제통합지원센터별관대회의실"
SHORT = Label(
    "은평구청", ("박배송 · 3번째",), "1/2", "https://hub.example/orders/261201-AB2C3D/", "261201-AB2C3D"
)
LENGTHY = Label(
    f"{LONG} {LONG}",
    (LONG, "Seoul Social Economy Support Center, annex, third floor " * 3, "후문 하역장 " * 12),
    "118/120",
    "https://kkureomi.example.go.kr/purchase-orders/P261201-0012/#portion-123456789",
    "261201-AB2C3D · 12월 1일 (화)",
    "냉동 보관",
)
SEVERAL = [SHORT, LENGTHY] * 20


def drawn(pdf: bytes) -> Iterator[tuple[int, Box]]:
    """Yield page and box of everything that the PDF draws, texts as wide as their font makes them."""
    reader = PdfReader(BytesIO(pdf))
    for nth, page in enumerate(reader.pages):
        fonts = {name: font.get_object()["/BaseFont"] for name, font in page["/Resources"]["/Font"].items()}
        words: list[tuple[str, float, float]] = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size, words=words: words.append(
                (text.strip("\n"), cm[4] + tm[4], cm[5] + tm[5])
            )
        )
        texts = (text for text in words if text[0])
        shift, size, font = [(0.0, 0.0)], 0.0, ""
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            numbers = [float(each) for each in operands if isinstance(each, (int, float))]
            match operator:
                case b"q":
                    shift.append(shift[-1])
                case b"Q":
                    shift.pop()
                case b"cm":
                    shift[-1] = (shift[-1][0] + numbers[4], shift[-1][1] + numbers[5])
                case b"Tf":
                    font, size = (BOLD if "Bold" in fonts[operands[0]] else REGULAR), numbers[0]
                case b"re":
                    x, y = shift[-1][0] + numbers[0], shift[-1][1] + numbers[1]
                    yield nth, (x, y, x + numbers[2], y + numbers[3])
                case b"Tj":
                    text, x, y = next(texts)
                    right = x + stringWidth(text, font, size)
                    yield nth, (x, y - 0.25 * size, right, y + 0.8 * size)
        assert next(texts, None) is None


def label_box(sheet: Sheet, place: int) -> Box:
    left, top = sheet.corner(place)
    bottom = sheet.page_height - top - sheet.height
    return left * mm, bottom * mm, (left + sheet.width) * mm, (bottom + sheet.height) * mm


def holds(outer: Box, inner: Box, margin: float = 0) -> bool:
    return (
        inner[0] >= outer[0] + margin
        and inner[1] >= outer[1] + margin
        and inner[2] <= outer[2] - margin
        and inner[3] <= outer[3] - margin
    )


@pytest.mark.parametrize("code", SHEETS)
def test_nothing_leaves_its_label(code: str) -> None:
    sheet = SHEETS[code]
    start = min(2, sheet.count)
    boxes: dict[int, set[int]] = defaultdict(set)
    for page, box in drawn(labels_pdf(SEVERAL, sheet, start=start, title="labels")):
        # A printer shifts a sheet by a millimetre or two.
        [place] = [
            place for place in range(sheet.count) if holds(label_box(sheet, place), box, PADDING - 1 * mm)
        ]
        boxes[page].add(place)

    expected: dict[int, set[int]] = defaultdict(set)
    for page, place in places(sheet, len(SEVERAL), start):
        expected[page].add(place)
    assert boxes == expected


@given(
    headline=st.text(st.characters(min_codepoint=32, max_codepoint=0xD7A3), min_size=1, max_size=120),
    line=st.text(st.sampled_from("가나다라 abcW&<>"), max_size=200),
    width=st.floats(60, 250),
    height=st.floats(70, 400),
)
def test_words_fit_whatever_they_are(headline: str, line: str, width: float, height: float) -> None:
    register_fonts()
    texts = fit(Label(headline, (line, line), "1/1", "https://hub.example/", "1", "냉장"), width, height)

    assert max(stringWidth(text.words, text.font, text.size) for text in texts) <= width
    assert sum(text.size * LEADING for text in texts) <= height
    assert min(text.size for text in texts) >= 4


def test_the_labels_of_a_sheet_lie_apart_and_on_the_page() -> None:
    for sheet in SHEETS.values():
        page = (0, 0, sheet.page_width * mm, sheet.page_height * mm)
        boxes = [label_box(sheet, place) for place in range(sheet.count)]
        assert all(holds(page, box, -0.01) for box in boxes)
        for one, next_one in pairwise(boxes):
            assert next_one[0] >= one[2] or next_one[3] <= one[1] + 0.01


def test_labels_start_where_a_used_sheet_is_free_and_go_on_to_the_next() -> None:
    assert list(places(SHEETS["a4-8"], 3, 7)) == [(0, 6), (0, 7), (1, 0)]
    assert list(places(SHEETS["roll-100x60"], 2, 1)) == [(0, 0), (1, 0)]


def test_a_short_name_is_set_larger_than_a_long_one() -> None:
    register_fonts()
    short, long = (max(text.size for text in fit(label, 100, 80)) for label in (SHORT, LENGTHY))
    assert short > 1.5 * long


def test_what_does_not_fit_even_small_is_cut_but_the_number_stays() -> None:
    register_fonts()
    *others, foot = fit(LENGTHY, 120, 60)
    assert foot.words == LENGTHY.foot
    assert others[-1].words.endswith("…")


def test_words_break_between_words_and_inside_only_where_they_must() -> None:
    register_fonts()
    assert wrap("은평구청 본관", REGULAR, 10, 50) == ["은평구청", "본관"]
    assert "".join(wrap(LONG, REGULAR, 10, 50)) == LONG


def test_the_same_labels_are_the_same_bytes() -> None:
    sheet = SHEETS["a4-14"]
    assert labels_pdf(SEVERAL, sheet, title="x") == labels_pdf(SEVERAL, sheet, title="x")


def test_a_qr_code_has_its_three_eyes_and_another_text_is_another_code() -> None:
    rows = qr_rows("https://hub.example/orders/261201-AB2C3D/")
    eye = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]

    def part(top: int, left: int) -> list[str]:
        return ["".join(str(int(cell)) for cell in row[left : left + 7]) for row in rows[top : top + 7]]

    last = len(rows) - 7
    assert (part(0, 0), part(0, last), part(last, 0)) == (eye, eye, eye)
    assert all(len(row) == len(rows) for row in rows)
    assert rows != qr_rows("https://hub.example/orders/261201-AB2C3E/")
