"""Django settings. What a company decides lives in ``policies``; here is only what a machine decides.

Environment: ``DATABASE_URL`` (else the embedded server of the home folder), ``SHUNDA_SECRET_KEY`` (else a key kept
in the home folder), ``SHUNDA_HOSTS``, ``SHUNDA_HTTPS=1`` behind TLS, ``SHUNDA_DEBUG=1`` for developers,
``SHUNDA_MAIL`` (``smtp://user:password@host:587``, ``smtps://`` for TLS from the start; none: no mail is sent) with
``SHUNDA_MAIL_FROM`` and ``SHUNDA_ADDRESS``, the address people use, for links in mails.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from csp.constants import NONE, SELF

from shunda.core.database.connection import Connection
from shunda.runtime.home import database_url, home, secret_key
from shunda.wiring.logs import Calm, masked

PACKAGE = Path(__file__).resolve().parents[1]
TESTING = os.environ.get("SHUNDA_TESTING") == "1"
DEBUG = os.environ.get("SHUNDA_DEBUG") == "1"
HTTPS = os.environ.get("SHUNDA_HTTPS") == "1"
SECRET_KEY = os.environ.get("SHUNDA_SECRET_KEY") or secret_key()
ALLOWED_HOSTS = os.environ.get("SHUNDA_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

CAPABILITIES = [
    "core",
    "web",
    "api",
    "accounts",
    "lists",
    "files",
    "catalog",
    "customers",
    "policies",
    "inventory",
    "pricing",
    "credit",
    "work",
    "planning",
    "orders",
    "fulfilment",
    "billing",
    "changes",
    "assessments",
    "portal",
    "channels",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "whitenoise.runserver_nostatic",
    # before allauth, so that our templates and translations stand in front of its own
    *[f"shunda.{name}" for name in CAPABILITIES],
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "ninja",
    "pgtrigger",
    "procrastinate.contrib.django",
    "django_cotton.apps.SimpleAppConfig",
    "shunda.wiring",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shunda.accounts.middleware.ActorMiddleware",
    "shunda.web.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "shunda.web.middleware.PageMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "shunda.wiring.urls"
ASGI_APPLICATION = "shunda.wiring.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shunda.web.context.page",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "shunda.web.templatetags.kit",
            ],
        },
    }
]
FORM_RENDERER = "shunda.web.forms.Renderer"


def database(url: str) -> dict[str, Any]:
    """A DATABASE_URL as Django wants it."""
    parts = urlsplit(url)
    options: dict[str, Any] = {}
    if not TESTING:
        size = int(os.environ.get("SHUNDA_POOL", "20"))
        # attempts to connect end soon and are made anew for whoever comes: a long outage is noticed when it ends
        wait = float(os.environ.get("SHUNDA_POOL_WAIT", "5"))
        options["pool"] = {
            "min_size": 1, "max_size": size, "timeout": wait, "reconnect_timeout": 2, "connection_class": Connection,
        }  # fmt: skip
    return {
        "ENGINE": "shunda.core.database",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,  # a restarted database is not noticed by the next visitor
        "TEST": {"NAME": os.environ.get("SHUNDA_TEST_DB", "test_shunda")},
    }


DATABASES = {"default": database(database_url())}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = home() / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "shunda.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # lockout is django-axes' work, kept in the database
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "Shunda"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # both together: nobody locks an office or a colleague out
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "shunda.accounts.lockout.locked_out"
AXES_ENABLE_ACCESS_FAILURE_LOG = True

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
SHUNDA_SHELF = "shunda.lists.queries.kept"
SHUNDA_MENU = "shunda.wiring.navigation.MENU"
SHUNDA_LINKS = "shunda.wiring.navigation.LINKS"
SHUNDA_PANELS = "shunda.wiring.tables.PANELS"
SHUNDA_SUBJECTS = "shunda.wiring.tables.SUBJECTS"
SHUNDA_SEARCH = "shunda.wiring.search.SEARCH"
SHUNDA_ACTIONS = "shunda.wiring.navigation.ACTIONS"
SHUNDA_SWITCHES = "shunda.wiring.navigation.SWITCHES"
SHUNDA_OVERDUE = "shunda.billing.overdue.overdue"
SHUNDA_REPAYMENT = "shunda.billing.overdue.repayment"
SHUNDA_OPEN_ITEMS = "shunda.billing.overdue.open_items"
SHUNDA_LEFT_OF = "shunda.fulfilment.queries.left_of"
SHUNDA_NUMBERS = "shunda.wiring.tables.NUMBERS"
SHUNDA_TASK_ACTS = "shunda.wiring.tables.TASK_ACTS"
SHUNDA_TASK_DESKS = "shunda.wiring.navigation.TASK_DESKS"
SHUNDA_CHANGED_ORDERS = "shunda.orders.queries.changed_ids"
SHUNDA_LOCK_ORDERS = "shunda.orders.steps.lock"
SHUNDA_ROLE_TITLES = "shunda.wiring.roles.TITLES"
SHUNDA_EVENTS = "shunda.wiring.events.KINDS"
SHUNDA_PERMISSIONS = "shunda.wiring.permissions.PERMISSIONS"
SHUNDA_PERMISSION_GROUPS = "shunda.wiring.permissions.GROUPS"
SHUNDA_ADDRESS = os.environ.get("SHUNDA_ADDRESS", "").rstrip("/")  # where people reach it: for links in mails
SHUNDA_CUSTOMER_LINKS = "shunda.portal.queries.addresses"
SHUNDA_LACKING = "shunda.accounts.permissions.lacking"
SHUNDA_ABILITIES = "shunda.wiring.abilities.known"
SHUNDA_MAIL = os.environ.get("SHUNDA_MAIL", "")
_MAIL = urlsplit(SHUNDA_MAIL)
EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "", _MAIL.port or (465 if _MAIL.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.scheme == "smtps", _MAIL.scheme == "smtp" and EMAIL_PORT != 25
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("SHUNDA_MAIL_FROM", EMAIL_HOST_USER or "shunda@localhost")
CSRF_FAILURE_VIEW = "shunda.web.errors.csrf_failure"

DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 60_000  # an order form of 5,000 lines
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
API_UPLOAD_MAX_SIZE = 200 * 1024 * 1024
PORTAL_RATE_PER_SECOND = float(os.environ.get("SHUNDA_PORTAL_RATE", "1"))  # each link, each web process; 0: no limit
API_RATE_PER_SECOND = float(os.environ.get("SHUNDA_API_RATE", "100"))  # each actor, each web process; 0: no limit

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "procrastinate_tasks"
PROCRASTINATE_IMPORT_PATHS = ["shunda.wiring.jobs"]
PROCRASTINATE_ON_APP_READY = None

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# without local variables: they hold passwords and customers' data
TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        TRACEBACKS,
        masked,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    logger_factory=Calm,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                TRACEBACKS,
                masked,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.security.DisallowedHost": {"level": "ERROR"}, "axes": {"level": "ERROR"}},
}
