"""Whole pictures: a product on a patchwork cloth (조각보), a bundle with its goods, a producer's shop."""

import zlib
from collections.abc import Sequence

from PIL import Image, ImageDraw

from .brush import Brush
from .motifs import MOTIFS

SIDE = 480  # pixels; pictures are drawn twice as large and made smaller, which smooths the edges
WIDE = (720, 480)
FINE = 2
# Cloths: the ground, its patches, and the seam.
CLOTHS = [
    ("#efe3cf", ("#f6ecda", "#e5d3b3", "#dfc6a0", "#ead9c0"), "#ffffff"),
    ("#dce6ef", ("#e8eff5", "#c3d5e6", "#d3e0ec", "#b3c9de"), "#ffffff"),
    ("#e3ecdc", ("#eef3e8", "#cfdfc4", "#bcd3ae", "#dbe7d2"), "#ffffff"),
    ("#f6e2da", ("#fbefe9", "#efc9ba", "#f3d7cb", "#e9b9a6"), "#ffffff"),
    ("#ece2ee", ("#f4edf5", "#d9c8de", "#e3d5e7", "#cdb8d4"), "#ffffff"),
    ("#f7e9c8", ("#fbf3de", "#efd596", "#f3deaf", "#e8c87c"), "#ffffff"),
]
# The colour of the goods, by a word of their name; else by their category, or one of the usual ones.
NAMED = {
    "초코|카카오|브라우니|달고나|밤|팥|대추|수정과|커피|원두|쌍화": "#7a4a30",
    "쑥|녹차|모시|보리새싹|매실|나물|쌈밥|허브|샤인|연잎|다육|잎차|씨앗": "#7aa263",
    "딸기|오미자|복숭아|토마토|사과|산수유|루이보스|제육|닭갈비|석류|국화": "#d5604f",
    "호박|감귤|귤|오렌지|유자|모과|단감|꿀|옥수수|카모마일|캐모마일|금": "#e79a3c",
    "흑임자|검은콩|메밀|홍차|다르질링|고등어": "#57504c",
    "포도|무지개|수국|자두": "#84619f",
    "배|목련|우유|백설기|두유|식혜|증편": "#e9dcc0",
}
GOODS = {
    "coffee": "#c8693c",
    "tea": "#b7a05a",
    "drink": "#e79a3c",
    "cookie": "#7a4a30",
    "bread": "#8a5a35",
    "rice_cake": "#e3a7b4",
    "fruit": "#d5604f",
    "lunch_box": "#d98a4a",
    "snack": "#5d9470",
    "stationery": "#4d7fb5",
    "name_tag": "#8468a5",
    "banner": "#4d7fb5",
    "flower": "#b4576f",
    "cup": "#5d9470",
    "gift": "#b4576f",
}
# What is made in any colour.
PAINTED = {"coffee", "snack", "stationery", "name_tag", "banner", "flower", "cup", "gift"}
USUAL = ("#c8693c", "#4d7fb5", "#b4576f", "#5d9470", "#d9a03f", "#8468a5")


def product_picture(code: str, name: str, category: str) -> Image.Image:
    """A product of a category, square."""
    seed = _seed(code)
    image = _cloth((SIDE * FINE, SIDE * FINE), seed)
    brush = Brush(image, 0, 0, SIDE * FINE)
    brush.circle(50, 51, 39, _darker(CLOTHS[seed % len(CLOTHS)][1][1]))
    brush.circle(50, 50, 39, "#fffdf9")
    inner = Brush(image, SIDE * FINE * 0.2, SIDE * FINE * 0.19, SIDE * FINE * 0.6)
    MOTIFS[category](inner, _colour(name, category, seed))
    return image.reduce(FINE)


def bundle_picture(code: str, categories: Sequence[str]) -> Image.Image:
    """A wrapped bundle in the middle and what may be in it around it, three by two."""
    seed = _seed(code)
    width, height = WIDE[0] * FINE, WIDE[1] * FINE
    image = _cloth((width, height), seed)
    goods = list(dict.fromkeys(categories))[:6]
    rows = (len(goods) + 1) // 2
    side = height * (0.31 if rows > 2 else 0.37)
    for nth, category in enumerate(goods):
        column, row = nth % 2, nth // 2
        many = rows if column == 0 else len(goods) // 2
        margin = (3 - many) * 0.1  # fewer stand closer to the middle
        x, y = width * (0.155, 0.845)[column], height * (row + 0.5 + margin) / (many + 2 * margin)
        plate = Brush(image, x - side / 2, y - side / 2, side)
        plate.circle(50, 52, 48, _darker(CLOTHS[seed % len(CLOTHS)][1][1]))
        plate.circle(50, 50, 48, "#fffdf9")
        MOTIFS[category](Brush(image, x - side * 0.31, y - side * 0.32, side * 0.62), GOODS[category])
    _wrapped(Brush(image, width / 2 - height * 0.29, height * 0.14, height * 0.58), seed)
    return image.reduce(FINE)


