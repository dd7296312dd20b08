"""Settings of the test suite: those of the service, on a data folder and a queue of its own.

Every process of pytest-xdist gets its own folder, so that a worker started by one test never takes a
message meant for another, and a service that runs on this machine is never touched.
"""

import os
from pathlib import Path

_worker = os.environ.get("PYTEST_XDIST_WORKER")
if _worker:
    # The controlling process has read this file before and has set the variable.
    _var = Path(os.environ["VAR_DIR"]) / _worker
else:
    _var = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parent.parent / "var") / "test"
_var.mkdir(parents=True, exist_ok=True)
os.environ["VAR_DIR"] = str(_var)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # tests start processes, which should start quickly

from config.settings import *  # noqa: E402, F403
from config.settings import CELERY_BROKER_URL  # noqa: E402

if CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"test-{_worker or 'main'}-"}
# Hashing that takes its time is for real passwords.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
