"""What was changed about a site: for whoever was writing at the same time, and for asking later."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .site import Site


class SiteChange(models.Model):
    """One change of a site; `changes` holds each value before and after, as people typed it, by its name.

    Without an actor a geocoder found the place. `revision` is the site's after the change.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="changes", verbose_name=_("site"))
    revision = models.PositiveIntegerField(_("revision"))
    changes = models.JSONField(_("changes"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of a site")
        verbose_name_plural = _("changes of sites")
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(fields=["site", "revision"], name="one_change_per_site_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.revision}"
