"""The files of the courier's page: a phone keeps them, so that the page opens without signal."""

import hashlib
from functools import lru_cache

from django.contrib.staticfiles import finders
from django.templatetags.static import static

STYLES = ["tokens", "base", "layout", "shell", "menu", "controls", "components", "progress", "tables"]
SCRIPTS = ["store", "send", "signature", "photo", "page"]
FILES = [
    "favicon.svg",
    "icons.svg",
    "icons/app-192.png",
    *(f"css/{name}.css" for name in [*STYLES, "stops", "drive"]),
    *(f"vendor/pretendard/Pretendard-{weight}.subset.woff2" for weight in ("Regular", "SemiBold", "Bold")),
    "django_htmx/htmx-2.min.js",
    "js/page.js",
    "js/scan.js",
    *(f"js/drive/{name}.js" for name in SCRIPTS),
]


@lru_cache(maxsize=1)
def kept_files() -> tuple[str, ...]:
    """Return the addresses of the files."""
    return tuple(static(name) for name in FILES)


@lru_cache(maxsize=1)
def files_version() -> str:
    """Return a word that changes whenever one of the files does: phones then fetch all of them anew."""
    digest = hashlib.sha256()
    for name in FILES:
        path = finders.find(name)
        if not path:
            raise FileNotFoundError(name)
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]
