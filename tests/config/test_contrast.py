"""The colours of tokens.css reach WCAG 2.2 AA in both themes: 4.5:1 for text, 3:1 for edges of controls."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "config/static/css/tokens.css").read_text()
COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
TONES = ["neutral", "info", "primary", "plum", "accent", "success", "warning", "danger"]
PAPERS = ["bg", "surface", "sunken", "hover"]
INKS = ["text", "text-subtle", "text-muted", "link", "accent-text", "danger-text"]

TEXT_PAIRS = [
    *((ink, paper) for ink in INKS for paper in PAPERS),
    *((f"{tone}-text", f"{tone}-tint") for tone in TONES),
    *(("on-primary", fill) for fill in ("primary", "primary-hover")),
    *(("on-accent", fill) for fill in ("accent", "accent-hover")),
    *(("on-route", f"route-{number}") for number in range(1, 9)),
]
EDGE_PAIRS = [
    ("border-strong", "surface"),
    ("border-strong", "bg"),
    ("focus", "bg"),
    ("focus", "surface"),
    ("danger-solid", "surface"),
    ("accent-solid", "surface"),
    ("primary-solid", "surface"),
    *((f"route-{number}", "sunken") for number in range(1, 9)),
]


def theme(name: str) -> dict[str, str]:
    """The colours of a theme: dark is what it says itself over what light says."""
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    return dict(COLOUR.findall(light)) | (dict(COLOUR.findall(dark)) if name == "dark" else {})


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 6) == 21


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_reaches_aa_on_its_ground(name: str) -> None:
    colours = theme(name)
    weak = {
        pair: round(ratio, 2)
        for pair in TEXT_PAIRS
        if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("name", ["light", "dark"])
def test_edges_of_controls_reach_three_to_one(name: str) -> None:
    colours = theme(name)
    weak = {
        pair: round(ratio, 2)
        for pair in EDGE_PAIRS
        if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < 3
    }
    assert weak == {}
