"""What stands in a picture, by category: each motif fills the brush's square in the goods' own colour."""

from collections.abc import Callable

from .brush import Brush

CREAM, WHITE, INK, WOOD, LEAF, SHADE = "#fbf4e6", "#ffffff", "#4a3b32", "#c99a66", "#6f9a5d", "#e3d3ba"
CRUST, DOUGH, COFFEE = "#c98d4b", "#e7b877", "#5b3a29"


def coffee(brush: Brush, colour: str) -> None:
    brush.ellipse(14, 74, 72, 14, SHADE)
    brush.arc(62, 42, 24, 24, (-80, 95), colour, 6)
    brush.rect(22, 36, 48, 46, colour, 14)
    brush.rect(22, 36, 48, 16, colour)
    brush.ellipse(22, 28, 48, 17, CREAM)
    brush.ellipse(26, 31, 40, 11.5, COFFEE)
    for x in (36, 46, 56):
        brush.arc(x - 4, 8, 8, 9, (90, 270), SHADE, 2.4)
        brush.arc(x - 4, 17, 8, 9, (-90, 90), SHADE, 2.4)


def tea(brush: Brush, colour: str) -> None:
    brush.ellipse(20, 76, 60, 12, SHADE)
    brush.slice(16, 12, 68, 72, (0, 180), CREAM)
    brush.rect(40, 80, 20, 5, CREAM, 2)
    brush.ellipse(16, 39, 68, 18, WHITE)
    brush.ellipse(20, 41.5, 60, 13, colour)
    brush.ellipse(42, 43, 20, 6, LEAF)
    brush.line([(34, 62), (66, 62)], SHADE, 2)
    for x in (40, 58):
        brush.arc(x - 5, 14, 9, 10, (90, 270), SHADE, 2.4)
        brush.arc(x - 5, 24, 9, 10, (-90, 90), SHADE, 2.4)


def drink(brush: Brush, colour: str) -> None:
    brush.ellipse(18, 82, 64, 10, SHADE)
    for x, top in ((22, 22), (54, 30)):
        brush.rect(x + 6, top - 8, 12, 12, CREAM, 2)
        brush.rect(x + 4, top - 12, 16, 7, INK, 2)
        brush.rect(x, top + 2, 24, 84 - top, colour, 8)
        brush.rect(x, top + 20, 24, 24, CREAM)
        brush.circle(x + 12, top + 32, 6, colour)


def cookie(brush: Brush, colour: str) -> None:
    for x, y, size in ((34, 40, 24), (66, 52, 22), (40, 70, 20)):
        brush.circle(x, y + 2, size, SHADE)
        brush.circle(x, y, size, CRUST)
        brush.circle(x, y - 1, size - 3, DOUGH)
        for dx, dy in ((-9, -6), (5, -10), (9, 4), (-4, 7), (0, -1)):
            brush.circle(x + dx * size / 22, y + dy * size / 22, 3, colour)


def bread(brush: Brush, colour: str) -> None:
    brush.ellipse(10, 70, 80, 16, SHADE)
    brush.slice(10, 24, 80, 106, (180, 360), CRUST)
    brush.slice(14, 28, 72, 98, (180, 360), DOUGH)
    brush.rect(10, 70, 80, 10, CRUST, 5)
    for x in (28, 46, 64):
        brush.line([(x - 5, 62), (x + 7, 42)], CREAM, 4)
        brush.circle(x + 6, 64, 2.4, colour)


def rice_cake(brush: Brush, colour: str) -> None:
    brush.ellipse(8, 66, 84, 20, WOOD)
    brush.ellipse(8, 62, 84, 20, "#dcb382")
    for x, y, tint in ((12, 44, WHITE), (42, 42, colour), (27, 26, LEAF), (58, 28, CREAM), (28, 56, colour)):
        brush.slice(x, y, 34, 36, (180, 360), tint)
        brush.ellipse(x, y + 14, 34, 9, tint)
        brush.arc(x + 4, y + 5, 26, 26, (200, 340), SHADE, 1.2)


def fruit(brush: Brush, colour: str) -> None:
    brush.ellipse(12, 76, 76, 12, SHADE)
    for x, y, radius, tint in ((34, 58, 22, colour), (66, 62, 19, "#f2a03d"), (52, 36, 17, colour)):
        brush.circle(x, y, radius, tint)
        brush.arc(x - radius + 4, y - radius + 4, radius, radius, (170, 280), CREAM, 2.6)
        brush.line([(x, y - radius + 3), (x + 2, y - radius - 5)], INK, 2.2)
        brush.ellipse(x + 2, y - radius - 6, 12, 6, LEAF)


def lunch_box(brush: Brush, colour: str) -> None:
    brush.rect(8, 26, 84, 56, SHADE, 9)
    brush.rect(8, 22, 84, 56, INK, 9)
    brush.rect(12, 26, 44, 48, WHITE, 5)
    for x, y in ((24, 38), (36, 46), (28, 58), (44, 36), (42, 62), (20, 50)):
        brush.ellipse(x, y, 2.6, 1.8, INK)
    brush.circle(34, 49, 4, "#c8483c")
    brush.rect(59, 26, 29, 22, colour, 5)
    brush.rect(59, 51, 14, 23, LEAF, 4)
    brush.rect(75, 51, 13, 23, "#f0b24a", 4)
    for y in (30, 36, 42):
        brush.line([(62, y), (85, y)], CREAM, 1.6)


