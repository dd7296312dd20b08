"""What the API reads of a phone's record, and answers to it."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from membership.photo_field import PHOTO_WORDS
from membership.photos import MAX_BYTES, BadPhoto, whole_jpeg
from membership.serializers import ShownSerializer
from orders.models import InspectedLine
from orders.reasons import words

from .models import FailedTry, Proof, RoadRecord, Stop
from .signatures import is_signature

NOTE_LENGTH = Proof._meta.get_field("note").max_length
NAME_LENGTH = Proof._meta.get_field("receiver_name").max_length
Kind = RoadRecord.Kind
OF_A_ROUTE = (Kind.ACCEPT, Kind.START)
# What each kind of record tells beyond its stop and time.
TOLD = {
    Kind.LOAD: ("boxes_missing",),
    Kind.DELIVER: ("receiver_name", "neighbour", "note", "lines", "signature"),
    Kind.FAIL: ("reason", "next_step", "note"),
}
WHERE = ("latitude", "longitude", "accuracy_m")


class CountedLineInput(serializers.Serializer):
    """So many units of an order's line were handed over, and why others weren't."""

    line = serializers.IntegerField(min_value=1)
    quantity = serializers.IntegerField(min_value=0, max_value=100_000)
    reason = serializers.ChoiceField(InspectedLine.Reason.choices, allow_blank=True, default="")


@extend_schema_field(CountedLineInput(many=True))
class CountedLinesField(serializers.JSONField):
    """A list of counted lines, also as a text of JSON in a form with a photo."""

    def to_internal_value(self, data: Any) -> Any:
        counted = CountedLineInput(data=super().to_internal_value(data), many=True)
        counted.is_valid(raise_exception=True)
        return [dict(line) for line in counted.validated_data]


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
    }
)
class SignatureField(serializers.JSONField):
    """Lines of points within 1000 by 400, also as a text of JSON."""

    def to_internal_value(self, data: Any) -> Any:
        strokes = super().to_internal_value(data)
        if not is_signature(strokes):
            raise serializers.ValidationError(_("This is no signature."))
        return strokes


class PhotoInput(serializers.FileField):
    """An upload that comes out as the bytes of a fresh JPEG."""

    def to_internal_value(self, data: Any) -> bytes:  # type: ignore[override]
        upload = super().to_internal_value(data)
        try:
            if upload.size > MAX_BYTES:
                raise BadPhoto("too_large")
            return whole_jpeg(upload.read())
        except BadPhoto as error:
            raise serializers.ValidationError(PHOTO_WORDS[error.reason]) from error


class RoadRecordInput(serializers.Serializer):
    """One thing that happened on the road. A route is named by `accept` and `start`, a stop by the others."""

    key = serializers.UUIDField(help_text="Made by the phone, once for each record.")
    kind = serializers.ChoiceField(Kind.choices)
    phone_at = serializers.DateTimeField()
    route = serializers.IntegerField(min_value=1, required=False, default=None)
    stop = serializers.IntegerField(min_value=1, required=False, default=None)
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False)
    longitude = serializers.FloatField(min_value=-180, max_value=180, required=False)
    accuracy_m = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    boxes_missing = serializers.IntegerField(min_value=0, max_value=1000, default=0)
    receiver_name = serializers.CharField(max_length=NAME_LENGTH, default="", allow_blank=True)
    neighbour = serializers.CharField(max_length=NAME_LENGTH, default="", allow_blank=True)
    note = serializers.CharField(max_length=NOTE_LENGTH, default="", allow_blank=True)
    lines = CountedLinesField(default=list)  # type: ignore[arg-type]
    signature = SignatureField(default=list)  # type: ignore[arg-type]
    reason = serializers.ChoiceField(Stop.FailureReason.choices, default="", allow_blank=True)
    next_step = serializers.ChoiceField(FailedTry.NextStep.choices, default=FailedTry.NextStep.RETURN)
    photo = PhotoInput(default=b"", max_length=200)  # type: ignore[arg-type]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for what this kind needs, and keep as `data` only what it tells."""
        kind = attrs["kind"]
        needed = ["route" if kind in OF_A_ROUTE else "stop"]
        needed += {Kind.DELIVER: ["receiver_name"], Kind.FAIL: ["reason"]}.get(kind, [])
        if missing := [name for name in needed if not attrs[name]]:
            required = self.fields[missing[0]].error_messages["required"]
            raise serializers.ValidationError(dict.fromkeys(missing, required))
        told = (*TOLD.get(kind, ()), *(name for name in WHERE if name in attrs))
        stop = None if kind in OF_A_ROUTE else attrs["stop"]
        return {**attrs, "stop": stop, "data": {name: attrs[name] for name in told}}


class RoadRecordSerializer(ShownSerializer):
    """What became of a record. `problem` is empty if it was carried out; `detail` says it in words."""

    detail = serializers.SerializerMethodField()
    route_status = serializers.CharField(source="route.status", read_only=True)
    stop_status = serializers.SerializerMethodField()

    class Meta:
        model = RoadRecord
        fields = [
            "key",
            "kind",
            "route",
            "stop",
            "received_at",
            "problem",
            "detail",
            "route_status",
            "stop_status",
        ]

    def get_detail(self, record: RoadRecord) -> str:
        return words(record.problem) if record.problem else ""

    def get_stop_status(self, record: RoadRecord) -> str:
        """What is true of the stop now; empty for a record of a route."""
        return Stop.objects.get(pk=record.stop_id).status if record.stop_id else ""
