"""Statements that are built and compiled once, for the paths that every worker walks all day.

Building a statement anew and turning its rows into objects costs several times what the database
needs for it. A `Prepared` is an SQLAlchemy statement with named parameters, compiled on first use
for each kind of database; what comes back are plain rows, and values as the driver gives them.
Lists of values (IN) cannot be in it: they change the text of a statement.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session


class Prepared:
    """One statement; parameters are given by name, all that it does not fix itself."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    def run(self, session: Session, **given: Any) -> CursorResult[Any]:
        """Execute it in the session's transaction."""
        connection = session.connection()
        text, order, fixed = self._compiled.get(connection.dialect.name) or self._compile(session)
        values = fixed | given
        if order is None:
            return connection.exec_driver_sql(text, values)
        return connection.exec_driver_sql(text, tuple([values[name] for name in order]))

    def first(self, session: Session, **given: Any) -> Any:
        """The first row, None for none; its columns by label or position."""
        return self.run(session, **given).first()

    def all(self, session: Session, **given: Any) -> Sequence[Any]:
        """Every row."""
        return self.run(session, **given).all()

    def _compile(self, session: Session) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        dialect = session.connection().dialect
        compiled: Any = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        order = tuple(compiled.positiontup) if compiled.positional else None
        self._compiled[dialect.name] = (str(compiled), order, fixed)
        return self._compiled[dialect.name]


def from_json(value: Any) -> Any:
    """A JSON column of a plain row: some drivers give text, some what it says."""
    return json.loads(value) if isinstance(value, str) else value
