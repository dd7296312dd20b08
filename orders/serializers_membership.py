"""What the API says about memberships of plans, and what it reads of those who join, pause or leave."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from bundles.models import Bundle
from membership.models import Membership, MembershipEvent, MembershipPause, MembershipTier, Plan
from membership.serializers import OrganizationBriefSerializer, ShownSerializer

from .models import Application
from .models.terms import HolidayPolicy
from .orderable import MAX_AHEAD
from .serializers_input import DeliveryInput


class PlanBriefSerializer(ShownSerializer):
    class Meta:
        model = Plan
        fields = ["id", "name", "name_en"]


class TierSerializer(ShownSerializer):
    """The plan from a day on, until the next one begins; the fee in won a month."""

    plan = PlanBriefSerializer(read_only=True)

    class Meta:
        model = MembershipTier
        fields = ["plan", "starts_on", "monthly_fee", "deliveries_per_month"]


class MembershipPauseSerializer(ShownSerializer):
    class Meta:
        model = MembershipPause
        fields = ["starts_on", "ends_on"]


class MembershipEventSerializer(ShownSerializer):
    """A change, which can be undone until `effective_on`; `undoes` names the one that it takes back."""

    class Meta:
        model = MembershipEvent
        fields = ["id", "kind", "effective_on", "until", "at", "note", "undoes"]


class MembershipSerializer(ShownSerializer):
    organization = OrganizationBriefSerializer(read_only=True)
    tiers = TierSerializer(many=True, read_only=True)
    pauses = MembershipPauseSerializer(many=True, read_only=True)
    events = MembershipEventSerializer(many=True, read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "organization", "status", "starts_on", "ends_on", "tiers", "pauses", "events"]


class JoinInput(DeliveryInput):
    """A plan's bundle, where to and when; a running membership goes over to that plan on `starts_on`."""

    bundle = serializers.PrimaryKeyRelatedField(
        queryset=Bundle.objects.on_offer().filter(plan__is_active=True)
    )

    class Meta:
        model = Application
        fields = [
            "site",
            "department",
            "bundle",
            "headcount",
            "exclusions",
            "rrule",
            "starts_on",
            "holiday_policy",
            "window_opens",
            "window_closes",
        ]
        extra_kwargs = {"rrule": {"required": True, "allow_blank": False}}

    def validate(self, typed: dict[str, Any]) -> dict[str, Any]:
        today = self.context["today"]
        if not today < typed["starts_on"] <= today + MAX_AHEAD:
            raise serializers.ValidationError({"starts_on": _("Begin tomorrow or within a year.")})
        return {"holiday_policy": HolidayPolicy.BEFORE, **super().validate(typed)}


class JoinedSerializer(ShownSerializer):
    """What became of asking: set up (`done`), or waiting for an approver (`awaiting`), and why."""

    class Meta:
        model = Application
        fields = ["id", "organization", "status", "reason", "starts_on", "standing_order"]


class MembershipPauseInput(serializers.Serializer):
    """The first and the last day without deliveries; without a last one until it is resumed."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)


class MembershipResumeInput(serializers.Serializer):
    resumes_on = serializers.DateField()


class LeaveInput(serializers.Serializer):
    """The last day: the end of a month that leaves the hub its notice."""

    last_day = serializers.DateField()
    note = serializers.CharField(max_length=300, allow_blank=True, default="")
