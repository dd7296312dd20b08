"""What the API says about what waits for a place."""

from datetime import date

from rest_framework import serializers

from membership.serializers import ShownSerializer

from .models import Application


class ApplicationSerializer(ShownSerializer):
    """Something asked for that isn't set up yet. `position` is its place in line, 1 is next, and `full` the
    days for which it waits; both are empty for what doesn't wait. `starts_on` of an event is its delivery.
    """

    order = serializers.CharField(source="order.number", read_only=True, allow_null=True)
    position = serializers.SerializerMethodField()
    full = serializers.SerializerMethodField()

    class Meta:
        model = Application
        fields = [
            "id",
            "kind",
            "status",
            "reason",
            "organization",
            "site",
            "department",
            "bundle",
            "headcount",
            "exclusions",
            "rrule",
            "starts_on",
            "ends_on",
            "event_at",
            "note",
            "asked_at",
            "offered_until",
            "position",
            "full",
            "standing_order",
            "order",
        ]

    def get_position(self, row: Application) -> int | None:
        turn = self.context["turns"].get(row.pk)
        return turn.position if turn else None

    def get_full(self, row: Application) -> list[date]:
        turn = self.context["turns"].get(row.pk)
        return sorted({full.place.day for full in turn.full}) if turn else []
