"""What the API says about sites and reads of them."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from .actions.site import FACTS, week_of
from .forms_site import HOURS_WORDS
from .geocoding.providers import EAST, NORTH, SOUTH, WEST
from .hours import BadHours, Hours, ordered
from .models import Organization, Site, SiteWindow
from .serializers import OrganizationBriefSerializer, ShownSerializer


class SiteWindowSerializer(ShownSerializer):
    """Hours in which a site receives on a weekday (0 = Monday), Asia/Seoul."""

    class Meta:
        model = SiteWindow
        fields = ["weekday", "opens", "closes"]


class SiteSerializer(ShownSerializer):
    """Latitude and longitude in WGS84 degrees, heights in centimetres.

    Only sites known to entrance, building or road are delivered to. `revision` counts the changes.
    """

    organization = OrganizationBriefSerializer(read_only=True)
    windows = SiteWindowSerializer(many=True, read_only=True)

    class Meta:
        model = Site
        fields = [
            "id",
            "organization",
            *FACTS,
            "district",
            "latitude",
            "longitude",
            "precision",
            "located_by",
            "confirmed_at",
            "is_active",
            "revision",
            "windows",
        ]


class WindowInput(serializers.ModelSerializer):
    class Meta:
        model = SiteWindow
        fields = ["weekday", "opens", "closes"]


class SiteInput(serializers.ModelSerializer):
    """A site in words; its address is looked up. Without `windows` it receives at the usual hours."""

    windows = WindowInput(many=True, required=False)

    class Meta:
        model = Site
        fields = [*FACTS, "windows"]

    def validate_windows(self, typed: list[dict[str, Any]]) -> dict[int, Hours]:
        days: dict[int, list[Any]] = {}
        for window in typed:
            days.setdefault(window["weekday"], []).append((window["opens"], window["closes"]))
        try:
            return {weekday: ordered(spans) for weekday, spans in days.items()}
        except BadHours as error:
            raise serializers.ValidationError(HOURS_WORDS[error.reason] % {"part": error.part}) from error

    def validate(self, typed: dict[str, Any]) -> dict[str, Any]:
        others = Site.objects.filter(name=typed.get("name"))
        if self.instance:
            others = others.filter(organization=self.instance.organization_id).exclude(pk=self.instance.pk)
        else:
            others = others.filter(organization=typed["organization"])
        if others.exists():
            raise serializers.ValidationError({"name": _("This institution has another site of this name.")})
        return typed


class InstitutionField(serializers.PrimaryKeyRelatedField):
    """An institution that the caller can see; whether they may add to it is asked by the view."""

    def get_queryset(self) -> Any:
        return Organization.objects.institutions().for_user(self.context["request"].user)


class NewSiteInput(SiteInput):
    organization = InstitutionField(queryset=Organization.objects.all())

    class Meta(SiteInput.Meta):
        fields = ["organization", *SiteInput.Meta.fields]


class SiteChangeInput(SiteInput):
    """What is left out stays as it is. `seen` is the revision that is to be changed."""

    seen = serializers.IntegerField(min_value=1)

    class Meta(SiteInput.Meta):
        fields = [*SiteInput.Meta.fields, "seen"]

    def validate(self, typed: dict[str, Any]) -> dict[str, Any]:
        if "seen" not in typed:
            raise serializers.ValidationError({"seen": self.fields["seen"].error_messages["required"]})
        if self.instance and "windows" not in typed:
            typed["windows"] = week_of(self.instance)
        return super().validate(typed)


class SeenInput(serializers.Serializer):
    """`seen` is the revision that the caller has looked at."""

    seen = serializers.IntegerField(min_value=1)


class PlaceInput(SeenInput):
    """Where a person says that the site is: its entrance, or the building."""

    latitude = serializers.FloatField(min_value=SOUTH, max_value=NORTH)
    longitude = serializers.FloatField(min_value=WEST, max_value=EAST)
    precision = serializers.ChoiceField(choices=[Site.Precision.ENTRANCE, Site.Precision.BUILDING])
