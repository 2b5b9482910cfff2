"""Open a project database, bring it to the newest schema, and bound its transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from db.errors import StoreError

MIGRATIONS = Path(__file__).parent.parent / "migrations"
BUSY_TIMEOUT_MS = 30_000
WRITES = "konkyo_writes"


def database_url(database: str, folder: Path) -> str:
    """A path (relative to `folder`) or a SQLAlchemy URL, as a URL."""
    if "://" in database:
        return database
    return f"sqlite:///{(folder / database).resolve()}"


def create_database(url: str) -> Engine:
    """Open `url`, creating it where it is missing, with the schema at its newest revision."""
    path = sqlite_path(url)
    if path is not None and not path.parent.is_dir():
        raise StoreError(f"cannot create {path}: the folder {path.parent} does not exist")
    engine = _engine(url)
    with _translated(url), engine.begin() as connection:
        _refuse_foreign(connection, url)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return engine


def open_database(url: str) -> Engine:
    """Open an existing project database whose schema is current."""
    path = sqlite_path(url)
    if path is not None and not path.is_file():
        raise StoreError(f'there is no database at {path}; run "konkyo init" to make one')
    engine = _engine(url)
    with _translated(url), engine.connect() as connection:
        _refuse_foreign(connection, url)
        _check_revision(connection, url)
    return engine


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL, None for other databases and for memory."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"{url!r} is not a database path or SQLAlchemy URL") from error
    if (
        parsed.get_backend_name() != "sqlite"
        or not parsed.database
        or parsed.database == ":memory:"
    ):
        return None
    return Path(parsed.database)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read with; library errors come out as StoreError."""
    with _translated(str(engine.url)), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that takes the write lock at once, all kept or nothing."""
    with (
        _translated(str(engine.url)),
        engine.execution_options(**{WRITES: True}).begin() as connection,
    ):
        yield connection


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(url)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"the database {public(url)} needs the Python package {error.name!r}; install it"
        ) from error
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(f"cannot open the database {public(url)}: {error}") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer that first reads and then asks for the lock can be refused whatever the timeout,
    # so writers take the lock when they begin.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _refuse_foreign(connection: Connection, url: str) -> None:
    tables = set(inspect(connection).get_table_names())
    if "market_alembic_version" in tables:
        raise StoreError(
            f"{public(url)} is the database of a konkyo endpoint, not of a project; "
            "name another one with --db"
        )
    if tables and "alembic_version" not in tables:
        raise StoreError(f"{public(url)} holds another program's tables; name another database")


def _check_revision(connection: Connection, url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    current = MigrationContext.configure(connection).get_current_revision()
    if current != head:
        raise StoreError(
            f"{public(url)} has schema {current or 'none'}, this konkyo needs {head}; "
            'back the file up and run "konkyo init" to bring it up to date'
        )


def public(url: str) -> str:
    """The address as it may be shown: a SQLite file's path, or the URL without its password."""
    path = sqlite_path(url)
    return str(path) if path else make_url(url).render_as_string(hide_password=True)


@contextmanager
def _translated(url: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"the database {public(url)} refused: {error.orig}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"the database {public(url)}: {error}") from error
