"""A signature as the finger drew it: lines of points on a field of fixed size, for pages and papers alike."""

from collections.abc import Sequence

WIDTH, HEIGHT = 1000, 400
MAX_POINTS = 6000

Strokes = Sequence[Sequence[Sequence[int]]]


def is_signature(strokes: object) -> bool:
    """Whether this is a list of lines of [x, y] within the field."""
    if not isinstance(strokes, list) or not all(isinstance(stroke, list) for stroke in strokes):
        return False
    points = [point for stroke in strokes for point in stroke]
    return len(points) <= MAX_POINTS and all(_is_point(point) for point in points)


def _is_point(point: object) -> bool:
    if not isinstance(point, list) or len(point) != 2 or not all(type(number) is int for number in point):
        return False
    return 0 <= point[0] <= WIDTH and 0 <= point[1] <= HEIGHT


def svg_path(strokes: Strokes) -> str:
    """Return the lines as the `d` of an SVG path; a line of one point is a dot."""
    return " ".join(
        "M" + " L".join(f"{x} {y}" for x, y in (stroke if len(stroke) > 1 else [*stroke, *stroke]))
        for stroke in strokes
        if stroke
    )
