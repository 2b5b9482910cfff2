"""The migrations lead to the tables that the code uses, however often they are run."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from hits.endpoint.database import VERSION_TABLE, open_database
from hits.endpoint.tables import Base


def test_the_migrated_database_is_the_declared_one(tmp_path):
    for _ in range(2):
        engine = open_database(str(tmp_path / "m.db"))
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
            )
            assert compare_metadata(context, Base.metadata) == []
            assert "alembic_version" not in inspect(connection).get_table_names()
            settings = {
                name: connection.exec_driver_sql(f"pragma {name}").scalar()
                for name in ("journal_mode", "foreign_keys", "synchronous")
            }
        assert settings == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}
        engine.dispose()


def test_a_url_is_as_good_as_a_path(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path}/m.db")
    assert "hits" in inspect(engine).get_table_names()
    engine.dispose()
