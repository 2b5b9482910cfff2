"""Empty databases to copy, and markets that end while the next test begins.

To migrate an empty database takes longer than most tests do, and a web server that ends waits for
its connections. `tests/db/test_migrations.py` and `tests/hits/endpoint/test_tables.py` hold what
the migrations do.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from db.store.engine import create_database
from hits.endpoint.database import open_database as open_books
from hits.endpoint.serve import running
from hits.endpoint.settings import ServeSettings

_ending: list[threading.Thread] = []


def prepare_project(path: Path) -> None:
    """Write a project's empty database where no file is."""
    if not path.exists():
        path.write_bytes(_project())


@contextmanager
def served(settings: ServeSettings) -> Iterator[str]:
    """`running` on the books of a file, which are prepared where they are new; yields the address.

    When the caller is done, the server ends in the background; one at a time does.
    """
    data = Path(settings.data)
    if not data.exists():
        data.write_bytes(_books())
    with ExitStack() as stack:
        yield stack.enter_context(running(settings))
        ending = threading.Thread(target=stack.pop_all().close)
    while _ending:
        _ending.pop().join()
    _ending.append(ending)
    ending.start()


@cache
def _project() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "konkyo.db"
        create_database(f"sqlite:///{path}").dispose()
        return path.read_bytes()


@cache
def _books() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "market.db"
        open_books(str(path)).dispose()
        return path.read_bytes()
