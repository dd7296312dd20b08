"""Seoul's 25 districts by heart: a rough place for an address when no geocoder can be asked.

The coordinates are the middle of each district, written down by hand to a few hundred metres (WGS84 degrees).
They say which part of the town an address is in, never where a courier should stop, so whatever is found
here has the precision "district" and must be put right on the map by a person.
"""

import math
import re
from dataclasses import dataclass

DISTRICTS = {
    "종로구": (37.595, 126.977),
    "중구": (37.560, 126.996),
    "용산구": (37.531, 126.980),
    "성동구": (37.551, 127.041),
    "광진구": (37.547, 127.086),
    "동대문구": (37.582, 127.055),
    "중랑구": (37.598, 127.093),
    "성북구": (37.606, 127.018),
    "강북구": (37.644, 127.011),
    "도봉구": (37.669, 127.032),
    "노원구": (37.653, 127.075),
    "은평구": (37.619, 126.927),
    "서대문구": (37.578, 126.939),
    "마포구": (37.559, 126.908),
    "양천구": (37.525, 126.855),
    "강서구": (37.561, 126.823),
    "구로구": (37.494, 126.856),
    "금천구": (37.460, 126.901),
    "영등포구": (37.522, 126.910),
    "동작구": (37.499, 126.952),
    "관악구": (37.467, 126.945),
    "서초구": (37.473, 127.031),
    "강남구": (37.497, 127.063),
    "송파구": (37.505, 127.115),
    "강동구": (37.550, 127.147),
}
ENGLISH = {
    "종로구": "Jongno-gu",
    "중구": "Jung-gu",
    "용산구": "Yongsan-gu",
    "성동구": "Seongdong-gu",
    "광진구": "Gwangjin-gu",
    "동대문구": "Dongdaemun-gu",
    "중랑구": "Jungnang-gu",
    "성북구": "Seongbuk-gu",
    "강북구": "Gangbuk-gu",
    "도봉구": "Dobong-gu",
    "노원구": "Nowon-gu",
    "은평구": "Eunpyeong-gu",
    "서대문구": "Seodaemun-gu",
    "마포구": "Mapo-gu",
    "양천구": "Yangcheon-gu",
    "강서구": "Gangseo-gu",
    "구로구": "Guro-gu",
    "금천구": "Geumcheon-gu",
    "영등포구": "Yeongdeungpo-gu",
    "동작구": "Dongjak-gu",
    "관악구": "Gwanak-gu",
    "서초구": "Seocho-gu",
    "강남구": "Gangnam-gu",
    "송파구": "Songpa-gu",
    "강동구": "Gangdong-gu",
}
# No district reaches so far from its middle.
DISTRICT_REACH_KM = 9
SEOUL = re.compile(r"서울(특별시|시)?$")
LATITUDE_KM = 111.2


@dataclass(frozen=True)
class Found:
    """A point in WGS84 degrees, how exactly it is known (`Site.Precision`), and who said it."""

    latitude: float
    longitude: float
    precision: str
    provider: str


def in_gazetteer(address: str) -> Found | None:
    """Return the middle of the district of Seoul that the address names."""
    district = district_of(address)
    if district not in DISTRICTS or not _is_in_seoul(address):
        return None
    latitude, longitude = DISTRICTS[district]
    return Found(latitude, longitude, "district", "gazetteer")


def district_of(address: str) -> str:
    """Return the district or county that the address names, such as 은평구; "" if it names none."""
    return next((word for word in address.split() if re.fullmatch(r"[가-힣]{1,5}[구군]", word)), "")


def strays_from(address: str, latitude: float, longitude: float) -> float | None:
    """Return the kilometres from the middle of the address's district to the point, if they are too many."""
    middle = in_gazetteer(address)
    if middle is None:
        return None
    away = kilometres(middle.latitude, middle.longitude, latitude, longitude)
    return away if away > DISTRICT_REACH_KM else None


def kilometres(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Return the straight distance, by a plane that is good enough within a town."""
    north = (to_latitude - latitude) * LATITUDE_KM
    east = (to_longitude - longitude) * LATITUDE_KM * math.cos(math.radians(latitude))
    return math.hypot(north, east)


def _is_in_seoul(address: str) -> bool:
    """Whether it says Seoul, or only a name that no other town has: 중구 and 강서구 are elsewhere, too."""
    words = address.split()
    if any(SEOUL.fullmatch(word) for word in words):
        return True
    return district_of(address) not in ("중구", "강서구") and not any(
        re.fullmatch(r"[가-힣]+(광역시|도|특별자치시|특별자치도)", word) for word in words
    )
