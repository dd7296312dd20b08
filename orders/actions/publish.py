"""Operators publish drafts: one, or many at once, each as they saw it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from bundles.models import Edition
from membership.models import User

from .editions import publish_edition


@transaction.atomic
def publish_drafts(seen: Mapping[int, int], *, actor: User, now: datetime) -> list[Edition]:
    """Publish the drafts that are still at the revision seen, by key, and return the others.

    What is published already isn't among them: publishing twice changes nothing.
    """
    changed = []
    for edition in Edition.objects.select_for_update().filter(pk__in=seen).order_by("pk"):
        if edition.revision == seen[edition.pk]:
            publish_edition(edition, actor=actor, now=now)
        elif edition.status == Edition.Status.DRAFT:
            changed.append(edition)
    return changed