def producer_picture(code: str, categories: Sequence[str]) -> Image.Image:
    """The shop of a producer with what it makes in the window, three by two."""
    seed = _seed(code)
    width, height = WIDE[0] * FINE, WIDE[1] * FINE
    wall, awning = CLOTHS[seed % len(CLOTHS)][1][0], USUAL[seed % len(USUAL)]
    image = Image.new("RGB", (width, height), CLOTHS[(seed + 1) % len(CLOTHS)][0])
    street = Brush(image, 0, 0, width)
    street.circle(82, 14, 6, "#fbf4e6")
    for x, top in ((0, 22), (84, 18)):
        street.rect(x, top, 16, 50, CLOTHS[(seed + 2) % len(CLOTHS)][1][2])
    street.rect(0, 57, 100, 12, "#d9cbb4")
    street.rect(14, 8, 72, 50, wall, 1)
    street.rect(14, 8, 72, 8, awning, 1)
    for nth in range(9):
        tint = awning if nth % 2 else "#fffdf9"
        street.rect(14 + nth * 8, 18, 8, 7, tint)
        street.slice(14 + nth * 8, 21, 8, 8, (0, 180), tint)
    street.rect(20, 31, 40, 21, "#fffdf9", 1)
    street.rect(65, 30, 15, 28, _darker(awning), 1)
    street.rect(67, 32, 11, 12, "#e8f1f5", 1)
    street.circle(68, 47, 0.9, "#fbf4e6")
    window = list(dict.fromkeys(categories))[:3]
    for nth, category in enumerate(window):
        left = 0.2 + 0.4 * (nth + 0.5) / len(window)
        wide = width * 0.15
        motif = Brush(image, left * width - wide / 2, width * 0.345, wide)
        MOTIFS[category](motif, GOODS[category])
    street.rect(18, 51, 44, 2.4, "#c99a66", 0.6)
    for pot in (16.5, 83.0):
        street.rect(pot - 2.2, 54, 4.4, 5, "#c8693c", 0.8)
        for dx in (-1.6, 1.6, 0.0):
            street.ellipse(pot + dx - 2, 48.5 + abs(dx), 4, 6, "#6f9a5d")
    return image.reduce(FINE)


def _wrapped(brush: Brush, seed: int) -> None:
    """A bundle tied in a cloth: the sign of the house."""
    cloth = USUAL[seed % len(USUAL)]
    shade, light = _darker(cloth), "#f0b24a"
    brush.ellipse(4, 86, 92, 13, "#d8c7ac")
    brush.shape([(50, 36), (82, 50), (95, 74), (88, 94), (12, 94), (5, 74), (18, 50)], cloth)
    brush.shape([(50, 36), (82, 50), (95, 74), (88, 94), (74, 94), (66, 60)], shade)
    brush.shape([(50, 36), (26, 62), (18, 94), (12, 94), (5, 74), (18, 50)], light)
    brush.shape([(48, 34), (40, 14), (20, 2), (10, 10), (22, 26)], "#d9601a")
    brush.shape([(52, 34), (60, 14), (80, 2), (90, 10), (78, 26)], cloth)
    brush.circle(50, 35, 9, shade)


def _cloth(size: tuple[int, int], seed: int) -> Image.Image:
    """A patchwork of strips of uneven patches, sewn with a seam."""
    ground, patches, seam = CLOTHS[seed % len(CLOTHS)]
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    line = max(2, size[1] // 260)
    top = row = 0
    while top < size[1]:
        deep = size[1] * (18 + (seed >> row) % 5 * 4) // 100
        left = column = 0
        while left < size[0]:
            broad = size[1] * (16 + (seed >> (row + 2 * column)) % 7 * 5) // 100
            tint = patches[(seed + row * 3 + column * 5 + (row * column) % 3) % len(patches)]
            draw.rectangle([left, top, left + broad, top + deep], fill=tint, outline=seam, width=line)
            left, column = left + broad, column + 1
        top, row = top + deep, row + 1
    return image


def _colour(name: str, category: str, seed: int) -> str:
    for words, colour in NAMED.items():
        if any(word in name for word in words.split("|")):
            return colour
    return USUAL[seed % len(USUAL)] if category in PAINTED else GOODS[category]


def _darker(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) * 82 // 100 for place in (1, 3, 5))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _seed(code: str) -> int:
    return zlib.crc32(code.encode())
