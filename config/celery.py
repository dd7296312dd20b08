"""The Celery application: which tasks exist, how a worker begins, how it logs.

The rows of the database are the truth and messages only hurry the work, so a worker that comes back
after downtime first looks for everything that is due, instead of waiting for the next beat.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("kkureomi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def catch_up(**kwargs: Any) -> None:
    """Send every scheduled sweep once: what fell due while no worker ran is done at once."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry.get("options", {}))


@worker_init.connect
@beat_init.connect
def refuse_unsound_settings(**kwargs: Any) -> None:
    """Leave before any task is taken when production is not configured soundly."""
    from config.startup import refuse_unsound_settings

    refuse_unsound_settings()


@setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Log as the `LOGGING` setting says; a receiver here is how Celery is told not to add its own."""
