"""What every form about exclusions shares."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .exclusion_words import exclusion_choices
from .exclusions import codes, mask


class ExclusionsField(forms.MultipleChoiceField):
    """Exclusions to tick; its value is their mask."""

    def __init__(self) -> None:
        super().__init__(
            label=_("What must not come"),
            required=False,
            choices=exclusion_choices,
            widget=forms.CheckboxSelectMultiple,
        )

    def prepare_value(self, value: Any) -> Any:
        return list(codes(value)) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        return mask(super().clean(value))
