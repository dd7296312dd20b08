"""What the admin pages are called."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

admin.site.site_header = _("Kkureomi administration")
admin.site.site_title = _("Kkureomi")
admin.site.index_title = _("Tables of the service")
