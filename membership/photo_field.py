"""The field of a form in which a photo is uploaded: what can't be used is said beside it, and what to do."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .photos import MAX_BYTES, BadPhoto

PHOTO_WORDS = {
    "too_large": _("The photo is too large: at most 10 MB. Please save a smaller copy and choose that."),
    "too_many_pixels": _(
        "The photo has too many pixels: at most 50 million, such as 8,000 × 6,000. "
        "Please save a smaller copy and choose that."
    ),
    "heic": _(
        "This is an HEIC photo, which most browsers can't show. Please save it as JPEG and choose that; on "
        "an iPhone: Settings › Camera › Formats › Most Compatible."
    ),
    "not_a_picture": _("This file can't be read as a photo. Please choose a JPEG, PNG or WebP file."),
}
CHOOSE_AGAIN = _("The photo was fine. Please choose it once more: it can't be kept while something is wrong.")


class PhotoField(forms.FileField):
    """An upload that comes out as the bytes of a fresh JPEG, or as None if there is none.

    `shape` makes the JPEG: `photos.square_jpeg` or `photos.wide_jpeg`.
    """

    def __init__(self, shape: Callable[[bytes], bytes], **kwargs: Any) -> None:
        self.shape = shape
        super().__init__(
            required=False,
            widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
            error_messages={"empty": PHOTO_WORDS["not_a_picture"]},
            **{"label": _("Photo"), **kwargs},
        )

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        upload = super().clean(data, None)
        if not upload:
            return None
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(PHOTO_WORDS["too_large"])
        try:
            return self.shape(upload.read())
        except BadPhoto as error:
            raise forms.ValidationError(PHOTO_WORDS[error.reason]) from error


class KeepsPhoto(forms.ModelForm):
    """Mix into the form of a row with a photo field of its own: no browser sends a file again by itself."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            self.ask_for_photo_again()

    def ask_for_photo_again(self) -> None:
        """Say that a photo that came along isn't kept, because something else is wrong."""
        if self.cleaned_data.get("photo"):
            self.add_error("photo", CHOOSE_AGAIN)
