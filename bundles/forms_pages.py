"""How bundles and producers look to members: their words and their photo."""

from django import forms
from django.utils.translation import gettext_lazy as _

from membership.models import Organization
from membership.photo_field import KeepsPhoto, PhotoField
from membership.photos import wide_jpeg

from .models import Bundle


class TextArea(forms.Textarea):
    def __init__(self) -> None:
        super().__init__(attrs={"rows": 4})


class BundlePageForm(KeepsPhoto):
    """How a bundle looks to members; its prices and slots are kept in the administration."""

    photo = PhotoField(
        wide_jpeg,
        help_text=_("JPEG, PNG or WebP of at most 10 MB. It is cut to three by two around its middle."),
    )

    class Meta:
        model = Bundle
        fields = ["name", "name_en", "description", "description_en"]
        widgets = {"description": TextArea(), "description_en": TextArea()}


class ProducerPageForm(KeepsPhoto):
    """How members see a producer."""

    photo = PhotoField(
        wide_jpeg,
        help_text=_(
            "You, your people or your workshop: JPEG, PNG or WebP of at most 10 MB. It is cut to three by "
            "two around its middle."
        ),
    )

    class Meta:
        model = Organization
        fields = ["story", "story_en"]
        widgets = {"story": TextArea(), "story_en": TextArea()}
        help_texts = {
            "story": _("Who you are, how you make things and what orders make possible, in plain words."),
            "story_en": _("Readers of English see the Korean story while this is empty."),
        }
