"""What comes, where to, for how many and at what time of the day: of a rule, and of each of its dates."""

from datetime import date
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bundles.edition_key import EditionKey
from bundles.models import Bundle
from membership.exclusions import FULL_MASK
from membership.models import Department, Organization, Site


class Serving(models.Model):
    """A bundle for a site. A date begins with that of its standing order, and may come to have its own."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+", verbose_name=_("bundle"))
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    headcount = models.PositiveSmallIntegerField(_("people"), validators=[MinValueValidator(1)])
    exclusions = models.PositiveIntegerField(_("exclusions"), default=0)
    window_opens = models.TimeField(_("not before"), null=True, blank=True)
    window_closes = models.TimeField(_("not after"), null=True, blank=True)
    # Empty: what the institution wants of all its orders.
    on_shortage = models.CharField(
        _("when something is short"), max_length=14, choices=Organization.OnShortage, blank=True
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(headcount__gte=1), name="%(class)s_serves_someone"),
            models.CheckConstraint(condition=Q(exclusions__lte=FULL_MASK), name="%(class)s_exclusions_known"),
            # Both or none: to SQL a condition that is unknown holds.
            models.CheckConstraint(
                condition=Q(window_opens=None, window_closes=None)
                | Q(
                    window_opens__isnull=False,
                    window_closes__isnull=False,
                    window_closes__gt=F("window_opens"),
                ),
                name="%(class)s_window_closes_after",
            ),
        ]

    @property
    def price(self) -> int:
        """The price of one delivery, in won."""
        return self.bundle.price_for(self.headcount)

    def edition_key(self, day: date) -> EditionKey:
        """The edition that it brings on a date."""
        return EditionKey(self.bundle_id, day, self.exclusions)


# By the names of their columns, as they are copied.
SERVING = (
    "site_id",
    "bundle_id",
    "department_id",
    "headcount",
    "exclusions",
    "window_opens",
    "window_closes",
    "on_shortage",
)


def copy_serving(source: Serving, target: Serving) -> None:
    """Let one bring what the other does."""
    for name in SERVING:
        setattr(target, name, getattr(source, name))


def serving_of(source: Serving) -> dict[str, Any]:
    """Return what it brings, by the names of its columns."""
    return {name: getattr(source, name) for name in SERVING}
