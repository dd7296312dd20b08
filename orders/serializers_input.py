"""What the API reads from callers who order: an event order or a standing order."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from bundles.gaps import find_gaps
from bundles.models import Bundle
from bundles.scaling import MAX_HEADCOUNT
from membership.models import Department, Site
from membership.serializers import ExclusionsField

from .models import Order, StandingOrder
from .models.terms import HolidayPolicy
from .orderable import MAX_AHEAD, may_have


class ReadableSiteField(serializers.PrimaryKeyRelatedField):
    """A site that the caller can see; whether they may order for it is asked by the view."""

    def get_queryset(self) -> QuerySet[Site]:
        sites = Site.objects.active().filter(organization__is_active=True).select_related("organization")
        return sites.for_user(self.context["request"].user)


class ReadableDepartmentField(serializers.PrimaryKeyRelatedField):
    """A department in use that the caller can see."""

    def get_queryset(self) -> QuerySet[Department]:
        return Department.objects.active().for_user(self.context["request"].user)


class DeliveryInput(serializers.ModelSerializer):
    """Where to, for how many, at what time of the day. Needs `today` in its context.

    Institutions with departments must name the one that pays.
    """

    site = ReadableSiteField(queryset=Site.objects.all())
    department = ReadableDepartmentField(
        queryset=Department.objects.all(), required=False, allow_null=True, default=None
    )
    headcount = serializers.IntegerField(min_value=1, max_value=MAX_HEADCOUNT)
    exclusions = ExclusionsField(required=False, help_text="Left out: those of the institution.")

    def validate(self, typed: dict[str, Any]) -> dict[str, Any]:
        opens, closes = typed.get("window_opens"), typed.get("window_closes")
        if (opens is None) != (closes is None):
            missing = "window_opens" if opens is None else "window_closes"
            raise serializers.ValidationError({missing: _("Give both times, or neither.")})
        if opens and closes and closes <= opens:
            raise serializers.ValidationError({"window_closes": _("This must be later than the first time.")})
        usual = typed["site"].organization.exclusions
        typed = {"exclusions": usual, **typed}
        if gaps := find_gaps(typed["bundle"], typed["exclusions"]):
            raise serializers.ValidationError({"exclusions": [str(gap) for gap in gaps]})
        return typed


def check_event_at(event_at: datetime, today: date) -> datetime:
    """Return when the event begins, if that is within a year."""
    if timezone.localdate(event_at) > today + MAX_AHEAD:
        raise serializers.ValidationError(_("Order at most a year ahead."))
    return event_at


class EventOrderInput(DeliveryInput):
    bundle = serializers.PrimaryKeyRelatedField(queryset=Bundle.objects.for_events())

    class Meta:
        model = Order
        fields = [
            "site",
            "department",
            "bundle",
            "headcount",
            "exclusions",
            "event_at",
            "note",
        ]
        extra_kwargs = {
            "event_at": {
                "required": True,
                "allow_null": False,
                "help_text": "When the event begins; the delivery is counted back from there.",
            }
        }

    def validate_event_at(self, event_at: datetime) -> datetime:
        return check_event_at(event_at, self.context["today"])

    def validate(self, typed: dict[str, Any]) -> dict[str, Any]:
        return {"note": "", **super().validate(typed)}


class EventChangeInput(serializers.Serializer):
    """What may change of an event order. Needs `today` in its context."""

    headcount = serializers.IntegerField(min_value=1, max_value=MAX_HEADCOUNT, required=False)
    event_at = serializers.DateTimeField(required=False)
    note = serializers.CharField(max_length=300, allow_blank=True, required=False)

    def validate_event_at(self, event_at: datetime) -> datetime:
        return check_event_at(event_at, self.context["today"])


class StandingOrderInput(DeliveryInput):
    bundle = serializers.PrimaryKeyRelatedField(queryset=Bundle.objects.on_offer())

    class Meta:
        model = StandingOrder
        fields = [
            "site",
            "department",
            "bundle",
            "headcount",
            "exclusions",
            "rrule",
            "starts_on",
            "ends_on",
            "holiday_policy",
            "holiday_default",
            "window_opens",
            "window_closes",
        ]

    def validate_starts_on(self, day: date) -> date:
        today = self.context["today"]
        if not today <= day <= today + MAX_AHEAD:
            raise serializers.ValidationError(_("Start today or within a year."))
        return day

    def validate(self, typed: dict[str, Any]) -> dict[str, Any]:
        typed = {
            "ends_on": None,
            "holiday_policy": HolidayPolicy.BEFORE,
            "holiday_default": HolidayPolicy.BEFORE,
            "window_opens": None,
            "window_closes": None,
            **super().validate(typed),
        }
        if typed["ends_on"] and typed["ends_on"] < typed["starts_on"]:
            raise serializers.ValidationError({"ends_on": _("This must not be before the start.")})
        if not may_have(typed["site"].organization, typed["bundle"], today=self.context["today"]):
            raise serializers.ValidationError(
                {"bundle": _("The institution has no membership with this plan.")}
            )
        return typed
