"""Settings, read from the environment (and from .env beside manage.py, when there is one).

Three modes, by two variables: DEMO=1 (invented hubs, nothing to set), TESTING=1 (the test
suite), neither (production: what is missing stops the start with one sentence each).
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from mathshub.broker import broker_url, transport_options

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env(
    # variable           (type, default)   what it is
    DEMO=(bool, False),  # the demonstration: two invented hubs, mail kept in files
    TESTING=(bool, False),  # set by the test runner only
    DEBUG=(bool, False),  # Django's error pages; never on a public host
    SECRET_KEY=(str, ""),  # 50 characters or more; signs links and cookies
    SECRET_KEY_FALLBACKS=(list, []),  # earlier keys, while they are being retired
    ALLOWED_HOSTS=(list, []),  # every hub's host name, exactly
    SITE_URL=(str, ""),  # scheme and port of all links, e.g. https://portal.example.org
    DEFAULT_FROM_EMAIL=(str, ""),  # the sender of all messages
    DATABASE_URL=(str, ""),  # postgres://...; SQLite in VAR_DIR when empty
    REDIS_URL=(str, ""),  # redis://... or rediss://...; an embedded Valkey when empty
    EMAIL_URL=(str, ""),  # smtp+tls://user:password@host:587
    EMAIL_RATE_PER_MINUTE=int,  # what the mail account may send
    EMAIL_CONNECTIONS=int,  # how many senders may talk to the mail server at once; 0: any number
    VAR_DIR=(str, str(BASE_DIR / "var")),  # database, broker socket, collected files
    PORT=(int, 8000),  # where `manage.py start` listens, on loopback
    SWEEP_SECONDS=(float, 5.0),  # how often beat looks for messages that are due
    PLAN_SECONDS=(float, 300.0),  # how often beat plans reminders
    MAIL_HOURS=(str, "7-19"),  # when what can wait leaves, in London: reminders, digests, nudges
    TRUST_PROXY=(bool, False),  # the proxy in front sets X-Forwarded-Proto and -For
    PING_URL=(str, ""),  # called after each healthy sweep; its absence raises the alarm
    BOUNCE_PROVIDER=(str, ""),  # mailgun, postmark, brevo or mailjet: tells us what came back
    BOUNCE_WEBHOOK_SECRET=(list, []),  # user:password that the provider's calls carry
    BOUNCE_SIGNING_KEY=(str, ""),  # with which Mailgun signs its calls besides
    BOUNCE_MAILBOX_URL=(str, ""),  # imaps://user:password@host/INBOX, where reports come back
    METRICS_TOKEN=(str, ""),  # opens /metrics; without one there is no such page
    GIAS_URL=(str, ""),  # where the register is fetched each day; {date:%Y%m%d} is its day
    GIAS_LINKS_URL=(str, ""),  # likewise the file of links between schools
    LOG_LEVEL=(str, "INFO"),
)
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

DEMO = env("DEMO")
TESTING = env("TESTING")
PRODUCTION = not (DEMO or TESTING)
DEBUG = env("DEBUG")
VAR_DIR = Path(env("VAR_DIR")).resolve()
PORT = env("PORT")

# What only a person can decide for a real portal, and what the demonstration assumes.
_NEEDED = {
    "SECRET_KEY": "SECRET_KEY is not set: make one of 50 characters or more and keep it secret.",
    "ALLOWED_HOSTS": "ALLOWED_HOSTS is not set: name the host of every hub, comma-separated.",
    "SITE_URL": "SITE_URL is not set: give the address that links in e-mails start with, "
    "for example https://portal.example.org.",
    "DEFAULT_FROM_EMAIL": "DEFAULT_FROM_EMAIL is not set: give the address that messages are sent from.",
}
if env("BOUNCE_PROVIDER") and not env("BOUNCE_WEBHOOK_SECRET"):
    raise ImproperlyConfigured(
        "BOUNCE_WEBHOOK_SECRET is not set: give a user:password, and the same to the provider, or "
        "anybody could have us write to an address no more."
    )
if env("BOUNCE_PROVIDER") == "mailgun" and not env("BOUNCE_SIGNING_KEY"):
    raise ImproperlyConfigured(
        "BOUNCE_SIGNING_KEY is not set: give the signing key that Mailgun shows with its webhooks."
    )
_missing = [sentence for name, sentence in _NEEDED.items() if PRODUCTION and not env(name)]
if PRODUCTION and env("SECRET_KEY") and len(env("SECRET_KEY")) < 50:
    _missing.append("SECRET_KEY is too short: it needs 50 characters or more.")
if _missing:
    raise ImproperlyConfigured("\n".join(_missing))

SECRET_KEY = env("SECRET_KEY") or "demonstration-only-" + "not-a-secret-" * 4
SECRET_KEY_FALLBACKS = env("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env("ALLOWED_HOSTS") or [".localhost", "127.0.0.1", "[::1]", "testserver"]
SITE_URL = env("SITE_URL") or f"http://localhost:{PORT}"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL") or "Maths Hub portal <portal@mathshub.example.org>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
HTTPS = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "mathshub.site.admin_config.PortalAdminConfig",
    "mathshub.accounts",
    "mathshub.outbox",
    "workgroups",
    "enrolment",
    "sessions",
    "mathshub.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "simple_history",
]
AUTH_USER_MODEL = "accounts.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mathshub.headers.HeadersMiddleware",
    "mathshub.headers.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mathshub.accounts.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "workgroups.middleware.HubMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mathshub.accounts.middleware.SessionLimitMiddleware",
    "mathshub.accounts.middleware.SecondFactorMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
ROOT_URLCONF = "mathshub.urls"
WSGI_APPLICATION = "mathshub.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workgroups.context.hub",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "hubforms"
CRISPY_TEMPLATE_PACK = "hubforms"

# --- data -------------------------------------------------------------------------------
VAR_DIR.mkdir(parents=True, exist_ok=True)
_POSTGRES = {
    "CONN_HEALTH_CHECKS": True,
    "CONN_MAX_AGE": 60,
    "OPTIONS": {
        "connect_timeout": 3,  # seconds
        "options": "-c lock_timeout=3s -c statement_timeout=15s "
        "-c idle_in_transaction_session_timeout=30s "
        # A row by its key costs next to nothing in memory or on a solid-state disk. PostgreSQL's 4
        # is for turning disks: it read the whole register to name the schools of one list.
        "-c random_page_cost=1.1",
    },
}
_SQLITE = {
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
}
DATABASES = {
    "default": env.db_url_config(env("DATABASE_URL") or f"sqlite:///{VAR_DIR}/portal.sqlite3")
}
DATABASES["default"] |= (
    _POSTGRES if DATABASES["default"]["ENGINE"].endswith("postgresql") else _SQLITE
)
# Rate limits must count across workers and must not hang with the broker: the database keeps them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        # Django's 300 would drop counts that still matter, once some hundred schools have written.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# --- words and times --------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["mathshub.formats"]

# --- files ------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "mathshub.static_files.StaticFiles"
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000  # bytes

# --- mail -------------------------------------------------------------------------------
if env("EMAIL_URL"):
    vars().update(env.email_url_config(env("EMAIL_URL")))
elif DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_TIMEOUT = 10  # seconds; Django's default waits for ever
# No provider limits the demonstration and the tests; a rate that is given holds there too.
EMAIL_RATE_PER_MINUTE = env("EMAIL_RATE_PER_MINUTE", default=6_000 if DEMO or TESTING else 25)

try:
    MAIL_HOURS = tuple(int(hour) for hour in env("MAIL_HOURS").split("-"))
    _begins, _ends = MAIL_HOURS
    if not 0 <= _begins < _ends <= 24:
        raise ValueError
except ValueError as error:
    raise ImproperlyConfigured("MAIL_HOURS must be two hours of the day, such as 7-19.") from error
# Exchange Online takes three connections of an account; one is left for who uses it besides.
EMAIL_CONNECTIONS = env("EMAIL_CONNECTIONS", default=0 if DEMO or TESTING else 2)
# What came back is told by the provider (mail/came-back/), or read from the sender's mailbox.
BOUNCE_PROVIDER = env("BOUNCE_PROVIDER")
BOUNCE_MAILBOX_URL = env("BOUNCE_MAILBOX_URL")
ANYMAIL = {
    "WEBHOOK_SECRET": env("BOUNCE_WEBHOOK_SECRET"),
    "MAILGUN_WEBHOOK_SIGNING_KEY": env("BOUNCE_SIGNING_KEY"),
}
METRICS_TOKEN = env("METRICS_TOKEN")

# --- tasks ------------------------------------------------------------------------------
REDIS_URL = env("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL or broker_url(VAR_DIR)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120  # seconds
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL, VAR_DIR)
CELERY_TIMEZONE = TIME_ZONE
# Every so many seconds, or at a time of day: mathshub/celery.py puts that as Celery wants it, whose
# modules a web server has no need to load.
CELERY_BEAT_SCHEDULE = {
    # Sends what is due; a sweep that waited five seconds is no longer wanted, the next one is there.
    "sweep": {
        "task": "outbox.sweep",
        "schedule": env("SWEEP_SECONDS"),
        "options": {"expires": 5},
    },
    # Writes the reminders and digests that have become due to be written.
    "plan": {
        "task": "outbox.plan",
        "schedule": env("PLAN_SECONDS"),
        "options": {"expires": 240},
    },
    # Empties what was kept long enough; a quiet hour, and any other would do.
    "purge": {
        "task": "outbox.purge",
        "schedule": {"hour": 3, "minute": 20},
        "options": {"expires": 3600},
    },
    # Deletes the interest that led to nothing once its hub has kept it as long as it says.
    "forget interest": {
        "task": "enrolment.forget",
        "schedule": {"hour": 3, "minute": 30},
        "options": {"expires": 3600},
    },
    # Deletes participants likewise; after the interest, as `manage.py forget` does.
    "forget people": {
        "task": "sessions.forget",
        "schedule": {"hour": 3, "minute": 40},
        "options": {"expires": 3600},
    },
}
if BOUNCE_MAILBOX_URL:
    CELERY_BEAT_SCHEDULE["read bounces"] = {
        "task": "outbox.read_bounces",
        "schedule": 300.0,
        "options": {"expires": 240},
    }
GIAS_URL = env("GIAS_URL")
GIAS_LINKS_URL = env("GIAS_LINKS_URL")
if GIAS_URL:
    # The day's file is there in the morning; at noon again, should it have been late or unreachable.
    CELERY_BEAT_SCHEDULE["fetch register"] = {
        "task": "workgroups.fetch_register",
        "schedule": {"hour": "6,12", "minute": 10},
        "options": {"expires": 3600},
    }
PING_URL = env("PING_URL")

# --- sign-in ----------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "mathshub.accounts.backends.SignInBackend",
    "workgroups.permissions.HubRoleBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"] + (
    ["django.contrib.auth.hashers.MD5PasswordHasher"] if TESTING else []
)
if TESTING:
    PASSWORD_HASHERS.reverse()
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "mathshub.accounts.adapter.PortalAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by hub administrators, never by sign-up
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 1800  # seconds
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # or anybody could have us write to a stranger
ACCOUNT_RATE_LIMITS = {
    # By address of the caller, and by caller and account: slow for who guesses, open to the owner.
    "login_failed": "20/m/ip,5/5m/key",
    # By caller and by address written to; who is refused has the links that were sent before.
    "reset_password": "20/m/ip,5/h/key",
}
ACCOUNT_FORMS = {
    "login": "mathshub.accounts.forms.LoginForm",
    "reauthenticate": "mathshub.accounts.forms.ReauthenticateForm",
    "change_password": "mathshub.accounts.forms.ChangePasswordForm",
    "reset_password": "mathshub.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "mathshub.accounts.forms.NewPasswordForm",
}
MFA_FORMS = {
    "authenticate": "mathshub.accounts.forms.AuthenticateForm",
    "reauthenticate": "mathshub.accounts.forms.ConfirmByCodeForm",
    "activate_totp": "mathshub.accounts.forms.ActivateTOTPForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the administrator who made the account knows the address
MFA_TOTP_TOLERANCE = 1  # codes before and after the present one: telephones' clocks differ
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Maths Hub portal"
MFA_ADAPTER = "allauth.mfa.adapter.DefaultMFAAdapter"

# --- what browsers are told -------------------------------------------------------------
SESSION_COOKIE_AGE = 8 * 3600  # seconds
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
if env("TRUST_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUST_PROXY = env("TRUST_PROXY")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "mathshub.site.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"hide_tokens": {"()": "mathshub.logs.HideTokens"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["hide_tokens"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"mathshub": {"level": env("LOG_LEVEL")}},
}
