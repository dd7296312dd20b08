"""Settings: embedded defaults for one machine, everything else from the environment.

Without any variable the service runs on SQLite and a file-system broker below `var/`. With
`ENVIRONMENT=production` every secret and server must be named; `config/checks.py` refuses to start
otherwise. `.env.example` explains each variable.
"""

from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from config.logging import log_settings
from orders.procurement import ALL, GOODS, GOODS_AND_SERVICES, DirectContract, Target

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

ENVIRONMENT = env("ENVIRONMENT", default="embedded")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _embedded_secret_key() -> str:
    """Return the key kept in `var/secret_key`, made once, so that log-ins outlive a restart."""
    path = VAR_DIR / "secret_key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = env("SECRET_KEY", default="") if PRODUCTION else _embedded_secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "membership",
    "bundles",
    "orders",
    "delivery",
    "config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework.authtoken",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "membership.middleware.UserLanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.service",
            ],
        },
    },
]

# -- Database ---------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'kkureomi.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while one writes; IMMEDIATE takes the write lock at BEGIN, so that two
    # writers wait for each other instead of failing half-way with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
    # A file, not memory: tests start workers and servers of their own on the same database.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Celery -----------------------------------------------------------------------------------
BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="filesystem://")
if CELERY_BROKER_URL == "filesystem://":
    for _folder in ("queue", "control", "processed"):
        (BROKER_DIR / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        # Looking once a second, as is the default, a worker falls behind sweeps that come as often: their
        # messages expire before they are read, and always the same ones.
        "polling_interval": 0.1,
    }
    CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env.int("CELERY_WORKER_CONCURRENCY", default=2)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Seoul"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
# The sweepers look for rows that are due and not done; how often is only a matter of patience.
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=30)
CELERY_BEAT_SCHEDULE = {
    "preview-occurrences": {"task": "orders.tasks.preview_occurrences", "schedule": 600},
    "ask-for-approval": {"task": "orders.tasks.ask_for_approval", "schedule": SWEEP_SECONDS},
    "ask-about-holidays": {"task": "orders.tasks.ask_about_holidays", "schedule": SWEEP_SECONDS},
    "fix-due-orders": {"task": "orders.tasks.fix_due_orders", "schedule": SWEEP_SECONDS},
    "remind-producers": {"task": "orders.tasks.remind_producers", "schedule": SWEEP_SECONDS},
    "close-producer-deadlines": {"task": "orders.tasks.close_producer_deadlines", "schedule": SWEEP_SECONDS},
    "settle-shortage-questions": {
        "task": "orders.tasks.settle_shortage_questions",
        "schedule": SWEEP_SECONDS,
    },
    "serve-waiting-list": {"task": "orders.tasks.serve_waiting_list", "schedule": SWEEP_SECONDS},
    "tell-operators": {"task": "orders.tasks.tell_operators_of_contents", "schedule": 600},
    "send-notifications": {"task": "orders.tasks.send_notifications", "schedule": SWEEP_SECONDS},
    "plan-due-routes": {"task": "delivery.tasks.plan_due_routes", "schedule": SWEEP_SECONDS},
    "tell-recipients": {"task": "delivery.tasks.tell_recipients", "schedule": SWEEP_SECONDS},
    "forget-door-codes": {"task": "delivery.tasks.forget_door_codes", "schedule": 3600},
    "search-asked-routes": {"task": "delivery.tasks.search_asked_routes", "schedule": SWEEP_SECONDS},
    "issue-due-statements": {"task": "orders.tasks.issue_due_statements", "schedule": SWEEP_SECONDS},
    "locate-due-sites": {"task": "membership.tasks.locate_due_sites", "schedule": 60},
}
for _entry in CELERY_BEAT_SCHEDULE.values():
    # Unread messages do not pile up while no worker runs: the next sweep finds the same rows.
    _entry["options"] = {"expires": _entry["schedule"]}

