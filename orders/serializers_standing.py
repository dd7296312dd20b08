"""What the API reads and says about decisions over standing orders and their dates."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from bundles.gaps import find_gaps
from bundles.models import Bundle
from bundles.scaling import MAX_HEADCOUNT
from membership.models import Department, Site
from membership.serializers import ExclusionsField, ShownSerializer

from .models import StandingOrderChange
from .models.serving import Serving
from .models.terms import ANSWERS, HolidayPolicy, validate_rrule
from .orderable import may_have
from .serializers import ActorSerializer
from .serializers_input import ReadableDepartmentField, ReadableSiteField

KEYS = {"site": "site_id", "bundle": "bundle_id", "department": "department_id"}


class DecisionInput(serializers.Serializer):
    """What a decision was made by."""

    seen = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        help_text="The standing order's `revision` that was read: with another one by now nothing is done.",
    )


class DateChangeInput(DecisionInput):
    """What comes on one date; what is left out stays as it is. Needs `today` in its context."""

    site = ReadableSiteField(queryset=Site.objects.all(), required=False)
    bundle = serializers.PrimaryKeyRelatedField(queryset=Bundle.objects.on_offer(), required=False)
    department = ReadableDepartmentField(queryset=Department.objects.all(), required=False, allow_null=True)
    headcount = serializers.IntegerField(min_value=1, max_value=MAX_HEADCOUNT, required=False)
    exclusions = ExclusionsField(required=False)
    window_opens = serializers.TimeField(required=False, allow_null=True)
    window_closes = serializers.TimeField(required=False, allow_null=True)


class TermsChangeInput(DateChangeInput):
    """What comes and when, of all dates, or of those from `since` on."""

    since = serializers.DateField(required=False, allow_null=True, default=None)
    everywhere = serializers.BooleanField(
        default=False, help_text="For all sites that it was set up with; they keep their site and people."
    )
    rrule = serializers.CharField(
        max_length=200, required=False, validators=[validate_rrule], help_text="It counts from `since`."
    )
    ends_on = serializers.DateField(required=False, allow_null=True)
    holiday_policy = serializers.ChoiceField(choices=HolidayPolicy.choices, required=False)
    holiday_default = serializers.ChoiceField(choices=ANSWERS, required=False)


class MoveInput(DecisionInput):
    to = serializers.DateField(help_text="A working day; the date of the rule takes the move back.")


class HolidayAnswerInput(DecisionInput):
    """Where a date goes that falls on a holiday."""

    answer = serializers.ChoiceField(choices=ANSWERS)


class PauseInput(DecisionInput):
    """The first and the last day without deliveries; without a last one until it is resumed."""

    first = serializers.DateField()
    last = serializers.DateField(required=False, allow_null=True, default=None)


class ResumeInput(DecisionInput):
    on = serializers.DateField(help_text="From this day on dates come again.")


class EndInput(DecisionInput):
    last = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The last day; left out: from now on."
    )


class NoteInput(serializers.Serializer):
    """A word to the orderer."""

    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class ApproveOrderInput(serializers.Serializer):
    """What the approver saw: the order's `gross`, and whether the budget was said to be too small for it."""

    price = serializers.IntegerField(min_value=0)
    sees_overrun = serializers.BooleanField(default=False)


class SwapInput(serializers.Serializer):
    """A product that will come, and one to come instead; null lets the first come again."""

    product = serializers.IntegerField(min_value=1)
    alternative = serializers.IntegerField(min_value=1, allow_null=True)


class StandingOrderChangeSerializer(ShownSerializer):
    """A decision with what was and what became; `undo_until` passes, or something newer hangs on it."""

    actor = ActorSerializer(read_only=True, allow_null=True)

    class Meta:
        model = StandingOrderChange
        fields = [
            "id",
            "standing_order",
            "occurrence",
            "kind",
            "since",
            "was",
            "became",
            "actor",
            "at",
            "undo_until",
            "undone_at",
        ]


def changes_of(typed: Mapping[str, Any], before: Serving, context: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs, by the names of the columns. Raises ValidationError for what can't go together."""
    ours = {name: value for name, value in typed.items() if name not in ("seen", "since", "everywhere")}
    site, bundle = ours.get("site", before.site), ours.get("bundle", before.bundle)
    opens, closes = (ours.get(name, getattr(before, name)) for name in ("window_opens", "window_closes"))
    if (opens is None) != (closes is None):
        missing = "window_opens" if opens is None else "window_closes"
        raise serializers.ValidationError({missing: _("Give both times, or neither.")})
    if opens and closes and closes <= opens:
        raise serializers.ValidationError({"window_closes": _("This must be later than the first time.")})
    if gaps := find_gaps(bundle, ours.get("exclusions", before.exclusions)):
        raise serializers.ValidationError({"exclusions": [str(gap) for gap in gaps]})
    if "bundle" in ours and not may_have(site.organization, bundle, today=context["today"]):
        raise serializers.ValidationError({"bundle": _("The institution has no membership with this plan.")})
    return {
        KEYS.get(name, name): value.pk if name in KEYS and value else value for name, value in ours.items()
    }
