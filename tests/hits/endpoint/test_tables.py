"""The migrations lead to the tables that the code uses, however often they are run."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from hits.endpoint import migrations
from hits.endpoint.database import VERSION_TABLE, open_database
from hits.endpoint.tables import Base
from tests.hits.endpoint.conftest import external_question


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


def test_books_of_the_first_version_are_upgraded_with_what_they_hold(tmp_path):
    path = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = history(connection)
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "insert into accounts values (1, 'lab', 'a-secret-of-sixteen', 12300, 0)"
        )
        connection.exec_driver_sql("insert into workers values (7, 'AOLD', 'x', 0)")
        connection.exec_driver_sql(
            "insert into hit_types values (1, '3T', '3G', 1, 'd', 't', 'd', null, 5, 60, 60, 0)"
        )
        connection.execute(
            text(
                "insert into hits values (1, '3H', 1, 1, :question, null, 1, 0, 9, 'Assignable',"
                " 'NotReviewed', 0, 0, 0, 0, 5, null, 9)"
            ),
            {"question": external_question("https://lab.example/?a=1&amp;b=2")},
        )
    engine.dispose()

    engine = open_database(str(path))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select available_cents from accounts").scalar() == 12300
        worker = connection.exec_driver_sql("select adult, blocks, country from workers").one()
        assert tuple(worker) == (0, 0, None)
        hit = connection.exec_driver_sql("select external_url, frame_height from hits").one()
        assert tuple(hit) == ("https://lab.example/?a=1&b=2", 450)
    with engine.begin() as connection:
        command.downgrade(history(connection), "0001")
        assert "qualifications" not in inspect(connection).get_table_names()
        assert connection.exec_driver_sql("select worker_id from workers").scalar() == "AOLD"
    engine.dispose()


def history(connection):
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    return config