# -- The cycle of a delivery day (Asia/Seoul; business days) --------------------------------------
CUTOFF_BUSINESS_DAYS = env.int("CUTOFF_BUSINESS_DAYS", default=3)
CUTOFF_TIME = time(15, 0)
# Members change what they ordered until so many hours before its cut-off, operators until the cut-off.
CHANGE_HOURS = env.int("CHANGE_HOURS", default=24)
# An event's goods are there so many minutes before it begins, in a window of so many minutes (from, to).
EVENT_SETUP_MINUTES = env.int("EVENT_SETUP_MINUTES", default=30)
EVENT_WINDOW_MINUTES = (30, 180)
# No van is at a door earlier; and on its way to the door it is so long.
FIRST_ARRIVAL_TIME = time(9, 0)
ROAD_MINUTES = env.int("ROAD_MINUTES", default=30)
# So many orders are fixed in one transaction: on SQLite nobody else writes for as long (about half a second).
FIX_BATCH_SIZE = env.int("FIX_BATCH_SIZE", default=500)
# A date of a standing order that the budget can't pay asks for approval so many hours before its cut-off.
APPROVAL_ASK_HOURS = env.int("APPROVAL_ASK_HOURS", default=72)
# Approvers are reminded of what still waits so many hours before its cut-off.
APPROVAL_REMINDER_HOURS = env.list("APPROVAL_REMINDER_HOURS", cast=int, default=[24, 3])
# Who is asked where a date on a holiday goes is reminded so many hours before the deadline.
HOLIDAY_REMINDER_HOURS = env.int("HOLIDAY_REMINDER_HOURS", default=24)
# A standing order needs a place on each of its dates for so many days; what comes later repeats these.
PLACE_DAYS = env.int("PLACE_DAYS", default=63)
# A place that is offered to who waits for it is held for so many office hours.
PLACE_OFFER_HOURS = env.int("PLACE_OFFER_HOURS", default=9)
# Who leaves a plan does so at the end of a month, with so many days of notice.
LEAVE_NOTICE_DAYS = env.int("LEAVE_NOTICE_DAYS", default=14)
# Producers answer a purchase order before this time of the next business day after it was issued.
ACKNOWLEDGE_TIME = time(15, 0)
# So many hours before that, a producer who hasn't answered is reminded; 0: never.
PRODUCER_REMINDER_HOURS = env.int("PRODUCER_REMINDER_HOURS", default=4)
# An institution that is asked about a shortage has so many hours to answer, less if what it may choose could
# not be made any more or the routes are planned before; if it had less than so many minutes, it isn't asked.
SHORTAGE_ANSWER_HOURS = env.int("SHORTAGE_ANSWER_HOURS", default=4)
SHORTAGE_ANSWER_AT_LEAST_MINUTES = env.int("SHORTAGE_ANSWER_AT_LEAST_MINUTES", default=30)
# So many minutes before the deadline it is reminded once.
SHORTAGE_REMINDER_MINUTES = env.int("SHORTAGE_REMINDER_MINUTES", default=60)
# Routes of day D are planned on the business day before at this time.
ROUTE_PLANNING_TIME = time(16, 0)
ROUTE_SECONDS = env.float("ROUTE_SECONDS", default=5)
# So many workers share the parts of a large day. (The threads of the embedded worker share one processor.)
ROUTE_WORKERS = env.int("ROUTE_WORKERS", default=1)
# Recipients are told a window of so many minutes to either side of the planned arrival. They are told again
# if that fails by more than so many minutes, and never twice within so many.
ARRIVAL_WINDOW_MINUTES = env.int("ARRIVAL_WINDOW_MINUTES", default=30)
ARRIVAL_TOLERANCE_MINUTES = env.int("ARRIVAL_TOLERANCE_MINUTES", default=15)
ARRIVAL_PAUSE_MINUTES = env.int("ARRIVAL_PAUSE_MINUTES", default=30)
# Dates are shown and their contents drafted so many days ahead.
PREVIEW_HORIZON_DAYS = env.int("PREVIEW_HORIZON_DAYS", default=35)
# A road engine, e.g. http://osrm:5000; without one ways are estimated.
OSRM_URL = env("OSRM_URL", default="")
# A draft that nobody published is published by itself so many days before its delivery, or when ordered.
PUBLISH_DAYS = env.int("PUBLISH_DAYS", default=10)
# From this time of a day on operators are told by mail, once, which contents need them.
TELL_OPERATORS_TIME = time(8, 0)
COMPOSE_SECONDS = env.float("COMPOSE_SECONDS", default=20)

# -- Public procurement (won without VAT; as of 2026) -----------------------------------------------
# 지방계약법 시행령 §25, §30: up to which sum one quote is enough, and from whom up to a higher one.
DIRECT_CONTRACT_RULES = [
    DirectContract(
        valid_from=date(2026, 1, 1),
        one_quote=20_000_000,
        one_quote_favoured=50_000_000,
        kinds=frozenset(
            {
                "women_owned",
                "disabled_owned",
                "social_enterprise",
                "social_cooperative",
                "self_support_enterprise",
                "village_enterprise",
            }
        ),
    )
]
# Shares of a year's purchases that the law asks for, by the year from which they hold. Social enterprises
# have none: each institution sets its own.
PURCHASE_TARGETS = {
    2026: {
        "women_owned": Target(Decimal("5"), GOODS),
        "disabled_owned": Target(Decimal("1"), ALL),
        "severely_disabled_producer": Target(Decimal("1.1"), GOODS_AND_SERVICES),
        "disabled_standard_workplace": Target(Decimal("0.8"), GOODS_AND_SERVICES),
    }
}
PURCHASE_TARGETS_SOURCE = "여성기업지원법, 장애인기업활동촉진법, 중증장애인생산품법, 장애인고용법 (2026)"

