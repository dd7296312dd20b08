"""How fast traffic is at what time of day, against the usual speed of the travel matrix.

A way is driven at the speeds of the hours that it takes, so who leaves later never arrives earlier. Whole
seconds and factors in thousandths: the times of a plan add up exactly.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

HOUR = 3600
USUAL = 1000
# How many seconds of driving in an hour of the day must be on record before they count as much as the
# factor assumed before.
TRUSTED_S = 4 * HOUR
SLOWEST, FASTEST = 400, 2000


@dataclass(frozen=True)
class SpeedOfDay:
    """A factor for each hour of the day in thousandths of the usual speed (800: a fifth slower)."""

    factors: tuple[int, ...]
    _until: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.factors) != 24 or min(self.factors) < 1:
            raise ValueError("A speed for each of the 24 hours, none of them zero")
        # What can be driven until each full hour of two days, in thousandths of a second at usual speed.
        driven = accumulate((HOUR * factor for factor in self.factors * 2), initial=0)
        object.__setattr__(self, "_until", tuple(driven))

    def after(self, leaves_s: int, way_s: int) -> int:
        """When a way that usually takes so long ends if it begins at this time of day."""
        return self._time(self._driven(leaves_s) + USUAL * way_s, round_up=True)

    def before(self, arrives_s: int, way_s: int) -> int:
        """When a way must begin at the latest to end at this time of day (below 0: the day before)."""
        return self._time(self._driven(arrives_s) - USUAL * way_s, round_up=False)

    def typical(self, from_s: int, to_s: int) -> float:
        """The mean factor between two times of the day (1.0 is usual)."""
        if to_s <= from_s:
            return 1.0
        return (self._driven(to_s) - self._driven(from_s)) / (to_s - from_s) / USUAL

    def _driven(self, at_s: int) -> int:
        hour = min(max(at_s // HOUR, 0), 47)
        return self._until[hour] + (at_s - hour * HOUR) * self.factors[hour % 24]

    def _time(self, driven: int, round_up: bool) -> int:
        hour = min(max(bisect_right(self._until, driven) - 1, 0), 47)
        rest, factor = driven - self._until[hour], self.factors[hour % 24]
        return hour * HOUR + (-(-rest // factor) if round_up else rest // factor)


# The shape of a working day in Seoul until recorded drives say better: slow in the morning, slower in the
# evening, open at night.
SEOUL_WEEKDAY = SpeedOfDay((1300,) * 6 + (1150, 950, 950) + (1000,) * 8 + (900, 850, 900, 1050) + (1200,) * 3)


@dataclass(frozen=True, slots=True)
class Drive:
    """A way as it was driven: from when to when, and how long it usually takes (all in seconds)."""

    leaves_s: int
    arrives_s: int
    usual_s: int


def calibrated(drives: Iterable[Drive], assumed: SpeedOfDay = SEOUL_WEEKDAY) -> SpeedOfDay:
    """Learn the factors from recorded drives, each counted in the hour in which it began.

    An hour with little on record stays near what was assumed. Drives that took no time, or more than ten
    times as long as usual (a stop that nobody recorded), teach nothing.
    """
    usual, taken = [0] * 24, [0] * 24
    for drive in drives:
        took_s = drive.arrives_s - drive.leaves_s
        if 0 < took_s <= 10 * drive.usual_s:
            hour = drive.leaves_s // HOUR % 24
            usual[hour] += drive.usual_s
            taken[hour] += took_s
    factors = []
    for hour, factor in enumerate(assumed.factors):
        learned = USUAL * (usual[hour] + TRUSTED_S * factor / USUAL) / (taken[hour] + TRUSTED_S)
        factors.append(min(max(round(learned), SLOWEST), FASTEST))
    return SpeedOfDay(tuple(factors))
