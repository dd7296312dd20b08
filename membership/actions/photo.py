"""Keeping a photo: in a file of its own name, and the one before it no longer."""

from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction


@transaction.atomic
def keep_photo(row: Any, jpeg: bytes, *, stem: str, now: datetime) -> None:
    """Store a JPEG of `membership.photos` as the row's `photo`, in a file whose name begins with `stem`."""
    old = row.photo.name
    storage = row.photo.storage
    row.photo.save(f"{stem}-{now:%Y%m%d%H%M%S}.jpg", ContentFile(jpeg), save=False)
    row.save(update_fields=["photo"])
    if old:
        # Not before it is certain that no row names it any more.
        transaction.on_commit(lambda: storage.delete(old))
