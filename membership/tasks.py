"""Scheduled work on those who take part; what is due stands in rows."""

import structlog
from celery import shared_task

from . import clock
from .actions.locate import relocate_site
from .models import Site

log = structlog.get_logger(__name__)


@shared_task
def locate_due_sites() -> None:
    """Look up the addresses of sites that aren't located; one site's failure is its own."""
    for site_id in list(Site.objects.to_locate(clock.now()).order_by("pk").values_list("pk", flat=True)):
        try:
            relocate_site(site_id, now=clock.now())
        except Exception:
            log.exception("site_not_looked_up", site=site_id)
