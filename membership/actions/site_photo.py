"""Photos of the way in."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ..exceptions import TooManyPhotos
from ..models import Site, SitePhoto, User
from .photo import keep_photo
from .site import locked_site

MOST_PHOTOS = 8


@transaction.atomic
def add_site_photo(
    site: Site, jpeg: bytes, *, caption: str = "", caption_en: str = "", actor: User, now: datetime
) -> SitePhoto:
    """Keep a photo of the site. Raises TooManyPhotos."""
    site = locked_site(site)
    if site.photos.count() >= MOST_PHOTOS:
        raise TooManyPhotos
    photo = SitePhoto.objects.create(
        site=site, caption=caption, caption_en=caption_en, added_by=actor, added_at=now
    )
    keep_photo(photo, jpeg, stem=f"site-{site.pk}-{photo.pk}", now=now)
    return photo


@transaction.atomic
def remove_site_photo(photo: SitePhoto) -> None:
    """Take a photo of the site away, with its file."""
    storage, name = photo.photo.storage, str(photo.photo.name)
    photo.delete()
    transaction.on_commit(lambda: storage.delete(name))