# -- People -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "membership.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "membership.signing_in.counted_name"
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_ENABLE_ACCESS_FAILURE_LOG = False

# -- Where addresses are: whom to ask, in this order (kakao, vworld, nominatim) ---------------------
# Without any, an address of Seoul is only known by its district, until a person marks it on the map.
GEOCODERS = env.list("GEOCODERS", default=[])
KAKAO_REST_KEY = env("KAKAO_REST_KEY", default="")
VWORLD_KEY = env("VWORLD_KEY", default="")
KAKAO_URL = env("KAKAO_URL", default="https://dapi.kakao.com")
VWORLD_URL = env("VWORLD_URL", default="https://api.vworld.kr")
NOMINATIM_URL = env("NOMINATIM_URL", default="https://nominatim.openstreetmap.org")

# -- Language, time, files ----------------------------------------------------------------------
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
TIME_ZONE = "Asia/Seoul"
USE_TZ = True
# Only for rehearsals and tests: the service believes that it is this many seconds later.
CLOCK_OFFSET_SECONDS = env.int("CLOCK_OFFSET_SECONDS", default=0)

MEDIA_ROOT = VAR_DIR / "media"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
# Collecting and compressing takes half a minute: one machine serves the files where they lie.
WHITENOISE_USE_FINDERS = not PRODUCTION

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="filemail://")
vars().update(EMAIL_CONFIG)
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
# Where people reach the service; links in mails start with it.
SERVICE_URL = env("SERVICE_URL", default="http://127.0.0.1:8000")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="꾸러미 <no-reply@kkureomi.example>")

# -- Security -----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
X_FRAME_OPTIONS = "DENY"
MAP_TILE_URL = env("MAP_TILE_URL", default="https://tile.openstreetmap.org/{z}/{x}/{y}.png")
_tile_origin = "/".join(MAP_TILE_URL.split("/")[:3])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *([_tile_origin] if MAP_TILE_URL else [])],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# -- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    # The first one says how to sign in: 401 with a challenge, where sessions alone would answer 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.ScopedRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"token": "10/min"},
    # Whose attempts are counted: what the one proxy in front says, never what the caller says of itself.
    "NUM_PROXIES": 1 if PRODUCTION else 0,
    "EXCEPTION_HANDLER": "config.api.answer_exception",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kkureomi API",
    "DESCRIPTION": """Bundles, orders and deliveries, for the same roles as the pages.

- **Sign in** with `POST /api/v1/token/` and send `Authorization: Token …`, or with the session of the pages.
- **Rows** are those that the caller's seats allow; anything else is a 404.
- **Errors**: 400 by field, 401 without a valid token, 403 for readers who may not act, 409 with a `code` for
  what the state of things forbids. Every write may be sent twice, an event order with its `Idempotency-Key`;
  the second one changes nothing.
- **Money** is integer won including VAT. **Times** are ISO 8601 with +09:00, dates are days in Seoul.
- Texts come in the language of `Accept-Language` (ko, en).
""",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Many things have a status or a reason: each gets a name of its own.
    "ENUM_NAME_OVERRIDES": {
        "ApplicationStatus": "orders.models.Application.Status",
        "ApplicationKind": "orders.models.Application.Kind",
        "OccurrenceStatus": "orders.models.Occurrence.Status",
        "OrderStatus": "orders.models.Order.Status",
        "PurchaseOrderStatus": "orders.models.PurchaseOrder.Status",
        "ShortageStatus": "orders.models.Shortage.Status",
        "RouteStatus": "delivery.models.Route.Status",
        "StandingOrderStatus": "orders.models.StandingOrder.Status",
        "StopStatus": "delivery.models.Stop.Status",
        "FailureReason": "delivery.models.Stop.FailureReason",
        "HolidayAnswer": "orders.models.terms.ANSWERS",
        "OrganizationKind": "membership.models.Organization.Kind",
        "RoadRecordKind": "delivery.models.RoadRecord.Kind",
    },
}

# -- Logs ---------------------------------------------------------------------------------------
LOGGING = log_settings(json=PRODUCTION)
