"""All settings, read from the environment; unconfigured, everything runs on one machine with SQLite.

``PORTAL_PRODUCTION=1`` names a real installation: then ``check --deploy`` refuses the embedded defaults.
"""

import os

from csp.constants import NONE, SELF

from portal.lib.env import BASE, env, home, secret

HOME = home()
PRODUCTION: bool = env.bool("PORTAL_PRODUCTION", default=False)
DEBUG: bool = env.bool("PORTAL_DEBUG", default=False)
SECRET_KEY = secret("PORTAL_SECRET_KEY", stored_in=HOME / "secret.key")
# The address in printed QR codes and e-mails.
PORTAL_URL: str = env("PORTAL_URL", default=f"http://127.0.0.1:{env('PORT', default='8000')}").rstrip("/")
# "localhost" always: the container's own health check asks there.
ALLOWED_HOSTS: list[str] = [*env.list("PORTAL_HOSTS", default=["127.0.0.1", "[::1]"]), "localhost"]
CSRF_TRUSTED_ORIGINS: list[str] = [PORTAL_URL] if PORTAL_URL.startswith("https://") else []

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "axes",
    "csp",
    "import_export",
    "portal.apps.PortalConfig",
    "accounts.apps.AccountsConfig",
    "jobs.apps.JobsConfig",
    "notifications.apps.NotificationsConfig",
    "schools.apps.SchoolsConfig",
    "orders.apps.OrdersConfig",
    "roadmaps.apps.RoadmapsConfig",
    "observers.apps.ObserversConfig",
    "recheck.apps.RecheckConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.refuse_endless",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.MembershipMiddleware",
    "portal.middleware.page_for_buttons_only",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.page",
            ],
            "builtins": ["portal.templatetags.portal"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# SQLite: write-ahead log and IMMEDIATE transactions, so that web and worker write side by side without
# «database is locked» (measured: 667 failures → 0).
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY;PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=67108864;"
    "PRAGMA cache_size=-20000;",
}
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{HOME / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {
        "OPTIONS": SQLITE_OPTIONS,
        # A file, so that threads and workers of a test share it; two runs at once do not.
        "TEST": {"NAME": str(HOME / f"test-{os.getpid()}.sqlite3")},
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}  # nothing shared lives in it

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "portal:start"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
# A school sits behind one address: lock the pair of name and address, never the address alone.
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or a forgotten phone keeps its owner out for ever
AXES_LOCKOUT_CALLABLE = "accounts.views.entry.lockout"
AXES_USERNAME_CALLABLE = "accounts.throttle.typed_email"
AXES_CLIENT_IP_CALLABLE = "accounts.throttle.client_address"
AXES_IPWARE_PROXY_COUNT = env.int("PORTAL_PROXIES", default=0)
AXES_VERBOSE = False

LANGUAGE_CODE = "ru"
USE_I18N = True
TIME_ZONE = "Europe/Moscow"  # each department names its own; see accounts.middleware
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # empty until collectstatic; WhiteNoise warns when it is absent
STATICFILES_DIRS = [BASE / "static", ("help", BASE / "docs" / "ru" / "pictures")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = env(
    "PORTAL_FILES", default=str(HOME / "files")
)  # no MEDIA_URL: files leave only through views that ask who may see them
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
EVIDENCE_MAX_BYTES: int = env.int("PORTAL_EVIDENCE_MAX_MB", default=20) * 1024 * 1024
# A whole request, several files in it; refused before a byte of it is read.
REQUEST_MAX_BYTES = 10 * EVIDENCE_MAX_BYTES
STRANGER_MAX_BYTES = 51 * 1024 * 1024  # the PDF on the public check page and its form

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST", "localhost")
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = env("PORTAL_FROM", default="portal@localhost")

# Celery. No broker is the durable record: a row is, and the sweeps below re-send what is due (docs/decisions/).
CELERY_BROKER_URL: str = env("CELERY_BROKER_URL", default="filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem:"):
    QUEUE = HOME / "queue"
    for _folder in ("messages", "control"):
        (QUEUE / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(QUEUE / "messages"),
        "data_folder_out": str(QUEUE / "messages"),
        "control_folder": str(QUEUE / "control"),
        "polling_interval": 0.2,
    }
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200  # WeasyPrint does not give all its memory back
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", default=False)
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BEAT_SCHEDULER = "jobs.beat:Scheduler"  # writes that it is alive
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "beat")
CELERY_BEAT_SCHEDULE = {
    "jobs.pulse": {"task": "jobs.tasks.pulse", "schedule": 20.0},
    "jobs.sweep": {"task": "jobs.tasks.sweep", "schedule": 10.0},
    "notifications.sweep": {"task": "notifications.tasks.sweep", "schedule": 30.0},
    "roadmaps.remind_due": {"task": "roadmaps.tasks.remind_due", "schedule": 300.0},
    "observers.tell_changes": {"task": "observers.tasks.tell_changes", "schedule": 300.0},
    "observers.remind_missing": {"task": "observers.tasks.remind_missing", "schedule": 300.0},
    "orders.sweep_unrendered": {"task": "orders.tasks.sweep_unrendered", "schedule": 60.0},
}

SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "SAMEORIGIN"  # the order's live PDF stands in a frame of our own page
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # which would have no frame at all
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "frame-ancestors": [SELF],
        "img-src": [SELF, "data:"],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("PORTAL_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked from inside, where there is no TLS
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if AXES_IPWARE_PROXY_COUNT else None
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
