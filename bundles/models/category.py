"""The kinds of goods that meetings and events need."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from membership.models.naming import BilingualName

# What stands for a category where a product has no photo: names of `static/icons.svg`.
ICONS = {
    "coffee": "coffee",
    "tea": "leaf",
    "drink": "cup-soda",
    "cookie": "cookie",
    "bread": "sandwich",
    "rice_cake": "cake",
    "fruit": "apple",
    "lunch_box": "package-open",
    "snack": "cookie",
    "stationery": "pencil",
    "name_tag": "user",
    "banner": "flag",
    "flower": "flower-2",
    "cup": "coffee",
    "gift": "gift",
}
# Of these nobody asks whether they are vegan or what allergens are in them.
NOT_EATEN = {"stationery", "name_tag", "banner", "flower", "cup"}


class Category(BilingualName):
    """A kind of goods, such as bread or name tags."""

    code = models.SlugField(_("code"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "code"]

    @property
    def icon(self) -> str:
        """The icon that stands for its goods; a basket for a category of the hub's own."""
        return ICONS.get(self.code, "shopping-basket")

    @property
    def is_eaten(self) -> bool:
        """Whether its goods are food or drink, as far as is known."""
        return self.code not in NOT_EATEN