def snack(brush: Brush, colour: str) -> None:
    brush.ellipse(16, 80, 68, 12, SHADE)
    brush.shape([(24, 18), (76, 18), (82, 86), (18, 86)], colour)
    for x in range(24, 77, 8):
        brush.shape([(x, 18), (x + 4, 12), (x + 8, 18)], colour)
    brush.ellipse(28, 36, 44, 32, CREAM)
    for x, y in ((42, 48), (54, 46), (48, 57), (60, 56), (38, 57)):
        brush.ellipse(x - 5, y - 3.5, 10, 7, DOUGH)
        brush.line([(x - 3, y), (x + 3, y)], CRUST, 1)
    brush.line([(26, 26), (74, 26)], CREAM, 1.6)


def stationery(brush: Brush, colour: str) -> None:
    brush.rect(16, 18, 50, 68, SHADE, 4)
    brush.rect(14, 15, 50, 68, colour, 4)
    brush.rect(20, 15, 5, 68, INK)
    brush.rect(31, 28, 26, 15, CREAM, 2)
    brush.shape([(66, 70), (78, 22), (86, 24), (74, 72)], "#f0b24a")
    brush.shape([(66, 70), (74, 72), (67, 82)], DOUGH)
    brush.shape([(66.3, 77), (69.4, 78), (67, 82)], INK)
    brush.shape([(78, 22), (86, 24), (87.5, 18), (79.5, 16)], "#a34a68")


def name_tag(brush: Brush, colour: str) -> None:
    brush.line([(30, 6), (50, 36)], colour, 5)
    brush.line([(70, 6), (50, 36)], colour, 5)
    brush.rect(46, 30, 8, 9, INK, 2)
    brush.rect(22, 40, 58, 48, SHADE, 6)
    brush.rect(20, 38, 58, 48, WHITE, 6)
    brush.rect(20, 38, 58, 14, colour, 6)
    brush.rect(20, 45, 58, 7, colour)
    brush.circle(35, 66, 7, SHADE)
    brush.line([(48, 63), (70, 63)], INK, 4)
    brush.line([(48, 72), (64, 72)], SHADE, 3)


def banner(brush: Brush, colour: str) -> None:
    for x in (12, 84):
        brush.rect(x, 14, 4, 76, WOOD, 2)
    brush.rect(16, 26, 68, 34, colour)
    brush.rect(16, 26, 68, 5, CREAM)
    brush.rect(16, 55, 68, 5, CREAM)
    brush.line([(26, 40), (74, 40)], WHITE, 5)
    brush.line([(36, 48), (64, 48)], CREAM, 3)
    for nth, x in enumerate(range(16, 80, 11)):
        tint = ("#f0b24a", "#7aa874", "#a34a68")[nth % 3]
        brush.shape([(x, 12), (x + 11, 12), (x + 5.5, 22)], tint)


def flower(brush: Brush, colour: str) -> None:
    for x in (34, 50, 66):
        brush.line([(x, 40), (50, 84)], LEAF, 2.6)
    brush.shape([(26, 58), (74, 58), (58, 92), (42, 92)], CREAM)
    brush.shape([(26, 58), (50, 66), (42, 92)], SHADE)
    brush.rect(41, 74, 18, 5, "#a34a68", 2)
    for x, y, tint in ((32, 36, colour), (66, 36, colour), (50, 24, "#f0b24a"), (50, 48, WHITE)):
        for dx, dy in ((0, -8), (8, -2), (5, 7), (-5, 7), (-8, -2)):
            brush.circle(x + dx, y + dy, 7, tint)
        brush.circle(x, y, 5, "#d9601a")
    brush.ellipse(12, 48, 18, 9, LEAF)
    brush.ellipse(70, 48, 18, 9, LEAF)


def cup(brush: Brush, colour: str) -> None:
    brush.ellipse(14, 80, 72, 11, SHADE)
    for x, tint in ((16, CREAM), (48, colour)):
        brush.shape([(x, 34), (x + 36, 34), (x + 30, 86), (x + 6, 86)], tint)
        brush.rect(x - 2, 26, 40, 9, INK, 3)
        brush.rect(x + 3, 19, 30, 8, INK, 3)
    brush.circle(34, 58, 8, colour)
    brush.circle(66, 58, 8, CREAM)


def gift(brush: Brush, colour: str) -> None:
    brush.ellipse(12, 80, 76, 11, SHADE)
    brush.rect(16, 44, 68, 42, colour, 6)
    brush.shape([(16, 50), (50, 40), (84, 50), (50, 64)], CREAM)
    brush.shape([(50, 42), (24, 16), (16, 30)], "#f0b24a")
    brush.shape([(50, 42), (76, 16), (84, 30)], "#d9601a")
    brush.circle(50, 42, 8, "#c04c0d")
    brush.line([(50, 50), (50, 84)], CREAM, 3)


MOTIFS: dict[str, Callable[[Brush, str], None]] = {
    motif.__name__: motif
    for motif in (
        coffee,
        tea,
        drink,
        cookie,
        bread,
        rice_cake,
        fruit,
        lunch_box,
        snack,
        stationery,
        name_tag,
        banner,
        flower,
        cup,
        gift,
    )
}
