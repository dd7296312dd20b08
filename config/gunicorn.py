"""How gunicorn serves the site: one file for `manage.py serve` and for production.

`WEB_CONCURRENCY` is the number of worker processes (gunicorn reads it itself; one if unset).
"""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

from config.startup import refuse_unsound_settings

wsgi_app = "config.wsgi:application"
worker_class = "gthread"
threads = 8
timeout = 60
control_socket_disable = True
# No address and no query string: they may carry what identifies a person.
access_log_format = "%(m)s %(U)s %(s)s %(M)sms"
logconfig_dict = settings.LOGGING


def on_starting(server: Any) -> None:
    """Refuse to bind the port when production is not configured soundly."""
    refuse_unsound_settings()
