"""All producers in one picture: a bar each, as high as its sales reach of the fair share, lowest first."""

from collections.abc import Iterable
from dataclasses import dataclass

from .fair_shares import Share

WIDTH, HEIGHT = 1000, 140
# Percent of the fair share at the top: whoever has more is cut off there.
TOP = 250


@dataclass(frozen=True)
class Chart:
    """SVG paths of the bars of `WIDTH` × `HEIGHT`; `fair` is the height of 100 %."""

    known: str
    newcomers: str
    fair: float
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP


def chart_of(shares: Iterable[Share]) -> Chart:
    """Draw those that have a fair share, in order of what they reach of it."""
    ranked = sorted((share for share in shares if share.fair_share), key=lambda share: share.ratio)
    step = WIDTH / max(1, len(ranked))

    def bar(place: int, share: Share) -> str:
        # A pixel at least: who sold nothing is there, too.
        height = max(1.0, HEIGHT * min(1.0, 100 * share.ratio / TOP))
        return f"M{place * step:.1f} {HEIGHT}v-{height:.1f}h{step * 0.8:.2f}v{height:.1f}z"

    bars = [(share.is_newcomer, bar(place, share)) for place, share in enumerate(ranked)]
    return Chart(
        known="".join(path for is_new, path in bars if not is_new),
        newcomers="".join(path for is_new, path in bars if is_new),
        fair=HEIGHT * (1 - 100 / TOP),
    )
