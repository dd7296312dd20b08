"""Photos of the way in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .site import Site


class SitePhoto(models.Model):
    """What a courier should look for at a site: a gate, a bell, the unloading place."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="photos", verbose_name=_("site"))
    photo = models.ImageField(_("photo"), upload_to="sites")
    caption = models.CharField(_("what it shows"), max_length=100, blank=True)
    caption_en = models.CharField(_("what it shows, in English"), max_length=100, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("photo of a site")
        verbose_name_plural = _("photos of sites")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.site}: {self.display_caption}"

    @property
    def display_caption(self) -> str:
        """The caption in the reader's language."""
        return self.caption_en if self.caption_en and get_language() == "en" else self.caption
