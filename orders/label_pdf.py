"""Labels on paper: as large as the words allow, never beyond the label's edge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.colors import black, white
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from .documents import BOLD, REGULAR, register_fonts
from .label_sheets import Sheet, places
from .qr import qr_rows

# What printers may shift a sheet by, and the light margin that readers of QR codes need.
PADDING = 3 * mm
GAP = 2.5 * mm
LEADING = 1.22
LARGEST, SMALLEST, SHRINK = 22.0, 5.0, 0.94
# Sizes relative to the text's.
HEADLINE, MARK, SMALL = 1.45, 1.9, 0.85
QR_LARGEST = 30 * mm


@dataclass(frozen=True)
class Label:
    """What is on one label, most important first; `mark` stands large above the QR code of `link`."""

    headline: str
    lines: tuple[str, ...]
    mark: str
    link: str
    foot: str
    warning: str = ""


@dataclass(frozen=True)
class Text:
    """A line of text as it is drawn, `size` in points."""

    words: str
    font: str
    size: float
    is_inverted: bool = False


def labels_pdf(labels: Sequence[Label], sheet: Sheet, *, start: int = 1, title: str) -> bytes:
    """Return the labels as a PDF whose pages are the sheet's; the first label lies at `start` (from 1).

    Names that are too long are wrapped, then set smaller, at last cut with an ellipsis.
    """
    register_fonts()
    file = BytesIO()
    canvas = Canvas(file, pagesize=(sheet.page_width * mm, sheet.page_height * mm), invariant=1)
    canvas.setTitle(title)
    current = 0
    for label, (page, place) in zip(labels, places(sheet, len(labels), start), strict=True):
        if page != current:
            canvas.showPage()
            current = page
        left, top = sheet.corner(place)
        canvas.saveState()
        canvas.translate(left * mm, (sheet.page_height - top - sheet.height) * mm)
        _draw(canvas, label, sheet.width * mm, sheet.height * mm)
        canvas.restoreState()
    canvas.save()
    return file.getvalue()


def _draw(canvas: Canvas, label: Label, width: float, height: float) -> None:
    """Draw one label with its left lower corner at the origin: text on the left, mark and QR on the right."""
    inner_width, inner_height = width - 2 * PADDING, height - 2 * PADDING
    qr = min(QR_LARGEST, 0.66 * inner_height, 0.36 * inner_width)
    draw_qr(canvas, label.link, width - PADDING - qr, PADDING, qr)
    mark = _fitting(label.mark, BOLD, qr, inner_height - qr - GAP / 2)
    canvas.setFont(mark.font, mark.size)
    canvas.drawRightString(width - PADDING, height - PADDING - mark.size * 0.8, mark.words)
    texts = fit(label, inner_width - qr - GAP, inner_height)
    y = height - PADDING
    for text in texts:
        y -= text.size * LEADING
        _draw_text(canvas, text, PADDING, y)


def _draw_text(canvas: Canvas, text: Text, x: float, y: float) -> None:
    baseline = y + text.size * (LEADING - 0.92)
    canvas.setFont(text.font, text.size)
    if text.is_inverted:
        edge = text.size * 0.35
        canvas.setFillColor(black)
        canvas.rect(x, y, stringWidth(text.words, text.font, text.size) + 2 * edge, text.size * 1.2, 0, 1)
        canvas.setFillColor(white)
        canvas.drawString(x + edge, baseline, text.words)
        canvas.setFillColor(black)
    else:
        canvas.drawString(x, baseline, text.words)


def draw_qr(canvas: Canvas, text: str, x: float, y: float, size: float) -> None:
    """Draw the code as one path of dark runs, so that no hair lines lie between modules."""
    rows = qr_rows(text)
    module = size / len(rows)
    path = canvas.beginPath()
    for nth, row in enumerate(rows):
        for first, length in _runs(row):
            path.rect(x + first * module, y + size - (nth + 1) * module, length * module, module)
    canvas.drawPath(path, stroke=0, fill=1)


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield start and length of each run of dark modules."""
    start = 0
    while start < len(row):
        end = start
        while end < len(row) and row[end] == row[start]:
            end += 1
        if row[start]:
            yield start, end - start
        start = end


# -- Making it fit ----------------------------------------------------------------------------------


def fit(label: Label, width: float, height: float) -> list[Text]:
    """Return the label's text in the largest size at which all of it fits into `width` × `height` points."""
    size = LARGEST
    texts = _set(label, size, width)
    while _height(texts) > height and size > SMALLEST:
        size = max(SMALLEST, size * SHRINK)
        texts = _set(label, size, width)
    return texts if _height(texts) <= height else _cut(texts, width, height)


def _set(label: Label, size: float, width: float) -> list[Text]:
    texts = []
    if label.warning:
        warned = _fitting(label.warning, BOLD, width - size * 0.7, size)
        texts.append(Text(warned.words, BOLD, warned.size, is_inverted=True))
    texts += [
        Text(words, BOLD, size * HEADLINE) for words in wrap(label.headline, BOLD, size * HEADLINE, width)
    ]
    for line in filter(None, label.lines):
        texts += [Text(words, REGULAR, size) for words in wrap(line, REGULAR, size, width)]
    small = size * SMALL
    return texts + [Text(words, REGULAR, small) for words in wrap(label.foot, REGULAR, small, width)]


def _height(texts: Sequence[Text]) -> float:
    return sum(text.size * LEADING for text in texts)


def _cut(texts: list[Text], width: float, height: float) -> list[Text]:
    """Leave out lines before the last one, which names what the label belongs to, until the rest fits."""
    *kept, foot = texts
    while len(kept) > 1 and _height([*kept, foot]) > height:
        kept.pop()
    last = kept[-1]
    words = last.words
    while words and stringWidth(words + "…", last.font, last.size) > width:
        words = words[:-1]
    kept[-1] = Text(words + "…", last.font, last.size, last.is_inverted)
    return [*kept, foot]


def _fitting(words: str, font: str, width: float, height: float) -> Text:
    """Return the words on one line in the largest size that `width` and `height` allow."""
    natural = stringWidth(words, font, 1) or 1
    return Text(words, font, min(height, width / natural, LARGEST * MARK))


def wrap(words: str, font: str, size: float, width: float) -> list[str]:
    """Break between words, and inside a word only where it alone is wider than `width` (points)."""
    lines, line = [], ""
    for word in words.split():
        wider = f"{line} {word}" if line else word
        if stringWidth(wider, font, size) <= width:
            line = wider
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, font, size, width)
        lines += full
    return [*lines, line] if line else lines


def _pieces(word: str, font: str, size: float, width: float) -> list[str]:
    pieces, piece = [], ""
    for letter in word:
        if piece and stringWidth(piece + letter, font, size) > width:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]
