"""Seoul in outline, for maps without tiles: the Han river and the names of the districts.

Drawn by hand from where the bridges stand and where the districts have their middle. The river is shown
about a kilometre wide; there are no islands, and no borders that nobody measured.
"""

from math import cos, hypot, radians

Point = tuple[float, float]  # latitude, longitude

# The middle of the river at its bridges, from Haengju down in the west to Gangdong in the east.
HAN: tuple[Point, ...] = (
    (37.6060, 126.7950),
    (37.5978, 126.8095),
    (37.5880, 126.8270),
    (37.5700, 126.8625),
    (37.5610, 126.8790),
    (37.5525, 126.8915),
    (37.5430, 126.9040),
    (37.5375, 126.9235),
    (37.5335, 126.9365),
    (37.5263, 126.9475),
    (37.5175, 126.9588),
    (37.5085, 126.9815),
    (37.5150, 126.9960),
    (37.5265, 127.0135),
    (37.5360, 127.0215),
    (37.5372, 127.0350),
    (37.5300, 127.0570),
    (37.5255, 127.0700),
    (37.5225, 127.0880),
    (37.5285, 127.0965),
    (37.5345, 127.1035),
    (37.5430, 127.1115),
    (37.5560, 127.1170),
    (37.5690, 127.1240),
    (37.5760, 127.1420),
    (37.5775, 127.1600),
    (37.5700, 127.1850),
)
HALF_WIDTH_KM = 0.45
KM_PER_DEGREE = 111.2
# A degree of longitude against one of latitude, at Seoul.
NARROWER = cos(radians(37.55))

# (Korean, English, where its name stands)
DISTRICTS: tuple[tuple[str, str, Point], ...] = (
    ("종로", "Jongno", (37.5905, 126.9770)),
    ("중구", "Jung", (37.5600, 126.9960)),
    ("용산", "Yongsan", (37.5330, 126.9800)),
    ("성동", "Seongdong", (37.5510, 127.0410)),
    ("광진", "Gwangjin", (37.5460, 127.0860)),
    ("동대문", "Dongdaemun", (37.5820, 127.0550)),
    ("중랑", "Jungnang", (37.5980, 127.0930)),
    ("성북", "Seongbuk", (37.6060, 127.0180)),
    ("강북", "Gangbuk", (37.6430, 127.0110)),
    ("도봉", "Dobong", (37.6690, 127.0320)),
    ("노원", "Nowon", (37.6530, 127.0750)),
    ("은평", "Eunpyeong", (37.6190, 126.9270)),
    ("서대문", "Seodaemun", (37.5780, 126.9390)),
    ("마포", "Mapo", (37.5600, 126.9080)),
    ("양천", "Yangcheon", (37.5250, 126.8550)),
    ("강서", "Gangseo", (37.5610, 126.8230)),
    ("구로", "Guro", (37.4940, 126.8560)),
    ("금천", "Geumcheon", (37.4600, 126.9010)),
    ("영등포", "Yeongdeungpo", (37.5220, 126.9100)),
    ("동작", "Dongjak", (37.4980, 126.9520)),
    ("관악", "Gwanak", (37.4670, 126.9450)),
    ("서초", "Seocho", (37.4730, 127.0310)),
    ("강남", "Gangnam", (37.4970, 127.0630)),
    ("송파", "Songpa", (37.5050, 127.1150)),
    ("강동", "Gangdong", (37.5500, 127.1470)),
)


def river() -> list[Point]:
    """Return the outline of the river: along its northern bank and back along the southern one."""
    north, south = [], []
    for nth, (latitude, longitude) in enumerate(HAN):
        before, after = HAN[max(nth - 1, 0)], HAN[min(nth + 1, len(HAN) - 1)]
        east, up = (after[1] - before[1]) * NARROWER, after[0] - before[0]
        length = hypot(east, up) * KM_PER_DEGREE / HALF_WIDTH_KM
        lift, shift = east / length, up / length / NARROWER
        north.append((round(latitude + lift, 4), round(longitude - shift, 4)))
        south.append((round(latitude - lift, 4), round(longitude + shift, 4)))
    return north + south[::-1]
