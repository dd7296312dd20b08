"""The kinds of goods that meetings and events need."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from membership.models.naming import BilingualName


class Category(BilingualName):
    """A kind of goods, such as bread or name tags."""

    code = models.SlugField(_("code"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "code"]
