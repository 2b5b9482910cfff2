"""The Django site that Turkle needs around it, for `bench_endpoint.py`.

Turkle's package brings the application without a site. This module is settings, addresses and WSGI
application in one; an interpreter that has Turkle imports it, with the database's path in
TURKLE_DATA and a key for its sessions in TURKLE_KEY. Two settings help Turkle: passwords are hashed
cheaply, and SQLite writes ahead, so that readers and a writer do not wait for each other. The log
is synced at every commit, as ours is.
"""

from __future__ import annotations

import io
import os

import django
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

settings.configure(
    SECRET_KEY=os.environ["TURKLE_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="turkle_site",
    STATIC_URL="/static/",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["TURKLE_DATA"],
            "CONN_MAX_AGE": None,
            "OPTIONS": {"timeout": 60},
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "turkle",
        "django.contrib.admin",
        "rest_framework",
        "rest_framework.authtoken",
        "turkle.api",
        "guardian",
        "djaa_list_filter2",
    ],
    AUTHENTICATION_BACKENDS=[
        "django.contrib.auth.backends.ModelBackend",
        "guardian.backends.ObjectPermissionBackend",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    X_FRAME_OPTIONS="SAMEORIGIN",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "turkle.utils.turkle_vars",
                ]
            },
        }
    ],
    TURKLE_AUTO_ACCEPT_DEFAULT=False,
    TURKLE_TEMPLATE_LIMIT=64,
    META_TAGS=[],
    LOGGING_CONFIG=None,
)
django.setup()

# Models and addresses can be imported only once the settings stand.
from django.contrib import admin  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402
from turkle.models import Batch, Project, TaskAssignment  # noqa: E402

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("django.contrib.auth.urls")),
    path("", include("turkle.urls")),
    path("api/", include("turkle.api.urls")),
]
application = get_wsgi_application()


def write_ahead(connection: BaseDatabaseWrapper, **_: object) -> None:
    """The journal of both peers."""
    with connection.cursor() as cursor:
        cursor.execute("pragma journal_mode=wal")
        cursor.execute("pragma synchronous=full")


connection_created.connect(write_ahead)


def prepare(workers: int, tasks: int, per_task: int) -> None:
    """Make the database, the workers `worker0`, `worker1`, … and one batch, number 1."""
    call_command("migrate", verbosity=0)
    users = get_user_model().objects
    for number in range(workers):
        users.create_user(f"worker{number}", password="bench")
    project = Project(name="Load", html_template='<p><input name="answer">${number}</p>')
    project.save()
    batch = Batch(name="Load", project=project, filename="load.csv", assignments_per_task=per_task)
    batch.save()
    rows = "".join(f"{number}\n" for number in range(tasks))
    batch.create_tasks_from_csv(io.StringIO("number\n" + rows))


def completed() -> int:
    """Submissions in the database."""
    return TaskAssignment.objects.filter(completed=True).count()
