"""What members say about what came."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..querysets import RatingQuerySet
from .order import OrderLine

MOST_STARS = 5


class Rating(models.Model):
    """The institution's stars for one line of a delivered order, from 1 to 5, and what it says to them."""

    line = models.OneToOneField(
        OrderLine, on_delete=models.PROTECT, related_name="rating", verbose_name=_("order line")
    )
    stars = models.PositiveSmallIntegerField(
        _("stars"), validators=[MinValueValidator(1), MaxValueValidator(MOST_STARS)]
    )
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("rated by")
    )
    rated_at = models.DateTimeField(_("rated at"))

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["-rated_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stars__gte=1, stars__lte=MOST_STARS), name="rating_has_one_to_five_stars"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line.product_name} {self.stars}/{MOST_STARS}"
