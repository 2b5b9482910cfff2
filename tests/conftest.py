"""Fixtures that every test may use: a project in a folder, an endpoint on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from hits.endpoint.settings import ServeSettings
from pipeline.project import Project, init_project, open_project
from tests.support.browsers import quit_browsers
from tests.support.prepared import prepare_project, served

# A busy machine is no fault of the code: examples are bounded in number, not in time.
# `nightly` is for test_fuzz.py, which then tries 10,000 new cases instead of its usual 500.
settings.register_profile("konkyo", deadline=None)
settings.register_profile("nightly", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "konkyo"))

SLOW_FIRST = (
    "test_wheel.py",
    "test_loop.py",
    "test_readme.py",
    "test_yelp_hat.py",
    "test_pages_in_browsers.py",
    "test_demo.py",
    "test_grid.py",
)
"""Files of few but long tests: given out last, one process would wait for the other."""

POSTGRES = "KONKYO_TEST_POSTGRES"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """One thread each; where a browser is required, its absence fails the run.

    Models of tests are so small that two threads wait for each other longer than they compute.
    """
    # Read where torch is loaded: in this process, in those of xdist and in those that tests start
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # The library of gamma compiles as it is loaded, for ten times as long as the tests then take
    os.environ.setdefault("NUMBA_DISABLE_JIT", "1")
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if os.environ.get("KONKYO_REQUIRE_BROWSER") and not found:
        pytest.exit("KONKYO_REQUIRE_BROWSER is set, but there is no Chromium", returncode=1)


@pytest.fixture(autouse=True)
def ctrl_c_is_heard() -> Iterator[None]:
    """A shell that starts tests in the background has them ignore Ctrl-C, and their children too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True, scope="session")
def migrations_read_once() -> Iterator[None]:
    """Whoever opens a database reads the files of all migrations; here the first does for all."""

    @cache
    def read(place: str) -> ScriptDirectory:
        config = Config()
        config.set_main_option("script_location", place)
        return from_config(config)

    def found(config: Config) -> ScriptDirectory:
        return read((config.get_main_option("script_location") or "").replace("%", "%%"))

    from_config = ScriptDirectory.from_config
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScriptDirectory, "from_config", found)
        yield


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """A running endpoint with its own database; yields its address."""
    with served(ServeSettings(port=0, data=str(tmp_path / "market.db"))) as url:
        yield url


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many attempts at a market as ever, with moments between them instead of seconds."""
    monkeypatch.setattr("hits.markets.mturk.BACKOFF_S", 0.005)


@pytest.fixture
def make_project(tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """Make a project in a folder: `make_project(settings="[study]\\n…", name="p")`."""
    opened: list[Project] = []

    def make(settings: str = "", name: str = "project") -> Project:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "konkyo.toml").write_text(settings, encoding="utf-8")
        if "database" not in settings:
            prepare_project(folder / "konkyo.db")
        init_project(folder)
        opened.append(open_project(folder))
        return opened[-1]

    yield make
    for project in opened:
        project.engine.dispose()


@pytest.fixture
def postgres_database() -> Iterator[str]:
    """The URL of an empty database on the named PostgreSQL server, dropped afterwards."""
    server = os.environ.get(POSTGRES)
    if not server:
        pytest.skip(f"{POSTGRES} names no PostgreSQL server (postgresql+psycopg://…)")
    name = f"konkyo_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        engine.dispose()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real annotations beside the checkout; skips where it is missing."""
    if not SHARED.is_dir():
        pytest.skip(f"the real annotations are not here: {SHARED}")
    return SHARED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A browser stays open from file to file of a folder, and no longer."""
    yield
    if nextitem is None or nextitem.path.parent != item.path.parent:
        quit_browsers()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others in their order."""
    items.sort(key=lambda item: item.path.name not in SLOW_FIRST)
