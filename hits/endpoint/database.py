"""Opening the endpoint's database: the right file, at the newest version, durable.

On SQLite a writing transaction begins IMMEDIATE, so that what it reads is still true when it
writes; the log is written ahead and synced at every commit, so that an answer that was
acknowledged survives a crash.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from hits.endpoint.errors import EndpointError

VERSION_TABLE = "market_alembic_version"
WRITES = "market_writes"
_FOREIGN_TABLES = {"instances", "campaigns", "alembic_version"}
_BUSY_MS = 30_000
_HISTORY = Path(__file__).parent / "migrations"


def open_database(data: str) -> Engine:
    """An engine on `data`, created or upgraded as needed; refuses what is not a market's."""
    url = _url(data)
    try:
        engine = _engine(url)
        _refuse_foreign(engine, url)
        _make_durable(engine)
        _upgrade(engine)
    except (SQLAlchemyError, CommandError, ImportError, OSError) as error:
        shown = url.render_as_string(hide_password=True)
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise EndpointError(f"cannot open the market's database {shown}: {cause}") from error
    return engine


def _url(data: str) -> URL:
    """A path is an SQLite file; everything with a scheme is an SQLAlchemy URL."""
    if "://" not in data:
        return URL.create("sqlite", database=str(Path(data).expanduser().absolute()))
    try:
        url = make_url(data)
    except ArgumentError as error:
        raise EndpointError(f"{data.split(':', 1)[0]}: is not a database URL") from error
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise EndpointError("the market needs a database that lasts; name a file")
    return url


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(url, hide_parameters=True, pool_size=20, max_overflow=40)
    except NoSuchModuleError as error:
        raise EndpointError(f"{url.drivername!r} is not a kind of database known here") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    """Leave transactions to `_begin`, and set what SQLite forgets between connections."""
    connection.isolation_level = None
    for setting in (f"busy_timeout={_BUSY_MS}", "foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _refuse_foreign(engine: Engine, url: URL) -> None:
    """Look before anything is written: a project's database must stay as it is."""
    with engine.connect() as connection:
        found = sorted(_FOREIGN_TABLES.intersection(inspect(connection).get_table_names()))
    if found:
        raise EndpointError(
            f"{url.render_as_string(hide_password=True)} is not a market's database: it has the "
            f"table {found[0]!r}. Give the market a file of its own with --data"
        )


def _make_durable(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def _upgrade(engine: Engine) -> None:
    """Bring the tables to the newest version, in one transaction that others wait for."""
    config = Config()
    config.set_main_option("script_location", str(_HISTORY).replace("%", "%%"))
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
