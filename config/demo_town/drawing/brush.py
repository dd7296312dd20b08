"""A brush on a square of 100 by 100, whatever its size in pixels; colours are "#rrggbb"."""

from PIL import Image, ImageDraw

Point = tuple[float, float]


class Brush:
    """Draws with coordinates from 0 to 100 around a corner (`left`, `top`, in pixels)."""

    def __init__(self, image: Image.Image, left: float, top: float, side: float) -> None:
        self.draw = ImageDraw.Draw(image)
        self.left, self.top, self.scale = left, top, side / 100

    def _at(self, x: float, y: float) -> Point:
        return self.left + x * self.scale, self.top + y * self.scale

    def _box(self, x: float, y: float, width: float, height: float) -> list[Point]:
        return [self._at(x, y), self._at(x + width, y + height)]

    def _width(self, width: float) -> int:
        return max(1, round(width * self.scale))

    def ellipse(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.draw.ellipse(self._box(x, y, width, height), fill=colour)

    def circle(self, x: float, y: float, radius: float, colour: str) -> None:
        self.ellipse(x - radius, y - radius, 2 * radius, 2 * radius, colour)

    def rect(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 0) -> None:
        self.draw.rounded_rectangle(self._box(x, y, width, height), radius * self.scale, fill=colour)

    def frame(self, x: float, y: float, width: float, height: float, colour: str, line: float) -> None:
        self.draw.rectangle(self._box(x, y, width, height), outline=colour, width=self._width(line))

    def shape(self, points: list[Point], colour: str) -> None:
        self.draw.polygon([self._at(x, y) for x, y in points], fill=colour)

    def line(self, points: list[Point], colour: str, width: float) -> None:
        self.draw.line(
            [self._at(x, y) for x, y in points], fill=colour, width=self._width(width), joint="curve"
        )

    def arc(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        angles: tuple[float, float],
        colour: str,
        line: float,
    ) -> None:
        """An arc of the ellipse in the box, from angle to angle, clockwise from three o'clock."""
        self.draw.arc(self._box(x, y, width, height), *angles, fill=colour, width=self._width(line))

    def slice(
        self, x: float, y: float, width: float, height: float, angles: tuple[float, float], colour: str
    ) -> None:
        """The part of a filled ellipse between two angles and their chord."""
        self.draw.chord(self._box(x, y, width, height), *angles, fill=colour)
