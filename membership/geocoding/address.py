"""Addresses as they are asked for and kept: one spelling, without what no map knows."""

import re
import unicodedata

CITY = re.compile(r"^서울시?(?=\s)")
IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def normalized(address: str) -> str:
    """Return the address in one spelling: 서울특별시 in full, without brackets and what follows a comma.

    Korean addresses put the neighbourhood in brackets and the floor after a comma.
    """
    plain = IN_BRACKETS.sub(" ", unicodedata.normalize("NFC", address)).split(",")[0]
    return CITY.sub("서울특별시", " ".join(plain.split()))
