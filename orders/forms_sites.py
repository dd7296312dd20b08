"""The form of a new standing order: what every one has, and for how many people it goes to further sites."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bundles.scaling import MAX_HEADCOUNT
from membership.models import Site

from .actions.standing import Place
from .forms_standing import StandingOrderForm

# Institutions with more sites set up a second standing order.
MOST_SITES = 30


class NewStandingOrderForm(StandingOrderForm):
    """Each further site has a number of people; those given become `cleaned_data["more_places"]`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.further = self._further_sites()
        for site in self.further:
            self.fields[self._name(site)] = forms.IntegerField(
                label=site.display_name,
                required=False,
                min_value=1,
                max_value=MAX_HEADCOUNT,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    def _further_sites(self) -> list[Site]:
        """Return the sites of the institution that is chosen, of the first one as long as none is."""
        sites = self.fields["site"].queryset  # type: ignore[attr-defined]
        wanted = str(self.data.get("site", "")) if self.is_bound else ""
        chosen = sites.filter(pk=wanted).first() if wanted.isdecimal() else sites.first()
        if chosen is None:
            return []
        own = list(sites.filter(organization=chosen.organization_id).order_by("name", "pk")[:MOST_SITES])
        return own if len(own) > 1 else []

    @staticmethod
    def _name(site: Site) -> str:
        return f"people_{site.pk}"

    @property
    def further_fields(self) -> list[forms.BoundField]:
        return [self[self._name(site)] for site in self.further]

    @property
    def has_further(self) -> bool:
        """Whether any further site is filled in, rightly or wrongly."""
        return any(field.value() for field in self.further_fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        places = []
        for site in self.further:
            people = cleaned.get(self._name(site))
            if people and site == cleaned.get("site"):
                self.add_error(self._name(site), _("This is the site chosen above."))
            elif people:
                places.append(Place(site, people))
        cleaned["more_places"] = places
        return cleaned
