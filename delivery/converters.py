"""Days in addresses: /dispatch/2026-12-01/."""

from datetime import date


class DayConverter:
    """A date as ISO 8601 writes it; anything else is no address of ours."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)  # a ValueError is a 404

    def to_url(self, value: date | str) -> str:
        return str(value)
